"""The shape of indicators.toml, read strictly."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, Field

from yibiao.core.problems import Problem
from yibiao.figures import problems
from yibiao.figures.types import Attribution, CheckRule, CoverageRule, Indicator
from yibiao.packs.types.tables import CODE, STRICT, Bilingual, Table, faults

NAME: Final = "indicators.toml"
Id = Annotated[str, Field(pattern=CODE, max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]
Line = Annotated[str, Field(max_length=2000)]


class IndicatorIn(BaseModel):
    model_config = STRICT
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
    model_config = STRICT
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
    model_config = STRICT
    id: Id
    label: Bilingual
    equal: Words

    def made(self) -> CheckRule:
        return CheckRule(self.id, self.label.text(), self.equal)


Block = TypeVar("Block", IndicatorIn, CoverageIn, CheckIn)


def parse(content: bytes, found: list[Problem]) -> Table:
    """The file; what cannot be read or is unknown in it is found wrong."""
    table = Table(NAME, content)
    if table.unreadable is not None:
        found.append(table.unreadable.at(problems.TOML))
    found += faults(problems.SHAPE, table.only("indicator", "coverage", "check"))
    return table


def blocks(kind: str, model: type[Block], table: Table, found: list[Problem]) -> list[tuple[str, Block]]:
    """The blocks of one kind that have the right shape, each with where it stands."""
    read, wrong = table.blocks(kind, model)
    found += faults(problems.SHAPE, wrong)
    made: list[tuple[str, Block]] = []
    seen: set[str] = set()
    for index, block in read:
        where = table.where(kind, index)
        if block.id in seen:
            found.append(problems.REPEATED.at(where, id=block.id))
            continue
        seen.add(block.id)
        made.append((where, block))
    return made
