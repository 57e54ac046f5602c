"""The small parts: steps of a map, blocks of a text, addresses and numbers as they are written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from yibiao.core.periods import Period
from yibiao.desk import addresses
from yibiao.desk.steps import STEPS, step_of, steps
from yibiao.desk.templatetags import desk

DAY = Period.day(date(2022, 9, 10))


@given(some.lists(some.integers(0, 10_000).map(Decimal), max_size=80))
def test_steps_rise_and_hold_every_value(values: list[Decimal]) -> None:
    among = steps(values)
    assert len(among) <= STEPS
    assert all(one.low <= one.high for one in among)
    assert all(one.high < after.low for one, after in pairwise(among))
    assert all(step_of(value, among) > 0 for value in values if value)
    if any(values):
        assert step_of(max(values), among) == STEPS
    assert step_of(Decimal(0), among) == step_of(None, among) == 0


def test_periods_in_addresses_read_back_as_they_were() -> None:
    program = Period.parse("2022-09-10", "2022-09-12T20:00")
    for one in (DAY, program, Period.month(2022, 9)):
        ends = addresses.period(one)
        assert Period.parse(ends["from"], ends["until"]) == one


def test_numbers_as_they_are_written() -> None:
    assert [desk.number(one) for one in (Decimal("1268"), Decimal("28.60"), Decimal("97.0588235"), 3612, None)] == [
        "1,268", "28.6", "97.06", "3,612", "—",
    ]  # fmt: skip
