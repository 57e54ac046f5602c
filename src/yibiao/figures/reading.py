"""Answers one question: which rows, as of which checkpoint, in which tree; and runs the compiled SQL over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from yibiao.core import expressions, moments
from yibiao.core.periods import Period, midnight
from yibiao.core.problems import refuse
from yibiao.figures import answering, columns, definitions, geography, merging, problems, serving, store
from yibiao.figures.engines.border import Engine
from yibiao.figures.geography import Standing
from yibiao.figures.models import DefinitionSet, Projection
from yibiao.figures.terms import Term
from yibiao.figures.types import Definitions, Indicator, Merged, Query, Source
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Checkpoint
from yibiao.people.types import Scope
from yibiao.places import queries as places
from yibiao.places.types import Stamp

_SHAPES: Final = {"count": "count", "zero": "count", "streak": "count", "sum": "sum", "distinct": "distinct"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of which it is clear that its place is open to who asks: what is known of it before anything is counted.

    ``digest`` is that of the definitions. ``tree`` is None inside a transaction, of which nothing may be kept.
    """

    query: Query
    indicator: Indicator
    definitions: Definitions
    digest: str
    checkpoint: Checkpoint
    edition: int
    tree: Stamp | None


@dataclass(frozen=True, slots=True)
class Question:
    """A query with all that it stands on: definitions, checkpoint, columns and tree.

    Without ``kept`` nothing but the columns is read. ``merges`` is what counts as one where the log of this site does
    not say it.
    """

    query: Query
    indicator: Indicator
    definitions: Definitions
    checkpoint: int
    upto: int
    projection: Projection
    standing: Standing
    kept: bool = True
    engine: Engine = answering.IN_PROCESS
    merges: Mapping[str, merging.Pairs] | None = None


def current(pack: str) -> Definitions | None:
    """The definitions of the current version of a pack."""
    digest = _digest(pack)
    return _definitions(pack, digest) if digest else None


def defined(ref: str) -> tuple[Definitions, Indicator]:
    """Raises: figures.indicator.unknown."""
    return _defined(ref)[1:]


def _defined(ref: str) -> tuple[str, Definitions, Indicator]:
    pack, _, id = ref.partition(".")
    digest = _digest(pack)
    held = _definitions(pack, digest) if digest else None
    found = held.indicator(id) if held else None
    if held is None or found is None:
        raise refuse(problems.UNKNOWN.at(ref=ref))
    return digest, held, found


def in_force() -> tuple[Definitions, ...]:
    """The definitions of the current version of each pack, by pack."""
    rows = DefinitionSet.objects.filter(current=True).order_by("pack").values_list("pack", "digest")
    return tuple(_definitions(pack, digest) for pack, digest in rows)


def _digest(pack: str) -> str:
    return moments.once(("digest", pack), lambda: _current(pack))


