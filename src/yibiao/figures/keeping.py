"""Brings what the serving engine reads near the log: columns and cubes, or the rows staged in the database."""

from __future__ import annotations

from collections.abc import Callable

from yibiao.figures import follow, reading, serving, staging, store
from yibiao.figures.models import Projection
from yibiao.figures.types import Source


def step() -> int:
    """Takes newly sealed facts; how many positions it went forward."""
    return follow.step() if serving.columned() else _staged(store.active())


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Makes it anew beside what is being read, then changes over; how many positions were taken."""
    return follow.rebuild(progress) if serving.columned() else follow.renewed(_staged)


def position() -> int:
    """How far it has come. Columns that are not served from stay where they were, and are taken up again from there."""
    projection = store.active()
    return projection.position if serving.columned() else staging.position(projection, sources(), follow.sealed())


def _staged(projection: Projection) -> int:
    return staging.bring(projection, sources(), follow.sealed())


def sources() -> tuple[Source, ...]:
    """The sources that any figure of today looks at."""
    return tuple(dict.fromkeys(one for held in reading.in_force() for one in held.sources))
