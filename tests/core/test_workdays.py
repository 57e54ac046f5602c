"""Working days by the dated table: make-up days work, days off do not, and the plain weekend elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import workdays
from yibiao.core.periods import HOLIDAYS


def test_a_make_up_saturday_is_worked_and_a_holiday_monday_is_not() -> None:
    assert workdays.is_workday(date(2022, 10, 8))
    assert workdays.is_workday(date(2022, 10, 9))
    assert not workdays.is_workday(date(2022, 9, 12))
    assert not workdays.is_workday(date(2022, 9, 17))
    assert workdays.is_workday(date(2022, 9, 13))
    assert not workdays.is_workday(date(2022, 12, 31))


def test_a_year_without_an_arrangement_has_plain_weekends() -> None:
    assert workdays.is_workday(date(2030, 10, 1)) is (date(2030, 10, 1).weekday() < 5)


def test_three_working_days_over_the_national_holiday_end_on_the_make_up_days() -> None:
    assert workdays.add_workdays(date(2022, 9, 30), 3) == date(2022, 10, 10)
    assert workdays.add_workdays(date(2022, 9, 30), 0) == date(2022, 9, 30)


def test_the_table_agrees_with_the_holidays_of_periods_and_works_on_weekends_only() -> None:
    for (year, _), (first, last) in HOLIDAYS.items():
        days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
        assert days <= workdays.years()[year].off
    for one in workdays.years().values():
        assert one.source.startswith("国务院办公厅")
        assert all(day.weekday() >= 5 for day in one.work)
        assert not one.work & one.off


@given(st.dates(date(2021, 1, 1), date(2023, 12, 31)), st.integers(0, 40))
def test_as_many_working_days_lie_between_as_were_added(day: date, count: int) -> None:
    end = workdays.add_workdays(day, count)
    passed = [day + timedelta(days=n + 1) for n in range((end - day).days)]
    assert sum(map(workdays.is_workday, passed)) == count
