"""Blocks of much work shared between processes; what comes back stands in the order of the blocks.

Only a process that does nothing else may hire a crew. Each of them looks at the same site and writes nothing. Whoever
dies over a block is replaced, and the block is done again.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import django
from django.conf import settings
from django.db import connection, connections

from yibiao.records.lasting import SELDOM

# More of them would wait for the one who feeds them.
MOST: Final = 4
_AHEAD: Final = 3
_DEATHS: Final = 3
log = logging.getLogger(__name__)
B = TypeVar("B")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Site:
    """Where another process finds the site of this one."""

    data: str
    database: str

    @classmethod
    def here(cls) -> Site:
        return cls(str(settings.DATA), str(connection.settings_dict["NAME"]))

    def enter(self) -> None:
        django.setup()
        settings.DATA = Path(self.data)
        connection.settings_dict["NAME"] = self.database


class Crew:
    """Processes that are told blocks of work, and stay until the end of the ``with``; none of them where one core is
    all there is."""

    def __init__(self, count: int | None = None) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.count = min(cores, MOST) if count is None else count
        self.deaths = 0
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Crew:
        if self.count > 1:
            self.pool = self._hired()
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def each(self, act: Callable[[B], R], blocks: Iterable[B]) -> Iterator[R]:
        """What comes of every block; a few are asked for ahead of what is taken."""
        asked: deque[tuple[B, Future[R] | None]] = deque()
        for block in blocks:
            asked.append((block, self._ask(act, block)))
            if len(asked) > self.count * _AHEAD:
                yield self._first(act, asked)
        while asked:
            yield self._first(act, asked)

    def _ask(self, act: Callable[[B], R], block: B) -> Future[R] | None:
        if self.pool is None:
            return None
        try:
            return self.pool.submit(act, block)
        except BrokenProcessPool as error:
            return _broken(error)

    def _first(self, act: Callable[[B], R], asked: deque[tuple[B, Future[R] | None]]) -> R:
        block, future = asked.popleft()
        while future is not None:
            try:
                return future.result()
            except BrokenProcessPool:
                self._replace()
                future = self._ask(act, block)
                others = [(one, self._again(act, one, held)) for one, held in asked]
                asked.clear()
                asked.extend(others)
        return act(block)

    def _again(self, act: Callable[[B], R], block: B, held: Future[R] | None) -> Future[R] | None:
        lost = held is None or not held.done() or held.exception() is not None
        return self._ask(act, block) if lost else held

    def _replace(self) -> None:
        self.deaths += 1
        log.error("a process that shared the work on a sheet died; its rows are looked at again")
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)
        # Whatever kills them again and again is left to the one who asked.
        self.pool = self._hired() if self.deaths < _DEATHS else None

    def _hired(self) -> ProcessPoolExecutor:
        # A copy of a process with a single thread is ready at once; of one with more, a lock may be held for ever.
        alone = sys.platform == "linux" and threading.active_count() == 1
        if alone:
            connections.close_all()
        around = multiprocessing.get_context("fork" if alone else "spawn")
        pool = ProcessPoolExecutor(self.count, around, initializer=_begin, initargs=(Site.here(),))
        # The others get ready while the first blocks are made.
        for _ in range(self.count):
            pool.submit(os.getpid)
        return pool


def _broken(error: BaseException) -> Future[Any]:
    made: Future[Any] = Future()
    made.set_exception(error)
    return made


def _begin(site: Site) -> None:
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    site.enter()
    # What stands already is in use for as long as they stay, and what they make is seldom a circle.
    gc.freeze()
    gc.set_threshold(SELDOM)
    only_read = (
        "SET default_transaction_read_only = on" if connection.vendor == "postgresql" else "PRAGMA query_only = 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(only_read)


def _leave_with_parent() -> None:
    """Whoever works for one that was killed would wait for more for ever, and hold a connection."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
