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
from yibiao.figures import arrivals, cubing, geography, reading, tail
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Rows, Table
from yibiao.figures.reading import Question
from yibiao.figures.terms import Term
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
    alike: dict[tuple[Source, int, int], list[int]] = defaultdict(list)
    for index, one in enumerate(behind):
        source = reading.source_of(one.question, one.indicator.source)
        alike[source, one.found.position, one.question.upto].append(index)
    for (source, _, _), indexes in alike.items():
        for index, more in zip(indexes, _added(source, [behind[index] for index in indexes]), strict=True):
            found[index] = more
    return found


def _added(source: Source, behind: Sequence[Behind]) -> Sequence[Found | None]:
    """Of figures that look at the same rows."""
    one = behind[0]
    new, gone = tail.moves(one.question.projection, source, one.found.position, one.question.upto)
    open_ = {days: not beyond(new, days) and not beyond(gone, days) for days in {each.days for each in behind}}
    known = [each for each in behind if open_[each.days]]
    listed = arrivals.of([(each.question, each.indicator) for each in known], source, one.found.position)
    found: dict[int, Found] = {}
    touched: dict[tuple[object, ...], list[Behind]] = defaultdict(list)
    for each, arrived in zip(known, listed, strict=True):
        standing, value, facts = each.question.standing, each.found.value, each.found.facts
        mine = arrived.within(standing.place.enter, standing.place.leave, each.days.texts)
        if each.indicator.measure != "distinct":
            value += sum((row[3] for row in mine), Decimal(0))
        elif mine:
            # Which moments of its last day a figure looks at is not told by days.
            cut = each.days if each.days.cut else None
            rule = standing.tree, each.question.query.program, each.indicator.filter, each.indicator.of, cut
            touched[rule].append(each)
        found[id(each)] = value, facts + sum(row[2] for row in mine)
    for several in touched.values():
        for each, more in zip(several, _different(several, new, gone), strict=True):
            found[id(each)] = found[id(each)][0] + more, found[id(each)][1]
    return [found.get(id(each)) for each in behind]


def _different(several: Sequence[Behind], new: Table, gone: Table) -> list[int]:
    """How many keys more there are with rows that came and without rows that were taken back, of one rule.

    Of several figures the rows of touched keys are looked at together, and told apart here.
    """
    one = several[0]
    term = reading.term(one.question, one.indicator)
    if len(several) == 1:
        then = replace(term, upto=one.found.position)
        with arrivals.signed(term, new, gone) as relation:
            sql = cubing.more(then, relation, *one.days.texts)
            return [int(reading.over(one.question.projection, then.upto, sql, [then])[0][0])]
    then = _over_all(several, replace(term, upto=one.found.position))
    with arrivals.signed(term, new, gone) as relation:
        rows = reading.over(one.question.projection, then.upto, cubing.touching(then, relation), [then])
    return [_more(rows, each) for each in several]


def _over_all(several: Sequence[Behind], term: Term) -> Term:
    """A term that looks wherever and whenever any of several figures does."""
    places = [each.question.standing.place for each in several]
    enter, leave = min(one.enter for one in places), max(one.leave for one in places)
    spans = [reading.span(each.indicator, each.question.query.period) for each in several]
    firsts = [from_ for from_, _ in spans if from_ is not None]
    lowest, highest, solid = geography.bounds(term.tree, enter, leave)
    return replace(
        term, enter=enter, leave=leave, lowest=lowest, highest=highest, solid=solid,
        from_=min(firsts) if len(firsts) == len(spans) else None, until=max(until for _, until in spans),
    )  # fmt: skip


def _more(rows: Rows, one: Behind) -> int:
    place, (first, last) = one.question.standing.place, one.days.texts
    came: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for side, key, enter, day, count in rows:
        if place.enter <= enter < place.leave and first <= day <= last:
            (came if side == "came" else held)[key] += count
    changes = ((held[key], held[key] + more) for key, more in came.items())
    return sum((now > 0) - (before > 0) for before, now in changes)


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
