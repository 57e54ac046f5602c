"""While several things are asked at one moment, what they all rest on is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

T = TypeVar("T")
_seen: ContextVar[dict[Hashable, Any] | None] = ContextVar("moment", default=None)
_NOTHING: Final = object()


@contextmanager
def shared() -> Iterator[None]:
    """Within it, and within any other inside it, everything is as it was when it was looked up first."""
    if _seen.get() is not None:
        yield
        return
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


def each(keys: Sequence[Hashable], find: Callable[[list[int]], Sequence[T]]) -> list[T]:
    """The same of several; ``find`` is given the numbers of the keys that lack something, and tells it of each."""
    seen = _seen.get()
    held = {} if seen is None else seen
    first = {key: index for index, key in reversed(list(enumerate(keys))) if key not in held}
    if first:
        lacking = sorted(first.values())
        held.update(zip([keys[index] for index in lacking], find(lacking), strict=True))
    return [held[key] for key in keys]
