"""``draws.toml`` of a pack: which registers may be drawn from, and the shares by risk class with their source."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from yibiao.core.draws import Rules
from yibiao.core.problems import Problem
from yibiao.draws import problems
from yibiao.draws.types import PlanRule, Scheme
from yibiao.packs import queries as packs
from yibiao.packs.types.tables import DATE, Label, Table, faults

NAME: Final = "draws.toml"
_STRICT = ConfigDict(extra="forbid")
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(-[a-z0-9]+)*$", max_length=60)]


class _Class(BaseModel):
    model_config = _STRICT
    risk: Code
    label: Label
    percent: Decimal = Field(ge=0, le=100)


class _Draw(BaseModel):
    model_config = _STRICT
    id: Code
    label: Label
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
    valid_from: str = Field(pattern=DATE)
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
    found, wrong = Table(NAME, content).shaped(_File)
    if found is None:
        return ((), None), faults(problems.PLAN, wrong)
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
        one.id, one.label.text(), one.objects, one.risk, one.object_fields or "", one.owner or "",
        one.inspectors, one.inspector_fields or "", one.employer,
        Rules(shares, one.each, one.least, one.source, one.valid_from),
        tuple((each.risk, each.label.text()) for each in one.share),
    )  # fmt: skip
