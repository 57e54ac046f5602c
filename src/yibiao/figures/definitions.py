"""Checks indicators.toml against the forms, and keeps what it defines, frozen per pack version."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from yibiao.core import canon, expressions, quantities
from yibiao.core.problems import Problem, Refusal, Rule
from yibiao.core.texts import Text
from yibiao.duty import queries as duty
from yibiao.figures import columns, inputs, problems
from yibiao.figures.types import CheckRule, Column, CoverageRule, Definitions, Indicator, Source
from yibiao.forms import queries as published
from yibiao.forms.types import Field, FormVersion
from yibiao.packs.types import Declared, PackFiles

# What each measure needs, and what else it may have, besides what every indicator has.
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "count": ("source",),
    "sum": ("source", "of"),
    "distinct": ("source", "of"),
    "latest": ("source",),
    "ratio": ("terms",),
    "streak": ("source",),
    "zero": ("source", "coverage"),
    "expr": ("terms",),
}
_MAY: Final[Mapping[str, tuple[str, ...]]] = {
    "latest": ("of", "per"),
    "streak": ("of", "every", "coverage"),
}
_ROWS: Final = ("filter", "coverage", "every")
# The facts of what is owed, by which a unit may be freed from a report: kept by the room of duty.
FILINGS: Final = "duty:filing"
_NUMBERS: Final = ("BIGINT", "DECIMAL")


def check(
    files: PackFiles, forms: Sequence[FormVersion], declared: Sequence[Declared] = ()
) -> tuple[Definitions, list[Problem]]:
    """What indicators.toml defines, and everything that is wrong with it."""
    content = files.files.get(inputs.NAME)
    if content is None:
        return Definitions(files.id, files.version), []
    return _Check(files, forms, declared).run(content)


class _Check:
    """One reading of one file: what is found wrong is collected."""

    def __init__(self, files: PackFiles, forms: Sequence[FormVersion], declared: Sequence[Declared]) -> None:
        self.files = files
        self.found: list[Problem] = []
        self.forms = {form.name: form for form in forms}
        self.fields = {form.name: _dictionary(form) for form in forms}
        self.sources = {
            source.name: source for form in forms for source in columns.sources(form, self.fields[form.name])
        }
        self.sources |= {one.name: columns.declared(one) for one in declared}
        self.registers = {source.register: source for source in self.sources.values() if source.register}
        self.used: dict[str, Source] = {}

    def run(self, content: bytes) -> tuple[Definitions, list[Problem]]:
        table = inputs.parse(content, self.found)
        coverages = inputs.blocks("coverage", inputs.CoverageIn, table, self.found)
        indicators = inputs.blocks("indicator", inputs.IndicatorIn, table, self.found)
        checks = inputs.blocks("check", inputs.CheckIn, table, self.found)
        rules = {block.id: block.made() for _, block in coverages}
        for where, block in coverages:
            self._coverage(where, rules[block.id])
        rules |= self._owed(rules)
        said = str(self.files.manifest.get("source") or "")
        made = [(where, block.made(self.files.id, self._valid_from(), said)) for where, block in indicators]
        for where, one in made:
            self._indicator(where, one, rules)
        self._terms(made)
        ids = frozenset(one.id for _, one in made)
        for where, check_ in checks:
            self._equal(where, check_.made(), ids)
        self._compared(ids)
        definitions = Definitions(
            self.files.id, self.files.version, tuple(one for _, one in made), tuple(rules.values()),
            tuple(check_.made() for _, check_ in checks), tuple(self.used[name] for name in sorted(self.used)),
        )  # fmt: skip
        return definitions, self.found

    def _say(self, rule: Rule, where: str, **values: object) -> None:
        self.found.append(rule.at(where, **values))

    def _valid_from(self) -> date | None:
        text = self.files.manifest.get("valid_from")
        return date.fromisoformat(str(text)[:10]) if text else None

    def _source(self, where: str, name: str) -> Source | None:
        source = self.sources.get(name)
        if source is None:
            self._say(problems.FORM, where, source=name, known="、".join(sorted(self.sources)) or "—")
        else:
            self.used[name] = source
        return source

    def _field(self, where: str, source: Source, name: str) -> Column | None:
        if self._barred(where, source, name):
            return None
        column = source.column(name)
        if column is None:
            known = "、".join(one.name for one in source.columns)
            self._say(problems.FIELD, where, source=source.name, field=name, known=known)
        return column

    def _barred(self, where: str, source: Source, name: str) -> bool:
        """Whether the name is that of a personal field, or of one that a standard column hides."""
        form = source.name.partition("/")[0]
        for field in self.fields.get(form, ()):
            if field.name == name and field.repeat in ("", source.repeat):
                if field.personal:
                    self._say(problems.PERSONAL, where, field=name)
                    return True
                if columns.shadowed(field):
                    self._say(problems.RESERVED, where, field=name)
                    return True
        return False

    def _filter(self, where: str, source: Source, text: str) -> None:
        if not text:
            return
        types = columns.filter_types(source)
        personal = {field.name: "" for field in self.fields.get(source.name.partition("/")[0], ()) if field.personal}
        try:
            node = expressions.parse_filter(text, {**personal, **types})
        except Refusal as refusal:
            self.found += [dataclasses.replace(one, where=where) for one in refusal.problems]
            return
        for name in sorted(expressions.names(node)):
            self._barred(where, source, name)

    def _owed(self, known: Mapping[str, CoverageRule]) -> dict[str, CoverageRule]:
        """The coverage of what the pack's duty.toml says is owed: who is reminded and what proves a zero are one."""
        owed, wrong = duty.check(self.files, list(self.forms.values()))
        made: dict[str, CoverageRule] = {}
        for one in owed.obligations if not wrong else ():
            if one.topic in known:
                self._say(problems.REPEATED, f"{inputs.NAME}“{one.topic}”", id=one.topic)
            elif one.every in ("day", "month") and not one.where:
                made[one.topic] = CoverageRule(
                    one.topic,
                    one.form,
                    one.register,
                    one.unit,
                    one.every,
                    one.label,
                    one.filter,
                )
                self._coverage(one.topic, made[one.topic])
        if made and (filings := self.sources.get(FILINGS)):
            self.used[FILINGS] = filings
        return made

    def _compared(self, ids: frozenset[str]) -> None:
        """What reports are held against must be indicators of the pack."""
        owed, _ = duty.check(self.files, list(self.forms.values()))
        for one in owed.obligations:
            named = [*one.compares.items(), *(("beside", id) for id in (one.beside.indicators if one.beside else ()))]
            for name, id in named:
                if id not in ids:
                    self._say(problems.TERM, f"duty.toml“{one.topic}” › {name}", id=id)

    def _coverage(self, where: str, rule: CoverageRule) -> None:
        if (source := self._source(where, rule.form)) is not None:
            self._field(where, source, rule.unit)
        register = self.registers.get(rule.register) or _elsewhere(rule.register)
        if register is None:
            self._say(problems.REGISTER, where, register=rule.register)
            return
        self.used[register.name] = register
        self._filter(where, register, rule.filter)

    def _indicator(self, where: str, one: Indicator, rules: Mapping[str, CoverageRule]) -> None:
        unfit = quantities.fits(one.measure, one.kind, one.unit)
        self.found += [dataclasses.replace(problem, where=where) for problem in unfit]
        if one.measure not in _NEEDS:
            return
        needs, rows = _NEEDS[one.measure], "source" in _NEEDS[one.measure]
        may = (*needs, *_MAY.get(one.measure, ()), *(_ROWS if rows else ()))
        for key in ("source", "filter", "of", "per", "terms", "every", "coverage"):
            if key in needs and not getattr(one, key):
                self._say(problems.NEEDED, where, measure=one.measure, key=key)
            elif key not in may and getattr(one, key):
                self._say(problems.UNUSED, where, measure=one.measure, key=key)
        if one.coverage and one.coverage not in rules:
            self._say(problems.COVERAGE, where, id=one.coverage, known="、".join(rules) or "—")
        source = self._source(where, one.source) if rows and one.source else None
        if source is not None:
            self._filter(where, source, one.filter)
            self._columns(where, one, source)

    def _columns(self, where: str, one: Indicator, source: Source) -> None:
        if one.measure == "streak":
            if one.of and not is_month(one.of):
                self._say(problems.MONTH, where, of=one.of)
            return
        parts = one.of.split("|") if one.measure == "distinct" else [one.of]
        found = [self._field(where, source, name) for name in (*parts, one.per) if name]
        if one.measure in ("sum", "latest") and one.of and found[0] and found[0].type not in (*_NUMBERS, "ANY"):
            self._say(problems.NOT_NUMBER, where, field=one.of)

    def _terms(self, made: Sequence[tuple[str, Indicator]]) -> None:
        """Terms and wholes that are named must exist, and none may lead back to itself."""
        ids = frozenset(one.id for _, one in made)
        graph: dict[str, frozenset[str]] = {}
        for where, one in made:
            if one.part_of and one.part_of not in ids:
                self._say(problems.TERM, where, id=one.part_of)
            if not one.terms:
                continue
            graph[one.id] = self._named(where, one.terms, ids)
            if one.measure == "ratio" and not _is_ratio(one.terms):
                self._say(problems.RATIO, where)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            path = " → ".join(reversed(error.args[1]))
            where = next(where for where, one in made if one.id in error.args[1])
            self._say(problems.CYCLE, where, path=path)

    def _named(self, where: str, terms: str, ids: frozenset[str]) -> frozenset[str]:
        try:
            names = expressions.names(expressions.parse_terms(terms))
        except Refusal as refusal:
            self.found += [dataclasses.replace(one, where=where) for one in refusal.problems]
            return frozenset()
        for name in sorted(names - ids):
            self._say(problems.TERM, where, id=name)
        return names & ids

    def _equal(self, where: str, rule: CheckRule, ids: frozenset[str]) -> None:
        sides = rule.equal.split("=")
        if len(sides) != 2:
            self._say(problems.EQUAL, where)
            return
        for side in sides:
            self._named(where, side, ids)


