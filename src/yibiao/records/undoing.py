"""Taking back a whole upload: one act, one reason, one transaction; every record keeps its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people.types import EVERY_PROGRAM, Warrant
from yibiao.records import checking, models, problems, registers
from yibiao.records.placing import Atlas

_CHUNK: Final = 2_000


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
    for row, _ in rows:
        row.revision, row.state = row.revision + 1, "withdrawn"
    models.Submission.objects.bulk_update([row for row, _ in rows], ["revision", "state"], batch_size=200)
    models.SubmissionRevision.objects.bulk_create(
        models.SubmissionRevision(
            submission_id=row.pk,
            revision=row.revision,
            act="withdrawn",
            reason=why,
            actor=by.actor,
            at=at,
            form_version=row.form_version,
            digest=digests[row.pk],
            answers=row.answers,
        )
        for row, by in rows
    )
    registers.retract_all([row.pk for row, _ in rows], at=at)
    ledger.append([_fact(row, by, why) for row, by in rows], received_at=at)


def _fact(row: models.Submission, by: Warrant, why: str) -> FactDraft:
    payload = {"form": row.form, "version": row.form_version, "channel": row.channel, "reason": why}
    fact = FactDraft(
        kind=f"record.{row.form}",
        id=row.pk,
        revision=row.revision,
        program=row.program,
        place=row.place,
        organisation=row.organisation,
        actor=by.actor,
        subject=row.subject,
        occurred_at=row.occurred_at,
        payload=payload,
    )
    return replace(fact, withdrawn=True)
