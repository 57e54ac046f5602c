"""Reads the citations ``{{ indicator | wording | options }}`` out of a source, and the templates that packs bring."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final

from django.utils.translation import gettext
from pydantic import BaseModel, Field

from yibiao.bulletins import problems
from yibiao.bulletins.types import Template
from yibiao.core import wording
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.figures.types import Indicator
from yibiao.packs.types.tables import STRICT, Table, faults

ZERO: Final = "zero"
_MARK: Final = re.compile(r"\{\{([^{}\n]*)\}\}")
_OPTION: Final = re.compile(r"\s*(unit|place|period)\s*=\s*(\S+)\s*")
_LONGEST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Mark:
    """One citation as it is written at ``source[start:end]``; ``claim`` is the sentence of a zero report."""

    start: int
    end: int
    where: str
    indicator: str
    wording: str
    claim: str = ""
    unit: bool = True
    place: str = ""
    period: Period | None = None


def read(source: str, *, first_line: int = 1, file: str = "") -> tuple[list[Mark], list[Problem]]:
    """Every citation of a source, in order, and everything wrong with how they are written."""
    marks: list[Mark] = []
    found: list[Problem] = []
    for match in _MARK.finditer(source):
        where = _where(source, match.start(), match[0], first_line, file)
        try:
            marks.append(_mark(match, where))
        except Refusal as refusal:
            found += [Problem(each.rule, where, each.values) for each in refusal.problems]
    # Blanks keep the lines and offsets of what is left, so that a lone brace is found where it stands.
    rest = _MARK.sub(lambda match: " " * len(match[0]), source)
    for lone in re.finditer(r"\{\{|\}\}", rest):
        line = rest[lone.start() :].splitlines()[0][:20]
        found.append(problems.MARK_UNCLOSED.at(_where(source, lone.start(), line, first_line, file)))
    return marks, found


def against(marks: list[Mark], pack: str, indicators: Mapping[str, Indicator]) -> list[Problem]:
    """What is wrong with citations, given the indicators by ref that they may cite."""
    found = []
    for mark in marks:
        indicator = indicators.get(ref(mark, pack))
        if indicator is None:
            found.append(unknown(mark, pack, indicators))
        elif (indicator.kind == ZERO) != (mark.wording == ZERO):
            found.append(problems.MARK_ZERO.at(mark.where, indicator=indicator.id, wording=mark.wording))
    return found


def ref(mark: Mark, pack: str) -> str:
    """The full name of the cited indicator; a short id is one of the bulletin's own pack."""
    return mark.indicator if "." in mark.indicator else f"{pack}.{mark.indicator}"


def unknown(mark: Mark, pack: str, indicators: Mapping[str, Indicator]) -> Problem:
    names = [name.removeprefix(f"{pack}.") for name in indicators]
    near = "、".join(get_close_matches(mark.indicator, names, n=5, cutoff=0.3)) or "—"
    return problems.MARK_INDICATOR.at(mark.where, indicator=mark.indicator, near=near)


def template(pack: str, path: str, content: bytes) -> tuple[Template | None, list[Mark], list[Problem]]:
    """A template file: settings between lines of ``+++``, then the text."""
    text = content.decode("utf-8", errors="replace").replace("\r\n", "\n").removeprefix("\ufeff")
    parts = re.fullmatch(r"\+\+\+\n(.*?)^\+\+\+[ \t]*\n(.*)", text, re.DOTALL | re.MULTILINE)
    if parts is None:
        return None, [], [problems.TEMPLATE_HEAD.at(path, key="+++", why="没有这两行", why_en="missing")]
    body = parts[2].strip("\n")
    # The line of pluses stands above the settings: their lines are told as those of the file.
    head, wrong_head = Table(path, f"\n{parts[1]}".encode()).shaped(_Head)
    found = faults(problems.TEMPLATE_HEAD, wrong_head)
    period = None
    try:
        period = _period(head) if head else None
    except Refusal as refusal:
        found += [Problem(each.rule, path, each.values) for each in refusal.problems]
    first_line = text[: parts.start(2)].count("\n") + 1 + len(parts[2]) - len(parts[2].lstrip("\n"))
    marks, wrong = read(body, first_line=first_line, file=path)
    found += wrong
    if head and "{{" in head.title:
        found.append(problems.TEMPLATE_TITLE.at(path))
    found += [Problem(each.rule, path, each.values) for each in empty(body)]
    if head is None or found:
        return None, marks, found
    name = path.removeprefix("bulletin.").removesuffix(".md")
    made = Template(f"{pack}.{name}", pack, head.title, body, head.issuer, head.number, head.place, period)
    return made, marks, []


def empty(body: str) -> list[Problem]:
    """Whether there is a text at all, of a length that can be read."""
    if body.strip() and len(body) <= _LONGEST:
        return []
    return [problems.TEMPLATE_EMPTY.at(mark="{{ 指标 | exact }}", mark_en="{{ indicator | exact }}")]


class _Head(BaseModel):
    model_config = STRICT

    title: str = Field(min_length=1, max_length=200)
    issuer: str = Field(default="", max_length=100)
    number: str = Field(default="", max_length=60)
    place: str = Field(default="", max_length=20)
    from_: datetime | None = Field(default=None, alias="from")
    until: datetime | None = None


def _period(head: _Head) -> Period | None:
    if head.from_ is None or head.until is None:
        return None
    ends = (at if at.tzinfo else at.replace(tzinfo=SHANGHAI) for at in (head.from_, head.until))
    return Period(*ends)


def _where(source: str, start: int, text: str, first_line: int, file: str) -> str:
    line = source.count("\n", 0, start) + first_line
    said = gettext("第 %(line)s 行“%(text)s”") % {"line": line, "text": text}
    return f"{file} {said}".lstrip()


def _form(reason: str, reason_en: str) -> Refusal:
    return refuse(problems.MARK_FORM.at(reason=reason, reason_en=reason_en))


def _mark(match: re.Match[str], where: str) -> Mark:
    indicator, *rest = (part.strip() for part in match[1].split("|"))
    if not re.fullmatch(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)?", indicator):
        raise _form("缺少指标，或指标编号不合规", "the indicator is missing or no valid id")
    words = rest[0] if rest else "exact"
    claim = ""
    options = rest[1:]
    if words == ZERO:
        if not options or not options[0] or _OPTION.fullmatch(options[0]):
            raise _form("零报告缺少结论", "the claim of the zero report is missing")
        claim, *options = options
    else:
        wording.parse(words)
    return Mark(match.start(), match.end(), where, indicator, words, claim, **dict(_options(options)))


def _options(options: list[str]) -> Iterator[tuple[str, Any]]:
    for text in options:
        match = _OPTION.fullmatch(text)
        if match is None:
            raise _form(f"看不懂选项“{text}”", f"the option “{text}” is not known")
        if match[1] == "unit":
            if match[2] not in ("on", "off"):
                raise _form("unit 只能是 on 或 off", "unit is either on or off")
            yield "unit", match[2] == "on"
        elif match[1] == "place":
            yield "place", match[2]
        else:
            yield "period", _span(match[2])


def _span(text: str) -> Period:
    """``2022-09-10..2022-09-12``, a month ``2022-09`` or a year ``2022``."""
    if ".." in text:
        first, _, last = text.partition("..")
        return Period.parse(first, last)
    if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
        return Period.month(int(match[1]), int(match[2]))
    if re.fullmatch(r"[12]\d{3}", text):
        return Period.year(int(text))
    return Period.parse(text, text)
