"""Answers one question: which rows, as of which checkpoint, in which tree; and runs the compiled SQL over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from yibiao.core import expressions
from yibiao.core.periods import Period, midnight
from yibiao.core.problems import refuse
from yibiao.figures import answering, columns, definitions, geography, problems, store
from yibiao.figures.compiler import Term
from yibiao.figures.engines.border import Engine
from yibiao.figures.geography import Standing
from yibiao.figures.models import DefinitionSet, Projection
from yibiao.figures.types import Definitions, Indicator, Query, Source
from yibiao.ledger import queries as ledger
from yibiao.people.types import Scope
from yibiao.places import queries as places

_SHAPES: Final = {"count": "count", "zero": "count", "streak": "count", "sum": "sum", "distinct": "distinct"}


@dataclass(frozen=True, slots=True)
class Question:
    """A query with all that it stands on: definitions, checkpoint, columns and tree.

    Without ``kept`` nothing but the columns is read.
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


def current(pack: str) -> Definitions | None:
    """The definitions of the current version of a pack."""
    row = DefinitionSet.objects.filter(pack=pack, current=True).values_list("content", flat=True).first()
    return definitions.load(row) if row is not None else None


def defined(ref: str) -> tuple[Definitions, Indicator]:
    """Raises: figures.indicator.unknown."""
    pack, _, id = ref.partition(".")
    held = current(pack)
    found = held.indicator(id) if held else None
    if held is None or found is None:
        raise refuse(problems.UNKNOWN.at(ref=ref))
    return held, found


def ask(query: Query, scope: Scope) -> Question:
    """The question that a query asks, once it is clear that its place is open to the scope.

    Raises: figures.indicator.unknown, figures.scope.outside, figures.log.empty, ledger.checkpoint.unknown,
        places.place.unknown.
    """
    held, indicator = defined(query.indicator)
    with places.remembered():
        permit(query.place, query.program, scope)
        checkpoint = ledger.checkpoint(query.as_of)
        if checkpoint is None:
            raise refuse(problems.NO_LOG.at())
        projection = store.active()
        standing = geography.standing(query, projection.token)
    return Question(query, indicator, held, checkpoint.number, checkpoint.size, projection, standing)


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
    place, lowest, highest = question.standing.place, "", ""
    if indicator.attribution == "place" and not latest:
        lowest, highest = geography.bounds(question.standing.tree, place.enter, place.leave)
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
        dialect=question.engine.dialect,
    )


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
    if not indicator.terms:
        return (indicator,)
    found: dict[str, Indicator] = {}
    for one in parts(question, indicator):
        found |= {leaf.id: leaf for leaf in leaves(question, one)}
    return tuple(found.values())


def parts(question: Question, indicator: Indicator) -> tuple[Indicator, ...]:
    """The indicators that the terms of one name."""
    names = sorted(expressions.names(expressions.parse_terms(indicator.terms)))
    return tuple(one for name in names if (one := question.definitions.indicator(name)))


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
