"""Lists, rules and outcomes of draws, and lists and rules as they are hashed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from yibiao.core import canon

FORMAT: Final = "yibiao-draw/1"
REASONS: Final = ("closed", "moved", "conflict", "absent")


@dataclass(frozen=True, slots=True)
class Subject:
    """What may be drawn. ``owner`` is the body that runs it, for recusal; ``fields`` empty: anybody may check it."""

    key: str
    label: str
    risk: str
    fields: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Inspector:
    """Who may be drawn: a number that stands for a person, the fields of work, and the employer."""

    key: str
    fields: tuple[str, ...]
    employer: str


@dataclass(frozen=True, slots=True)
class Recusal:
    """An inspector who may not check an object, beside those whose employer runs it."""

    inspector: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Shares by risk class in percent, in the order in which classes are drawn; ``least`` per class that has any."""

    shares: tuple[tuple[str, Decimal], ...]
    inspectors: int = 2
    least: int = 1
    source: str = ""
    valid_from: str = ""


@dataclass(frozen=True, slots=True)
class Frozen:
    """Everything that is fixed before the draw. ``commitment`` is the SHA-256 of the seed."""

    title: str
    subjects: tuple[Subject, ...]
    inspectors: tuple[Inspector, ...]
    recusals: tuple[Recusal, ...]
    rules: Rules
    commitment: str

    def digest(self) -> str:
        """The hash that is published before the draw."""
        return canon.digest(frozen_json(self))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One object that was drawn, with its inspectors."""

    subject: str
    risk: str
    inspectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What was taken out and why. With ``subject`` an inspector of that object, otherwise the object itself."""

    out: str
    reason: str
    said: str
    subject: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A draw that was made: what stands after all replacements."""

    seed: str
    beacon: str
    drawn: tuple[Drawn, ...]
    replacements: tuple[Replacement, ...] = field(default=())


def commitment(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def frozen_json(frozen: Frozen) -> dict[str, Any]:
    """Lists and rules as they are hashed and published; the order of a list says nothing, so it is by key."""
    rules = frozen.rules
    return {
        "format": FORMAT,
        "title": frozen.title,
        "subjects": [
            {"key": one.key, "label": one.label, "risk": one.risk, "fields": sorted(one.fields), "owner": one.owner}
            for one in sorted(frozen.subjects, key=lambda one: one.key)
        ],
        "inspectors": [
            {"key": one.key, "fields": sorted(one.fields), "employer": one.employer}
            for one in sorted(frozen.inspectors, key=lambda one: one.key)
        ],
        "recusals": [
            {"inspector": one.inspector, "subject": one.subject, "reason": one.reason}
            for one in sorted(frozen.recusals, key=lambda one: (one.subject, one.inspector))
        ],
        "rules": {
            "shares": [{"risk": risk, "percent": format(share, "f")} for risk, share in rules.shares],
            "inspectors": rules.inspectors,
            "least": rules.least,
            "source": rules.source,
            "valid_from": rules.valid_from,
        },
        "seed_sha256": frozen.commitment,
    }
