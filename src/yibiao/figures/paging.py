"""A page of the facts behind a figure, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from yibiao.core.periods import local_day, midnight
from yibiao.figures import compiler, cubes, geography, measures, reading
from yibiao.figures.answering import InProcess
from yibiao.figures.engines.border import Rows
from yibiao.figures.reading import Question
from yibiao.figures.terms import Row as Found
from yibiao.figures.terms import Term
from yibiao.figures.types import Indicator

Row = tuple[Any, ...]
# How far back to look first where a figure has no first day, and how much farther each time.
_FIRST: Final = 32
_FARTHER: Final = 8
# Of so many rows a page is looked up in two steps, where not very many are of the same moment.
_MANY: Final = 100_000
_FEW: Final = 500
# Where a row of a page has its place.
_PLACE: Final = 5


def page(question: Question, size: int, offset: int) -> tuple[list[Row], int]:
    """The rows of one page, as ``compiler.paged`` lists them, and the number of all."""
    sql, terms = measures.sql_behind(question, question.indicator)
    leaf = reading.leaves(question, question.indicator)[0]
    if len(terms) == 1 and leaf.measure in ("count", "sum") and compiler.single(terms[0]):
        return _newest(question, leaf, terms[0], (size, offset))
    found = reading.run(question, compiler.paged(sql, size, offset), terms)
    return found, found[0][-1] if found else reading.run(question, compiler.counted(sql), terms)[0][1]


def _newest(question: Question, leaf: Indicator, term: Term, part: tuple[int, int]) -> tuple[list[Row], int]:
    """Walks back from the last day until the page is full: what is older need not be put in order."""
    size, offset = part
    kept = cubes.figure(question, leaf) if question.kept else None
    total = kept[1] if kept else reading.run(question, compiler.value(term), [term])[0][1]
    wanted = min(size, total - offset)
    for since in _since(term, total, offset + size) if wanted > 0 else ():
        held = replace(term, from_=since)
        found = _listed(question, held, total, part)
        if len(found) == wanted:
            return found, total
    return [], total


def _listed(question: Question, term: Term, total: int, part: tuple[int, int]) -> list[Row]:
    """The rows of a page that begins at the newest of a term."""
    size, offset = part

    def paged(at: tuple[Found, ...] = ()) -> str:
        return compiler.paged(compiler.contributions(replace(term, at=at)), size, offset, total=total)

    if total < _MANY or not isinstance(question.engine, InProcess):
        return reading.run(question, paged(), [term])
    most = _FEW + 2 * (size + offset)
    for first in _newest_of(term, offset):
        found = question.engine.one_after_other(
            question.projection, question.upto, compiler.newest(first, most),
            lambda at: paged(_as_new(at, size + offset, most)), [term],
        )  # fmt: skip
        inside = all(row[_PLACE] >= term.lowest and (row[_PLACE] <= term.highest or not term.highest) for row in found)
        if inside and len(found) == min(size, total - offset):
            break
    return found


def _as_new(rows: Rows, needed: int, most: int) -> tuple[Found, ...]:
    """The newest so many rows, with all that are as old as the last of them; none where that is not sure."""
    found, at = rows[0]
    if not found:
        return ()
    last = at[min(needed, len(at)) - 1]
    count = sum(one >= last for one in at)
    return tuple(map(compiler.unpacked, found[:count], at)) if count < most else ()


def _newest_of(term: Term, offset: int) -> Iterator[Term]:
    """Where to look for the newest rows: for a first page not at their place first, where all places lie within.

    Whoever sees all the rows then sees whether one of them is of no place.
    """
    if not offset and term.solid and geography.whole(term.tree, term.enter, term.leave):
        yield replace(term, lowest="", highest="")
    yield term


def _since(term: Term, total: int, needed: int) -> Iterator[datetime | None]:
    """From when to look, first as late as may do, in the end from the beginning."""
    last = local_day(term.until) if term.until else None
    if last is not None:
        days = (last - local_day(term.from_)).days + 1 if term.from_ else None
        back = _FIRST if days is None else 1 + 3 * needed * days // total
        for _ in range(2):
            if days is not None and back * 2 > days:
                break
            yield midnight(last - timedelta(days=back))
            back *= _FARTHER
    yield term.from_
