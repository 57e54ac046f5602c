"""Small posts that come in while others are worked on are answered together, instead of by a thread each.

Between twenty threads the interpreter and the system spend more time on whose turn it is than the answers take. Here
the event loop puts what has come in full into a queue; one thread takes all that waits, and one call gives the loop all
the answers. A second thread would read while the first waits for the disk, but turns between the two cost more than
that gains. What must be answered by itself goes the way of every other request.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeAlias

Environ: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[int, list[tuple[str, str]], bytes]
MOST: Final = 64
# Where several were answered at once, the next come within a moment of each other too. A commit costs as much for one
# as for many: who waits for a few more is answered sooner than behind twice as many commits.
LINGER: Final = 0.002
# When a request began to wait for its turn, by the clock of this process.
BEGAN: Final = "yibiao.began"
_Asked: TypeAlias = tuple[Environ, "asyncio.Future[Answer | None]"]
log = logging.getLogger(__name__)


class Gathering:
    """``takes`` says which requests may be answered together, ``answers`` answers them; None: not together."""

    def __init__(
        self, takes: Callable[[Environ], bool], answers: Callable[[Sequence[Environ]], Sequence[Answer | None]]
    ) -> None:
        self.takes, self._answers = takes, answers
        self._waiting: SimpleQueue[_Asked] = SimpleQueue()
        self._begun = self._many = False

    async def ask(self, environ: Environ) -> Answer | None:
        """The answer to a request whose body has come; None where it must be answered by itself."""
        loop = asyncio.get_running_loop()
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._work, args=(loop,), name="gathering", daemon=True).start()
        environ[BEGAN] = time.perf_counter()
        future: asyncio.Future[Answer | None] = loop.create_future()
        self._waiting.put((environ, future))
        return await future

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            batch = self._next()
            try:
                answers = self._answers([environ for environ, _ in batch])
            except Exception:
                # Whichever of them it was is seen when each is answered by itself.
                log.exception("posts could not be answered together")
                answers = [None] * len(batch)
            loop.call_soon_threadsafe(_give, batch, answers)

    def _next(self) -> list[_Asked]:
        batch = [self._waiting.get()]
        if self._many:
            time.sleep(LINGER)
        try:
            while len(batch) < MOST:
                batch.append(self._waiting.get_nowait())
        except Empty:
            pass
        self._many = len(batch) > 1
        return batch


def _give(batch: Sequence[_Asked], answers: Sequence[Answer | None]) -> None:
    for (_, future), answer in zip(batch, answers, strict=True):
        # One whose sender is gone is cancelled.
        if not future.done():
            future.set_result(answer)
