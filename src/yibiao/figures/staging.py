"""The facts of the log as tables of the site's PostgreSQL: no columns and no tail, the rows that each fact makes.

A table is brought forward from where it stands before it is read. Sealed facts never change, so what lies above the
position that is asked for does no harm: a statement cuts it off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from django.db import transaction

from yibiao.figures import columns
from yibiao.figures import superseding as later
from yibiao.figures.engines import postgres
from yibiao.figures.engines.border import Rows
from yibiao.figures.engines.dialects import POSTGRES, identifier
from yibiao.figures.models import Projection
from yibiao.figures.supplying import ORGANISATIONS, TREE, organised, tree_rows
from yibiao.figures.terms import Term
from yibiao.figures.types import Source
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people

_PIECE: Final = 10_000
_ANALYSED: Final = 1_000


def relations(projection: Projection, upto: int, terms: Sequence[Term], extra: Sequence[str] = ()) -> list[str]:
    """What the terms read as of a position, as the queries of a WITH."""
    inline, made = POSTGRES.write("inline"), []
    for tree in dict.fromkeys(one.tree for one in terms):
        made.append(f"{tree} AS {inline}(SELECT code, enter FROM {postgres.SCHEMA}.{_tree(projection, tree)})")  # noqa: S608
    for one in terms:
        rows, pairs = _brought(projection, one.source, max(upto, one.upto))
        made.append(f"{one.facts} AS {inline}({_live(one, rows, pairs, extra)})")
    if organised(terms):
        known = [(one.code, one.place) for one in people.organisations()]
        made.append(f"organisations AS ({postgres.listed(ORGANISATIONS, known)})")
    return made


def bring(projection: Projection, sources: Sequence[Source], upto: int) -> int:
    """Stages sources up to a position; how far the one that was farthest behind went forward."""
    before = position(projection, sources, upto)
    for source in sources:
        _brought(projection, source, upto)
    return upto - before


def position(projection: Projection, sources: Sequence[Source], upto: int) -> int:
    """How far the source is that is farthest behind."""
    return min([upto, *(postgres.position(_rows(projection, source)) or 0 for source in sources)])


def tally(projection: Projection, source: Source, upto: int) -> tuple[int, int]:
    """How many rows a source has up to a position, and the sum of their positions."""
    table = f"{postgres.SCHEMA}.{_rows(projection, source)}"
    sql = f"SELECT COUNT(*), COALESCE(SUM(position), 0) FROM {table} WHERE position <= {upto}"  # noqa: S608
    [(count, total)] = postgres.run(sql)
    return int(count), int(total)


def rows_at(projection: Projection, source: Source, positions: Sequence[int]) -> Rows:
    """The rows of some positions."""
    names = ", ".join(identifier(column.name) for column in source.columns)
    listed = ", ".join(map(str, positions)) or "0"
    table = f"{postgres.SCHEMA}.{_rows(projection, source)}"
    return postgres.run(f"SELECT {names} FROM {table} WHERE position IN ({listed})")  # noqa: S608


def superseding(
    projection: Projection, source: Source, upto: int, positions: Sequence[int]
) -> tuple[tuple[int, int], Rows]:
    """How many rows say that a fact was superseded up to a position, with the sum of those that did; and the pairs
    (position, position superseded) of some positions."""
    table = f"{postgres.SCHEMA}.{_rows(projection, source)}_gone"
    listed = ", ".join(map(str, positions)) or "0"
    [(count, total)] = postgres.run(
        f"SELECT COUNT(*), COALESCE(SUM(position), 0) FROM {table} WHERE position <= {upto}"  # noqa: S608
    )
    pairs = postgres.run(f"SELECT position, superseded FROM {table} WHERE position IN ({listed})")  # noqa: S608
    return (int(count), int(total)), pairs


def sweep() -> int:
    """Drops tables of projections that are no more; how many."""
    if not postgres.here():
        return 0
    with transaction.atomic():
        return postgres.sweep(list(Projection.objects.values_list("token", flat=True)))


def _live(one: Term, rows: str, pairs: str, extra: Sequence[str]) -> str:
    held = {column.name: column for column in one.source.columns}
    cells = ", ".join(f"{postgres.picked(column, held[column.name])}" for column in one.columns(extra))
    # NOT EXISTS here, a join over files: two ways to say what is live.
    return (
        f"SELECT {cells} FROM {postgres.SCHEMA}.{rows} AS r WHERE position <= {one.upto} AND NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM {postgres.SCHEMA}.{pairs} AS s WHERE s.superseded = r.position AND s.position <= {one.upto})"
    )


def _brought(projection: Projection, source: Source, upto: int) -> tuple[str, str]:
    """The tables of a source and of what is superseded in it, complete up to a position at least."""
    name = _rows(projection, source)
    pairs = f"{name}_gone"
    at = postgres.position(name)
    if at is not None and at >= upto:
        return name, pairs
    with transaction.atomic():
        postgres.lock(name)
        at = postgres.position(name)
        if at is None:
            shapes = [(name, source.columns), (pairs, columns.SUPERSEDED_COLUMNS)]
            postgres.create(name, projection.token, shapes)
            at = 0
        begun = at
        while at < upto:
            facts = list(ledger.entries(at, upto, (source.kind,), _PIECE))
            postgres.fill(name, source.columns, (row for fact in facts for row in columns.rows(source, fact)))
            gone = [(position, before) for _, position, before in later.superseded(facts)]
            postgres.fill(pairs, columns.SUPERSEDED_COLUMNS, gone)
            at = upto if len(facts) < _PIECE else facts[-1].position or upto
        postgres.moved(name, at)
        if at - begun > _ANALYSED:
            postgres.analyse(name)
    return name, pairs


def _rows(projection: Projection, source: Source) -> str:
    return _named("rows", projection.token, repr(source))


def _tree(projection: Projection, tree: str) -> str:
    name = _named("tree", projection.token, tree)
    if postgres.position(name) is None:
        with transaction.atomic():
            postgres.lock(name)
            if postgres.position(name) is None:
                postgres.create(name, projection.token, [(name, TREE)])
                postgres.fill(name, TREE, tree_rows(tree))
                postgres.analyse(name)
    return name


def _named(what: str, *parts: str) -> str:
    return f"{what}_{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"
