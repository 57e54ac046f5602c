"""What hardly ever changes is looked up once in a while, not once a submission: forms, programs, places, rights.

A right that is taken away, or a new edition of places, is seen by every process within ``SECONDS``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

SECONDS: Final = 2.0
_LIMIT: Final = 10_000
_kept: dict[tuple[Hashable, ...], tuple[float, Any]] = {}
_looking: dict[tuple[Hashable, ...], threading.Lock] = {}
T = TypeVar("T")


def remembered(find: Callable[[], T], *key: Hashable) -> T:
    """What was found under a key a moment ago, or what is found now; a refusal is never remembered."""
    connection = connections[DEFAULT_DB_ALIAS]
    # A transaction may see what nobody else does yet, and what it will take back.
    if connection.in_atomic_block:
        return find()
    full = (connection.settings_dict["NAME"], *key)
    held = _kept.get(full)
    if held is not None and held[0] > time.monotonic():
        found: T = held[1]
        return found
    if len(_kept) >= _LIMIT:
        _kept.clear()
        _looking.clear()
    # Twenty threads that find it too old at once must not all look it up.
    with _looking.setdefault(full, threading.Lock()):
        held = _kept.get(full)
        if held is not None and held[0] > time.monotonic():
            again: T = held[1]
            return again
        made = find()
        _kept[full] = (time.monotonic() + SECONDS, made)
        return made
