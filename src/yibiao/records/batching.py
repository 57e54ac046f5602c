"""Group commit: senders that arrive while a commit runs are stored together by the next one.

One thread of a process writes at a time. The first to come writes at once; when she is done, one of those who came
meanwhile writes for all of them, so the disk is waited for once; nobody is answered before the commit that holds her
records.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import DatabaseError, IntegrityError, connection, transaction

from yibiao.core.problems import Refusal
from yibiao.ledger import writing
from yibiao.records import storing
from yibiao.records.prepared import Prepared
from yibiao.records.types import Receipt

# A long list fills a commit by itself, and must not make a phone's single record wait for it.
SHARED_LIMIT: Final = 50
BATCH_LIMIT: Final = 200


@dataclass(slots=True, eq=False)
class _Job:
    """Lists that one thread brings, each stored whole or not at all.

    ``wake`` is held until they have their outcomes, or their own thread is to write for all who wait.
    """

    lists: Sequence[Sequence[Prepared]]
    at: datetime
    outcomes: Sequence[storing.Outcome] = ()
    wake: threading.Lock = field(default_factory=threading.Lock)


_waiting: list[_Job] = []
_line = threading.Lock()
_turn = threading.Lock()


def write(
    ready: Sequence[Prepared], *, at: datetime, shared: bool, told: storing.Told = storing.silently
) -> list[Receipt]:
    """Stores checked records, all or none; returns after their commit. ``told`` hears how far a long list is.

    ``shared`` allows that others' records are committed with them, received at the same moment.

    Raises: ``records.submission.conflict``.
    """
    # Inside a transaction of the caller there is no commit to share.
    if not shared or len(ready) > SHARED_LIMIT or connection.in_atomic_block:
        return _given(_alone(ready, at, told))
    return _given(_written(_Job([ready], at))[0])


def write_each(lists: Sequence[Sequence[Prepared]], *, at: datetime) -> list[list[Receipt] | None]:
    """Stores the lists of several senders in one commit, shared with whoever else waits, each list whole or not at all.

    Shape: the receipts of each list, in order; None for one that was not stored, which by itself is told why.
    """
    return [None if isinstance(one, Refusal) else one for one in _written(_Job(lists, at))] if lists else []


def _written(job: _Job) -> Sequence[storing.Outcome]:
    with _line:
        mine = _turn.acquire(blocking=False)
        if not mine:
            job.wake.acquire()
            _waiting.append(job)
    if not mine:
        # Each sleeps on a lock of her own: a shared one would wake them one after another through all their threads.
        job.wake.acquire()
    if not job.outcomes:
        _write_for_all(job)
    return job.outcomes


def _write_for_all(own: _Job) -> None:
    """Writes in the turn that is ours, and passes it on."""
    with _line:
        others = [job for job in _waiting if job is not own][: BATCH_LIMIT - 1]
        batch = [own, *others]
        _waiting[:] = [job for job in _waiting if job not in batch]
    try:
        _write_together(batch)
    finally:
        for job in others:
            job.wake.release()
        _pass_on()


def _pass_on() -> None:
    """Gives the turn to the first of those who wait; to whoever comes next, where nobody does."""
    with _line:
        if _waiting:
            _waiting[0].wake.release()
        else:
            _turn.release()


def _write_together(batch: Sequence[_Job]) -> None:
    try:
        lists, at = [ready for job in batch for ready in job.lists], max(job.at for job in batch)
        outcomes = iter(storing.write_by_call(lists, at=at) or _by_statements(lists, at))
        for job in batch:
            job.outcomes = [next(outcomes) for _ in job.lists]
    except (DatabaseError, Refusal):
        # One of them cannot be stored as things stand, which each for itself shows; or the connection was lost, and
        # what may have been committed all the same is known again.
        connection.close_if_unusable_or_obsolete()
    finally:
        for job in batch:
            if not job.outcomes:
                job.outcomes = [_tried_alone(ready, job.at) for ready in job.lists]


def _by_statements(lists: Sequence[Sequence[Prepared]], at: datetime) -> list[storing.Outcome]:
    with writing.together(), transaction.atomic():
        return storing.write(lists, at=at)


def _tried_alone(ready: Sequence[Prepared], at: datetime) -> storing.Outcome:
    try:
        return _alone(ready, at)
    except Exception as error:
        # It is raised in the thread whose records they are, and no other.
        return _Failed(error)


def _alone(ready: Sequence[Prepared], at: datetime, told: storing.Told = storing.silently) -> storing.Outcome:
    try:
        with transaction.atomic():
            return storing.write([ready], at=at, told=told, hopeful=True)[0]
    except IntegrityError:
        # One of the ids was not asked for, or another transaction stored it between our look and our insert; now it is
        # known: look again.
        with transaction.atomic():
            return storing.write([ready], at=at, told=told)[0]


class _Failed(Refusal):
    """The error that kept somebody's records from being stored."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error.problems if isinstance(error, Refusal) else ())
        self.error = error


def _given(outcome: storing.Outcome) -> list[Receipt]:
    if isinstance(outcome, _Failed):
        raise outcome.error
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
