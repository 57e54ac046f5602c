"""Work that lasts, in a process that has other work beside it."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Garbage in circles is looked for this seldom: to walk again and again through what is in use is a tenth of the work.
SELDOM: Final = 100_000
# Threads take turns so often: who sends rows to the database needs a turn for each piece that its socket takes, and
# would wait five milliseconds for it while others compute.
_TURN: Final = 0.001
_line: Final = threading.Lock()
_usual: list[tuple[tuple[int, int, int], float]] = []


@contextmanager
def lasting() -> Iterator[None]:
    """Within it the interpreter goes about as long work wants it; as usual again once nobody is within it any more."""
    with _line:
        _usual.append((gc.get_threshold(), sys.getswitchinterval()))
        (_, *others), turn = _usual[0]
        gc.set_threshold(SELDOM, *others)
        sys.setswitchinterval(min(_TURN, turn))
    try:
        yield
    finally:
        with _line:
            threshold, turn = _usual[0]
            _usual.pop()
            if not _usual:
                gc.set_threshold(*threshold)
                sys.setswitchinterval(turn)
