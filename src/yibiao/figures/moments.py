"""While several figures are asked at one moment, what they all rest on is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

T = TypeVar("T")
_seen: ContextVar[dict[Hashable, Any] | None] = ContextVar("moment", default=None)
_NOTHING: Final = object()


@contextmanager
def shared() -> Iterator[None]:
    """Within it everything is as it was when it was looked up first; only for as long as one answer takes."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def once(key: Hashable, find: Callable[[], T]) -> T:
    """What was found under a key in this moment, else what is found now; outside of any it is found anew."""
    seen = _seen.get()
    if seen is None:
        return find()
    held = seen.get(key, _NOTHING)
    if held is _NOTHING:
        held = seen[key] = find()
    found: T = held
    return found
