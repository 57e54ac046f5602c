"""Figures over a shared lake: the same text over the files of all provinces that can be heard.

Positions of different logs are moved apart; what is counted once (people, subjects) is told by its id, wherever it was
seen. A province that is late, damaged or lacking is named, and none of its facts counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from yibiao.core import clock
from yibiao.core.problems import refuse
from yibiao.core.texts import Text
from yibiao.figures import (
    answering,
    columns,
    geography,
    lake,
    measures,
    merging,
    problems,
    reading,
    shelves,
    store,
    supplying,
)  # fmt: skip
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Engine, Files, Relation
from yibiao.figures.lake import Damaged, ManifestIn
from yibiao.figures.models import Projection
from yibiao.figures.reading import Question
from yibiao.figures.shelves import Shelf
from yibiao.figures.terms import Term
from yibiao.figures.types import UNSAID, Indicator, Part, Query, Rollup
from yibiao.people.types import Scope
from yibiao.places import queries as places

# So far apart lie the positions of two logs.
APART: Final = 2**40
_UPTO: Final = 2**62
_EVENTS: Final = Text(
    "两个省各报一次的同一件事按两件计：联合工作由一个省填报，其他省列为参加。",
    "One event that two provinces file counts as two: one files joint work and names the others as taking part.",
)
_KEYS: Final = Text(
    "两个省编号相同的按一个计，各用各的编号的按两个计。",
    "What two provinces know under one key counts as one, under keys of their own as two.",
)


def rollup(
    folder: Path | str, query: Query, scope: Scope, late: timedelta, engine: Engine = answering.IN_PROCESS
) -> Rollup:
    """A figure over all provinces of a lake that lie at, below or above its place.

    Raises: figures.indicator.unknown, figures.scope.outside, figures.lake.overlap, figures.lake.engine,
        figures.copies.unreachable, places.place.unknown.
    """
    reading.permit(query.place, query.program, scope)
    definitions, indicator = reading.defined(query.indicator)
    shelf = shelves.of(folder, anew=isinstance(engine, answering.OnCluster))
    found = lake.parts(shelf, query.place, clock.now(), late)
    projection, damaged = store.active(), dict[str, Damaged]()
    if not isinstance(engine, answering.InProcess | answering.OnCluster):
        raise refuse(problems.LAKE_ENGINE.at())
    while True:
        heard = [one for part, one in found if one is not None and part.place not in damaged]
        try:
            standing = geography.standing(query, projection.token)
            standing = replace(standing, tree=_tree(shelf, standing.tree, heard), whole=False)
            counting = replace(engine, supply=_Supply(shelf, heard), ready=False, folder=shelf.folder)
            if isinstance(counting, answering.OnCluster):
                counting = replace(counting, files=counting.files or shelf.address)
            question = Question(
                query, indicator, definitions, 0, _UPTO, projection, standing, kept=False, engine=counting,
                merges=merging.joined(lake.merged(shelf, one) for one in heard),
            )  # fmt: skip
            measured = measures.measure(question, indicator) if heard else measures.Measured(None, 0)
            break
        except Damaged as wrong:
            damaged[wrong.place] = wrong
    parts = tuple(_told(part, damaged) for part, _ in found)
    value = measured.value
    if value == Decimal(0) and not all(part.heard for part in parts):
        value = None
    lake.remember(heard)
    for one in heard:
        shelf.tidy(one.place, {f"{one.place}/{row.path}" for row in one.files})
    note = _twice(reading.leaves_of(definitions, indicator)) if len(heard) > 1 else UNSAID
    return Rollup(query, indicator, value, indicator.unit, measured.facts, parts, note)


def _twice(leaves: Sequence[Indicator]) -> Text:
    """What counts twice where two provinces file it."""
    return _EVENTS if any(one.measure not in ("distinct", "latest") for one in leaves) else _KEYS


def inspect(folder: Path | str, late: timedelta) -> tuple[Part, ...]:
    """Every province of a lake, with all its files held against their digests.

    Raises: figures.lake.overlap, figures.copies.unreachable.
    """
    shelf = shelves.of(folder)
    damaged = dict[str, Damaged]()
    found = [one for top in places.children("") for one in lake.parts(shelf, top.code, clock.now(), late)]
    for _, one in found:
        if one is not None:
            try:
                lake.check(shelf, one)
            except Damaged as wrong:
                damaged[one.place] = wrong
    return tuple(_told(part, damaged) for part, _ in found)


def _told(part: Part, damaged: dict[str, Damaged]) -> Part:
    wrong = damaged.get(part.place)
    return replace(part, state="damaged", why=wrong.why) if wrong else part


class _Supply:
    """The relations of a statement from the files of several provinces."""

    def __init__(self, shelf: Shelf, heard: Sequence[ManifestIn]) -> None:
        self.shelf, self.heard = shelf, heard

    def __call__(
        self, projection: Projection, upto: int, terms: Sequence[Term], extra: Sequence[str] = ()
    ) -> list[Relation]:
        made = [one for term in terms for one in self._of_term(term, extra)]
        if supplying.organised(terms):
            shape = supplying.ORGANISATIONS
            known = [row for one in self.heard for row in lake.listed(self.shelf, one, lake.ORGANISATIONS)]
            made.append(Relation("organisations", shape, duckdb.table(shape, known)))
        return made

    def _of_term(self, term: Term, extra: Sequence[str]) -> list[Relation]:
        facts: list[Files] = []
        pairs: list[Files] = []
        for nth, one in enumerate(self.heard):
            held, size = lake.held(self.shelf, one, term.source, supplying.months(term)), one.checkpoint.size
            facts += supplying.facts(held, size, size, nth * APART)
            pairs += supplying.pairs(held, size, nth * APART)
        nothing, shape, made = duckdb.table, columns.SUPERSEDED_COLUMNS, list[Relation]()
        if pairs:
            made.append(Relation(term.superseded, shape, nothing(shape, []), tuple(pairs)))
        rows = nothing(term.source.columns, [])
        less = term.superseded if pairs else ""
        return [*made, Relation(term.facts, term.columns(extra), rows, tuple(facts), less)]


def _tree(shelf: Shelf, tree: str, heard: Sequence[ManifestIn]) -> str:
    """The tree with every code of the provinces: one that it lacks counts at the nearest place above that it has."""
    stamp = repr((tree, [(one.place, one.digest) for one in heard]))
    name = f"lake_{hashlib.sha256(stamp.encode()).hexdigest()[:24]}"
    known = {code: enter for code, enter in supplying.tree_rows(tree) if enter >= 0}
    for one in heard:
        above = dict(lake.listed(shelf, one, lake.PLACES))
        for code in above:
            at: str = code
            while at and at not in known:
                at = above.get(at, "")
            if at:
                known.setdefault(code, known[at])
    duckdb.keep(name, supplying.TREE, list(known.items()))
    return name
