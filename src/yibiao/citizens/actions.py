"""Writes of citizens: a report that opens a case, what its reporter does with it, and what other systems are told."""

from __future__ import annotations

from yibiao.citizens import challenges, limits
from yibiao.citizens.pulling import pull
from yibiao.citizens.pushing import push
from yibiao.citizens.taking import answer_back, new_token, photos, report, report_openly

__all__ = ["answer_back", "new_token", "photos", "pull", "push", "report", "report_openly", "sweep"]


def sweep() -> int:
    """Forgets challenges and counts that are of no use any more; how many rows."""
    return challenges.sweep() + limits.sweep()
