"""Garbage in circles is looked for seldom while much is held that is in use: to walk through it again and again is a
tenth of the work on a long list."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SELDOM: Final = 100_000
_line: Final = threading.Lock()
_usual: list[tuple[int, int, int]] = []


@contextmanager
def seldom_collected() -> Iterator[None]:
    """As usual again once nobody is within it any more."""
    with _line:
        _usual.append(gc.get_threshold())
        gc.set_threshold(_SELDOM, *_usual[0][1:])
    try:
        yield
    finally:
        with _line:
            first = _usual[0]
            _usual.pop()
            if not _usual:
                gc.set_threshold(*first)
