"""How it is told that a numeral claims nothing: rules in order, each a pattern at the numeral and one before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from yibiao.core.reading.units import UNIT

WINDOW = 16


@dataclass(frozen=True, slots=True)
class NotClaim:
    """A numeral that claims nothing, with the phrase that shows it: ``text[start:end]``."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    """``at`` matches from the numeral on; ``before``, where given, ends directly in front of it.

    ``reach`` takes what stands before into the phrase; ``bare`` refuses where a unit or 余 follows.
    """

    kind: str
    at: re.Pattern[str]
    before: re.Pattern[str] | None = None
    reach: bool = False
    bare: bool = False
    unless: re.Pattern[str] | None = None


def rule(kind: str, at: str, before: str = "", *, reach: bool = False, bare: bool = False, unless: str = "") -> Rule:
    """A rule from its patterns; ``before`` and ``unless`` are tied to the numeral's left edge."""
    return Rule(
        kind,
        re.compile(at),
        re.compile(f"(?:{before})$") if before else None,
        reach,
        bare,
        re.compile(f"(?:{unless})$") if unless else None,
    )


def first(rules: Iterable[Rule], text: str, at: int, floor: int) -> NotClaim | None:
    """What the first rule that fits makes of the numeral, looking back no further than ``floor``."""
    low = max(floor, at - WINDOW)
    for one in rules:
        match = one.at.match(text, at)
        if match is None:
            continue
        before = one.before.search(text, low, at) if one.before else None
        if one.before and before is None:
            continue
        if one.unless and one.unless.search(text, low, at):
            continue
        if one.bare and (UNIT.match(text, match.end()) or text.startswith(("余", "多"), match.end())):
            continue
        return NotClaim(before.start() if before and one.reach else at, match.end(), one.kind)
    return None
