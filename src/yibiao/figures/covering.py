"""How many of the reports owed were filed: units of a register × days or months, against the reports that came."""

from __future__ import annotations

from dataclasses import dataclass, replace

from yibiao.core import expressions
from yibiao.core.periods import Period
from yibiao.figures import columns, compiler, keys, reading
from yibiao.figures.definitions import FILINGS
from yibiao.figures.engines.dialects import quoted
from yibiao.figures.reading import Question
from yibiao.figures.terms import Term
from yibiao.figures.types import EXEMPT_REASON, EXEMPT_SLOT, Coverage, CoverageRule, Indicator

_NAMED = 20


@dataclass(frozen=True, slots=True)
class Obligation:
    """Who owes what, as two terms: the units of the register, and the reports of the period."""

    rule: CoverageRule
    units: Term
    reports: Term
    slots: tuple[str, ...]
    exempt: Term | None = None

    @property
    def terms(self) -> tuple[Term, Term]:
        return self.units, self.reports

    @property
    def every(self) -> tuple[Term, ...]:
        """The terms with that of the exemptions, where the program keeps any."""
        return (*self.terms, self.exempt) if self.exempt else self.terms

    def numbered(self, number: int) -> Obligation:
        """The same under other names of its relations."""
        units, reports = replace(self.units, number=number), replace(self.reports, number=number + 1)
        exempt = replace(self.exempt, number=number + 2) if self.exempt else None
        return replace(self, units=units, reports=reports, exempt=exempt)


def obligation(question: Question, indicator: Indicator) -> Obligation | None:
    """What the coverage of an indicator asks for; None where it names none."""
    from_, until = reading.span(indicator, question.query.period)
    return over(question, indicator, Period(from_, until) if from_ else question.query.period)


def over(question: Question, indicator: Indicator, period: Period) -> Obligation | None:
    """The same for a span other than the question's: a streak is covered when all its months are."""
    rule = question.definitions.coverage(indicator.coverage) if indicator.coverage else None
    if rule is None:
        return None
    register = next(source for source in question.definitions.sources if source.register == rule.register)
    types = {column.name: columns.FILTER_TYPES[column.type] for column in register.columns}
    place = question.standing.place
    key = register.key or "subject"
    units = Term(
        number=0, source=register, shape="latest", upto=question.upto, tree=question.standing.tree,
        enter=place.enter, leave=place.leave, per=key, keys=(key, register.entity_label or key),
        dialect=question.engine.dialect,
        filter=expressions.parse_filter(rule.filter, types) if rule.filter else None,
    )  # fmt: skip
    reports = Term(
        number=1, source=reading.source_of(question, rule.form), shape="count", upto=question.upto,
        tree=question.standing.tree, enter=place.enter, leave=place.leave, program=question.query.program,
        from_=period.from_, until=period.until, keys=(rule.unit,), dialect=question.engine.dialect,
    )  # fmt: skip
    # A month that the period only touches is owed as well: what nobody reported on is not known to be nothing.
    written = "%Y-%m-%d" if rule.every == "day" else "%Y-%m"
    slots = period.day_list() if rule.every == "day" else period.months_touched()
    return Obligation(rule, units, reports, tuple(f"{slot:{written}}" for slot in slots), _freed(question, rule))


def _freed(question: Question, rule: CoverageRule) -> Term | None:
    """The exemptions of a report; None where the program keeps none."""
    source = question.definitions.source(FILINGS)
    if source is None:
        return None
    types = {column.name: columns.FILTER_TYPES[column.type] for column in source.columns}
    place = question.standing.place
    return Term(
        number=2, source=source, shape="distinct", upto=question.upto, tree=question.standing.tree,
        enter=place.enter, leave=place.leave, program=question.query.program,
        # Definitions of an older version of the program know no reason.
        keys=("unit", "slot", "reason") if source.column("reason") else ("unit", "slot"),
        filter=expressions.parse_filter(f"state = 'exempt' and topic = '{rule.id}'", types),
        dialect=question.engine.dialect,
    )  # fmt: skip


def filed(duty: Obligation, *, values: bool = False) -> str:
    """The reports that count, wherever they were filed: (…, unit, slot), one row per report of a unit that owes it."""
    length = 10 if duty.rule.every == "day" else 7
    slots = ", ".join(quoted(slot) for slot in duty.slots) or "NULL"
    rows = compiler.anywhere(duty.reports, values=values)
    slot = f"SUBSTR(CAST(r.day AS {duty.units.dialect.write('text')}), 1, {length})"
    return (
        f"SELECT r.*, {slot} AS slot FROM (\n{rows}\n) AS r\n"  # noqa: S608
        f"WHERE {slot} IN ({slots}) AND r.key IN (SELECT unit FROM (\n{_units(duty)}\n) AS o)"
    )


