"""Makes room in the numbering of an edition, so that a few new places do not rewrite all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import F

from yibiao.places.models import Node

MOST: Final = 400


@dataclass(slots=True)
class _Run:
    """Nodes that follow each other and move by the same step."""

    first: int
    last: int
    enter: int
    leave: int


def make_room(edition: int, spans: Mapping[str, tuple[int, int]]) -> bool:
    """Shift the nodes that stand to their new numbers; False, with nothing done, where rewriting all is simpler.

    That is so where a node would move forward (the order changed), or where the shifts fall into too many runs.
    """
    rows = Node.objects.filter(edition_id=edition).order_by("enter").values_list("code", "enter", "leave")
    runs: list[_Run] = []
    highest = -1
    for code, enter, leave in rows.iterator(chunk_size=20_000):
        to = spans.get(code)
        if to is None or to[0] < max(enter, highest + 1) or len(runs) > MOST:
            return False
        highest = to[0]
        step = (to[0] - enter, to[1] - leave)
        if runs and runs[-1].last == enter - 1 and (runs[-1].enter, runs[-1].leave) == step:
            runs[-1].last = enter
        else:
            runs.append(_Run(enter, enter, *step))
    # From the end, so that nothing is moved into a run that has yet to move.
    for run in reversed(runs):
        if run.enter or run.leave:
            found = Node.objects.filter(edition_id=edition, enter__gte=run.first, enter__lte=run.last)
            found.update(enter=F("enter") + run.enter, leave=F("leave") + run.leave)
    return True
