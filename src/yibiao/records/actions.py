"""Writing records: each act is one transaction with its row, its step of history and its fact."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from yibiao.core.problems import Refusal, refuse
from yibiao.forms import queries as forms
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people.types import EVERY_PROGRAM, Warrant
from yibiao.records import (
    attachments,
    batching,
    branches,
    checking,
    correcting,
    models,
    personal,
    problems,
    retracting,
    revealing,
    rows,
    scanning,
    storing,
)
from yibiao.records.closing import close_form, open_form
from yibiao.records.complaining import answer_complaint, complain
from yibiao.records.lasting import lasting
from yibiao.records.merging import confirm_code, keep_apart, merge, undo
from yibiao.records.offline import release_overdue, settle, take_waiting
from yibiao.records.placing import Atlas
from yibiao.records.prepared import Prepared
from yibiao.records.revealing import log_personal_reads
from yibiao.records.types import AttachedFile, Receipt, Sent, State, SubmissionDraft

__all__ = [
    "answer_complaint", "close_form", "complain", "confirm_code", "correct", "erase", "keep_apart",
    "log_personal_file", "log_personal_read", "log_personal_reads", "merge", "open_form", "receive", "receive_each",
    "receive_many", "release_overdue", "relocate", "review", "settle", "take_waiting", "undo", "withdraw",
]  # fmt: skip
BATCH_LIMIT: Final = 200_000
sweep_files, scan_files = attachments.sweep, scanning.scan_waiting


def receive(draft: SubmissionDraft, *, by: Warrant, at: datetime | None = None) -> Receipt:
    """Stores one record. The same id with the same content is stored once; the second receipt says so.

    Raises: every problem of the answers at once; ``records.submission.conflict`` for other content under a known id.
    """
    return receive_many([draft], by=by, at=at)[0]


def receive_many(
    drafts: Iterable[SubmissionDraft], *, by: Warrant | Sequence[Warrant], at: datetime | None = None
) -> list[Receipt]:
    """Stores records, all or none, and gives a receipt for each in their order.

    Several warrants let a batch reach over places that are apart: each record is written under the one that covers it.

    Raises: every problem of every draft at once, each with the number of its draft; ``records.batch.too-large``.
    """
    warrants = (by,) if isinstance(by, Warrant) else tuple(by)
    checking.require_right(warrants, "fill")
    batch, moment = list(drafts), at or checking.now()
    if len(batch) > BATCH_LIMIT:
        raise refuse(problems.TOO_MANY.at(count=len(batch), limit=BATCH_LIMIT))
    with lasting() if len(batch) > batching.SHARED_LIMIT else nullcontext():
        # Checking only reads: it stays outside the transaction so that SQLite's one writer is not kept waiting.
        ready, found = checking.prepare_all(batch, by=warrants, at=moment)
        if found:
            raise Refusal(found)
        return batching.write(ready, at=moment, shared=at is None)


def receive_each(sent: Sequence[tuple[SubmissionDraft, Sequence[Warrant]]]) -> list[Receipt | Refusal | None]:
    """Stores one record of each of several senders in one commit, every one for herself.

    Shape: one outcome for each, in order: the receipt, or what is wrong with the answers; None where the record was not
    stored, which ``receive_many`` tells the reason of.
    """
    at = checking.now()
    outcomes: list[Receipt | Refusal | None] = [None] * len(sent)
    ready: dict[int, list[Prepared]] = {}
    for index, (draft, by) in enumerate(sent):
        try:
            checking.require_right(by, "fill")
            prepared, found = checking.prepare_all([draft], by=tuple(by), at=at)
        except Refusal as refusal:
            outcomes[index] = refusal
        else:
            outcomes[index] = Refusal(found) if found else None
            if not found:
                ready[index] = prepared
    for index, receipts in zip(ready, batching.write_each(list(ready.values()), at=at), strict=True):
        outcomes[index] = receipts[0] if receipts else None
    return outcomes


def correct(
    id: str,
    answers: Mapping[str, Any],
    *,
    reason: str,
    by: Warrant,
    form_version: str = "",
    expected: int | None = None,
    at: datetime | None = None,
    sent: Sent | None = None,
) -> Receipt:
    """Replaces the answers of a record by a new revision. Personal answers that are left out stay as they are.

    A phone (``sent``) sends every answer again: what it leaves out is gone, and a correction without a change counts,
    as its instance id must be known from then on.

    ``expected`` is the revision that the corrector saw; the form version stays unless a newer one is named. What a
    reviewer said held for the earlier content, so the record waits for review again.

    Raises: ``records.submission.unknown|withdrawn|stale|unchanged``, ``records.reason.missing``, and every problem of
    the answers.
    """
    checking.require_right((by,), "fill", "review")
    why, moment = checking.reason(reason, "更正", "correct it"), at or checking.now()
    with transaction.atomic():
        row = _open(id, by, expected)
        form = forms.form(row.form, form_version or row.form_version)
        hidden = _hidden(row)
        full = dict(answers) if sent else correcting.filled_in(form, answers, hidden, json.loads(row.answers))
        draft = SubmissionDraft(row.id, row.form, row.program, full, row.channel, form.version, sent)  # type: ignore[arg-type]
        ready, found = checking.prepare_all([draft], by=(by,), at=moment, kept=row)
        if found:
            raise Refusal(found)
        item = ready[0]
        last = row.revisions.get(revision=row.revision)
        if not sent and (item.digest, item.personal, form.version) == (last.digest, hidden, row.form_version):
            raise refuse(problems.UNCHANGED.at())
        row.revision, row.state = row.revision + 1, "received"
        storing.describe(row, item).save()
        salted = storing.keep([item], row.revision).get(row.id, "")
        storing.note([item], row.revision)
        storing.step([item], row.revision, act="corrected", reason=why, at=moment)
        retracting.retract(row.id, at=moment)
        branches.store(storing.statements([item], row.revision), at=moment)
        ledger.append([rows.fact(item, row.revision, salted, why)], received_at=moment)
    return Receipt(row.id, row.revision, moment)


def withdraw(id: str, *, reason: str, by: Warrant, expected: int | None = None, at: datetime | None = None) -> Receipt:
    """Takes a record out of every figure from now on; its history stays.

    Raises: ``records.submission.unknown|withdrawn|stale``, ``records.reason.missing``.
    """
    checking.require_right((by,), "fill", "review")
    why, moment = checking.reason(reason, "撤回", "withdraw it"), at or checking.now()
    with transaction.atomic():
        row = _open(id, by, expected)
        last = row.revisions.get(revision=row.revision)
        row.revision, row.state = row.revision + 1, "withdrawn"
        row.save(update_fields=["revision", "state"])
        row.revisions.create(
            revision=row.revision,
            act="withdrawn",
            reason=why,
            actor=by.actor,
            at=moment,
            form_version=row.form_version,
            digest=last.digest,
            answers=models.TOLD,
        )
        retracting.retract(row.id, at=moment)
        payload = {"form": row.form, "version": row.form_version, "channel": row.channel, "reason": why}
        fact = _event(f"record.{row.form}", row, by, row.revision, payload, row.occurred_at)
        ledger.append([fact._replace(withdrawn=True, subject=row.subject)], received_at=moment)
    return Receipt(row.id, row.revision, moment)


def review(
    id: str, state: State, *, reason: str, by: Warrant, expected: int | None = None, at: datetime | None = None
) -> None:
    """Approves or rejects a record; figures count it either way, the reviewer's word stands beside it.

    Raises: ``records.submission.unknown|withdrawn|stale``, ``records.review.state|same``, ``records.reason.missing``.
    """
    checking.require_right((by,), "review")
    if state not in ("approved", "rejected"):
        raise refuse(problems.REVIEW_STATE.at())
    why = reason.strip() if state == "approved" and not reason.strip() else checking.reason(reason, "退回", "reject it")
    moment = at or checking.now()
    with transaction.atomic():
        row = _open(id, by, expected)
        if row.state == state:
            raise refuse(problems.REVIEWED.at(state={"approved": "已通过", "rejected": "已退回"}[state]))
        row.state = state
        row.save(update_fields=["state"])
        number = row.reviews.count() + 1
        row.reviews.create(number=number, revision=row.revision, state=state, reason=why, actor=by.actor, at=moment)
        payload = {"state": state, "revision": row.revision, "reason": why}
        ledger.append([_event("record.reviewed", row, by, number, payload, moment)], received_at=moment)


def erase(id: str, *, reason: str, by: Warrant, at: datetime | None = None) -> None:
    """Erases the personal answers of a record, in all revisions, with their salts: no proof and no figure changes.

    Raises: ``records.submission.unknown``, ``records.personal.none``, ``records.reason.missing``.
    """
    checking.require_right((by,), "manage", "review")
    why, moment = checking.reason(reason, "清除", "erase it"), at or checking.now()
    with transaction.atomic():
        row = _covered(id, by)
        gone, _ = models.PersonalAnswers.objects.filter(submission_id=row.id).delete()
        if not gone:
            raise refuse(problems.NO_PERSONAL.at())
        attachments.forget(row.id)
        row.has_personal = False
        row.save(update_fields=["has_personal"])
        fact = _event("record.personal-erased", row, by, 1, {"reason": why, "revisions": gone}, moment)
        ledger.append([fact._replace(id=str(uuid.uuid4()))], received_at=moment)


def relocate() -> int:
    """Writes the lineages of records and entities anew after the tree of places changed; how many rows moved."""
    atlas, moved = Atlas(), 0
    with transaction.atomic():
        for table in (models.Submission, models.Entity, models.EntityRevision, models.Waiting, models.Complaint):
            rows = table.objects.order_by("place").values_list("place", "lineage").distinct()
            for place, lineage in list(rows):
                today = atlas.lineage(place)
                if today and today != lineage:
                    held = table.objects.filter(place=place, lineage=lineage)
                    moved += held.update(lineage=today)
    return moved


def log_personal_read(row_id: str, *, by: Warrant, purpose: str) -> dict[str, Any]:
    """The personal answers of a record, after the reading itself was put down as a fact.

    Raises: ``records.submission.unknown``, ``records.personal.none|purpose``.
    """
    why = _purpose(purpose, by)
    with transaction.atomic():
        row = _covered(row_id, by)
        hidden = _hidden(row)
        if not hidden:
            raise refuse(problems.NO_PERSONAL.at())
        _log_reading(row, by, {"purpose": why})
    return hidden


def log_personal_file(row_id: str, name: str, *, by: Warrant, purpose: str) -> tuple[AttachedFile, Iterator[bytes]]:
    """A personal file of a record, after the reading itself was put down as a fact.

    Raises: ``records.submission.unknown``, ``records.personal.none|purpose``, ``records.file.held``.
    """
    why = _purpose(purpose, by)
    with transaction.atomic():
        row = _covered(row_id, by)
        found = next((one for one in attachments.of(row.id) if one.personal and one.name == name), None)
        if found is None:
            raise refuse(problems.NO_PERSONAL.at())
        if not found.open:
            raise refuse(problems.FILE_HELD.at(name=name[:80]))
        _log_reading(row, by, {"purpose": why, "digest": found.digest})
    return found, attachments.clear(row.id, name)


def _purpose(text: str, by: Warrant) -> str:
    checking.require_right((by,), "fill", "review")
    return revealing.said(text)


def _log_reading(row: models.Submission, by: Warrant, said: Mapping[str, str]) -> None:
    moment = checking.now()
    ledger.append([revealing.reading(row, by, said, moment)], received_at=moment)


def _event(
    kind: str, row: models.Submission, by: Warrant, revision: int, payload: Mapping[str, Any], at: datetime
) -> FactDraft:
    """A fact about a record; its subject is the record."""
    return FactDraft(
        kind=kind,
        id=row.id,
        revision=revision,
        program=row.program,
        place=row.place,
        organisation=row.organisation,
        actor=by.actor,
        subject=row.id,
        occurred_at=at,
        payload=payload,
    )


def _open(id: str, by: Warrant, expected: int | None) -> models.Submission:
    """A record that can still be acted on, locked until the transaction ends."""
    row = _covered(id, by)
    if row.state == "withdrawn":
        raise refuse(problems.WITHDRAWN.at())
    if expected is not None and expected != row.revision:
        raise refuse(problems.STALE.at(revision=row.revision))
    return row


def _covered(id: str, by: Warrant) -> models.Submission:
    row = models.Submission.objects.select_for_update().filter(pk=checking.canonical_id(id)).first()
    covered = row is not None and f"/{Atlas().successor(by.place)}/" in row.lineage
    if row is None or not covered or by.program not in (EVERY_PROGRAM, row.program):
        raise refuse(problems.UNKNOWN.at(id=id[:80]))
    return row


def _hidden(row: models.Submission) -> dict[str, Any]:
    """The personal answers as they stand."""
    kept = models.PersonalAnswers.objects.filter(submission_id=row.id).order_by("-revision").first()
    return personal.reveal(kept.salt, kept.token) if kept and row.has_personal else {}
