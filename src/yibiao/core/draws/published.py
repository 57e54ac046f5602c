"""A draw as it is published, and held against its own file by anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from yibiao.core.draws.drawing import draw, substitute
from yibiao.core.draws.rules import DIGEST, RESULT, SEED, UNREADABLE
from yibiao.core.draws.types import (
    FORMAT,
    Drawn,
    Frozen,
    Inspector,
    Outcome,
    Recusal,
    Replacement,
    Rules,
    Subject,
    commitment,
)
from yibiao.core.problems import Problem, Refusal, refuse


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """What was drawn, as it is published."""
    return {
        "seed": outcome.seed,
        "beacon": outcome.beacon,
        "drawn": [
            {"subject": one.subject, "risk": one.risk, "inspectors": list(one.inspectors)} for one in outcome.drawn
        ],
        "replacements": [
            {"out": one.out, "into": one.into, "subject": one.subject, "reason": one.reason, "said": one.said}
            for one in outcome.replacements
        ],
    }


def frozen_of(content: Mapping[str, Any]) -> Frozen:
    """Raises: core.draw.unreadable."""
    try:
        if content["format"] != FORMAT:
            raise refuse(UNREADABLE.at(reason=str(content["format"])[:40]))
        rules = content["rules"]
        return Frozen(
            title=str(content["title"]),
            subjects=tuple(
                Subject(one["key"], one["label"], one["risk"], tuple(one["fields"]), one["owner"])
                for one in content["subjects"]
            ),
            inspectors=tuple(
                Inspector(one["key"], tuple(one["fields"]), one["employer"]) for one in content["inspectors"]
            ),
            recusals=tuple(Recusal(one["inspector"], one["subject"], one["reason"]) for one in content["recusals"]),
            rules=Rules(
                tuple((one["risk"], Decimal(one["percent"])) for one in rules["shares"]),
                int(rules["inspectors"]), int(rules["least"]), str(rules["source"]), str(rules["valid_from"]),
            ),
            commitment=str(content["seed_sha256"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise refuse(UNREADABLE.at(reason=f"{type(error).__name__} {error}"[:100])) from error


def outcome_of(content: Mapping[str, Any]) -> Outcome:
    """Raises: core.draw.unreadable."""
    try:
        return Outcome(
            str(content["seed"]),
            str(content["beacon"]),
            tuple(Drawn(one["subject"], one["risk"], tuple(one["inspectors"])) for one in content["drawn"]),
            tuple(
                Replacement(one["out"], one["reason"], one["said"], one["subject"], one["into"])
                for one in content["replacements"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise refuse(UNREADABLE.at(reason=f"{type(error).__name__} {error}"[:100])) from error


def verify(content: Mapping[str, Any]) -> list[Problem]:
    """Runs a published draw again from its file alone; gives everything in which it differs.

    Raises: core.draw.unreadable.
    """
    if not isinstance(content, Mapping) or "frozen" not in content:
        raise refuse(UNREADABLE.at(reason="frozen"))
    frozen, said = frozen_of(content["frozen"]), outcome_of(content)
    found: list[Problem] = []
    if frozen.digest() != content.get("digest"):
        found.append(DIGEST.at(found=frozen.digest()[:16], said=str(content.get("digest"))[:16]))
    if commitment(said.seed) != frozen.commitment:
        return [*found, SEED.at()]
    try:
        again = draw(frozen, said.seed, said.beacon)
        for one in said.replacements:
            again = substitute(frozen, again, one.out, reason=one.reason, said=one.said, subject=one.subject)
    except Refusal as refusal:
        return [*found, *refusal.problems]
    return [*found, *_differences(again, said)]


def _differences(again: Outcome, said: Outcome) -> Iterator[Problem]:
    ours = {one.subject: one for one in again.drawn}
    theirs = {one.subject: one for one in said.drawn}
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        if ours.get(key) != theirs.get(key):
            shown = ["、".join(one.inspectors) if one else "—" for one in (ours.get(key), theirs.get(key))]
            yield RESULT.at(subject=key, found=shown[0], said=shown[1])
    for mine, other in zip(again.replacements, said.replacements, strict=True):
        if mine.into != other.into:
            yield RESULT.at(subject=mine.out, found=mine.into, said=other.into)
