"""What was sealed after a position, added up by place and day: counted once for all that look at the same rows.

Most of what a small question costs is planning it. All figures over one source are therefore one statement, at all
places and on all days; which of them a figure looks at is told from its rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeAlias

from yibiao.core import moments
from yibiao.figures import cubing, reading, tail
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Table
from yibiao.figures.reading import Question
from yibiao.figures.stretches import Stretches
from yibiao.figures.terms import Term
from yibiao.figures.types import Indicator, Source

EVERYWHERE: Final = 2**31
EVER: Final = ("", "9999-12-31")
_ALWAYS: Final = ("position", "place", "day", "program")
Row: TypeAlias = tuple[int, str, int, Decimal, str]


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came, less what was taken back.

    Shape: (place's number, day, facts, total, value of a column or nothing), by place's number; of what is counted
    apart the total is of rows.
    """

    rows: tuple[Row, ...] = ()
    enters: tuple[int, ...] = ()

    def within(self, enter: int, leave: int, days: tuple[str, str]) -> Sequence[Row]:
        """The rows in a range of the tree, from a first day to a last."""
        (first, last), rows = days, self.rows[bisect_left(self.enters, enter) : bisect_left(self.enters, leave)]
        return [row for row in rows if first <= row[1] <= last]


_NOTHING: Final = Arrived()
# Of each figure so many stretches of the log are kept, each of no more rows than so.
_STRETCHES: Final = 64
_LITTLE: Final = 500
_kept: Stretches[Arrived] = Stretches(_STRETCHES)


def of(asked: Sequence[tuple[Question, Indicator]], source: Source, after: int, by: str = "") -> list[Arrived]:
    """Of figures over one source, as of one moment, what was sealed after a position.

    ``by`` is a column with one name in a cell, of figures that are ``cubing.plain``.

    Shape: one for each, in order.
    """
    if not asked:
        return []
    one = asked[0][0]
    new, gone = tail.moves(one.projection, source, after, one.upto)
    if not new.num_rows and not gone.num_rows:
        return [_NOTHING] * len(asked)
    about = [
        (one.projection.token, source, by, held.standing.tree, held.query.program, rule.measure, rule.filter, rule.of)
        for held, rule in asked
    ]

    def find(lacking: list[int]) -> list[Arrived]:
        known = {index: _known(about[index], after, one.upto) for index in lacking}
        rest = [index for index in lacking if known[index] is None]
        counted = iter(_found([asked[index] for index in rest], new, gone, by) if rest else ())
        found = [known[index] or next(counted) for index in lacking]
        for index, arrived in zip(lacking, found, strict=True):
            if len(arrived.rows) <= _LITTLE:
                _kept.keep(about[index], after, one.upto, arrived)
        return found

    return moments.each([("arrived", key, after, one.upto) for key in about], find)


def _known(about: tuple[object, ...], after: int, upto: int) -> Arrived | None:
    """What was added up before of the same stretch of the log, or of all its parts."""
    parts, position = _kept.path(about, after, upto)
    if position < upto:
        return None
    rows = sorted(row for part in parts for row in part.rows)
    return Arrived(tuple(rows), tuple(row[0] for row in rows))


@contextmanager
def signed(term: Term, new: Table, gone: Table, extra: str = "") -> Iterator[str]:
    """Rows that came and rows that were taken back as one relation with all that a term reads, for the block."""
    named = {*_ALWAYS, *term.shown(), extra}
    columns = [one for one in term.columns([extra]) if one.name in named]
    with duckdb.given([duckdb.signed(columns, new, gone)]) as (held,):
        yield f"SELECT {duckdb.picked(columns)}, sign FROM {held}"  # noqa: S608 - names of our own


def _found(asked: Sequence[tuple[Question, Indicator]], new: Table, gone: Table, by: str) -> list[Arrived]:
    terms = [
        replace(reading.term(question, rule), enter=0, leave=EVERYWHERE, from_=None, until=None)
        for question, rule in asked
    ]
    found: list[Arrived] = [_NOTHING] * len(terms)
    for indexes in _together(terms):
        several = [terms[index] for index in indexes]
        with signed(cubing.together(several) if len(several) > 1 else several[0], new, gone, by) as relation:
            rows = sorted(duckdb.run(cubing.arrived(several, relation, by)))
        for nth, index in enumerate(indexes):
            found[index] = _of(rows, 3 + 2 * nth)
    return found


def _of(rows: Sequence[Sequence[object]], nth: int) -> Arrived:
    mine = tuple(
        (int(row[0]), str(row[1]), int(row[nth]), Decimal(row[nth + 1]), str(row[2]))  # type: ignore[call-overload, arg-type]
        for row in rows if row[nth] or row[nth + 1]
    )  # fmt: skip
    return Arrived(mine, tuple(row[0] for row in mine))


def _together(terms: Sequence[Term]) -> list[list[int]]:
    """Which terms are one statement: those of one program in one tree with a row a fact; each other is its own."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for index, term in enumerate(terms):
        own = () if cubing.plain(term) else (index,)
        alike.setdefault((term.tree, term.program, *own), []).append(index)
    return list(alike.values())