def is_month(text: str) -> bool:
    try:
        return len(text) == 7 and bool(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return False


def _is_ratio(terms: str) -> bool:
    try:
        node = expressions.parse_terms(terms)
    except Refusal:
        return True
    return (
        isinstance(node, expressions.Arithmetic)
        and node.operator == "/"
        and isinstance(node.left, expressions.Name)
        and isinstance(node.right, expressions.Name)
    )


def _dictionary(form: FormVersion) -> tuple[Field, ...]:
    """The fields of this version, then those that only earlier versions had: old facts keep their columns."""
    fields = {(field.repeat, field.name): field for field in form.fields}
    try:
        for field in published.dictionary(form.id):
            fields.setdefault((field.repeat, field.name), field)
    except Refusal:
        pass
    return tuple(fields.values())


def _elsewhere(register: str) -> Source | None:
    """The form of another pack that fills a register, under its full name."""
    for form in published.kinds().values():
        if form.entity and form.entity.register == register:
            return dataclasses.replace(columns.sources(form, published.dictionary(form.id))[0], name=form.id)
    return None


def dump(definitions: Definitions) -> str:
    data = dataclasses.asdict(definitions)
    # What a column does not have is not written: a version that was stored before keeps its content and digest.
    for column in (column for source in data["sources"] for column in source["columns"]):
        if not column["choices"]:
            del column["choices"]
    return canon.dumps(data)


@lru_cache(maxsize=64)
def load(content: str) -> Definitions:
    """Definitions as they were stored. The text is the key: what is frozen is parsed once per process."""
    data: dict[str, Any] = json.loads(content)
    return Definitions(
        data["pack"],
        data["version"],
        tuple(_indicator(one) for one in data["indicators"]),
        tuple(CoverageRule(**{**one, "label": Text(**one["label"])}) for one in data["coverages"]),
        tuple(CheckRule(**{**one, "label": Text(**one["label"])}) for one in data["checks"]),
        tuple(_source(one) for one in data["sources"]),
    )


def _indicator(data: dict[str, Any]) -> Indicator:
    valid_from = date.fromisoformat(data["valid_from"]) if data["valid_from"] else None
    texts = {key: Text(**data[key]) for key in ("label", "counts")}
    return Indicator(**{**data, **texts, "aliases": tuple(data["aliases"]), "valid_from": valid_from})


def _source(data: dict[str, Any]) -> Source:
    held = tuple(
        Column(
            one["name"], one["type"], Text(**one["label"]),
            tuple((value, Text(**label)) for value, label in one.get("choices", ())),
        )
        for one in data["columns"]
    )  # fmt: skip
    return Source(**{**data, "columns": held, "title": Text(**data["title"])})
