"""What is known of stretches of the log, by whatever it is known about, so that longer ones are put together of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Stretches(Generic[T]):
    """The ``most`` that were found last, each of positions after < p ≤ upto."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, OrderedDict[tuple[int, int], T]] = OrderedDict()

    def find(self, about: Hashable, after: int, upto: int) -> T | None:
        with self._lock:
            known = self._held.get(about)
            return known.get((after, upto)) if known else None

    def path(self, about: Hashable, after: int, upto: int) -> tuple[list[T], int]:
        """What is known one after the other from a position on, no further than another, and where it ends."""
        found, position = list[T](), after
        with self._lock:
            known = self._held.get(about) or OrderedDict[tuple[int, int], T]()
            while ends := [end for begin, end in known if begin == position < end <= upto]:
                found.append(known[position, max(ends)])
                position = max(ends)
        return found, position

    def keep(self, about: Hashable, after: int, upto: int, found: T) -> None:
        with self._lock:
            known = self._held.setdefault(about, OrderedDict())
            known[after, upto] = found
            self._held.move_to_end(about)
            while len(known) > self._most:
                known.popitem(last=False)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
