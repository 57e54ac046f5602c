"""Personal answers of many records at once, to be taken away; each reading is a fact of its own, put down before."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people.types import EVERY_PROGRAM, Warrant
from yibiao.records import checking, models, personal, problems
from yibiao.records.placing import Atlas

# Whoever needs more of them has not said closely enough which.
MOST: Final = 2_000
_CHUNK: Final = 400


def log_personal_reads(ids: Sequence[str], *, by: Sequence[Warrant], purpose: str) -> dict[str, Mapping[str, Any]]:
    """The personal answers of records by id, once the reading of each was put down as a fact.

    Missing: records that have none, or whose answers were erased, are left out, and no fact is put down of them.

    Raises: ``records.submission.not-allowed|unknown``, ``records.personal.none|purpose|many``.
    """
    checking.require_right(tuple(by), "review")
    why = said(purpose)
    if len(ids) > MOST:
        raise refuse(problems.PERSONAL_MANY.at(count=len(ids), most=MOST))
    moment = checking.now()
    with transaction.atomic():
        rows = {row.id: row for row in _rows(ids)}
        reach = _Reach(by)
        for id in ids:
            if id not in rows or not reach.covers(rows[id]):
                raise refuse(problems.UNKNOWN.at(id=id[:80]))
        found = _opened([row.id for row in rows.values() if row.has_personal])
        if not found:
            raise refuse(problems.NO_PERSONAL.at())
        told = {"purpose": why, "taken_away": True}
        ledger.append([reading(rows[id], reach.of(rows[id]), told, moment) for id in found], received_at=moment)
    return found


class _Reach:
    """Which warrant covers a record."""

    def __init__(self, by: Sequence[Warrant]) -> None:
        atlas = Atlas()
        self._by = [(f"/{atlas.successor(one.place)}/", one) for one in by if one.right == "review"]

    def covers(self, row: models.Submission) -> bool:
        return any(self._covering(row))

    def of(self, row: models.Submission) -> Warrant:
        return next(self._covering(row))

    def _covering(self, row: models.Submission) -> Iterator[Warrant]:
        return (one for part, one in self._by if part in row.lineage and one.program in (EVERY_PROGRAM, row.program))


def _rows(ids: Sequence[str]) -> Iterator[models.Submission]:
    for start in range(0, len(ids), _CHUNK):
        yield from models.Submission.objects.filter(pk__in=list(ids[start : start + _CHUNK]))


def _opened(ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The newest personal answers of each record."""
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        kept = models.PersonalAnswers.objects.filter(submission__in=list(ids[start : start + _CHUNK]))
        newest = {one.submission_id: one for one in kept.order_by("revision")}
        found |= {id: personal.reveal(one.salt, one.token) for id, one in newest.items()}
    return found


def said(purpose: str) -> str:
    """What personal answers are needed for.

    Raises: ``records.personal.purpose``.
    """
    if len(purpose.strip()) < 2:
        raise refuse(problems.PURPOSE.at())
    return purpose.strip()


def reading(row: models.Submission, by: Warrant, told: Mapping[str, Any], at: datetime) -> FactDraft:
    """Each reading of something personal is a fact of its own."""
    return FactDraft(
        kind="record.personal-read", id=str(uuid.uuid4()), revision=1, program=row.program, place=row.place,
        organisation=row.organisation, actor=by.actor, subject=row.id, occurred_at=at,
        payload={**told, "revision": row.revision},
    )  # fmt: skip
