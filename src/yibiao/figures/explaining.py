"""The rule of a figure in words, written from its definition: what is shown is what is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yibiao.core import expressions
from yibiao.core.expressions import Among, And, Compare, Literal, Missing, Name, Node, Not, Or, Selected
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.core.texts import Text
from yibiao.figures import columns, measures, reading
from yibiao.figures.reading import Question
from yibiao.figures.terms import Term
from yibiao.figures.types import Explanation, Indicator, Source
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion

_OPERATORS: Final[Mapping[str, tuple[str, str]]] = {
    "=": ("是", "is"),
    "!=": ("不是", "is not"),
    "<": ("小于", "is below"),
    "<=": ("不超过", "is at most"),
    ">": ("大于", "is above"),
    ">=": ("不少于", "is at least"),
}


@dataclass(frozen=True, slots=True)
class _Words:
    """The labels of a source's columns and choices, in both languages at once."""

    source: Source
    form: FormVersion | None

    @classmethod
    def of(cls, source: Source) -> _Words:
        try:
            return cls(source, forms.form(source.kind.removeprefix("record.")))
        except Refusal:
            return cls(source, None)

    def column(self, name: str) -> Text:
        cutoff = {column.name: column for column in columns.CUTOFF}
        found = self.source.column(name) or cutoff.get(name)
        label = found.label if found else Text("")
        return Text(f"“{label.zh or name}”", f"“{label.of('en') or name}”")

    def value(self, name: str, literal: Literal | Name) -> Text:
        if isinstance(literal, Name):
            return self.column(literal.name)
        text = str(literal.value)
        column = self.source.column(name)
        declared = dict(column.choices) if column else {}
        if text in declared:
            return declared[text]
        if self.form is not None:
            for field in self.form.fields:
                if field.name == name and field.repeat in ("", self.source.repeat):
                    for choice in self.form.choices.get(field.choices, ()):
                        if choice.name == text:
                            return choice.label
        return Text(text, text)


def explain(question: Question) -> Explanation:
    one = question.indicator
    sql, terms = measures.sql_behind(question, one)
    return Explanation(rule(question, one), _steps(question, terms), _listed(terms) + sql)


def rule(question: Question, one: Indicator) -> Text:
    """One sentence or two that say what is counted."""
    if one.terms:
        return _terms(question, one)
    source = reading.source_of(question, one.source)
    words = _Words.of(source)
    said = _MEASURES[one.measure](one, words)
    if one.filter:
        tests = condition(expressions.parse_filter(one.filter, columns.filter_types(source)), words)
        said = Text(f"{said.zh}；只算{tests.zh}的", f"{said.en}; only where {tests.en}")
    if reading.merged(question, one):
        said = Text(f"{said.zh}；台账里已合并的按一个计", f"{said.en}; what was merged in a register counts as one")
    if one.coverage and (duty := question.definitions.coverage(one.coverage)):
        label = duty.label
        said = Text(
            f"{said.zh}；须应报单位的“{label.zh}”全部报齐（免报的除外），才能作零报告",
            f"{said.en}; a zero needs every unit's “{label.of('en')}”, those exempt apart",
        )
    where = {
        "place": ("按发生地计", "by where it happened"),
        "organisation": ("按填报机构所在地计", "by where the organisation is"),
    }
    zh, en = where[one.attribution]
    return Text(f"{said.zh}；{zh}。", f"{said.en}; {en}.")


def condition(node: Node, words: _Words) -> Text:
    """A filter in words."""
    match node:
        case And() | Or():
            zh, en = ("且", " and ") if isinstance(node, And) else ("或", " or ")
            parts = [condition(item, words) for item in node.items]
            brackets = [isinstance(item, And | Or) for item in node.items]
            return Text(
                zh.join(f"（{part.zh}）" if inner else part.zh for part, inner in zip(parts, brackets, strict=True)),
                en.join(f"({part.en})" if inner else part.en for part, inner in zip(parts, brackets, strict=True)),
            )
        case Not():
            inner = condition(node.item, words)
            return Text(f"并非（{inner.zh}）", f"not ({inner.en})")
        case Missing():
            name = words.column(node.name.name)
            return Text(f"{name.zh}未填", f"{name.en} is not answered")
        case Selected():
            name, choice = words.column(node.name.name), words.value(node.name.name, node.choice)
            return Text(f"{name.zh}选了“{choice.zh}”", f"{name.en} has “{choice.of('en')}” selected")
        case Among():
            name = words.column(node.name.name)
            values = [words.value(node.name.name, item) for item in node.values]
            return Text(
                f"{name.zh}是{'、'.join(f'“{value.zh}”' for value in values)}之一",
                f"{name.en} is one of {', '.join('“' + value.of('en') + '”' for value in values)}",
            )
        case Compare():
            return _compared(node, words)
    return Text("", "")


