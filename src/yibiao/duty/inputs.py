"""The shape of duty.toml, read strictly."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from yibiao.core.problems import Problem
from yibiao.core.rosters import Pattern, Post
from yibiao.duty import problems
from yibiao.duty.types import Beside, Every, Obligation, PostRule, RosterRule, ShiftType
from yibiao.packs.types.tables import CLOCK, CODE, DAYS, DUE, SPAN, STRICT, Bilingual, Table, faults

NAME: Final = "duty.toml"
Id = Annotated[str, Field(pattern=CODE, max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]
Clock = Annotated[str, Field(pattern=CLOCK)]
Span = Annotated[str, Field(pattern=SPAN)]
Due = Annotated[str, Field(pattern=DUE)]


class BesideIn(BaseModel):
    model_config = STRICT
    register_: Words = Field(alias="register")
    column: Words
    indicators: list[Id]

    def made(self) -> Beside:
        return Beside(self.register_, self.column, tuple(self.indicators))


class ObligationIn(BaseModel):
    model_config = STRICT
    topic: Id
    label: Bilingual
    form: Words
    register_: Words = Field(alias="register")
    unit: Words
    every: Every
    due: Due
    filter: str = ""
    nil: str = ""
    nil_answers: dict[str, str | int] = {}
    escalate: Span | Literal[""] = ""
    where: str = ""
    ahead: Annotated[str, Field(pattern=DAYS)] = "7d"
    record_missed: bool = False
    compares: dict[str, Id] = {}
    beside: BesideIn | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""

    def made(self, valid_from: date | None, source: str) -> Obligation:
        return Obligation(
            self.topic, self.label.text(), self.form, self.register_, self.unit, self.every, self.due, self.filter,
            self.nil, dict(self.nil_answers), self.escalate, self.valid_from or valid_from, self.source or source,
            self.where, self.ahead, self.valid_until, self.record_missed, compares=dict(self.compares),
            beside=self.beside.made() if self.beside else None,
        )  # fmt: skip


class PostIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual
    least: Annotated[int, Field(ge=0, le=100)]
    counts_as: Id
    leads: bool = False


class ShiftTypeIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual
    begins: Clock
    ends: Clock
    days: Literal["every", "work", "rest"] = "every"
    post: Annotated[list[PostIn], Field(min_length=1)]
    valid_from: date | None = None
    source: str = ""

    def made(self, valid_from: date | None, source: str) -> ShiftType:
        posts = tuple(Post(one.id, one.least, one.counts_as, one.leads) for one in self.post)
        pattern = Pattern(self.id, time.fromisoformat(self.begins), time.fromisoformat(self.ends), posts, self.days)
        words = tuple(PostRule(one.id, one.label.text(), one.counts_as) for one in self.post)
        return ShiftType(
            self.id, self.label.text(), pattern, words, self.valid_from or valid_from, self.source or source
        )


class CategoryIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual


class RosterIn(BaseModel):
    model_config = STRICT
    register_: Words = Field(alias="register")
    file_before: Span = "1d"
    arrive_early: Span = "2h"
    source: str = ""

    def made(self, source: str) -> RosterRule:
        return RosterRule(self.register_, self.file_before, self.arrive_early, self.source or source)


class DutyIn(BaseModel):
    """The whole file."""

    model_config = STRICT
    obligation: list[ObligationIn] = []
    category: list[CategoryIn] = []
    shift_type: list[ShiftTypeIn] = []
    roster: RosterIn | None = None


def parse(content: bytes) -> tuple[DutyIn | None, list[Problem]]:
    """The file in its shape, or everything that is wrong with its shape."""
    table = Table(NAME, content)
    if table.unreadable is not None:
        return None, [table.unreadable.at(problems.TOML)]
    read, wrong = table.shaped(DutyIn)
    return read, faults(problems.SHAPE, wrong)