def _current(pack: str) -> str:
    """Asked for each figure: written out, since Django takes longer to make this statement than to run it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM figures_definitionset WHERE pack = %s AND current", [pack])
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def checkpoint(number: int | None) -> Checkpoint | None:
    """Raises: ledger.checkpoint.unknown."""
    return moments.once(("checkpoint", number), lambda: ledger.checkpoint(number))


@lru_cache(maxsize=64)
def _definitions(pack: str, digest: str) -> Definitions:
    """Definitions by their digest, which never changes what it stands for."""
    rows = DefinitionSet.objects.filter(pack=pack, digest=digest)
    return definitions.load(rows.values_list("content", flat=True)[0])


def ask(query: Query, scope: Scope) -> Question:
    """The question that a query asks, once it is clear that its place is open to the scope.

    Raises: figures.indicator.unknown, figures.scope.outside, figures.log.empty, ledger.checkpoint.unknown,
        places.place.unknown.
    """
    with places.remembered():
        return complete(admit(query, scope))


def admit(query: Query, scope: Scope) -> Asked:
    """A query, once it is clear that its place is open to the scope: a few small statements.

    Raises: as ``ask``.
    """
    digest, held, indicator = _defined(query.indicator)
    permit(query.place, query.program, scope)
    sealed = checkpoint(query.as_of)
    if sealed is None:
        raise refuse(problems.NO_LOG.at())
    edition = places.edition(geography.day_of(query)).number
    return Asked(query, indicator, held, digest, sealed, edition, places.stamp())


def complete(asked: Asked) -> Question:
    """The same with the columns and the tree, from which it can be counted."""
    projection = moments.once("projection", store.active)
    standing = geography.standing(asked.query, projection.token)
    newest, engine = asked.checkpoint, serving.engine()
    return Question(
        asked.query, asked.indicator, asked.definitions, newest.number, newest.size, projection, standing,
        kept=engine.ready, engine=engine,
    )  # fmt: skip


def permit(place: str, program: str, scope: Scope) -> None:
    """Refuses a place that is not inside the scope, by the tree of today: rights follow how things stand now.

    Raises: figures.scope.outside.
    """
    if scope.right == "analyse":
        for root in scope.places(program):
            if root == place or places.descends(place, root):
                return
    raise refuse(problems.OUTSIDE.at(place=place, program=program))


def span(indicator: Indicator, period: Period) -> tuple[Any, Any]:
    """From when (None: from ever) until when an indicator looks, asked for a period."""
    if indicator.window == "history" or indicator.measure in ("latest", "streak"):
        return None, period.until
    if indicator.window == "year-to-date":
        return midnight(date(period.last_day.year, 1, 1)), period.until
    return period.from_, period.until


def term(question: Question, indicator: Indicator, number: int = 0) -> Term:
    """The term of an indicator that looks at rows of its own."""
    source = source_of(question, indicator.source)
    from_, until = span(indicator, question.query.period)
    latest = indicator.measure == "latest"
    distinct = indicator.measure == "distinct"
    place, lowest, highest, solid = question.standing.place, "", "", False
    if indicator.attribution == "place" and not latest:
        lowest, highest, solid = geography.bounds(question.standing.tree, place.enter, place.leave)
    return Term(
        number=number,
        source=source,
        shape=_SHAPES.get(indicator.measure, "latest"),
        upto=question.upto,
        tree=question.standing.tree,
        enter=place.enter,
        leave=place.leave,
        # A register is shared: the newest word on an entity may have been said in another program.
        program="" if latest and source.register else question.query.program,
        from_=from_,
        until=until,
        filter=_filter(indicator, source, until),
        of=indicator.of if indicator.measure in ("sum", "latest") else "",
        per=(indicator.per or source.key or "subject") if latest else "",
        keys=tuple(indicator.of.split("|")) if distinct else (),
        attribution=indicator.attribution,
        lowest=lowest,
        highest=highest,
        solid=solid,
        merged=merged(question, indicator),
        dialect=question.engine.dialect,
    )


def merged(question: Question, indicator: Indicator) -> Merged:
    """What counts as one to an indicator that tells entities apart."""
    if indicator.measure not in ("distinct", "latest"):
        return ()
    source = source_of(question, indicator.source)
    if question.merges is not None:
        return merging.within(source, question.merges)
    return merging.merged(source, question.upto)


def _filter(indicator: Indicator, source: Source, until: datetime) -> expressions.Node | None:
    if not indicator.filter:
        return None
    node = expressions.parse_filter(indicator.filter, columns.filter_types(source))
    return expressions.bound(node, columns.cutoff(until))


def source_of(question: Question, name: str) -> Source:
    found = question.definitions.source(name)
    assert found is not None  # noqa: S101 - definitions are stored with every source that they name
    return found


def leaves(question: Question, indicator: Indicator) -> tuple[Indicator, ...]:
    """The indicators with rows of their own that an indicator is made of, each once."""
    return leaves_of(question.definitions, indicator)


def leaves_of(held: Definitions, indicator: Indicator) -> tuple[Indicator, ...]:
    """The same of definitions alone."""
    if not indicator.terms:
        return (indicator,)
    found: dict[str, Indicator] = {}
    for one in parts_of(held, indicator):
        found |= {leaf.id: leaf for leaf in leaves_of(held, one)}
    return tuple(found.values())


def parts(question: Question, indicator: Indicator) -> tuple[Indicator, ...]:
    """The indicators that the terms of one name."""
    return parts_of(question.definitions, indicator)


@lru_cache(maxsize=1024)
def _named(terms: str) -> tuple[str, ...]:
    return tuple(sorted(expressions.names(expressions.parse_terms(terms))))


def parts_of(held: Definitions, indicator: Indicator) -> tuple[Indicator, ...]:
    """The same of definitions alone."""
    return tuple(one for name in _named(indicator.terms) if (one := held.indicator(name)))


def run(question: Question, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Runs compiled SQL with the relations of its terms."""
    return question.engine.answer(question.projection, question.upto, sql, terms, extra)


def over(
    projection: Projection, upto: int, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """The same without a question: over a projection and the tail up to a position."""
    return answering.IN_PROCESS.answer(projection, upto, sql, terms, extra)


def exact(value: Any) -> Decimal:
    """A number of the engine as a Decimal without trailing zeros."""
    found = Decimal(value)
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize()
