"""``notices.toml`` of a pack: the kinds of notices with the time to sign for them, and the occasions."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yibiao.core.problems import Problem
from yibiao.notices import problems
from yibiao.notices.types import Kind, Plan
from yibiao.packs import queries as packs
from yibiao.packs.types import Text

NAME: Final = "notices.toml"
USUAL: Final = Plan(
    (
        Kind("notice", Text("通知", "Notice"), 48),
        Kind("letter", Text("提示函", "Letter of reminder"), 48),
        Kind("urgent", Text("紧急通知", "Urgent notice"), 2),
    )
)
_STRICT = ConfigDict(strict=True, extra="forbid")
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]


class _Words(BaseModel):
    model_config = _STRICT
    zh: str = Field(min_length=1, max_length=80)
    en: str = Field(default="", max_length=80)


class _Kind(BaseModel):
    model_config = _STRICT
    id: Code
    label: _Words
    due_hours: int = Field(default=0, ge=0, le=24 * 365)
    wants_feedback: bool = False


class _Occasion(BaseModel):
    model_config = _STRICT
    id: Code
    label: _Words


class _File(BaseModel):
    model_config = _STRICT
    source: str = Field(default="", max_length=300)
    kind: list[_Kind] = Field(default_factory=list)
    occasion: list[_Occasion] = Field(default_factory=list)


def read(content: bytes | None) -> tuple[Plan, list[Problem]]:
    """The plan in a file, the usual one where a pack has none, and everything that is wrong with it."""
    if content is None:
        return USUAL, []
    try:
        found = _File.model_validate(tomllib.loads(content.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return USUAL, [problems.PLAN.at(NAME, reason=str(error))]
    except ValidationError as error:
        wrong = [".".join(map(str, one["loc"])) or one["type"] for one in error.errors()]
        return USUAL, [problems.PLAN.at(f"{NAME} {where}", reason=where) for where in wrong]
    ids = [*(one.id for one in found.kind), *(one.id for one in found.occasion)]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        return USUAL, [problems.PLAN.at(f"{NAME} {one}", reason=one) for one in twice]
    kinds = tuple(
        Kind(one.id, Text(one.label.zh, one.label.en), one.due_hours, one.wants_feedback) for one in found.kind
    )
    occasions = tuple((one.id, Text(one.label.zh, one.label.en)) for one in found.occasion)
    return Plan(kinds or USUAL.kinds, occasions), []


def of(pack: str, version: str) -> Plan:
    """The plan of an installed version."""
    return _kept(pack, version)


@lru_cache(maxsize=64)
def _kept(pack: str, version: str) -> Plan:
    # A version is frozen, so what was read once stays true.
    return read(packs.files(pack, version).files.get(NAME))[0]
