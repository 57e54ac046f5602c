"""Reads of figures: what is defined, what a figure is, and what stands behind it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.db.models import Sum

from yibiao.core import expressions
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import Problem
from yibiao.figures import (
    answering,
    breakdowns,
    caching,
    compiler,
    copying,
    covering,
    cubes,
    definitions,
    explaining,
    grids,
    growing,
    keeping,
    measures,
    moving,
    paging,
    reading,
    rolling,
    store,
)
from yibiao.figures import serving as serving_
from yibiao.figures.columns import STANDARD as STANDARD
from yibiao.figures.composed import columns as columns
from yibiao.figures.composed import leaves as leaves
from yibiao.figures.composed import terms as terms
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Engine
from yibiao.figures.engines.loopback import Cluster
from yibiao.figures.inventory import inventory as inventory
from yibiao.figures.inventory import reread as reread
from yibiao.figures.models import DefinitionSet, Segment
from yibiao.figures.reading import Question
from yibiao.figures.recounting import recounts as recounts
from yibiao.figures.types import (
    Check,
    CheckRule,
    Column,
    Contribution,
    Contributions,
    Coverage,
    CoverageRule,
    Definitions,
    Explanation,
    Figure,
    Indicator,
    Part,
    Query,
    Rollup,
    Slice,
    Status,
)  # fmt: skip
from yibiao.forms.types import FormVersion
from yibiao.ledger import queries as ledger
from yibiao.packs.types import Declared, PackFiles
from yibiao.people.types import Scope

# A first page of no more rows is kept for whoever asks for it again.
_KEPT: Final = 100
_SHOWN: Final = json.JSONDecoder(parse_float=Decimal)


def check(
    files: PackFiles, forms: Sequence[FormVersion], declared: Sequence[Declared] = ()
) -> tuple[Definitions, list[Problem]]:
    """What a pack's indicators.toml defines, and everything that is wrong with it.

    ``declared`` are the facts that other rooms keep for this pack.
    """
    return definitions.check(files, forms, declared)


def indicators(pack: str | None = None) -> tuple[Indicator, ...]:
    """The indicators of the current version of a pack, or of all packs, in the order of their files."""
    if pack is not None:
        held = reading.current(pack)
        return held.indicators if held else ()
    return tuple(one for held in reading.in_force() for one in held.indicators)


def indicator(ref: str) -> Indicator:
    """Raises: figures.indicator.unknown."""
    return reading.defined(ref)[1]


def version(pack: str, version: str) -> Definitions | None:
    """What one version of a pack defined, also when a newer one is current."""
    row = DefinitionSet.objects.filter(pack=pack, version=version).values_list("content", flat=True).first()
    return definitions.load(row) if row is not None else None


def checks(pack: str) -> tuple[CheckRule, ...]:
    """The partition checks of a pack."""
    held = reading.current(pack)
    return held.checks if held else ()


def coverages(pack: str) -> tuple[CoverageRule, ...]:
    """The reports that a pack asks for."""
    held = reading.current(pack)
    return held.coverages if held else ()


def dimensions(ref: str) -> tuple[Column, ...]:
    """The columns by which a figure can be broken down: those of all its sources with few values by their nature.

    Raises: figures.indicator.unknown.
    """
    return breakdowns.dimensions(*reading.defined(ref))


def figure(query: Query, *, scope: Scope) -> Figure:
    """The value of an indicator for a place and a period, as of a checkpoint.

    Missing: ``value`` is None where nothing can be said; ``note`` then says why.
    Raises: figures.indicator.unknown, figures.scope.outside, figures.log.empty, ledger.checkpoint.unknown,
        places.place.unknown.
    """
    return figures([query], scope=scope)[0]


def figures(asked: Sequence[Query], *, scope: Scope) -> tuple[Figure, ...]:
    """Several figures, which cost less together than one by one.

    Shape: one for each query, in order.
    Raises: as ``figure``.
    """
    found = caching.answered_each(asked, scope, ("figure",), _measured, _moved)
    return tuple(_figure(one.query, one.indicator, one.checkpoint.number, what) for one, what in found)


def engine(name: str, *, master: str = "", settings: Iterable[tuple[str, str]] = (), files: str = "") -> Engine:
    """An engine to count with: ``duckdb``, ``postgres``, or ``spark`` on a master, with settings of its own.

    ``files`` is what the workers of a cluster call the folder of the columns.
    Raises: figures.engine.database, figures.engine.missing, figures.engine.unreachable.
    """
    return answering.engine(name, master, settings, files)


def loopback(folder: Path, workers: int = 2) -> AbstractContextManager[Cluster]:
    """A throw-away Spark cluster on this machine, a master and workers in processes of their own; files in the folder.

    Raises: figures.engine.missing, figures.engine.unreachable.
    """
    return answering.on_loopback(folder, workers)


def serving() -> str:
    """The name of the engine that serves pages and bulletins.

    Raises: figures.engine.database.
    """
    return serving_.engine().dialect.engine


def recounted(query: Query, *, scope: Scope, engine: Engine = answering.IN_PROCESS) -> Figure:
    """The same from the facts alone, whatever is kept ready; by one engine or another.

    Raises: as ``figure``.
    """
    question = replace(reading.ask(query, scope), kept=False, engine=engine)
    return _figure(query, question.indicator, question.checkpoint, _measured(question))


def rollup(
    folder: Path | str, query: Query, *, scope: Scope, late: timedelta = timedelta(hours=36),
    engine: Engine = answering.IN_PROCESS,
) -> Rollup:  # fmt: skip
    """A figure over a shared lake, with each province's checkpoint; one published longer ago than ``late`` is lacking.

    Missing: ``value`` is None where nothing can be said: of a zero, while any province is lacking.
    Raises: figures.indicator.unknown, figures.scope.outside, figures.lake.overlap, figures.lake.engine,
        figures.copies.unreachable, places.place.unknown.
    """
    return rolling.rollup(folder, query, scope, late, engine)


def lake(folder: Path | str, *, late: timedelta = timedelta(hours=36)) -> tuple[Part, ...]:
    """Every province of a shared lake, with all its files held against their digests.

    Raises: figures.lake.overlap, figures.copies.unreachable.
    """
    return rolling.inspect(folder, late)


def copies(root: str) -> tuple[str, ...]:
    """The files of columns copied to an address that are lacking there or are not what was copied.

    Raises: figures.copies.missing, figures.copies.unreachable, figures.copies.unreadable.
    """
    return copying.check(root)


def by_hand(kind: str, sql: str, months: tuple[str, str] = ("0000-00", "9999-99")) -> list[tuple[Any, ...]]:
    """What a statement of one's own gives over the files of live rows of a kind, which it calls ``{live}``.

    It knows nothing of the tail and of checkpoints: a measure of speed, and a second opinion where neither matters.
    """
    projection = store.active()
    rows = Segment.objects.filter(projection=projection, source=kind, history=False)
    rows = rows.filter(month__gte=months[0], month__lte=months[1])
    return duckdb.run(sql.format(live=duckdb.read(store.paths(rows))))


def breakdown(query: Query, *, by: str, scope: Scope) -> tuple[Slice, ...]:
    """The parts of a figure: ``child`` places, each ``day``, or the values of a column.

    Shape: one per part in its natural order. Only counts and sums of parts add up to the whole.
    Raises: as ``figure``, and figures.breakdown.unavailable.
    """
    if by not in ("child", "day"):
        asked, parts = caching.answered(
            query, scope, ("column", by), lambda question: breakdowns.by_column(question, by), growing.by_column(by)
        )
        # The labels of choices are those of the form and the language of today.
        return breakdowns.labelled(asked.definitions, asked.indicator, by, parts)
    moved = growing.by_child if by == "child" else growing.by_day
    found = caching.answered(query, scope, ("breakdown", by), lambda question: breakdowns.slices(question, by), moved)
    return found[1]


def at_places(query: Query, codes: Sequence[str], *, scope: Scope) -> dict[str, Decimal | None]:
    """The figure at each of several places inside the one asked for, in one pass.

    Missing: a code outside the place asked for is left out; None where nothing can be said.
    Raises: as ``figure``.
    """
    what = ("places", *codes)
    found = caching.answered(
        query, scope, what, lambda question: breakdowns.at_places(question, codes), growing.at_places
    )
    return dict(found[1])


def by_month(query: Query, codes: Sequence[str], *, scope: Scope) -> dict[tuple[str, str], Decimal | None]:
    """The figure of each whole month that the period touches, at each of several places inside the one asked for.

    Shape: by (code, month as YYYY-MM).
    Missing: a code outside the place asked for is left out; None where nothing can be said.
    Raises: as ``figure``.
    """
    what = ("months", *codes)
    return dict(caching.answered(query, scope, what, lambda question: grids.by_month(question, codes))[1])


def contributions(query: Query, *, scope: Scope, number: int = 1, size: int = 50) -> Contributions:
    """One page of the facts behind a figure.

    Shape: one per fact, or per item of its repeat; newest first.
    Raises: as ``figure``.
    """
    nth = max(number, 1)

    def page(question: Question) -> tuple[tuple[Contribution, ...], int]:
        rows, total = paging.page(question, size, (nth - 1) * size)
        return tuple(map(_contribution, rows)), total

    # The first is opened again and again. Whoever reads through all of them pushes nothing out that others ask.
    first = nth == 1 and size <= _KEPT
    found, total = caching.answered(query, scope, ("page", size), page)[1] if first else page(reading.ask(query, scope))
    return Contributions(found, total, nth, size)


def all_contributions(query: Query, *, scope: Scope) -> Iterator[Contribution]:
    """Every fact behind a figure, newest first.

    Raises: as ``figure``, before the first is given.
    """
    question = reading.ask(query, scope)
    sql, terms = measures.sql_behind(question, question.indicator)
    return map(_contribution, reading.run(question, compiler.paged(sql, None, 0), terms))


def difference(query: Query, then: int, now: int, *, scope: Scope) -> tuple[str, ...]:
    """The ids of the records because of which a figure differs between two checkpoints, newest first.

    A correction of an answer that the rule does not look at is no difference.
    """
    held: list[dict[tuple[Any, ...], str]] = []
    for number in (then, now):
        question = reading.ask(replace(query, as_of=number), scope)
        sql, terms = measures.sql_behind(question, question.indicator)
        listed = (
            f"SELECT kind, fact, item, amount, key, place, occurred_at FROM (\n{sql}\n) AS c\nORDER BY occurred_at DESC"  # noqa: S608
        )
        found = reading.run(question, listed, terms)
        held.append({row[:5]: row[1] for row in found})
    before, after = held
    changed = [id for row, id in after.items() if row not in before]
    changed += [id for row, id in before.items() if row not in after]
    return tuple(dict.fromkeys(changed))


def explain(query: Query, *, scope: Scope) -> Explanation:
    """The rule of a figure in words, what is done step by step, and the SQL.

    Raises: as ``figure``.
    """
    return explaining.explain(reading.ask(query, scope))


def partitions(
    pack: str, program: str, place: str, period: Period, as_of: int | None = None, *, scope: Scope
) -> tuple[Check, ...]:
    """The partition checks of a pack, computed.

    Raises: as ``figure``.
    """
    held = reading.current(pack)
    made = []
    for rule in held.checks if held else ():
        sides = [expressions.parse_terms(side) for side in rule.equal.split("=")]
        names = sorted(expressions.names(sides[0]) | expressions.names(sides[1]))
        values: dict[str, Decimal | None] = {}
        for name in names:
            query = Query(f"{pack}.{name}", program, place, period, as_of)
            values[name] = figure(query, scope=scope).value
        left, right = (expressions.value(side, values) for side in sides)
        made.append(Check(rule.id, rule.label, left, right))
    return tuple(made)


def coverage(query: Query, *, scope: Scope) -> Coverage | None:
    """How many of the reports that an indicator relies on were filed; None where it relies on none.

    Raises: as ``figure``.
    """
    return caching.answered(query, scope, ("coverage",), _covered)[1]


def status() -> Status:
    """How far the columns have come."""
    projection, newest = store.active(), ledger.checkpoint()
    position = keeping.position()
    rows = Segment.objects.filter(projection=projection)
    sums = rows.aggregate(rows=Sum("rows"), size=Sum("size"))
    return Status(position, newest.size if newest else 0, rows.count(), sums["rows"] or 0, sums["size"] or 0)


def _measured(question: Question) -> measures.Measured:
    return measures.measure(question, question.indicator)


def _moved(kept: Sequence[tuple[Question, int, measures.Measured]]) -> Sequence[measures.Measured | None]:
    """Counts, sums, distinct counts and stocks with what was sealed after a position."""
    found: list[measures.Measured | None] = [None] * len(kept)
    asked = {
        index: (question, question.indicator, moving.Kept(position, before.value, before.facts))
        for index, (question, position, before) in enumerate(kept)
        if question.indicator.measure in ("count", "sum", "distinct", "latest")
        and not question.indicator.coverage and before.value is not None
    }  # fmt: skip
    stocks = {index: asked.pop(index) for index in list(asked) if asked[index][1].measure == "latest"}
    for index, (question, _, before) in stocks.items():
        more = growing.stock(question, before.position, before)
        found[index] = measures.Measured(more.value, more.facts) if more else None
    for index, one in zip(asked, cubes.since(list(asked.values())), strict=True):
        found[index] = one and measures.Measured(reading.exact(one[0]), one[1])
    return found


def _covered(question: Question) -> Coverage | None:
    if question.indicator.measure == "streak":
        return _measured(question).coverage
    duty = covering.obligation(question, question.indicator)
    return covering.measure(question, duty)[0] if duty else None


def _figure(query: Query, one: Indicator, as_of: int, found: measures.Measured) -> Figure:
    return Figure(query, one, found.value, one.unit, as_of, found.facts, found.coverage, found.note)


def _contribution(row: tuple[Any, ...]) -> Contribution:
    kind, position, fact, revision, item, place, occurred_at, amount, shown, _ = row
    values = {name: value for name, value in _SHOWN.decode(shown or "{}").items() if value is not None}
    at = occurred_at.replace(tzinfo=SHANGHAI)
    added = None if amount is None else reading.exact(amount)
    return Contribution(fact, revision, position, item, kind, place, at, added, values)
