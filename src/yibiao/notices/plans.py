"""``notices.toml`` of a pack: the kinds of notices with the time to sign for them, and the occasions."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Final

from pydantic import BaseModel, Field

from yibiao.core.problems import Problem
from yibiao.core.texts import Text
from yibiao.notices import problems
from yibiao.notices.types import Kind, Plan
from yibiao.packs import queries as packs
from yibiao.packs.types.tables import CODE, STRICT, Label, Table, faults

NAME: Final = "notices.toml"
USUAL: Final = Plan(
    (
        Kind("notice", Text("通知", "Notice"), 48),
        Kind("letter", Text("提示函", "Letter of reminder"), 48),
        Kind("urgent", Text("紧急通知", "Urgent notice"), 2),
    )
)
Code = Annotated[str, Field(pattern=CODE, max_length=40)]


class _Kind(BaseModel):
    model_config = STRICT
    id: Code
    label: Label
    due_hours: int = Field(default=0, ge=0, le=24 * 365)
    wants_feedback: bool = False


class _Occasion(BaseModel):
    model_config = STRICT
    id: Code
    label: Label


class _File(BaseModel):
    model_config = STRICT
    source: str = Field(default="", max_length=300)
    kind: list[_Kind] = Field(default_factory=list)
    occasion: list[_Occasion] = Field(default_factory=list)


def read(content: bytes | None) -> tuple[Plan, list[Problem]]:
    """The plan in a file, the usual one where a pack has none, and everything that is wrong with it."""
    if content is None:
        return USUAL, []
    found, wrong = Table(NAME, content).shaped(_File)
    if found is None:
        return USUAL, faults(problems.PLAN, wrong)
    ids = [*(one.id for one in found.kind), *(one.id for one in found.occasion)]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        return USUAL, [
            problems.PLAN.at(NAME, key=one, why="这个 id 用了两次", why_en="this id is used twice") for one in twice
        ]
    kinds = tuple(Kind(one.id, one.label.text(), one.due_hours, one.wants_feedback) for one in found.kind)
    occasions = tuple((one.id, one.label.text()) for one in found.occasion)
    return Plan(kinds or USUAL.kinds, occasions), []


def of(pack: str, version: str) -> Plan:
    """The plan of an installed version."""
    return _kept(pack, version)


@lru_cache(maxsize=64)
def _kept(pack: str, version: str) -> Plan:
    # A version is frozen, so what was read once stays true.
    return read(packs.files(pack, version).files.get(NAME))[0]
