"""The facts sealed after the last segment, as tables beside the files: a figure includes the newest of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from yibiao.figures import columns, follow
from yibiao.figures.engines import duckdb
from yibiao.figures.models import Projection
from yibiao.figures.types import Source
from yibiao.ledger import queries as ledger

_KEPT: Final = 64
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tail:
    """The rows of one source, and what supersedes what among its kind, for positions after < p ≤ upto."""

    after: int
    upto: int
    rows: duckdb.Table
    superseded: duckdb.Table


_tails: OrderedDict[tuple[str, Source], Tail] = OrderedDict()


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
        newer = _read(source, held.upto, upto)
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


def _read(source: Source, after: int, upto: int) -> Tail:
    facts = list(ledger.entries(after, upto, (source.kind,)))
    rows = [row for fact in facts for row in columns.rows(source, fact)]
    pairs = [(position, before) for _, position, before in follow.superseded(facts)]
    return Tail(after, upto, duckdb.table(source.columns, rows), duckdb.table(columns.SUPERSEDED_COLUMNS, pairs))
