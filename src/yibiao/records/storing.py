"""The rows of a record and its fact, written beside each other; every caller is inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db import connection
from django.db.models import AutoField, Model

from yibiao.core import canon
from yibiao.core.problems import Problem, Refusal
from yibiao.ledger import actions as ledger
from yibiao.ledger import writing
from yibiao.ledger.types import FactDraft
from yibiao.records import branches, checking, models, personal, prefilling, problems, registers
from yibiao.records.checking import Prepared
from yibiao.records.types import Origins, Receipt

_CHUNK: Final = 2_000
_LOOKUP: Final = 400
Outcome: TypeAlias = list[Receipt] | Refusal


def write(jobs: Sequence[Sequence[Prepared]], *, at: datetime) -> list[Outcome]:
    """Stores the records of several senders; what one of them may not store is refused to her alone.

    Shape: one outcome per job, in order; a job is stored whole or not at all.
    """
    known = _known([item for job in jobs for item in job])
    fresh: dict[str, Prepared] = {}
    outcomes = [_sorted(job, known, fresh, at) for job in jobs]
    items = list(fresh.values())
    for start in range(0, len(items), _CHUNK):
        _insert(items[start : start + _CHUNK], at=at)
    return outcomes


def _sorted(
    job: Sequence[Prepared], known: dict[str, models.Submission], fresh: dict[str, Prepared], at: datetime
) -> Outcome:
    """Which records of a job are new (they join ``fresh``), which were stored before, which contradict those."""
    receipts: list[Receipt] = []
    mine: dict[str, Prepared] = {}
    found: list[Problem] = []
    for item in job:
        if item.id in known:
            row = known[item.id]
            if not checking.repeats(item, row.revisions.all()):
                found.append(problems.CONFLICT.at(id=item.id))
            receipts.append(Receipt(item.id, row.revision, row.received_at, repeated=True))
            continue
        twin = fresh.get(item.id) or mine.setdefault(item.id, item)
        if (twin.digest, twin.personal) != (item.digest, item.personal):
            found.append(problems.CONFLICT.at(id=item.id))
        receipts.append(Receipt(item.id, 1, at, repeated=twin is not item))
    if found:
        return Refusal(found)
    fresh |= mine
    return receipts


def _insert(items: Sequence[Prepared], *, at: datetime) -> None:
    rows = [
        describe(models.Submission(id=item.id, actor=item.by.actor, received_at=at, revision=1, state="received"), item)
        for item in items
    ]
    _put(rows)
    salted = keep(items, 1)
    step(items, 1, act="received", reason="", at=at)
    note(items, 1)
    branches.store(statements(items, 1), at=at)
    ledger.append([fact(item, 1, salted.get(item.id, "")) for item in items], received_at=at)


def _known(ready: Sequence[Prepared]) -> dict[str, models.Submission]:
    ids = [item.id for item in ready]
    found: dict[str, models.Submission] = {}
    for start in range(0, len(ids), _LOOKUP):
        found |= models.Submission.objects.prefetch_related("revisions").in_bulk(ids[start : start + _LOOKUP])
    return found


def describe(row: models.Submission, item: Prepared) -> models.Submission:
    row.form, row.form_version, row.program = item.form.id, item.form.version, item.program
    row.place, row.lineage, row.organisation = item.place, item.lineage, item.organisation
    row.subject, row.participants = item.subject, " ".join(item.participants)
    row.occurred_at, row.channel, row.sample = item.occurred_at, item.channel, item.channel == "sample"
    row.has_personal, row.answers = bool(item.personal), item.text
    if row.revision == 1:
        # A correction is typed by its corrector: how the record was filled in at first stays as it was.
        origins = prefilling.origins(item.form, item.answers, item.prefilled)
        row.confirmed_count, row.changed_count = len(origins.confirmed), len(origins.changed)
        row.typed_count = origins.typed + len(item.personal)
        row.prefilled = canon.dumps(_said(origins)) if item.prefilled else ""
    return row


def _said(origins: Origins) -> dict[str, list[str]]:
    return {"confirmed": list(origins.confirmed), "changed": list(origins.changed)}


def keep(items: Sequence[Prepared], revision: int) -> dict[str, str]:
    """Stores personal answers encrypted; the salted digest of each by record."""
    kept = {item.id: personal.keep(item.personal) for item in items if item.personal}
    models.PersonalAnswers.objects.bulk_create(
        models.PersonalAnswers(submission_id=id, revision=revision, salt=one.salt, token=one.token, digest=one.digest)
        for id, one in kept.items()
    )
    return {id: one.digest for id, one in kept.items()}


def step(items: Sequence[Prepared], revision: int, *, act: str, reason: str, at: datetime) -> None:
    _put([
        models.SubmissionRevision(
            submission_id=item.id,
            revision=revision,
            act=act,
            reason=reason,
            actor=item.by.actor,
            at=at,
            form_version=item.form.version,
            digest=item.digest,
            answers=item.text,
        )
        for item in items
    ])  # fmt: skip


def note(items: Sequence[Prepared], revision: int) -> None:
    """Keeps by which instance id a phone speaks of a revision."""
    _put([
        models.Sending(
            submission_id=item.id,
            revision=revision,
            form=item.form.id,
            program=item.program,
            instance=item.sent.instance,
            device=item.sent.device[:255],
            agent=item.sent.agent[:255],
        )
        for item in items
        if item.sent
    ])  # fmt: skip


def statements(items: Sequence[Prepared], revision: int) -> list[registers.Statement]:
    """What records say of entities: those that they keep, and those whose answers they had from the register."""
    patches = [
        registers.Patch(register, key, data, item.by.place, item.id, revision, item.occurred_at)
        for item in items
        for register, key, data in registers.carried(item.form, item.answers)
    ]
    return [
        *(registers.amended(patches) if patches else ()),
        *_kept(items, revision),
    ]


def _kept(items: Sequence[Prepared], revision: int) -> list[registers.Statement]:
    return [
        registers.Statement(
            item.entity,
            item.id,
            revision,
            item.place,
            item.lineage,
            item.occurred_at,
            program=item.program,
            claim=item.sent.claim if item.sent and revision == 1 else None,
        )
        for item in items
        if item.entity is not None
    ]


def fact(item: Prepared, revision: int, salted: str, reason: str = "") -> FactDraft:
    payload: dict[str, Any] = {
        "form": item.form.id,
        "version": item.form.version,
        "channel": item.channel,
        "answers": item.answers,
        "participants": list(item.participants),
    }
    if reason:
        payload["reason"] = reason
    if salted:
        payload["personal"] = salted
    if item.channel == "sample":
        payload["sample"] = True
    if item.prefilled and revision == 1:
        payload["origins"] = _said(prefilling.origins(item.form, item.answers, item.prefilled))
    return FactDraft(
        kind=item.form.kind,
        id=item.id,
        revision=revision,
        program=item.program,
        place=item.place,
        organisation=item.organisation,
        actor=item.by.actor,
        subject=item.subject,
        occurred_at=item.occurred_at,
        payload=payload,
    )


def _put(rows: Sequence[Model]) -> None:
    """Inserts rows as they are: what the ORM asks of each value again costs more than all the rest of a commit."""
    if not rows:
        return
    kind, moment = type(rows[0]), connection.ops.adapt_datetimefield_value
    fields = [field for field in kind._meta.concrete_fields if not isinstance(field, AutoField)]
    names = [field.attname for field in fields]
    values = [[getattr(row, name) for name in names] for row in rows]
    adapted = [[moment(value) if isinstance(value, datetime) else value for value in row] for row in values]
    writing.insert(kind, [str(field.column) for field in fields], adapted)
