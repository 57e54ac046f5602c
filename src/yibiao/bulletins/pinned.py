"""Figures at a fixed checkpoint, kept for the next check: there they never change. Whoever asks must be allowed to."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from yibiao.bulletins import permits
from yibiao.core.problems import Refusal
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Indicator, Query
from yibiao.ledger.types import Checkpoint
from yibiao.packs import queries as packs
from yibiao.people.types import Scope
from yibiao.places import queries as places

_KEPT: Final = 4096
_MOST_ASKED: Final = 400
_lock = threading.Lock()
_figures: OrderedDict[tuple[object, ...], Figure] = OrderedDict()


@dataclass(slots=True)
class Asker:
    """Asks for figures at one checkpoint in one scope; ``left`` bounds how many are worked out for one text."""

    scope: Scope
    checkpoint: Checkpoint
    stamp: tuple[object, ...]
    lasting: bool
    left: int = _MOST_ASKED
    seen: dict[tuple[str, str], bool] = field(default_factory=dict)

    def open(self, query: Query) -> bool:
        return permits.figures_open_to(self.scope, query.place, query.program, self.seen)

    def figure(self, query: Query) -> Figure | None:
        """The figure; None where it is not open to the scope, its place is unknown, or too many were asked for."""
        if not self.open(query):
            return None
        key = (query, *self.stamp)
        with _lock:
            if key in _figures:
                _figures.move_to_end(key)
                return _figures[key]
        if self.left <= 0:
            return None
        self.left -= 1
        try:
            found = figures.figure(query, scope=self.scope)
        except Refusal:
            return None
        if self.lasting:
            self._keep(key, found)
        return found

    @staticmethod
    def _keep(key: tuple[object, ...], found: Figure) -> None:
        with _lock:
            _figures[key] = found
            if len(_figures) > _KEPT:
                _figures.popitem(last=False)


def asker(scope: Scope, checkpoint: Checkpoint, pack: str, indicators: tuple[Indicator, ...]) -> Asker:
    """A figure at a checkpoint rests on the log up to its root, on the pack's rules and on the tree of places.

    Where a rule counts by organisation it also rests on where that stands today, and is not kept.
    """
    edition = places.editions()[-1:]
    stamp = (checkpoint.root, packs.current(pack).digest, edition, places.count())
    return Asker(scope, checkpoint, stamp, all(one.attribution == "place" for one in indicators))
