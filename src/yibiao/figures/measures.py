"""Each measure in a few lines: from rows and coverage to a value that says no more than is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from yibiao.core import expressions, indicators
from yibiao.core.periods import SHANGHAI, Period, local_day, midnight
from yibiao.core.texts import Text
from yibiao.figures import compiler, covering, cubes, reading
from yibiao.figures.covering import Obligation
from yibiao.figures.reading import Question
from yibiao.figures.terms import Term
from yibiao.figures.types import UNSAID, Coverage, Indicator


@dataclass(frozen=True, slots=True)
class Measured:
    value: Decimal | None
    facts: int
    coverage: Coverage | None = None
    note: Text = UNSAID


GROUPED: Final = ("count", "sum", "distinct", "latest")
_UNPROVED: Final = Text(
    "应报{owed}份，实报{filed}份，尚不能作零报告。",
    "{filed} of {owed} reports were filed, so a zero cannot be stated yet.",
)
_NOT_FILED: Final = Text("尚无填报。", "Nothing has been filed.")
_OVER_NOTHING: Final = Text("分母为零，比率无意义。", "The divisor is zero, so there is no ratio.")


def measure(question: Question, indicator: Indicator) -> Measured:
    """The figure of an indicator for the question's place, period and checkpoint."""
    return _MEASURES[indicator.measure](question, indicator)


def _additive(question: Question, indicator: Indicator) -> Measured:
    value, facts = _counted(question, indicator)
    return Measured(value, facts, _coverage(question, indicator))


def _counted(question: Question, indicator: Indicator) -> tuple[Decimal, int]:
    """From the cube where it can say it, else from the columns."""
    kept = cubes.figure(question, indicator) if question.kept else None
    if kept is None:
        term = reading.term(question, indicator)
        kept = reading.run(question, compiler.value(term), [term])[0][:2]
    return reading.exact(kept[0]), int(kept[1])


def _latest(question: Question, indicator: Indicator) -> Measured:
    """A stock of which nothing was ever filed is unknown, one of which nothing passes the filter is zero."""
    term = reading.term(question, indicator)
    value, facts, known = reading.run(question, compiler.value(term), [term])[0]
    if not known:
        return Measured(None, 0, _coverage(question, indicator), _NOT_FILED)
    return Measured(reading.exact(value), facts, _coverage(question, indicator))


def _zero(question: Question, indicator: Indicator) -> Measured:
    found, facts = _counted(question, indicator)
    duty = covering.obligation(question, indicator)
    coverage, reports = covering.measure(question, duty) if duty else (Coverage(0, 0), 0)
    value = indicators.zero(found, coverage.owed, coverage.filed)
    return Measured(value, facts + reports, coverage, _unproved(coverage) if value is None else Text(""))


def _streak(question: Question, indicator: Indicator) -> Measured:
    value, last = months(question, indicator)
    facts = reading.run(question, compiler.counted(compiler.contributions(last)), [last])[0][0]
    if value is None:
        return Measured(None, facts, note=_NOT_FILED)
    duty = streak_duty(question, indicator, value)
    if duty is None:
        return Measured(value, facts)
    coverage, reports = covering.measure(question, duty)
    if not coverage.full:
        return Measured(None, facts + reports, coverage, _unproved(coverage))
    return Measured(value, facts + reports, coverage)


def months(question: Question, indicator: Indicator) -> tuple[Decimal | None, Term]:
    """The months in a row, and the term of the last event that ended the row before."""
    term = reading.term(question, indicator)
    newest = f"SELECT MAX(occurred_at) FROM (\n{compiler.rows(term)}\n) AS c"  # noqa: S608
    last = reading.run(question, newest, [term])[0][0]
    if last is None:
        nothing = replace(term, nothing=True)
        if not indicator.of:
            return None, nothing
        first = date.fromisoformat(f"{indicator.of}-01")
        return indicators.streak([], first, local_day(question.query.period.until)), nothing
    at = last.replace(tzinfo=SHANGHAI)
    first = date.fromisoformat(f"{indicator.of}-01") if indicator.of else at.date()
    value = indicators.streak([{"occurred_at": at}], first, local_day(question.query.period.until))
    return value, replace(term, from_=at)


def streak_duty(question: Question, indicator: Indicator, value: Decimal) -> Obligation | None:
    """The reports that prove a streak: those of all its months."""
    until = local_day(question.query.period.until).replace(day=1)
    first = until
    for _ in range(int(value)):
        first = (first - timedelta(days=1)).replace(day=1)
    return covering.over(question, indicator, Period(midnight(first), midnight(until))) if value else None


