"""Group commit: senders that arrive while a commit runs are stored together by the next one.

One thread of a process writes at a time. Whoever waited for her turn longest writes for all who wait, so the disk is
waited for once; nobody is answered before the commit that holds her records.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import DatabaseError, IntegrityError, connection, transaction

from yibiao.core.problems import Refusal
from yibiao.records import storing
from yibiao.records.checking import Prepared
from yibiao.records.types import Receipt

# A long list fills a commit by itself, and must not make a phone's single record wait for it.
SHARED_LIMIT: Final = 50
BATCH_LIMIT: Final = 200


@dataclass(slots=True, eq=False)
class _Job:
    ready: Sequence[Prepared]
    at: datetime
    outcome: storing.Outcome | None = None


_waiting: list[_Job] = []
_line = threading.Lock()
_turn = threading.Lock()


def write(ready: Sequence[Prepared], *, at: datetime, shared: bool) -> list[Receipt]:
    """Stores checked records, all or none; returns after their commit.

    ``shared`` allows that others' records are committed with them, received at the same moment.

    Raises: ``records.submission.conflict``.
    """
    # Inside a transaction of the caller there is no commit to share.
    if not shared or len(ready) > SHARED_LIMIT or connection.in_atomic_block:
        return _given(_alone(_Job(ready, at)))
    job = _Job(ready, at)
    with _line:
        _waiting.append(job)
    with _turn:
        if job.outcome is None:
            _write_for_all(job)
    return _given(job.outcome)


def _write_for_all(own: _Job) -> None:
    with _line:
        batch = _waiting[:BATCH_LIMIT]
        if own not in batch:
            batch = [*batch[:-1], own]
        for job in batch:
            _waiting.remove(job)
    try:
        if len(batch) > 1:
            with transaction.atomic():
                outcomes = storing.write([job.ready for job in batch], at=max(job.at for job in batch))
            for job, outcome in zip(batch, outcomes, strict=True):
                job.outcome = outcome
    except (DatabaseError, Refusal):
        # One of them cannot be stored as things stand: each for itself shows which.
        pass
    finally:
        for job in batch:
            if job.outcome is None:
                _try_alone(job)


def _try_alone(job: _Job) -> None:
    try:
        job.outcome = _alone(job)
    except Exception as error:
        # It is raised in the thread whose records they are, and no other.
        job.outcome = _Failed(error)


def _alone(job: _Job) -> storing.Outcome:
    try:
        with transaction.atomic():
            return storing.write([job.ready], at=job.at)[0]
    except IntegrityError:
        # Another transaction stored one of the ids between our look and our insert; now it is known: look again.
        with transaction.atomic():
            return storing.write([job.ready], at=job.at)[0]


class _Failed(Refusal):
    """The error that kept somebody's records from being stored."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error.problems if isinstance(error, Refusal) else ())
        self.error = error


def _given(outcome: storing.Outcome | None) -> list[Receipt]:
    if isinstance(outcome, _Failed):
        raise outcome.error
    if isinstance(outcome, Refusal):
        raise outcome
    assert outcome is not None  # noqa: S101 (whoever had the turn gave every job its outcome)
    return outcome
