"""The processes that work on very large uploads: ``python -m yibiao.records.intake.apart``, told what to do by its
standard input.

To begin costs such a process a second, so the one that was begun first stays for a while and begins no work itself: for
each order it makes a copy of itself.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import django

from yibiao.people.types import Warrant
from yibiao.records.intake.crew import Site

# Somebody looks at what is wrong with a sheet for a while before it is taken.
log = logging.getLogger(__name__)
STAYS: Final = 300.0
_LENGTH: Final = 8
_line: Final = threading.Lock()
_begun: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: without a ``mode`` the upload is checked, else taken."""

    site: Site
    upload: str
    mode: str
    warrants: tuple[Warrant, ...]


def launch(upload: str, mode: str, warrants: Sequence[Warrant]) -> None:
    """Has it done by a process; what becomes of its work stands in the job of the upload."""
    text = pickle.dumps(Order(Site.here(), upload, mode, tuple(warrants)))
    with _line:
        while not _told(len(text).to_bytes(_LENGTH) + text):
            _begun[:] = [_new()]


def _new() -> subprocess.Popen[bytes]:
    around = {**os.environ, "YIBIAO_DATA": Site.here().data}
    started = subprocess.Popen([sys.executable, "-m", __name__], env=around, stdin=subprocess.PIPE, bufsize=0)
    # Somebody has to wait for it, or it would stay in the table of processes.
    threading.Thread(target=started.wait, daemon=True).start()
    return started


def _told(order: bytes) -> bool:
    """Whether there is a process that was given an order. Should it end at this very moment, the job falls silent and
    is begun anew by whoever looks at it."""
    if not _begun or _begun[0].poll() is not None or _begun[0].stdin is None:
        return False
    try:
        _begun[0].stdin.write(order)
    except BrokenPipeError:
        return False
    return True


def main() -> None:
    django.setup()
    from yibiao.records.intake import sheet

    # What stands already is in use for as long as any of them works.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while (text := _next()) is not None:
        # Only who started this process writes there.
        order: Order = pickle.loads(text)  # noqa: S301
        if os.fork() == 0:
            _work(order, sheet.work)


def _next() -> bytes | None:
    """The next order; None when nobody gave one for long, or ever will."""
    there, _, _ = select.select([sys.stdin], [], [], STAYS)
    head = os.read(sys.stdin.fileno(), _LENGTH) if there else b""
    if len(head) < _LENGTH:
        return None
    wanted, text = int.from_bytes(head), b""
    while len(text) < wanted and (more := os.read(sys.stdin.fileno(), wanted - len(text))):
        text += more
    return text if len(text) == wanted else None


def _work(order: Order, act: Callable[[str, str, Sequence[Warrant]], None]) -> None:
    """Does what was ordered, in a copy that ends with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # No other copy may keep open what only the first one reads.
    sys.stdin.close()
    sys.stdin = open(os.devnull)  # noqa: SIM115
    failed = True
    try:
        order.site.enter()
        act(order.upload, order.mode, order.warrants)
        failed = False
    except Exception:
        log.exception("the work on an upload ended")
    finally:
        # Nothing that the first process would do at its end is this one's.
        os._exit(failed)


if __name__ == "__main__":
    main()
