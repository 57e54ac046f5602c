"""Figures brought up to a later position by what was sealed since: read once for all that look at the same rows.

Most of what a small question costs is planning it, so several are one statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from yibiao.core.periods import SHANGHAI
from yibiao.figures import arrivals, cubing, reading, tail
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Table
from yibiao.figures.reading import Question
from yibiao.figures.types import Indicator, Source

# With more than this sealed in between, counting anew costs less than adding.
FAR: Final = 20_000
Found: TypeAlias = tuple[Decimal, int]


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a figure looks at, all before ``last`` where ``first`` is None.

    ``cut`` is the moment within the last at which it stops looking, None for the end of the day.
    """

    first: date | None
    last: date
    cut: datetime | None

    @property
    def texts(self) -> tuple[str, str]:
        """The first day and the last; empty where there is no first."""
        return self.first.isoformat() if self.first else "", self.last.isoformat()

    def holds(self, day: str) -> bool:
        """Whether a day is one of them."""
        first, last = self.texts
        return first <= day <= last


@dataclass(frozen=True, slots=True)
class Kept:
    """What a figure came to as of ``position``."""

    position: int
    value: Decimal
    facts: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A figure that is to be brought up to its question's position."""

    question: Question
    indicator: Indicator
    days: Days
    found: Kept


def days(question: Question, indicator: Indicator) -> Days | None:
    """None where it begins within a day."""
    from_, until = reading.span(indicator, question.query.period)
    if from_ is not None and not _midnight(from_):
        return None
    cut = None if _midnight(until) else until
    last = until.astimezone(SHANGHAI).date() if cut else (until - timedelta(days=1)).astimezone(SHANGHAI).date()
    return Days(from_.astimezone(SHANGHAI).date() if from_ else None, last, cut)


def added(behind: Sequence[Behind]) -> list[Found | None]:
    """Each with the rows that came, less the rows that were taken back; None where something lies beyond its cut.

    Shape: one for each, in order.
    """
    found: list[Found | None] = [None] * len(behind)
    alike: dict[tuple[Source, int, int, Days], list[int]] = defaultdict(list)
    for index, one in enumerate(behind):
        source = reading.source_of(one.question, one.indicator.source)
        alike[source, one.found.position, one.question.upto, one.days].append(index)
    for (source, _, _, _), indexes in alike.items():
        for index, more in zip(indexes, _added(source, [behind[index] for index in indexes]), strict=True):
            found[index] = more
    return found


def _added(source: Source, behind: Sequence[Behind]) -> Sequence[Found | None]:
    """Of figures that look at the same rows of the same days."""
    one = behind[0]
    new, gone = tail.moves(one.question.projection, source, one.found.position, one.question.upto)
    if beyond(new, one.days) or beyond(gone, one.days):
        return [None] * len(behind)
    listed = arrivals.of([(each.question, each.indicator) for each in behind], source, one.found.position)
    found: list[Found | None] = []
    for each, arrived in zip(behind, listed, strict=True):
        place, value, facts = each.question.standing.place, each.found.value, each.found.facts
        mine = [row for row in arrived.within(place.enter, place.leave) if each.days.holds(row[1])]
        facts += sum(row[2] for row in mine)
        if each.indicator.measure != "distinct":
            value += sum((row[3] for row in mine), Decimal(0))
        elif mine:
            value += _different(each, new, gone)
        found.append((value, facts))
    return found


def _different(one: Behind, new: Table, gone: Table) -> int:
    """How many keys more there are with rows that came and without rows that were taken back."""
    term = reading.term(one.question, one.indicator)
    then = replace(term, upto=one.found.position)
    with arrivals.signed(term, new, gone) as relation:
        sql = cubing.more(then, relation, *one.days.texts)
        return int(reading.over(one.question.projection, then.upto, sql, [then])[0][0])


def near(position: int, upto: int) -> bool:
    """Whether it is worth while to bring what was found as of one position up to another."""
    return position <= upto <= position + FAR


def beyond(table: Table, days: Days) -> bool:
    """Whether anything of the last day lies at its cut or after it."""
    if days.cut is None:
        return False
    after = datetime.combine(days.last + timedelta(days=1), time.min)
    return duckdb.holds(table, "occurred_at", days.cut.astimezone(SHANGHAI).replace(tzinfo=None), after)


def _midnight(at: datetime) -> bool:
    local = at.astimezone(SHANGHAI)
    return local.time() == local.time().min
