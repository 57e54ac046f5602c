"""``draws.toml`` of a pack: which registers may be drawn from, and the shares by risk class with their source."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yibiao.core.draws import Rules
from yibiao.core.problems import Problem
from yibiao.draws import problems
from yibiao.draws.types import PlanRule, Scheme
from yibiao.packs import queries as packs
from yibiao.packs.types import Text

NAME: Final = "draws.toml"
_STRICT = ConfigDict(extra="forbid")
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(-[a-z0-9]+)*$", max_length=60)]


class _Words(BaseModel):
    model_config = _STRICT
    zh: str = Field(min_length=1, max_length=80)
    en: str = Field(default="", max_length=80)


class _Class(BaseModel):
    model_config = _STRICT
    risk: Code
    label: _Words
    percent: Decimal = Field(ge=0, le=100)


class _Draw(BaseModel):
    model_config = _STRICT
    id: Code
    label: _Words
    objects: Code
    risk: Code
    object_fields: Code | None = None
    owner: Code | None = None
    inspectors: Code
    inspector_fields: Code | None = None
    employer: Code
    each: int = Field(default=2, ge=2, le=9)
    least: int = Field(default=1, ge=0, le=99)
    source: str = Field(min_length=1, max_length=300)
    valid_from: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    share: list[_Class] = Field(min_length=1)


class _Plans(BaseModel):
    model_config = _STRICT
    register_: Code = Field(alias="register")
    manner: Code
    open: list[Code]
    first: Code
    last: Code
    places: Code
    planned: Code
    team: Code
    draw: Code
    form: Code
    answer: Code
    result: Code
    source: str = Field(min_length=1, max_length=300)


class _File(BaseModel):
    model_config = _STRICT
    draw: list[_Draw] = Field(default_factory=list)
    plans: _Plans | None = None


Read = tuple[tuple[Scheme, ...], PlanRule | None]


def read(content: bytes | None) -> tuple[Read, list[Problem]]:
    """The schemes and the rule of plans in a file, none where a pack has none, and everything that is wrong with it."""
    if content is None:
        return ((), None), []
    try:
        found = _File.model_validate(tomllib.loads(content.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return ((), None), [problems.PLAN.at(NAME, reason=str(error))]
    except ValidationError as error:
        wrong = [".".join(map(str, one["loc"])) or one["type"] for one in error.errors()]
        return ((), None), [problems.PLAN.at(f"{NAME} {where}", reason=where) for where in wrong]
    return (tuple(map(_scheme, found.draw)), _rule(found.plans)), []


def of(pack: str) -> tuple[Scheme, ...]:
    """The schemes of the current version of a pack."""
    return _kept(pack, packs.current(pack).version)[0]


def rule(pack: str) -> PlanRule | None:
    """How the current version of a pack keeps plans of inspections; None where it keeps none."""
    return _kept(pack, packs.current(pack).version)[1]


@lru_cache(maxsize=64)
def _kept(pack: str, version: str) -> Read:
    # A version is frozen, so what was read once stays true.
    return read(packs.files(pack, version).files.get(NAME))[0]


def _rule(one: _Plans | None) -> PlanRule | None:
    if one is None:
        return None
    return PlanRule(
        one.register_, one.manner, frozenset(one.open), one.first, one.last, one.places, one.planned, one.team,
        one.draw, one.form, one.answer, one.result, one.source,
    )  # fmt: skip


def _scheme(one: _Draw) -> Scheme:
    shares = tuple((each.risk, each.percent) for each in one.share)
    return Scheme(
        one.id, Text(one.label.zh, one.label.en), one.objects, one.risk, one.object_fields or "", one.owner or "",
        one.inspectors, one.inspector_fields or "", one.employer,
        Rules(shares, one.each, one.least, one.source, one.valid_from),
        tuple((each.risk, Text(each.label.zh, each.label.en)) for each in one.share),
    )  # fmt: skip