def _compared(node: Compare, words: _Words) -> Text:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Literal):
        left, right = right, left
        operator = operator.translate(str.maketrans("<>", "><"))
    assert isinstance(left, Name)  # noqa: S101 - two literals are refused when parsed
    name, value = words.column(left.name), words.value(left.name, right)
    zh, en = _OPERATORS[operator]
    if isinstance(right, Literal) and isinstance(right.value, str):
        value = Text(f"“{value.zh}”", f"“{value.of('en')}”")
    return Text(f"{name.zh}{zh}{value.zh}", f"{name.en} {en} {value.of('en')}")


def _count(one: Indicator, words: _Words) -> Text:
    title = words.source.title
    return Text(f"{one.counts.zh}：“{title.zh}”的条数", f"{one.counts.of('en')}: number of rows of “{title.of('en')}”")


def _sum(one: Indicator, words: _Words) -> Text:
    of = words.column(one.of)
    title = words.source.title
    return Text(
        f"{one.counts.zh}：“{title.zh}”的{of.zh}之和", f"{one.counts.of('en')}: sum of {of.en} in “{title.of('en')}”"
    )


def _distinct(one: Indicator, words: _Words) -> Text:
    parts = [words.column(name) for name in one.of.split("|")]
    zh, en = "×".join(part.zh for part in parts), " × ".join(part.en for part in parts)
    return Text(
        f"{one.counts.zh}：不同的{zh}的个数，每一级重新去重，不相加",
        f"{one.counts.of('en')}: number of different {en}, counted anew at every level and never added up",
    )


def _latest(one: Indicator, words: _Words) -> Text:
    per = words.column(one.per) if one.per else Text("对象", "entity")
    what = words.column(one.of) if one.of else Text("个数", "number of entities")
    return Text(
        f"{one.counts.zh}：每个{per.zh}取截止时最新一次填报，{what.zh}合计",
        f"{one.counts.of('en')}: of each {per.en} the newest report by the end, {what.en} in total",
    )


def _streak(one: Indicator, words: _Words) -> Text:
    del words
    return Text(
        f"{one.counts.zh}：最后一次发生所在月之后的完整自然月数",
        f"{one.counts.of('en')}: full calendar months after the month of the last event",
    )


def _terms(question: Question, one: Indicator) -> Text:
    zh = en = one.terms
    for part in sorted(reading.parts(question, one), key=lambda part: -len(part.id)):
        zh, en = zh.replace(part.id, f"“{part.label.zh}”"), en.replace(part.id, f"“{part.label.of('en')}”")
    end = ("，分别算出后再相除", ", divided last") if one.measure == "ratio" else ("", "")
    return Text(f"{one.counts.zh}：{zh}{end[0]}。", f"{one.counts.of('en')}: {en}{end[1]}.")


def _steps(question: Question, terms: tuple[Term, ...]) -> tuple[Text, ...]:
    place, made = question.standing.place, []
    for term in terms:
        title = term.source.title
        since = _moment(term.from_) if term.from_ else None
        until = _moment(term.until) if term.until else None
        span = Text(
            f"{since or '最早'}起，{until or '最新'}止（不含）",
            f"from {since or 'the first'} until {until or 'the newest'}",
        )
        made.append(
            Text(
                f"取“{title.zh}”截至存证点 {question.checkpoint} 的最新有效版本，已撤回的不算；{span.zh}",
                f"Take “{title.of('en')}” as of checkpoint {question.checkpoint}: newest revisions, none withdrawn; "
                f"{span.en}",
            )
        )
    made.append(
        Text(
            f"只留“{place.name}”及其下级的（行政区划按第 {place.edition} 版）",
            f"Keep those at {place.name} or below it (edition {place.edition} of the tree)",
        )
    )
    made.append(rule(question, question.indicator))
    return tuple(made)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _listed(terms: tuple[Term, ...]) -> str:
    return "".join(f"-- {term.facts}: {term.source.kind} {term.source.repeat}".rstrip() + "\n" for term in terms)


_MEASURES: Final[Mapping[str, Callable[[Indicator, _Words], Text]]] = {
    "count": _count,
    "sum": _sum,
    "distinct": _distinct,
    "latest": _latest,
    "streak": _streak,
    "zero": _count,
}
