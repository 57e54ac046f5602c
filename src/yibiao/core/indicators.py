"""How each measure rolls up over places and time, and each one over rows in plain Python: the engines' oracle.

Rows are mappings of columns (``position, fact, revision, place, subject, occurred_at, …``) already cut down to the
place, the period and the checkpoint asked for, newest revisions only, withdrawn ones left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from yibiao.core import expressions
from yibiao.core.periods import local_day

Row: TypeAlias = Mapping[str, Any]
How: TypeAlias = Literal["add", "union", "latest", "terms", "recompute", "coverage"]


@dataclass(frozen=True, slots=True)
class Rollup:
    """How figures of parts make the figure of the whole; only ``add`` may be added up from stored parts."""

    over_places: How
    over_time: How


ROLLUPS: Final[Mapping[str, Rollup]] = {
    "count": Rollup("add", "add"),
    "sum": Rollup("add", "add"),
    "distinct": Rollup("union", "union"),
    "latest": Rollup("add", "latest"),
    "ratio": Rollup("terms", "terms"),
    "streak": Rollup("recompute", "recompute"),
    "zero": Rollup("coverage", "coverage"),
    "expr": Rollup("terms", "terms"),
}


def passing(rows: Iterable[Row], filter_: expressions.Node | None) -> list[Row]:
    """The rows that pass a filter; all of them without one."""
    return [row for row in rows if filter_ is None or expressions.test(filter_, row)]


def count(rows: Sequence[Row]) -> Decimal:
    return Decimal(len(rows))


def total(rows: Sequence[Row], of: str) -> Decimal:
    """The sum of a column. Missing: a missing answer adds nothing."""
    return sum((Decimal(row[of]) for row in rows if row.get(of) is not None), Decimal())


def distinct(rows: Sequence[Row], of: str) -> Decimal:
    """How many different values (or pairs, ``of`` being ``a|b``) there are. Missing: a row without one is left out."""
    columns = of.split("|")
    keys = {tuple(row.get(column) for column in columns) for row in rows}
    return Decimal(sum(1 for key in keys if None not in key and "" not in key))


def newest(rows: Iterable[Row], per: str = "subject") -> list[Row]:
    """For each value of ``per`` the row that occurred last; of two at one moment the one sealed later."""
    found: dict[Any, Row] = {}
    for row in sorted(rows, key=lambda row: (row["occurred_at"], row["position"])):
        if row.get(per) not in (None, ""):
            found[row[per]] = row
    return list(found.values())


def latest(rows: Iterable[Row], of: str = "", per: str = "subject") -> Decimal:
    """A stock: the newest value per subject, added up; without ``of`` the number of subjects."""
    rows = newest(rows, per)
    return total(rows, of) if of else count(rows)


def ratio(above: Decimal, below: Decimal) -> Decimal | None:
    """A share in per cent. Missing: None over nothing."""
    return above * 100 / below if below else None


def streak(events: Sequence[Row], first: date, until: date) -> Decimal:
    """Full calendar months without an event, up to and not including the month that holds the day ``until``.

    ``first`` is the first day of the month in which records begin. The month of the last event does not count.
    """
    days = [local_day(row["occurred_at"]) for row in events]
    begin = _month(first)
    if days:
        begin = max(begin, _month(max(days)) + 1)
    return Decimal(max(_month(until) - begin, 0))


def zero(found: Decimal, owed: int, filed: int) -> Decimal | None:
    """What was found; a nought only when every report owed was filed. Missing: None where a nought cannot be said."""
    return found if found or (owed > 0 and filed >= owed) else None


def _month(day: date) -> int:
    return day.year * 12 + day.month
