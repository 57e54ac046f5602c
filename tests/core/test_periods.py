from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core.periods import SHANGHAI, Period, holiday, local_day
from yibiao.core.problems import Refusal

days = st.dates(date(1995, 1, 1), date(2100, 12, 31))


@given(days, st.integers(0, 800))
def test_a_period_of_days_lists_exactly_those_days(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    period = Period.days(first, last)
    assert (period.first_day, period.last_day) == (first, last)
    assert len(period.day_list()) == more + 1
    assert period == Period.parse(first.isoformat(), last.isoformat())


@given(days)
def test_the_months_of_a_year_make_up_the_year(day: date) -> None:
    year = Period.year(day.year)
    months = [Period.month(month.year, month.month) for month in year.months()]
    assert len(months) == 12
    assert months[0].from_ == year.from_
    assert months[-1].until == year.until
    assert all(a.until == b.from_ for a, b in pairwise(months))


@given(days)
def test_a_week_holds_its_day_and_begins_on_monday(day: date) -> None:
    week = Period.week(day)
    assert day in week.day_list()
    assert len(week.day_list()) == 7
    assert week.first_day.weekday() == 0


def test_a_part_of_a_month_is_no_full_month() -> None:
    some = Period.days(date(2022, 7, 2), date(2022, 9, 29))
    assert some.months() == [date(2022, 8, 1)]
    assert some.months_touched() == [date(2022, 7, 1), date(2022, 8, 1), date(2022, 9, 1)]
    assert Period.parse("2022-01-01", "2022-09-12T20:00:00+08:00").months_touched()[-1] == date(2022, 9, 1)
    assert Period.month(2022, 8).months_touched() == Period.month(2022, 8).months()


def test_the_end_is_not_inside() -> None:
    period = Period.parse("2022-09-10", "2022-09-12T20:00")
    assert not period.contains(datetime(2022, 9, 12, 12, tzinfo=UTC))
    assert period.contains(datetime(2022, 9, 12, 11, 59, tzinfo=UTC))
    assert period.last_day == date(2022, 9, 12)
    assert local_day(datetime(2022, 9, 9, 16, tzinfo=UTC)) == date(2022, 9, 10)


def test_clip_gives_what_both_share() -> None:
    september, autumn = Period.month(2022, 9), Period.days(date(2022, 9, 10), date(2022, 10, 3))
    assert september.clip(autumn) == Period.days(date(2022, 9, 10), date(2022, 9, 30))
    assert september.clip(Period.month(2022, 10)) is None


def test_mid_autumn() -> None:
    assert holiday(2022, "mid-autumn") == Period.days(date(2022, 9, 10), date(2022, 9, 12))
    with pytest.raises(Refusal) as caught:
        holiday(2022, "tree-day")
    assert caught.value.codes == ("core.period.unknown-holiday",)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("yesterday", "2022-09-12", "core.period.unreadable"),
        ("2022-02-30", "2022-09-12", "core.period.unreadable"),
        ("2022-09-12", "2022-09-10", "core.period.backwards"),
    ],
)
def test_what_is_no_period_is_refused(first: str, last: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        Period.parse(first, last)
    assert caught.value.codes == (code,)


def test_a_moment_without_zone_is_no_end() -> None:
    with pytest.raises(ValueError):
        Period(datetime(2022, 1, 1), datetime(2022, 1, 2, tzinfo=SHANGHAI))  # noqa: DTZ001
