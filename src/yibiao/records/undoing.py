"""Taking back a whole upload: one act, one reason, one transaction; every record keeps its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db import transaction
from django.db.models import F

from yibiao.core import canon
from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger import writing
from yibiao.ledger.types import FactDraft
from yibiao.people.types import EVERY_PROGRAM, Warrant
from yibiao.records import checking, models, problems, retracting
from yibiao.records.placing import Atlas

_CHUNK: Final = 2_000
_UPDATED: Final = 400
_STEP: Final = (
    "submission_id", "revision", "digest", "answers", "form_version", "actor", "act", "reason", "at",
)  # fmt: skip


def withdraw_all(ids: Sequence[str], *, reason: str, by: Sequence[Warrant], at: datetime | None = None) -> int:
    """Withdraws records that still stand, all or none; gives how many.

    Raises: ``records.reason.missing``, ``records.submission.unknown`` for one that no warrant covers.
    """
    checking.require_right(by, "fill", "review")
    why, moment = checking.reason(reason, "撤回", "withdraw it"), at or checking.now()
    atlas, gone = Atlas(), 0
    within = [(f"/{atlas.successor(one.place)}/", one) for one in by]
    with transaction.atomic():
        for start in range(0, len(ids), _CHUNK):
            rows = list(
                models.Submission.objects.select_for_update()
                .filter(pk__in=ids[start : start + _CHUNK])
                .exclude(state="withdrawn")
                .order_by("pk")
            )
            held = [_covering(row, within) for row in rows]
            _withdraw(list(zip(rows, held, strict=True)), why, moment)
            gone += len(rows)
    return gone


def _covering(row: models.Submission, within: Sequence[tuple[str, Warrant]]) -> Warrant:
    for below, one in within:
        if below in row.lineage and one.program in (EVERY_PROGRAM, row.program):
            return one
    raise refuse(problems.UNKNOWN.at(id=row.id))


def _withdraw(rows: Sequence[tuple[models.Submission, Warrant]], why: str, at: datetime) -> None:
    digests = dict(
        models.SubmissionRevision.objects.filter(submission_id__in=[row.pk for row, _ in rows])
        .order_by("revision")
        .values_list("submission_id", "digest")
    )
    ids = [row.pk for row, _ in rows]
    for start in range(0, len(ids), _UPDATED):
        # They are locked, and stand.
        some = models.Submission.objects.filter(pk__in=ids[start : start + _UPDATED])
        some.update(revision=F("revision") + 1, state="withdrawn")
    now = writing.moments()(at)
    writing.insert(models.SubmissionRevision, _STEP, [
        (row.pk, row.revision + 1, digests[row.pk], models.TOLD, row.form_version, by.actor, "withdrawn", why, now)
        for row, by in rows
    ])  # fmt: skip
    retracting.retract_all(ids, at=at)
    ledger.append([_fact(row, by, why) for row, by in rows], received_at=at)


def _fact(row: models.Submission, by: Warrant, why: str) -> FactDraft:
    return FactDraft(
        kind=f"record.{row.form}",
        id=row.pk,
        revision=row.revision + 1,
        program=row.program,
        place=row.place,
        organisation=row.organisation,
        actor=by.actor,
        subject=row.subject,
        occurred_at=row.occurred_at,
        payload=_said(row.form, row.form_version, row.channel, why),
        withdrawn=True,
    )


@lru_cache(maxsize=100)
def _said(form: str, version: str, channel: str, why: str) -> canon.Ready:
    return canon.Ready(canon.dumps({"form": form, "version": version, "channel": channel, "reason": why}))
