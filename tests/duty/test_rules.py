"""duty.toml is checked against the forms before a pack is installed; every mistake has a code of its own."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.duty.conftest import PROGRAM, World, moment
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.core.texts import Text
from yibiao.desk import installing
from yibiao.duty import queries, slots, spots
from yibiao.duty.types import Obligation
from yibiao.forms import queries as forms
from yibiao.packs import queries as packs

FILE = "duty.toml"


def codes(old: str, new: str) -> set[str]:
    """What is found wrong with the shipped duty.toml after one change."""
    files, wrong = packs.read(installing.locate(PROGRAM))
    assert files is not None, wrong
    published, _ = forms.check(files)
    text = files.files[FILE].decode()
    assert old in text
    changed = dataclasses.replace(files, files={**files.files, FILE: text.replace(old, new, 1).encode()})
    return {problem.code for problem in queries.check(changed, published)[1]}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('form = "zero-report"', 'form = "zero"', "duty.rules.form"),
        ('unit = "unit"', 'unit = "office"', "duty.rules.field"),
        ('register = "reporting-unit"', 'register = "units"', "duty.rules.register"),
        ("level = 'prefecture'", "place = '220000000000'", "duty.rules.not-saved"),
        ("level = 'prefecture'", "rank = 'prefecture'", "core.expression.unknown-name"),
        ("accidents = 0 and", "accidents = and", "core.expression.syntax"),
        ("accidents = 0 and", "accidents = 'none' and", "core.expression.type"),
        ('counts_as = "leader"', 'counts_as = "boss"', "duty.rules.category"),
        ('topic = "monthly-season"', 'topic = "daily-zero"', "duty.rules.repeated"),
        ('due = "20:00"', 'due = "8pm"', "duty.rules.shape"),
        ('due = "20:00"', 'due = "20:00"\nevery_other = "week"', "duty.rules.shape"),
        ('due = "20:00"', 'due = "20:00"\nahead = "1wd"', "duty.rules.shape"),
        ('due = "20:00"', 'due = "20:00"\nwhere = "kind = 1"', "core.expression.unknown-name"),
        ('due = "20:00"', 'due = "20:00"\nweight = 3', "duty.rules.shape"),
        ('due = "20:00"', "due = ", "duty.rules.unreadable"),
    ],
)
def test_a_mistake_has_its_code(world: World, old: str, new: str, code: str) -> None:
    assert code in codes(old, new)


def test_the_shipped_rules_are_sound_and_dated(world: World) -> None:
    assert codes("# Who owes", "# Who owes") == set()
    rules = queries.rules_of(PROGRAM)
    assert [one.topic for one in rules.obligations][:2] == ["daily-zero", "monthly-season"]
    assert all(one.valid_from and one.source for one in (*rules.obligations, *rules.shift_types))


def obligation(every: str, due: str) -> Obligation:
    return Obligation("t", Text("题"), "f", "r", "unit", every, due)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("every", "key", "due", "at"),
    [
        ("day", "2022-09-10", "20:00", "09-10 20:00"),
        ("day", "2022-09-10", "2h", "09-11 02:00"),
        ("month", "2022-08", "1d", "09-02 00:00"),
        ("quarter", "2022-Q3", "3wd", "10-11 00:00"),  # 8 and 9 October are worked after the holiday
        ("month", "2022-09", "20:00", "09-30 20:00"),
        ("week", "2022-W36", "0d", "09-12 00:00"),
        ("year", "2021", "15d", "01-16 00:00"),
        ("before-holiday", "H2022-09-10", "0d", "09-10 00:00"),
        ("before-holiday", "H2022-10-01", "18:00", "09-30 18:00"),
    ],
)
def test_deadlines(every: str, key: str, due: str, at: str) -> None:
    window = Period(moment("09-10 00:00"), moment("09-12 20:00"))
    assert slots.slot(obligation(every, due), key, window).due_at == moment(at)


@pytest.mark.parametrize(
    ("every", "key"),
    [
        ("day", "2022-9-10"), ("week", "2022-W54"), ("week", "2022-36"), ("month", "2022-13"), ("quarter", "2022-Q5"),
        ("year", "22"), ("before-holiday", "H2022-09-11"), ("before-holiday", ""), ("once", "2022"),
    ],
)  # fmt: skip
def test_a_key_that_is_none_is_refused(every: str, key: str) -> None:
    window = Period(moment("09-10 00:00"), moment("09-12 20:00"))
    with pytest.raises(Refusal) as refused:
        slots.slot(obligation(every, "1d"), key, window)
    assert refused.value.codes == ("duty.slot.unknown",)


def test_before_a_holiday_counts_from_so_many_days_ahead_until_the_holiday_is_over() -> None:
    one = obligation("before-holiday", "0d")
    window = Period(moment("09-10 00:00"), moment("09-12 20:00"))
    assert [each.key for each in slots.slots(one, window, window)] == ["H2022-09-10"]
    days = {day: slots.key_of(one, date(2022, 9, day)) for day in (2, 3, 9, 10, 12, 13, 23, 24)}
    assert [day for day, key in days.items() if key == "H2022-09-10"] == [3, 9, 10, 12]
    assert [day for day, key in days.items() if key == ""] == [2, 13, 23]
    assert days[24] == "H2022-10-01"
    year = Period(moment("01-01 00:00"), moment("09-12 20:00"))
    assert [each.key[1:] for each in slots.slots(one, year, window)] == [
        "2022-01-01", "2022-01-31", "2022-04-03", "2022-04-30", "2022-06-03", "2022-09-10",
    ]  # fmt: skip
    # The days between two holidays that are nearer than the span belong to the later one.
    wide = dataclasses.replace(one, ahead="60d")
    assert slots.key_of(wide, date(2022, 4, 29)) == "H2022-04-30"


def test_nothing_is_owed_for_what_begins_after_a_rule_has_lapsed() -> None:
    one = dataclasses.replace(obligation("quarter", "0d"), valid_until=date(2022, 7, 1))
    year = Period(moment("01-01 00:00"), moment("12-31 20:00"))
    assert [each.key for each in slots.slots(one, year, year)] == ["2022-Q1", "2022-Q2"]


@given(
    st.dates(date(2021, 1, 1), date(2023, 12, 31)),
    st.integers(1, 40),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_every_day_of_a_period_falls_into_one_of_its_slots(first: date, days: int, every: str) -> None:
    period = Period.days(first, first + timedelta(days=days - 1))
    one = obligation(every, "1d")
    found = slots.slots(one, period, period)
    keys = [one.key for one in found]
    assert len(set(keys)) == len(keys)
    assert {slots.key_of(one, day) for day in period.day_list()} == set(keys)
    assert [one.begins for one in found] == sorted(one.begins for one in found)


@given(st.integers(1, 60), st.integers(1, 12), st.text(max_size=10))
def test_lots_are_the_same_for_a_seed_and_fair(count: int, units: int, seed: str) -> None:
    period = Period(moment("09-10 00:00"), moment("09-12 20:00"))
    keys = [f"u{n}" for n in range(units)]
    drawn = spots.lots(keys, period, count, seed)
    assert drawn == spots.lots(list(reversed(keys)), period, count, seed)
    loads = [sum(key == unit for key, _ in drawn) for unit in keys]
    assert max(loads) - min(loads) <= 1
    assert all(period.contains(at) for _, at in drawn)
