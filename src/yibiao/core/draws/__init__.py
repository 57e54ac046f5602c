"""Draws of objects and inspectors at random (双随机) that anybody can run again.

What may be drawn and by which rules is frozen first, and its hash is published together with the hash of a secret seed.
Only then is the seed opened. Everything drawn follows from lists, rules, seed and a public text that nobody could know
before (``beacon``), by hashes alone: within a risk class those objects are drawn whose hash comes first.
"""

from yibiao.core.draws.drawing import check, draw, quota, strangers, substitute
from yibiao.core.draws.published import frozen_of, outcome_json, outcome_of, verify
from yibiao.core.draws.types import (
    FORMAT,
    REASONS,
    Drawn,
    Frozen,
    Inspector,
    Outcome,
    Recusal,
    Replacement,
    Rules,
    Subject,
    commitment,
    frozen_json,
)

__all__ = [
    "FORMAT", "REASONS", "Drawn", "Frozen", "Inspector", "Outcome", "Recusal", "Replacement", "Rules", "Subject",
    "check", "commitment", "draw", "frozen_json", "frozen_of", "outcome_json", "outcome_of", "quota", "strangers",
    "substitute", "verify",
]  # fmt: skip
