"""A figure in parts: by child place, by day, by the values of a column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import get_language

from yibiao.core import expressions
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal, refuse
from yibiao.core.texts import Text
from yibiao.figures import compiler, geography, measures, problems, reading
from yibiao.figures.columns import STANDARD_NAMES
from yibiao.figures.measures import Measured
from yibiao.figures.reading import Question
from yibiao.figures.terms import Term
from yibiao.figures.types import Column, Definitions, Indicator, Slice
from yibiao.forms import queries as forms

_STANDARD: Final = ("channel", "organisation", "participants", "subject")
_UNANSWERED: Final = Text("未填", "Not answered")
# No value of a column.
NOWHERE: Final = "\x00"
Cut = tuple[Decimal | None, int]


def dimensions(held: Definitions, indicator: Indicator) -> tuple[Column, ...]:
    """The columns that every source of an indicator has, without numbers and times."""
    sources = [held.source(leaf.source) for leaf in _leaves(held, indicator)]
    if not sources or any(leaf.measure not in (*measures.GROUPED, "zero") for leaf in _leaves(held, indicator)):
        return ()
    shared = [{column.name for column in source.columns} for source in sources if source]
    common = set.intersection(*shared)
    first = sources[0]
    return tuple(
        column
        for column in (first.columns if first else ())
        if column.name in common
        and column.type in ("VARCHAR", "SET", "ANY")
        and (column.name not in STANDARD_NAMES or column.name in _STANDARD)
    )


def slices(question: Question, by: str) -> tuple[Slice, ...]:
    """Raises: figures.breakdown.unavailable."""
    if by == "child":
        return _by_child(question)
    if by == "day":
        return _by_day(question)
    return labelled(question.definitions, question.indicator, by, by_column(question, by))


def _by_child(question: Question) -> tuple[Slice, ...]:
    own = question.standing.place
    places = geography.children(question.standing)
    names = {place.code: place.name for place in places}
    ranges = [(place.code, place.enter, place.leave) for place in places]
    # What happened at the place itself and at none below it is a part of its own.
    ranges.append((own.code, own.enter, min((place.enter for place in places), default=own.leave)))

    def cut(leaf: Indicator) -> Mapping[str, Cut]:
        if leaf.measure not in measures.GROUPED:
            return {code: _measured(at(question, code, enter, leave), leaf) for code, enter, leave in ranges}
        term = reading.term(question, leaf)
        return _cuts(question, leaf, compiler.by_range(term, ranges), [term])

    made = []
    for code, (value, facts) in _combined(question, cut, [code for code, _, _ in ranges]).items():
        if code in names or facts:
            made.append(Slice(code, names.get(code, own.name), value, facts))
    return tuple(made)


def at_places(question: Question, codes: Sequence[str]) -> dict[str, Decimal | None]:
    """The figure at each of several places inside the question's; one pass for each leaf, however many places."""
    known = geography.ranges(question.standing, codes)

    def cut(leaf: Indicator) -> Mapping[str, Cut]:
        if leaf.measure not in measures.GROUPED:
            return {code: _measured(at(question, code, enter, leave), leaf) for code, enter, leave in known}
        term = reading.term(question, leaf)
        return _cuts(question, leaf, compiler.by_range(term, known), [term])

    found = _combined(question, cut, [code for code, _, _ in known]) if known else {}
    return {code: value for code, (value, _) in found.items()}


def _by_day(question: Question) -> tuple[Slice, ...]:
    def cut(leaf: Indicator) -> Mapping[str, Cut]:
        if leaf.measure in ("count", "sum", "distinct"):
            term = replace(reading.term(question, leaf), from_=question.query.period.from_)
            return _cuts(question, leaf, compiler.by(term, "day"), [term])
        return {day.isoformat(): _measured(one, leaf) for day, one in days(question)}

    found = _combined(question, cut, [day.isoformat() for day in question.query.period.day_list()])
    return tuple(Slice(key, key, value, facts) for key, (value, facts) in found.items())


