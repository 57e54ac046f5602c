"""Which units a claim and an indicator may have that speak of one thing: the hard filter of matching."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from yibiao.core import quantities

# The press changes freely between these: a hazard is 个, 项, 处, 条 or 起; an enterprise 户, 家 or 个.
_THINGS: Final = frozenset({"objects", "spots", "buildings", "items", "events", "teams", "machines", "sessions"})
_GENERIC: Final = frozenset({"objects", "大", "种", "类", "方面", "步", "步骤", "环节", "阶段"})
# 次 by itself counts occasions; that persons came (人次) is another count.
_OCCASIONS: Final = frozenset({"times", "sessions", "objects-visits", "矿-visits", "machines-visits", "spots-visits"})
# Measured or shared out, not counted: these agree with their own kind only.
_MEASURED: Final = frozenset(
    {"share", "money", "mass", "area", "length", "days", "months", "years", "clock", "volume", "energy"}
)
_MEASURING: Final = ("share", "time", "money", "amount")
# Levels and degrees describe; they count nothing that could be held against a figure.
_LEVELS: Final = frozenset({"级", "层", "层级", "度", "倍", "成"})
# What a noun that ends so is counted in, where no unit is written: 参与人数近45万.
_NOUNS: Final = (
    ("人次", "persons-visits"), ("人数", "persons"), ("人口", "persons"), ("户数", "objects"), ("场次", "sessions"),
    ("占比", "share"), ("比例", "share"), ("比重", "share"), ("率", "share"),
)  # fmt: skip


def dimension(unit: str | None, noun: str = "") -> str:
    """The dimension of a written unit; of the noun where none is written; empty where neither says."""
    if unit:
        return quantities.unit(unit).dimension
    return next((found for end, found in _NOUNS if noun.endswith(end)), "")


def group(unit: str | None) -> str:
    """The dimension, with all general measure words as one: 六大 and 6个 count alike."""
    own = dimension(unit)
    return "objects" if own in _GENERIC else own


def mistakable(claimed: str, indicator: str) -> bool:
    """Whether a unit may have been written for another by mistake: both count things, persons or occasions."""
    own = quantities.unit(indicator)
    counted = claimed and claimed not in _MEASURED | _LEVELS | _GENERIC - {"objects"}
    return bool(counted) and own.counts not in _MEASURING


@lru_cache(maxsize=4096)
def agree(claimed: str, indicator: str) -> bool:
    """Whether a claim of a dimension may speak of an indicator with a unit.

    Persons are never visits. A claim without any unit may be any count of things or persons, but no visits, no share
    and no span of time: whoever leaves those out says something else.
    """
    own = quantities.unit(indicator)
    if not claimed:
        return own.counts not in ("visits", "share", "time", "money")
    if claimed == own.dimension:
        return True
    if claimed in _MEASURED or claimed in _LEVELS or own.counts in _MEASURING:
        return False
    if {claimed, own.dimension} <= _OCCASIONS:
        return "times" in (claimed, own.dimension)
    if own.counts == "visits" or claimed.endswith("-visits") or claimed == "times":
        return False
    if claimed in _GENERIC or own.dimension in _GENERIC:
        return "persons" not in (claimed, own.dimension)
    return claimed in _THINGS and own.dimension in _THINGS
