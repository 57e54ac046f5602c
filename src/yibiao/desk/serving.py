"""The running site: one parent that seals the log and feeds its followers, and the web server as its child."""

from __future__ import annotations

import fcntl
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connections

from yibiao.core.problems import refuse
from yibiao.desk import metrics, telemetry
from yibiao.desk.followers import CLOCKS, FOLLOWERS, Follower
from yibiao.desk.problems import ALREADY_SERVED, PORT_TAKEN
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries

# What comes while many file is sealed together: a checkpoint costs as much for one fact as for fifty.
SEAL_PAUSE = 0.1
FOLLOW_PAUSE = 0.25
RESTART_PAUSE = 1.0
_LEAST_PAUSE = 3.0
# A follower that fails for a reason of its own, such as a damaged file, will mostly fail again.
FAILED_PAUSE = 10.0
# No consequence of anything, and so not in the table of those.
TELEMETRY = Follower("telemetry", (), telemetry.send, 30.0, waits=True)
# How long a stop waits for the follower that is at work.
LAST_STEP = 15.0
log = logging.getLogger(__name__)


def serve(
    *, host: str, port: int, workers: int, speed: float = 1.0, beside: Callable[[Event], None] | None = None
) -> int:
    """Serves until told to stop; a web server that dies is started again. Gives the exit status.

    ``speed`` is how much faster than real time the clocks look for what is overdue; ``beside`` runs in a thread of its
    own until the event that it is given is set.

    Raises: desk.serve.port-taken, desk.serve.already
    """
    with _only_one(settings.DATA / "serve.lock"):
        _free(host, port)
        stopping = _Stopping()
        server = _Server(host, port, workers)
        ended = Event()
        helper = Thread(target=beside, args=(ended,)) if beside else None
        try:
            if helper:
                helper.start()
            _loop(server, stopping, speed)
        finally:
            ended.set()
            server.stop()
            if helper:
                helper.join()
    return 0


def running() -> bool:
    """Whether a site runs on the data folder."""
    path = settings.DATA / "serve.lock"
    if not path.is_file():
        return False
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


class _Stopping:
    """Whether a signal to stop has come."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


class _Server:
    """The web server in its own process, so that its crash or restart does not touch the sealing."""

    def __init__(self, host: str, port: int, workers: int) -> None:
        asked = ("--host", host, "--port", str(port), "--workers", str(workers))
        self._command = [sys.executable, "-m", "yibiao.desk.web", *asked]
        self._counts = metrics.shared()
        self._started_at = 0.0
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started_at = time.monotonic()
        environment = {**os.environ, "YIBIAO_DATA": str(settings.DATA), **self._counts}
        # A session of its own: Ctrl+C in the terminal reaches the parent only, which then stops the server in order.
        return subprocess.Popen(self._command, env=environment, start_new_session=True)

    def watch(self) -> None:
        """Starts the server again if it has died, not more than once a second."""
        if self._process.poll() is None or time.monotonic() - self._started_at < RESTART_PAUSE:
            return
        log.error("the web server stopped with status %s and is started again", self._process.returncode)
        self._process = self._start()

    def stop(self) -> None:
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _loop(server: _Server, stopping: _Stopping, speed: float) -> None:
    """Seals as it goes on; the followers have a thread of their own, since one of them may take seconds, and so has
    each that waits for another program."""
    ended = Event()
    following = _begun(ended, speed)
    try:
        while not stopping.asked:
            server.watch()
            if not all(one.is_alive() for one in following):
                raise RuntimeError("the followers stopped; what stopped them stands above")
            with _again("sealing"):
                _seal(stopping)
            time.sleep(SEAL_PAUSE)
    finally:
        ended.set()
        server.stop()
        # What a step has not committed is taken anew when the site runs again.
        last = time.monotonic() + LAST_STEP
        for one in following:
            one.join(max(0.0, last - time.monotonic()))
        if any(one.is_alive() for one in following):
            log.warning("a follower was still at work and is left; it goes on from where it was at the next start")


def _seal(stopping: _Stopping) -> None:
    """Seals what waits. Asking for it takes no lock; sealing does, of SQLite the only one for writing."""
    while (waiting := queries.pending()) and not stopping.asked:
        ledger.seal()
        if waiting <= ledger.AT_ONCE:
            return


def _begun(ended: Event, speed: float) -> list[Thread]:
    every = (*FOLLOWERS, *CLOCKS, TELEMETRY)
    groups = [[one.name for one in every if not one.waits], *([one.name] for one in every if one.waits)]
    threads = [
        Thread(target=_following, args=(ended, speed, names), name=f"yibiao-{names[0]}", daemon=True)
        for names in groups
        if names
    ]
    for one in threads:
        one.start()
    return threads


def _following(ended: Event, speed: float, names: Sequence[str]) -> None:
    due = dict.fromkeys(names, 0.0)
    while not ended.is_set():
        with _again("following"):
            _follow(due, speed, ended)
        ended.wait(FOLLOW_PAUSE)
    connections.close_all()


@contextmanager
def _again(what: str) -> Iterator[None]:
    """A database that is away for a moment must not end it: the next round tries again."""
    try:
        yield
    except DatabaseError:
        log.exception("%s failed and is tried again", what)
        connections.close_all()
        time.sleep(RESTART_PAUSE)
    close_old_connections()


def _follow(due: dict[str, float], speed: float, ended: Event) -> None:
    """Steps whoever of them is due. One that fails for a reason of its own stops neither the others nor the site."""
    for follower in (*FOLLOWERS, *CLOCKS, TELEMETRY):
        if time.monotonic() >= due.get(follower.name, math.inf) and not ended.is_set():
            pause = max(follower.pause / speed, _LEAST_PAUSE) if follower in CLOCKS else follower.pause
            try:
                follower.step()
            except (InterfaceError, OperationalError):
                raise
            except Exception:
                log.exception("the follower %s failed and is tried again", follower.name)
                pause = max(pause, FAILED_PAUSE)
            due[follower.name] = time.monotonic() + pause


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Holds the lock of the data folder: two sealers would only wait for each other."""
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refuse(ALREADY_SERVED.at(folder=path.parent)) from None
        yield


def _free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise refuse(PORT_TAKEN.at(host=host, port=port)) from None
