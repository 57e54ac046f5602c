"""One indicator at many places in many months at once: a table whose cells would be thousands of questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, Final

from django.db import connection

from yibiao.core.periods import Period, midnight
from yibiao.figures import arrivals, breakdowns, compiler, cubes, cubing, geography, measures, moving, reading, tail
from yibiao.figures.engines import duckdb
from yibiao.figures.reading import Question

# Written out: Django takes as long to make this statement as it takes to run.
_CELLS: Final = (
    "SELECT c.position, l.place, l.month, l.total FROM figures_cube AS c JOIN figures_cell AS l ON l.cube_id = c.id "
    "WHERE c.projection_id = %s AND c.digest = %s AND c.tree = %s AND l.program = %s "
    "AND l.month >= %s AND l.month <= %s AND l.place IN "
)
Grid = dict[tuple[str, str], Decimal | None]


def by_month(question: Question, codes: Sequence[str]) -> Grid:
    """The figure of each month that the period touches, at each of several places inside the question's."""
    months = [f"{first:%Y-%m}" for first in question.query.period.months_touched()]
    ranges = geography.ranges(question.standing, codes)
    known = [code for code, _, _ in ranges]
    indicator = question.indicator
    # Only what looks at no more than the month that is asked for.
    plain = indicator.measure in ("count", "sum", "distinct") and not indicator.window
    ready = plain and question.kept and cubes.cubable(indicator)
    kept = _kept(question, known, months) if ready else None
    if kept is None and plain:
        return _nothing(known, months) | _counted(question, ranges)
    if kept is None:
        return {
            (code, month): value
            for month in months
            for code, value in breakdowns.at_places(_in(question, month), known).items()
        }
    position, values = kept
    touched = _touched(question, ranges, position)
    for code, month in touched:
        if month in months:
            enter, leave = next((enter, leave) for held, enter, leave in ranges if held == code)
            place = replace(question.standing.place, code=code, enter=enter, leave=leave)
            one = replace(_in(question, month), standing=replace(question.standing, place=place))
            values[code, month] = measures.measure(one, indicator).value
    return _nothing(known, months) | values


def _nothing(codes: Sequence[str], months: Sequence[str]) -> Grid:
    """Of thousands of cells few have anything."""
    return dict.fromkeys(product(codes, months), Decimal(0))


def _counted(question: Question, ranges: Sequence[tuple[str, int, int]]) -> Grid:
    """What the columns have, in one pass; a month without any row is left out."""
    if not ranges:
        return {}
    months = question.query.period.months_touched()
    whole = Period(midnight(months[0]), Period.month(months[-1].year, months[-1].month).until)
    term = reading.term(replace(question, query=replace(question.query, period=whole)), question.indicator)
    rows = reading.run(question, compiler.by_range(term, ranges, monthly=True), [term])
    return {(code, month): reading.exact(value) for code, month, value, *_ in rows}


def _kept(question: Question, codes: Sequence[str], months: Sequence[str]) -> tuple[int, Grid] | None:
    """What the cube has, and its position; None where there is no cube that can say it."""
    source = reading.source_of(question, question.indicator.source)
    digest = cubes.digest(question.indicator, source, reading.merged(question, question.indicator))
    listed = _cells(question, digest, codes, months)
    if not listed or not moving.near(listed[0][0], question.upto):
        return None
    return listed[0][0], {(place, month): reading.exact(total) for _, place, month, total in listed}


def _cells(question: Question, digest: str, codes: Sequence[str], months: Sequence[str]) -> list[tuple[Any, ...]]:
    """(position, place, month, total) of each cell."""
    if not codes:
        return []
    marks = ", ".join(["%s"] * len(codes))
    with connection.cursor() as cursor:
        cursor.execute(f"{_CELLS}({marks})", [
            question.projection.pk, digest, question.standing.tree, question.query.program, months[0], months[-1],
            *codes,
        ])  # fmt: skip
        return list(cursor.fetchall())


def _touched(question: Question, ranges: Sequence[tuple[str, int, int]], position: int) -> set[tuple[str, str]]:
    """Where and in which months something was sealed after a position."""
    if position == question.upto:
        return set()
    source = reading.source_of(question, question.indicator.source)
    new, gone = tail.moves(question.projection, source, position, question.upto)
    if not new.num_rows and not gone.num_rows:
        return set()
    term = reading.term(question, question.indicator)
    with arrivals.signed(term, new, gone) as relation:
        rows = duckdb.run(cubing.touched(term, relation))
    return {(code, month) for at, month in rows for code, enter, leave in ranges if enter <= at < leave}


def _in(question: Question, month: str) -> Question:
    first = date.fromisoformat(f"{month}-01")
    return replace(question, query=replace(question.query, period=Period.month(first.year, first.month)))