def by_column(question: Question, name: str) -> dict[str, Cut]:
    """What each value of a column comes to; under ``NOWHERE`` what one without rows does.

    Raises: figures.breakdown.unavailable.
    """
    known = dimensions(question.definitions, question.indicator)
    if name not in {column.name for column in known}:
        listed = "、".join(["child", "day", *(column.name for column in known)])
        raise refuse(problems.DIMENSION.at(ref=question.indicator.ref, by=name, known=listed))

    def cut(leaf: Indicator) -> Mapping[str, Cut]:
        term = reading.term(question, leaf)
        return _cuts(question, leaf, compiler.by(term, name), [term], [name])

    return _combined(question, cut, [NOWHERE])


def labelled(held: Definitions, indicator: Indicator, name: str, found: Mapping[str, Cut]) -> tuple[Slice, ...]:
    """The values of a column with the labels of its choices, in their order and in the language of today."""
    labels = _labels(held, indicator, name)
    unanswered = _UNANSWERED.of(get_language() or "zh")
    listed = {key: found.get(key, found[NOWHERE]) for key in (*labels, *sorted(found.keys() - labels.keys()))}
    return tuple(
        Slice(key, labels.get(key) or key or unanswered, value, facts)
        for key, (value, facts) in listed.items()
        if key != NOWHERE and (facts or key in labels)
    )


def _combined(question: Question, cut: Callable[[Indicator], Mapping[str, Cut]], keys: Sequence[str]) -> dict[str, Cut]:
    """The parts of each leaf, put together by the terms of the indicator.

    Missing: a part without rows is a zero of what is counted, and unknown otherwise.
    """
    leaves = {leaf.id: (leaf, cut(leaf)) for leaf in reading.leaves(question, question.indicator)}
    listed = dict.fromkeys(keys)
    for _, found in leaves.values():
        listed |= dict.fromkeys(sorted(found))

    def value(one: Indicator, key: str) -> Cut:
        if not one.terms:
            leaf, found = leaves[one.id]
            nothing = Decimal(0) if leaf.measure in ("count", "sum", "distinct") else None
            return found.get(key, (nothing, 0))
        below = {part.id: value(part, key) for part in reading.parts(question, one)}
        combined = measures.combine(one, {id: held[0] for id, held in below.items()})
        return combined, max((held[1] for held in below.values()), default=0)

    return {key: value(question.indicator, key) for key in listed}


def _cuts(
    question: Question, leaf: Indicator, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()
) -> dict[str, Cut]:
    found: dict[str, Cut] = {}
    for key, value, facts, known in reading.run(question, sql, terms, extra):
        stated = known or leaf.measure != "latest"
        found["" if key is None else str(key)] = (reading.exact(value) if stated else None, facts)
    return found


def _measured(question: Question, leaf: Indicator) -> Cut:
    found: Measured = measures.measure(question, leaf)
    return found.value, found.facts


def at(question: Question, code: str, enter: int, leave: int) -> Question:
    """The same question about a range of the tree."""
    place = replace(question.standing.place, code=code, enter=enter, leave=leave)
    return replace(question, standing=replace(question.standing, place=place, whole=False))


def days(question: Question) -> Iterator[tuple[date, Question]]:
    """The same question about each day of its period."""
    for day in question.query.period.day_list():
        clipped = Period.day(day).clip(question.query.period)
        if clipped is not None:
            yield day, replace(question, query=replace(question.query, period=clipped))


def _leaves(held: Definitions, indicator: Indicator) -> tuple[Indicator, ...]:
    if not indicator.terms:
        return (indicator,)
    found: list[Indicator] = []
    for name in sorted(expressions.names(expressions.parse_terms(indicator.terms))):
        if (one := held.indicator(name)) is not None:
            found += [leaf for leaf in _leaves(held, one) if leaf not in found]
    return tuple(found)


def _labels(held: Definitions, indicator: Indicator, name: str) -> dict[str, str]:
    """The choices of a field, in the order of the form, in the reader's language."""
    source = held.source(reading.leaves_of(held, indicator)[0].source)
    if source is None:
        return {}
    column = source.column(name)
    if column is not None and column.choices:
        return {value: label.of(get_language() or "zh") for value, label in column.choices}
    try:
        form = forms.form(source.kind.removeprefix("record."))
    except Refusal:
        return {}
    field = next((one for one in form.fields if one.name == name and one.repeat in ("", source.repeat)), None)
    language = get_language() or "zh"
    if field is None or field.personal:
        return {}
    return {choice.name: choice.label.of(language) for choice in form.choices.get(field.choices, ())}
