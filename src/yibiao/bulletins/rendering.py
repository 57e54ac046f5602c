"""Fills the citations of a source with numbers, each in a wording that is true of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from yibiao.bulletins import marks, problems
from yibiao.bulletins.types import Citation, Preview
from yibiao.core import wording
from yibiao.core.periods import Period
from yibiao.core.problems import Problem, Refusal
from yibiao.figures.types import Figure, Query

Ask: TypeAlias = Callable[[Query], Figure]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a citation that does not say otherwise is about."""

    pack: str
    program: str
    place: str
    period: Period
    as_of: int


def render(source: str, setting: Setting, ask: Ask) -> Preview:
    """The text with its citations and their offsets, and everything that is wrong with any of them.

    A citation that is wrong stays in the text as it was written, so that its place can be seen.
    """
    found, wrong = marks.read(source)
    citations: list[Citation] = []
    asked: dict[Query, Figure] = {}
    text, done = "", 0
    for mark in found:
        text += source[done : mark.start]
        done = mark.end
        try:
            words, figure = _phrase(mark, setting, ask, asked)
        except Refusal as refusal:
            wrong += [Problem(each.rule, mark.where, each.values) for each in refusal.problems]
            text += source[mark.start : mark.end]
            continue
        query = figure.query
        citations.append(
            Citation(
                start=len(text),
                end=len(text) + len(words),
                indicator=query.indicator,
                value=figure.value,
                unit=figure.unit,
                wording=words,
                rule=mark.wording,
                place=query.place,
                period=query.period,
            )
        )
        text += words
    return Preview(text + source[done:], tuple(citations), tuple(wrong), setting.as_of)


def _phrase(mark: marks.Mark, setting: Setting, ask: Ask, asked: dict[Query, Figure]) -> tuple[str, Figure]:
    query = Query(
        indicator=marks.ref(mark, setting.pack),
        program=setting.program,
        place=mark.place or setting.place,
        period=mark.period or setting.period,
        as_of=setting.as_of,
    )
    if query not in asked:
        asked[query] = ask(query)
    figure = asked[query]
    if (figure.indicator.kind == marks.ZERO) != (mark.wording == marks.ZERO):
        raise Refusal([problems.MARK_ZERO.at(indicator=figure.indicator.id, wording=mark.wording)])
    if mark.wording == marks.ZERO:
        return _claim(mark, figure), figure
    if figure.value is None:
        label = figure.indicator.label
        raise Refusal([problems.NO_VALUE.at(label=label.zh)])
    return wording.write(figure.value, wording.parse(mark.wording), figure.unit if mark.unit else ""), figure


def _claim(mark: marks.Mark, figure: Figure) -> str:
    """The claim where it is proved; where reports are missing, how many, in place of a claim."""
    if figure.value is None:
        covered = figure.coverage
        owed, filed = (covered.owed, covered.filed) if covered else (0, 0)
        return f"（{figure.indicator.label.zh}：应报{owed}份，实报{filed}份，尚不能作零报告）"
    if figure.value != Decimal(0):
        label = figure.indicator.label.zh
        shown = f"{figure.value:f}"
        raise Refusal([problems.CLAIM_UNTRUE.at(claim=mark.claim, label=label, value=shown, unit=figure.unit)])
    return mark.claim
