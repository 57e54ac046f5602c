"""The parts of a count or a sum brought up to a later position by what was sealed since, instead of counted anew.

A board draws the same parts several times a second while people file; what came in between is a few rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from yibiao.figures import cubes, cubing, geography, moving, reading, tail
from yibiao.figures.engines import duckdb
from yibiao.figures.reading import Question
from yibiao.figures.types import Indicator, Slice

Slices: TypeAlias = tuple[Slice, ...]
Row: TypeAlias = tuple[int, str, int, Decimal]
Values: TypeAlias = Mapping[str, Decimal | None]


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


def _by_child(question: Question, position: int, before: Slices) -> Slices | None:
    rows = _rows(question, question.indicator, position)
    if rows is None:
        return None
    own, below = question.standing.place, geography.children(question.standing)
    ranges = [(place.code, place.enter, place.leave) for place in below]
    ranges.append((own.code, own.enter, min((place.enter for place in below), default=own.leave)))
    names = {place.code: place.name for place in below} | {own.code: own.name}
    known = {one.key: one for one in before}
    made = []
    for code, enter, leave in ranges:
        held = known.get(code) or Slice(code, names[code], Decimal(0), 0)
        found = _added(held, [row for row in rows if enter <= row[0] < leave])
        if code != own.code or found.facts:
            made.append(found)
    return tuple(made)


def _by_day(question: Question, position: int, before: Slices) -> Slices | None:
    # A day of a figure that looks back further is what happened on it alone.
    rows = _rows(question, replace(question.indicator, window=""), position)
    if rows is None:
        return None
    return tuple(_added(one, [row for row in rows if row[1] == one.key]) for one in before)


def _at_places(question: Question, position: int, before: Values) -> Values | None:
    rows = _rows(question, question.indicator, position)
    if rows is None:
        return None
    found = dict(before)
    for code, enter, leave in geography.ranges(question.standing, tuple(before)):
        more = sum((row[3] for row in rows if enter <= row[0] < leave), Decimal(0))
        found[code] = reading.exact((found[code] or Decimal(0)) + more)
    return found


def _added(one: Slice, rows: Sequence[Row]) -> Slice:
    value, facts = one.value or Decimal(0), one.facts
    for _, _, count, total in rows:
        value, facts = value + total, facts + count
    return replace(one, value=reading.exact(value), facts=facts)


def _rows(question: Question, indicator: Indicator, position: int) -> list[Row] | None:
    """(place's number, day, facts, total) of what was sealed after a position; None where counting anew is surer."""
    days = moving.days(question, indicator)
    near = position <= question.upto <= position + moving.FAR
    if indicator.measure not in ("count", "sum") or not cubes.cubable(indicator) or days is None or not near:
        return None
    new, gone = tail.moves(question.projection, reading.source_of(question, indicator.source), position, question.upto)
    if moving.beyond(new, days) or moving.beyond(gone, days):
        return None
    if not new.num_rows and not gone.num_rows:
        return []
    term = reading.term(question, indicator)
    with duckdb.given([new, gone]) as (a, b):
        rows = duckdb.run(cubing.moved(term, moving.signed(a, b), *days.texts, daily=True))
    return [(int(enter), day, int(facts), Decimal(total)) for enter, facts, total, day in rows]
