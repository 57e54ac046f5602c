"""Which days people work: weekends, days off and make-up days, from a dated table with its sources."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Year:
    """The arrangement of one year: days off outside the ordinary, weekend days worked, and who said so."""

    year: int
    off: frozenset[date]
    work: frozenset[date]
    source: str


@lru_cache(maxsize=1)
def years() -> Mapping[int, Year]:
    """Every arrangement that is known, by year. A year without one has plain weekends."""
    table = tomllib.loads(files("yibiao.core").joinpath("workdays.toml").read_text(encoding="utf-8"))
    return {one["year"]: _year(one) for one in table["year"]}


def is_workday(day: date) -> bool:
    """Whether people work on a day: make-up days count, days off do not."""
    arranged = years()
    if any(day in one.work for one in arranged.values()):
        return True
    # The days off of a new year may begin in the old one.
    if any(day in one.off for one in arranged.values()):
        return False
    return day.weekday() < _SATURDAY


def add_workdays(day: date, count: int) -> date:
    """The working day that is ``count`` working days after a day, which is itself not counted; 0 gives the day."""
    at = day
    while count > 0:
        at += _DAY
        count -= is_workday(at)
    return at


@lru_cache(maxsize=1)
def holidays() -> tuple[tuple[date, date], ...]:
    """First and last day of every holiday that is arranged, by time; days off that touch are one holiday."""
    found: list[tuple[date, date]] = []
    for day in sorted({day for one in years().values() for day in one.off}):
        if found and day - found[-1][1] == _DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)


def _year(row: Mapping[str, object]) -> Year:
    off: set[date] = set()
    for first, last in row["off"]:  # type: ignore[attr-defined]
        off.update(first + n * _DAY for n in range((last - first).days + 1))
    return Year(int(str(row["year"])), frozenset(off), frozenset(row["work"]), str(row["source"]))  # type: ignore[call-overload]
