"""The parts of a figure brought up to a later position by what was sealed since, instead of counted anew.

A board draws the same parts several times a second while people file; what came in between is a few rows. Parts of a
distinct count are moved as so many figures are, by one look at the keys that were touched; those of a stock by two
looks at all that was ever said of the subjects that were touched: as it was known then, and as it is known now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeAlias

from yibiao.core import moments
from yibiao.figures import (
    arrivals,
    breakdowns,
    caching,
    compiler,
    cubes,
    cubing,
    geography,
    keys,
    moving,
    reading,
    store,
    tail,
)  # fmt: skip
from yibiao.figures.arrivals import EVER, Arrived, Row
from yibiao.figures.engines import duckdb
from yibiao.figures.moving import Kept
from yibiao.figures.reading import Question
from yibiao.figures.terms import Term
from yibiao.figures.types import Indicator, Slice

# So many facts of a kind are counted anew as fast as the keys of some are looked up.
LARGE: Final = 100_000
# Of more subjects than so many a stock is counted anew.
MANY: Final = 1_000
Slices: TypeAlias = tuple[Slice, ...]
Cuts: TypeAlias = Mapping[str, breakdowns.Cut]
Values: TypeAlias = Mapping[str, Decimal | None]
# Of the tree: a code, and the first and the last number below it.
Range: TypeAlias = tuple[str, int, int]
_NEVER: Final = (Decimal(0), 0, 0)


def by_child(kept: Sequence[tuple[Question, int, Slices]]) -> Sequence[Slices | None]:
    """``breakdowns.slices`` by child, from what was found as of earlier positions; None where that cannot be said.

    Shape: one for each, in order.
    """
    return [_by_child(*one) for one in kept]


def by_day(kept: Sequence[tuple[Question, int, Slices]]) -> Sequence[Slices | None]:
    """The same by day."""
    return [_by_day(*one) for one in kept]


def at_places(kept: Sequence[tuple[Question, int, Values]]) -> Sequence[Values | None]:
    """``breakdowns.at_places`` likewise."""
    return [_at_places(*one) for one in kept]


def stock(question: Question, position: int, before: Kept) -> Kept | None:
    """A stock as a whole, from what it was as of an earlier position; None where it is to be counted anew."""
    place = question.standing.place
    whole = [Slice(place.code, "", before.value, before.facts)]
    moved = _restocked(question, position, whole, [(place.code, place.enter, place.leave)])
    return Kept(question.upto, moved[0].value, moved[0].facts) if moved and moved[0].value is not None else None


def by_column(name: str) -> caching.Move[Cuts]:
    """``breakdowns.by_column`` of one column likewise."""
    return lambda kept: [_by_column(name, *one) for one in kept]


def _by_child(question: Question, position: int, before: Slices) -> Slices | None:
    own, below = question.standing.place, geography.children(question.standing)
    ranges = [(place.code, place.enter, place.leave) for place in below]
    ranges.append((own.code, own.enter, min((place.enter for place in below), default=own.leave)))
    names = {place.code: place.name for place in below} | {own.code: own.name}
    known = {one.key: one for one in before}
    parts = [known.get(code) or Slice(code, names[code], Decimal(0), 0) for code, _, _ in ranges]
    moved = _in_ranges(question, position, parts, ranges)
    return None if moved is None else tuple(one for one in moved if one.key != own.code or one.facts)


def _in_ranges(
    question: Question, position: int, parts: Sequence[Slice], ranges: Sequence[Range]
) -> list[Slice] | None:
    """What lies in each of several ranges of the tree."""
    if question.indicator.measure == "latest":
        return _restocked(question, position, parts, ranges)
    if question.indicator.measure == "distinct":
        places = [breakdowns.at(question, *one) for one in ranges]
        return _apart([(place, question.indicator, one) for place, one in zip(places, parts, strict=True)], position)
    days = moving.days(question, question.indicator)
    arrived = _arrived(question, question.indicator, position)
    if arrived is None or days is None:
        return None
    within = (arrived.within(enter, leave, days.texts) for _, enter, leave in ranges)
    return [_added(one, rows) for one, rows in zip(parts, within, strict=True)]


def _restocked(
    question: Question, position: int, parts: Sequence[Slice], ranges: Sequence[Range]
) -> list[Slice] | None:  # fmt: skip
    """Parts of a stock, by what is now the newest word on each subject that something was said of, less what was."""
    now = reading.term(question, question.indicator)
    then = reading.term(replace(question, upto=position), question.indicator)
    plain = question.kept and now.attribution == "place" and compiler.single(now) and not (now.merged or then.merged)
    if not plain or not moving.near(position, question.upto) or not _large(question, question.indicator):
        return None
    subjects = _subjects(question, now, position)
    if len(subjects) > MANY:
        return None
    if not subjects:
        return list(parts)
    was, is_ = (_stocked(question, replace(one, only=subjects), ranges) for one in (then, now))
    found = []
    for part in parts:
        (before, behind, known), (value, facts, knows) = was.get(part.key, _NEVER), is_.get(part.key, _NEVER)
        left = part.facts + facts - behind
        if part.value is not None and knows < known and left <= 0:
            # Perhaps nothing at all is known there any more.
            return None
        stated = part.value is not None or knows
        total = (part.value or Decimal(0)) + value - before
        found.append(replace(part, value=reading.exact(total) if stated else None, facts=left))
    return found


def _subjects(question: Question, term: Term, position: int) -> tuple[str, ...]:
    """Of which something was said, or taken back, after a position."""
    new, gone = tail.moves(question.projection, term.source, position, question.upto)
    if not new.num_rows and not gone.num_rows:
        return ()
    with arrivals.signed(term, new, gone) as relation:
        rows = duckdb.run(f"SELECT DISTINCT {keys.cell(term.per)} FROM ({relation}) AS f")  # noqa: S608
    return tuple(sorted(str(one) for (one,) in rows if one is not None))


def _stocked(question: Question, term: Term, ranges: Sequence[Range]) -> dict[str, tuple[Decimal, int, int]]:
    """(value, facts, subjects of which anything is known) of each range, of some subjects alone.

    From when a period is makes no difference to a stock: boards whose periods end alike share one look.
    """

    def find() -> dict[str, tuple[Decimal, int, int]]:
        rows = reading.over(question.projection, term.upto, compiler.by_range(term, ranges), [term])
        return {code: (Decimal(value), facts, known) for code, value, facts, known in rows}

    asked = term.source, term.upto, term.tree, term.program, term.until, term.filter, term.of, term.per, term.only
    return moments.once(("stocked", question.projection.token, *asked, tuple(ranges)), find)


def _apart(parts: Sequence[tuple[Question, Indicator, Slice]], position: int) -> list[Slice] | None:
    """Parts that are distinct counts: several are one look into the files."""
    if not all(_large(question, indicator) for question, indicator, _ in parts[:1]):
        return None
    asked = [
        (question, indicator, Kept(position, one.value or Decimal(0), one.facts)) for question, indicator, one in parts
    ]
    found = cubes.since(asked)
    made = [
        replace(one, value=reading.exact(more[0]), facts=more[1])
        for (_, _, one), more in zip(parts, found, strict=True) if more is not None
    ]  # fmt: skip
    return made if len(made) == len(parts) else None


def _large(question: Question, indicator: Indicator) -> bool:
    """Whether a look for a few keys costs less than counting all of them: two statements are planned for one."""
    token, name = question.projection.token, store.column_name(reading.source_of(question, indicator.source))
    return moments.once(("large", token, name), lambda: store.rows(question.projection, name) > LARGE)


def _by_day(question: Question, position: int, before: Slices) -> Slices | None:
    # A day of a figure that looks back further is what happened on it alone.
    indicator = replace(question.indicator, window="")
    if indicator.measure == "distinct":
        days = {day.isoformat(): one for day, one in breakdowns.days(question)}
        moved = _apart([(days[one.key], indicator, one) for one in before if one.key in days], position)
        return None if moved is None or len(moved) < len(before) else tuple(moved)
    arrived = _arrived(question, indicator, position)
    if arrived is None:
        return None
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in arrived.within(question.standing.place.enter, question.standing.place.leave, EVER):
        rows[row[1]].append(row)
    return tuple(_added(one, rows[one.key]) if one.key in rows else one for one in before)


def _at_places(question: Question, position: int, before: Values) -> Values | None:
    ranges = geography.ranges(question.standing, tuple(before))
    parts = [Slice(code, "", before[code], 0) for code, _, _ in ranges]
    moved = _in_ranges(question, position, parts, ranges)
    return None if moved is None else {**before, **{one.key: one.value for one in moved}}


def _by_column(name: str, question: Question, position: int, before: Cuts) -> Cuts | None:
    column = reading.source_of(question, question.indicator.source).column(name) if question.indicator.source else None
    # Several names in one cell are several parts, and a fact with several items may be in several.
    if column is None or column.type != "VARCHAR" or not cubing.plain(reading.term(question, question.indicator)):
        return None
    days = moving.days(question, question.indicator)
    arrived = _arrived(question, question.indicator, position, name)
    if arrived is None or days is None:
        return None
    place, found = question.standing.place, dict(before)
    for row in arrived.within(place.enter, place.leave, days.texts):
        value, facts = found.get(row[4]) or (Decimal(0), 0)
        found[row[4]] = reading.exact((value or Decimal(0)) + row[3]), facts + row[2]
    return {key: one for key, one in found.items() if key == breakdowns.NOWHERE or one[1]}


def _added(one: Slice, rows: Sequence[Row]) -> Slice:
    if not rows:
        return one
    value, facts = one.value or Decimal(0), one.facts
    for _, _, count, total, _ in rows:
        value, facts = value + total, facts + count
    return replace(one, value=reading.exact(value), facts=facts)


def _arrived(question: Question, indicator: Indicator, position: int, by: str = "") -> Arrived | None:
    """What was sealed after a position; None where counting anew is surer."""
    days = moving.days(question, indicator)
    near = moving.near(position, question.upto)
    if indicator.measure not in ("count", "sum") or not cubes.cubable(indicator) or days is None or not near:
        return None
    source = reading.source_of(question, indicator.source)
    if any(moving.beyond(one, days) for one in tail.moves(question.projection, source, position, question.upto)):
        return None
    return arrivals.of([(question, indicator)], source, position, by)[0]
