"""The shape of indicators.toml, read strictly."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yibiao.core.problems import Problem
from yibiao.figures import problems
from yibiao.figures.types import Attribution, CheckRule, CoverageRule, Indicator
from yibiao.packs.types import Text

NAME: Final = "indicators.toml"
_STRICT: Final = ConfigDict(strict=True, extra="forbid")
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]
Line = Annotated[str, Field(max_length=2000)]


class Bilingual(BaseModel):
    model_config = _STRICT
    zh: Words
    en: Words

    def text(self) -> Text:
        return Text(self.zh, self.en)


class IndicatorIn(BaseModel):
    model_config = _STRICT
    id: Id
    label: Bilingual
    counts: Bilingual
    unit: Annotated[str, Field(min_length=1, max_length=20)]
    kind: Line
    measure: Line
    source: Line = ""
    filter: Line = ""
    of: Line = ""
    per: Line = ""
    terms: Line = ""
    every: Literal["", "day", "month"] = ""
    coverage: Line = ""
    attribution: Attribution = "place"
    window: Literal["", "year-to-date", "history"] = ""
    aliases: list[Words] = []
    key: bool = False
    part_of: Line = ""
    valid_from: date | None = None
    rule_source: Line = ""

    def made(self, pack: str, valid_from: date | None, rule_source: str) -> Indicator:
        return Indicator(
            self.id, pack, self.label.text(), self.counts.text(), self.unit, self.kind, self.measure,  # type: ignore[arg-type]
            self.source, self.filter, self.of, self.per, self.terms, self.every, self.coverage, self.attribution,
            self.window, tuple(self.aliases), self.key, self.part_of, self.valid_from or valid_from,
            self.rule_source or rule_source,
        )  # fmt: skip


class CoverageIn(BaseModel):
    model_config = _STRICT
    id: Id
    form: Words
    register_: Words = Field(alias="register")
    unit: Words
    every: Literal["day", "month"]
    label: Bilingual
    filter: Line = ""

    def made(self) -> CoverageRule:
        return CoverageRule(self.id, self.form, self.register_, self.unit, self.every, self.label.text(), self.filter)


class CheckIn(BaseModel):
    model_config = _STRICT
    id: Id
    label: Bilingual
    equal: Words

    def made(self) -> CheckRule:
        return CheckRule(self.id, self.label.text(), self.equal)


Block = TypeVar("Block", IndicatorIn, CoverageIn, CheckIn)
_WHY: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("缺这一项", "missing"),
    "extra_forbidden": ("没有这一项", "unknown key"),
    "string_pattern_mismatch": ("只能用小写字母、数字和连字符", "lower-case letters, digits and hyphens only"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("太长", "too long"),
    "string_type": ("要用引号括起的文字", "must be text in quotes"),
    "bool_type": ("要写 true 或者 false", "must be true or false"),
    "list_type": ("要写成列表", "must be a list"),
    "date_type": ("要写成日期，例如 2022-09-01", "must be a date such as 2022-09-01"),
}


class File:
    """The text with the line on which each block begins."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if head := re.match(r"\s*\[\[\s*([\w-]+)\s*\]\]", line):
                self._lines.setdefault(head[1], []).append(number)

    def where(self, kind: str, index: int, id: object) -> str:
        lines = self._lines.get(kind, [])
        line = f" 第 {lines[index]} 行" if index < len(lines) else ""
        return f"{NAME}{line}“{id}”" if isinstance(id, str) and id else f"{NAME}{line}"


def parse(content: bytes, found: list[Problem]) -> tuple[dict[str, Any], File]:
    """The blocks of the file as plain values."""
    try:
        text = content.decode("utf-8")
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found.append(problems.TOML.at(NAME, why=error))
        return {}, File("")
    for key in sorted(document.keys() - {"indicator", "coverage", "check"}):
        found.append(
            problems.SHAPE.at(
                NAME,
                key=key,
                why="只能有 indicator、coverage 和 check",
                why_en="only indicator, coverage and check may stand here",
            )
        )
    return document, File(text)


def blocks(
    kind: str, model: type[Block], document: Mapping[str, Any], file: File, found: list[Problem]
) -> list[tuple[str, Block]]:
    """The blocks of one kind that have the right shape, each with where it stands."""
    listed = document.get(kind, [])
    if not isinstance(listed, list):
        found.append(problems.SHAPE.at(NAME, key=kind, why=f"要写成 [[{kind}]]", why_en=f"write [[{kind}]]"))
        return []
    made: list[tuple[str, Block]] = []
    seen: set[str] = set()
    for index, raw in enumerate(listed):
        where = file.where(kind, index, raw.get("id") if isinstance(raw, dict) else "")
        try:
            block = model.model_validate(raw)
        except ValidationError as error:
            found.extend(_shapes(error, where))
            continue
        if block.id in seen:
            found.append(problems.REPEATED.at(where, id=block.id))
            continue
        seen.add(block.id)
        made.append((where, block))
    return made


def _shapes(error: ValidationError, where: str) -> list[Problem]:
    made = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        zh, en = _WHY.get(item["type"], (item["msg"], item["msg"]))
        made.append(problems.SHAPE.at(where, key=key, why=zh, why_en=en))
    return made
