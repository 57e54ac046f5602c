"""Work on a large sheet that goes on beside the requests: its state lies in a file beside the upload.

A process that dies leaves its job silent; whoever looks at the upload next begins it anew. Nothing is half done by it:
checking only reads, and taking is one transaction.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from django.db import connection, connections

from yibiao.core.problems import Refusal
from yibiao.records.lasting import lasting

SILENT: Final = 20.0
BEAT: Final = 4.0
STEP: Final = 500
# A small sheet is done within the request that brings it.
SMALL: Final = 200_000
# A sheet of more, as it is kept, has a process of its own.
LARGE: Final = 1_200_000
State = Literal["checking", "checked", "taking", "taken", "refused"]
T = TypeVar("T")
Report = Callable[[int, int], None]
Work = Callable[[Report], State]


@dataclass(frozen=True, slots=True)
class Job:
    """``problems`` hold the reasons of a refusal, in Chinese and English; ``worker`` is who works on it, if anybody
    does so beside the requests."""

    state: State
    done: int = 0
    total: int = 0
    beat: float = 0.0
    mode: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    worker: str = ""

    @property
    def busy(self) -> bool:
        return self.state in ("checking", "taking")

    @property
    def silent(self) -> bool:
        return self.busy and time.time() - self.beat > SILENT

    @property
    def share(self) -> int:
        """Percent, for a bar."""
        return min(100, 100 * self.done // self.total) if self.total else 0


class Watched(list[T]):
    """A list that says how far it has been walked."""

    def __init__(self, items: Sequence[T], report: Report) -> None:
        super().__init__(items)
        self.report = report

    def __iter__(self) -> Iterator[T]:
        for number, item in enumerate(super().__iter__()):
            if number % STEP == 0:
                self.report(number, len(self))
            yield item


def read(path: Path) -> Job | None:
    """The job of an upload, if it ever had one."""
    try:
        held: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return Job(**{**held, "problems": tuple(map(tuple, held["problems"]))})


def write(path: Path, job: Job) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    fresh.write_text(json.dumps(asdict(replace(job, beat=time.time()))))
    fresh.replace(path)


def _say(path: Path, job: Job) -> None:
    """Writes how a job stands, unless it was begun anew meanwhile: then others say so."""
    held = read(path)
    if held is not None and held.worker == job.worker:
        write(path, job)


def run(path: Path, job: Job, work: Work, *, beside: bool) -> None:
    """Does a job: now, or in a thread of its own.

    Raises: what the work refuses, when it is done now.
    """
    write(path, job)
    # A thread has a connection of its own, which could not see what a transaction here has not committed.
    if not beside or connection.in_atomic_block:
        with lasting():
            state = work(lambda done, total: None)
        _end(path, job, state)
        return
    threading.Thread(target=see_through, args=(path, job, work), daemon=True).start()


@contextmanager
def _beating(path: Path, job: Job) -> Iterator[Report]:
    """Says that somebody is at work, also while there is nothing new to report."""
    latest, ended = [job], threading.Event()

    def report(done: int, total: int) -> None:
        latest[0] = replace(job, done=done, total=total)
        _say(path, latest[0])

    def beat() -> None:
        while not ended.wait(BEAT):
            _say(path, latest[0])

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield report
    finally:
        ended.set()
        thread.join()


def _end(path: Path, job: Job, state: State) -> None:
    if state == "taken":
        # The upload itself says so from now on.
        path.unlink(missing_ok=True)
    else:
        _say(path, Job(state, worker=job.worker))


def see_through(path: Path, job: Job, work: Work) -> None:
    """Does a job, and keeps how far it is and what became of it in its file."""
    job = replace(job, worker=uuid.uuid4().hex)
    write(path, job)
    try:
        with _beating(path, job) as report, lasting():
            state = work(report)
        _end(path, job, state)
    except Refusal as refusal:
        said = tuple((one.text("zh"), one.text("en")) for one in refusal.problems[:50])
        _say(path, Job("refused", mode=job.mode, problems=said, worker=job.worker))
    finally:
        # What went wrong otherwise stands in the log; the job falls silent and is begun anew.
        connections.close_all()
