"""Facts that are filed, corrected and withdrawn at random, and sizes at which few of them set everything going."""

from __future__ import annotations

import random
from typing import Any

from tests.figures import world
from yibiao.figures import compacting, filling

# Small enough that a few facts make several files, merges, and cubes that move.
SMALL = ((compacting, "MANY", 2), (compacting, "PENDING", 4), (filling, "CUBED", 40))


def answers(dice: random.Random) -> dict[str, Any]:
    """What a record of the world says."""
    return {
        "object": dice.choice("abcdefg"), "grade": dice.choice(["minor", "major"]), "found": dice.randint(0, 5),
        "topics": dice.sample(["fire", "gas"], dice.randint(0, 2)),
        "hazards": [{"disposal": dice.choice(["at-once", "later"]), "persons": 1}] * dice.randint(0, 2),
    }  # fmt: skip


def drafts(dice: random.Random, count: int, revisions: dict[str, int]) -> list[world.FactDraft]:
    """Facts of which some correct or withdraw an earlier one of the same ``revisions``."""
    made = []
    for _ in range(count):
        id = dice.choice(sorted(revisions)) if revisions and dice.random() < 0.3 else f"k{dice.getrandbits(60)}"
        revision = revisions[id] = revisions.get(id, 0) + 1
        withdrawn = revision > 1 and dice.random() < 0.3
        at = f"2022-09-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:00"
        place = dice.choice(world.PLACES)
        made.append(
            world.draft("check", answers(dice), id=id, revision=revision, withdrawn=withdrawn, place=place, at=at)
        )
        if withdrawn:
            del revisions[id]
    return made