def _terms(question: Question, indicator: Indicator) -> Measured:
    leaves = reading.leaves(question, indicator)
    if all(leaf.measure in GROUPED and not leaf.coverage for leaf in leaves):
        found, facts = _together(question, leaves)
    else:
        found = {leaf.id: measure(question, leaf) for leaf in leaves}
        facts = behind(question, indicator)
    value = evaluated(question, indicator, {id: one.value for id, one in found.items()})
    notes = [one.note for one in found.values() if one.value is None]
    note = Text("") if value is not None else notes[0] if notes else _OVER_NOTHING
    lacking = next((one.coverage for one in found.values() if one.coverage and not one.coverage.full), None)
    return Measured(value, facts, lacking, note)


def _together(question: Question, leaves: Sequence[Indicator]) -> tuple[dict[str, Measured], int]:
    """Several leaves in one pass, and how many facts stand behind them together."""
    terms = [replace(reading.term(question, leaf), number=number) for number, leaf in enumerate(leaves)]
    found, facts = {leaf.id: _of(leaf, 0, 0, 0) for leaf in leaves}, 0
    for part, counted, total, kinds, behind_, known in reading.run(question, compiler.together(terms), terms):
        if part is None:
            facts = int(behind_)
            continue
        leaf = leaves[part]
        value = {"count": counted, "distinct": kinds}.get(leaf.measure, total)
        found[leaf.id] = _of(leaf, value, behind_, known)
    return found, facts


def _of(leaf: Indicator, value: Any, facts: int, known: int) -> Measured:
    if leaf.measure == "latest" and not known:
        return Measured(None, 0, note=_NOT_FILED)
    return Measured(reading.exact(value), int(facts))


def evaluated(question: Question, indicator: Indicator, values: Mapping[str, Decimal | None]) -> Decimal | None:
    """The value of an indicator from the values of its leaves, by id."""
    if not indicator.terms:
        return values[indicator.id]
    below = {part.id: evaluated(question, part, values) for part in reading.parts(question, indicator)}
    return combine(indicator, below)


def combine(indicator: Indicator, values: Mapping[str, Decimal | None]) -> Decimal | None:
    """The value of an indicator's terms. Units: a ratio is in per cent, or per mille where its unit says so."""
    found = expressions.value(expressions.parse_terms(indicator.terms), values)
    if found is None:
        return None
    if indicator.measure == "ratio":
        found *= 1000 if indicator.unit == "‰" else 100
    return reading.exact(found)


def sql_behind(question: Question, indicator: Indicator, *, values: bool = True) -> tuple[str, tuple[Term, ...]]:
    """The contributing rows of any indicator as one relation, with its terms; without ``values`` only for counting."""
    terms: list[Term] = []
    parts: list[str] = []
    for leaf in reading.leaves(question, indicator):
        # Four numbers for each leaf: its rows, the units that owe, the reports that came, the exemptions.
        number = 4 * len(parts)
        duty: Obligation | None = None
        if leaf.measure == "streak":
            value, term = months(question, leaf)
            duty = streak_duty(question, leaf, value) if value is not None else None
        else:
            term = reading.term(question, leaf)
            duty = covering.obligation(question, leaf) if leaf.measure == "zero" else None
        term = replace(term, number=number)
        terms.append(term)
        part = compiler.contributions(term) if values else compiler.positions(term)
        if duty is not None:
            duty = duty.numbered(number + 1)
            terms += duty.every
            part = f"{part}\nUNION ALL\n{covering.contributing(duty) if values else covering.positions(duty)}"
        parts.append(part)
    return (compiler.union(parts) if values else "\nUNION ALL\n".join(parts)), tuple(terms)


def behind(question: Question, indicator: Indicator) -> int:
    """How many facts stand behind an indicator."""
    sql, terms = sql_behind(question, indicator, values=False)
    return int(reading.run(question, compiler.counted(sql), terms)[0][0])


def _coverage(question: Question, indicator: Indicator) -> Coverage | None:
    duty = covering.obligation(question, indicator)
    return covering.measure(question, duty)[0] if duty else None


def _unproved(coverage: Coverage) -> Text:
    said = {"owed": coverage.owed, "filed": coverage.filed}
    return Text(_UNPROVED.zh.format_map(said), _UNPROVED.en.format_map(said))


_MEASURES: Final[Mapping[str, Callable[[Question, Indicator], Measured]]] = {
    "count": _additive,
    "sum": _additive,
    "distinct": _additive,
    "latest": _latest,
    "zero": _zero,
    "streak": _streak,
    "ratio": _terms,
    "expr": _terms,
}
