"""The facts sealed after the last segment, as tables beside the files: a figure includes the newest of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from yibiao.figures import columns, superseding
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Table
from yibiao.figures.models import Projection
from yibiao.figures.stretches import Stretches
from yibiao.figures.types import Source
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact

_KEPT: Final = 64
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tail:
    """The rows of one source, and what supersedes what among its kind, for positions after < p ≤ upto."""

    after: int
    upto: int
    rows: Table
    superseded: Table


_tails: OrderedDict[tuple[str, Source], Tail] = OrderedDict()
Moved: TypeAlias = tuple[Tail, Table]
_moves: Stretches[Moved] = Stretches(_KEPT)


def of(projection: Projection, source: Source, upto: int) -> Tail:
    """The tail of a source from the projection's position up to at least a checkpoint's size.

    Sealed facts never change, so what was read once is kept, and only what was sealed since is read again.
    """
    key = (projection.token, source)
    with _lock:
        held = _tails.get(key)
    if held is None or held.after != projection.position:
        held = _read(source, projection.position, max(upto, projection.position))
    elif held.upto < upto:
        # What moved a figure was read for that, and is what was sealed since.
        known = _moves.find(key, held.upto, upto)
        newer = known[0] if known else _read(source, held.upto, upto)
        held = Tail(
            held.after, upto, duckdb.joined([held.rows, newer.rows]),
            duckdb.joined([held.superseded, newer.superseded]),
        )  # fmt: skip
    with _lock:
        _tails[key] = held
        _tails.move_to_end(key)
        while len(_tails) > _KEPT:
            _tails.popitem(last=False)
    return held


def moves(projection: Projection, source: Source, after: int, upto: int) -> tuple[Table, Table]:
    """The rows that facts with after < position ≤ upto add to a source, and those that they take back.

    What others have read of them before is not read again, so that who looks more seldom reads no more.
    """
    about = projection.token, source
    known = _moves.find(about, after, upto)
    if known is None:
        known = _read_on(about, after, upto)
        _moves.keep(about, after, upto, known)
    return known[0].rows, known[1]


def _read_on(about: tuple[str, Source], after: int, upto: int) -> Moved:
    """What is known from a position on, and the rest as it is read."""
    found, position = _moves.path(about, after, upto)
    if position < upto or not found:
        facts = list(ledger.entries(position, upto, (about[1].kind,)))
        gone = [row for _, before in superseding.pairs(facts) for row in columns.rows(about[1], before)]
        found.append((_of(about[1], facts, position, upto), duckdb.table(about[1].columns, gone)))
    return found[0] if len(found) == 1 else _joined(after, upto, found)


def _joined(after: int, upto: int, found: Sequence[Moved]) -> Moved:
    tails = [one for one, _ in found]
    rows = duckdb.joined([one.rows for one in tails])
    return (
        Tail(after, upto, rows, duckdb.joined([one.superseded for one in tails])),
        duckdb.joined([gone for _, gone in found]),
    )


def _read(source: Source, after: int, upto: int) -> Tail:
    return _of(source, list(ledger.entries(after, upto, (source.kind,))), after, upto)


def _of(source: Source, facts: Sequence[Fact], after: int, upto: int) -> Tail:
    rows = [row for fact in facts for row in columns.rows(source, fact)]
    pairs = [(position, before) for _, position, before in superseding.superseded(facts)]
    return Tail(after, upto, duckdb.table(source.columns, rows), duckdb.table(columns.SUPERSEDED_COLUMNS, pairs))