def measure(question: Question, duty: Obligation) -> tuple[Coverage, int]:
    """The coverage, and how many reports and exemptions stand behind it."""
    units = _units(duty)
    sql = (
        f"SELECT (SELECT COUNT(*) FROM (\n{units}\n) AS a), COUNT(*), COALESCE(SUM(n), 0)\n"  # noqa: S608
        f"FROM (SELECT key, slot, COUNT(DISTINCT position) AS n FROM (\n{filed(duty)}\n) AS b GROUP BY key, slot) AS c"
    )
    owing, arrived, reports = reading.run(question, sql, duty.terms)[0]
    owed = int(owing) * len(duty.slots)
    if not owed or arrived == owed:
        return Coverage(owed, int(arrived)), int(reports)
    free = _exempt(question, duty)
    owed, reports = owed - len(free), int(reports) + len(free)
    if not owed or arrived == owed:
        return Coverage(owed, int(arrived)), reports
    slots = _listed(duty)
    missing = (
        f"SELECT u.unit, u.label, s.slot FROM (\n{units}\n) AS u CROSS JOIN (VALUES {slots}) AS s(slot)\n"  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM (\n{filed(duty)}\n) AS f WHERE f.key = u.unit AND f.slot = s.slot)\n"
        f"ORDER BY s.slot, u.unit LIMIT {_NAMED + len(free)}"
    )
    rows = reading.run(question, missing, duty.terms)
    named = tuple((str(label), str(slot)) for unit, label, slot in rows if (str(unit), str(slot)) not in free)
    return Coverage(owed, int(arrived), named[:_NAMED]), reports


def _exempt(question: Question, duty: Obligation) -> set[tuple[str, str]]:
    """The reports, by unit and slot, from which a unit was freed and which it did not file all the same."""
    if duty.exempt is None:
        return set()
    any_ = f"SELECT COUNT(*) FROM (\n{compiler.rows(duty.exempt)}\n) AS c"  # noqa: S608
    if not reading.run(question, any_, [duty.exempt])[0][0]:
        return set()
    found = reading.run(question, f"SELECT key FROM (\n{_excused(duty, duty.exempt)}\n) AS e", duty.every)  # noqa: S608
    return {(unit, slot) for (key,) in found for unit, _, slot in [str(key).partition(keys.APART)]}


def _excused(duty: Obligation, exempt: Term) -> str:
    """The exemptions that count: of a unit that owes, for a slot asked for, without a report that came all the same."""
    plain = replace(exempt, keys=exempt.keys[:2])
    apart, slots = quoted(keys.APART), _listed(duty)
    return (
        f"SELECT x.* FROM (\n{compiler.rows(plain, label=''.join(exempt.keys[2:]))}\n) AS x\n"  # noqa: S608
        f"WHERE x.key IN (SELECT u.unit || {apart} || s.slot FROM (\n{_units(duty)}\n) AS u\n"
        f"  CROSS JOIN (VALUES {slots}) AS s(slot))\n"
        f"AND x.key NOT IN (SELECT f.key || {apart} || f.slot FROM (\n{filed(duty)}\n) AS f)"
    )


def contributing(duty: Obligation) -> str:
    """Reports filed and exemptions given, as contributions: each adds nothing to the value, together they prove it."""
    listed = "kind, position, fact, revision, item, place, occurred_at, 0 AS amount, key"
    made = f"SELECT {listed}, shown\nFROM (\n{filed(duty, values=True)}\n) AS z"
    if duty.exempt is None:
        return made
    cells = {
        duty.rule.unit: f"SPLIT_PART(key, {quoted(keys.APART)}, 1)",
        EXEMPT_SLOT: f"SPLIT_PART(key, {quoted(keys.APART)}, 2)",
        EXEMPT_REASON: "shown",
    }
    shown = duty.units.dialect.as_json(cells)
    return f"{made}\nUNION ALL\nSELECT {listed}, {shown} AS shown\nFROM (\n{_excused(duty, duty.exempt)}\n) AS y"


def positions(duty: Obligation) -> str:
    """No more of the reports and exemptions than is needed to count facts."""
    made = f"SELECT position FROM (\n{filed(duty)}\n) AS z"  # noqa: S608
    if duty.exempt is None:
        return made
    return f"{made}\nUNION ALL\nSELECT position FROM (\n{_excused(duty, duty.exempt)}\n) AS y"


def _listed(duty: Obligation) -> str:
    return ", ".join(f"({quoted(slot)})" for slot in duty.slots) or "(NULL)"


def _units(duty: Obligation) -> str:
    key, label = duty.units.keys
    rows = compiler.rows(replace(duty.units, keys=(key,)), label=label)
    return f"SELECT key AS unit, COALESCE(shown, key) AS label FROM (\n{rows}\n) AS c WHERE passes"  # noqa: S608
