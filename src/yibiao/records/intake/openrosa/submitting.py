"""What a filled form of a phone says, and storing it: a record, or the correction of one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.http import HttpRequest

from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.forms.types import Field, FormVersion
from yibiao.packs.types import Program
from yibiao.people.types import Warrant
from yibiao.records import actions, attachments, checking, models, prepared, problems, suiting
from yibiao.records.attachments import Arrived, Incoming
from yibiao.records.intake.openrosa import declaring, instance, multipart, serving
from yibiao.records.intake.openrosa import problems as refusals
from yibiao.records.intake.openrosa.asking import Asker
from yibiao.records.intake.openrosa.instance import Answers, Instance
from yibiao.records.placing import Atlas
from yibiao.records.remembering import remembered
from yibiao.records.types import Receipt, Sent, SubmissionDraft

AUDIT: Final = "audit.csv"
NAME_LIMIT: Final = 255
_SPACE: Final = uuid.UUID("5f0c5d43-3f0d-5d0c-9a0e-6a2f5d7c1b11")
_UNFIT: Final = re.compile(r"[\x00-\x1f/\\]")


@dataclass(frozen=True, slots=True)
class Sending:
    """One filled form on its way in, all that was read of it."""

    instance: Instance
    form: FormVersion
    program: Program
    answers: Answers
    sent: Sent
    by: tuple[Warrant, ...]
    prefilled: Mapping[str, Any] = field(default_factory=dict)

    def draft(self, id: str) -> SubmissionDraft:
        return SubmissionDraft(
            id,
            self.form.id,
            self.program.code,
            self.answers.values,
            "openrosa",
            self.form.version,
            self.sent,
            prefilled=self.prefilled,
        )


def read(xml: bytes, request: HttpRequest, asker: Asker, form: str = "") -> Sending:
    """What a filled form says, and on whose behalf; nothing is stored. ``form`` is its id where the address says it."""
    found = instance.read(xml)
    return told(replace(found, form=form) if form else found, request, asker)


def told(found: Instance, request: HttpRequest, asker: Asker) -> Sending:
    """A filled form with what its request says of the phone."""
    device, agent = request.GET.get("deviceID", ""), request.META.get("HTTP_USER_AGENT", "")
    return said(found, asker, device=device, agent=agent)


def said(found: Instance, asker: Asker, *, device: str, agent: str) -> Sending:
    """A filled form with what its form, its program and the rights of its sender make of it."""
    version, program, by = remembered(
        lambda: _resolved(asker, found), "openrosa", asker.base, asker.person, found.form, found.version
    )
    sent = Sent(
        checking.canonical_id(found.id) or found.id,
        device[:255],
        agent[:255],
        declaring.claim(version, found.entity) if found.entity else None,
    )
    answers = instance.answers(version, found.root)
    if found.audit:
        answers.files.setdefault(AUDIT, [])
    return Sending(found, version, program, answers, sent, by)


def _resolved(asker: Asker, found: Instance) -> tuple[FormVersion, Program, tuple[Warrant, ...]]:
    form, program = serving.resolve(asker, found.form, found.version)
    return form, program, asker.warrants(program.code)


def named(incoming: Incoming, sending: Sending) -> list[tuple[Arrived, bool]]:
    """The files that the answers name; others are left out. All are looked at before anything is stored."""
    asked = sending.answers.files
    arrived = [one for one in incoming.files if one.name in asked]
    wrong = [refusal for one in arrived if (refusal := unfit(one, sending.form, asked[one.name]))]
    if wrong:
        raise Refusal(wrong)
    found = [(one, any(question.personal for question in asked[one.name])) for one in arrived]
    # Where a photo was taken is kept only of a form that asks where.
    if not any(field.type == "geopoint" for field in sending.form.fields):
        found = [(attachments.unplaced(one), hidden) for one, hidden in found]
    return list({one.name: (one, hidden) for one, hidden in found}.values())


def unfit(one: Arrived, form: FormVersion, questions: Sequence[Field]) -> Problem | None:
    """Why a file is not taken as the answer to these questions.

    A log of the client may be empty; a photo without a byte is one that was lost.
    """
    if not one.size and one.name != AUDIT:
        return refusals.FILE_EMPTY.at(name=one.name[:80])
    return suiting.unsuited(one, form, questions) if one.kind else refusals.FILE_KIND.at(name=one.name[:80])


def file_name(given: str) -> str:
    """The plain name of a file: some clients send a path."""
    name = given.replace("\\", "/").rpartition("/")[2].strip()
    if not name or name in (".", "..") or len(name) > NAME_LIMIT or _UNFIT.search(name):
        raise multipart.wrong("name")
    return name


def store(sending: Sending) -> Receipt:
    """Stores a filled form or a correction; Raises: what is wrong with it."""
    return _edit(sending) if sending.instance.deprecated else _receive(sending)


def _receive(sending: Sending) -> Receipt:
    """The record has the phone's own id where that is free: one id may be in use on several forms."""
    id = own_id(sending)
    try:
        receipt = actions.receive_many([sending.draft(id)], by=sending.by)[0]
    except Refusal as refusal:
        other = {"form": sending.form.id, "program": sending.program.code}
        taken = problems.CONFLICT.code in refusal.codes
        if not taken or not models.Submission.objects.filter(pk=id).exclude(**other).exists():
            raise
        receipt = actions.receive_many([sending.draft(_derived(sending))], by=sending.by)[0]
    if receipt.repeated and models.Submission.objects.filter(pk=receipt.id, state="withdrawn").exists():
        raise refuse(refusals.WITHDRAWN.at(id=receipt.id))
    return receipt


def own_id(sending: Sending) -> str:
    return checking.canonical_id(sending.instance.id) or _derived(sending)


def _derived(sending: Sending) -> str:
    return str(uuid.uuid5(_SPACE, f"{sending.form.id}\n{sending.program.code}\n{sending.sent.instance}"))


def _edit(sending: Sending) -> Receipt:
    """A correction: it names the instance that it replaces and has an id of its own."""
    before = revision_of(sending, sending.instance.deprecated)
    again = revision_of(sending, sending.instance.id)
    if again is not None:
        row, revision = again
        if before is None or before[0].id != row.id or not _same(sending, row, revision):
            raise refuse(refusals.INSTANCE_TAKEN.at(id=sending.instance.id[:80]))
        return Receipt(row.id, revision, row.received_at, repeated=True)
    if before is None:
        raise refuse(refusals.DEPRECATED_UNKNOWN.at(id=sending.instance.deprecated[:80]))
    row, revision = before
    if row.state != "withdrawn" and row.revision != revision:
        raise refuse(refusals.OUT_OF_DATE.at(id=sending.instance.deprecated[:80]))
    return actions.correct(
        row.id, sending.answers.values, reason="手机端更正", by=covering(sending.by, row),
        form_version=sending.form.version, expected=revision, sent=sending.sent,
    )  # fmt: skip


def revision_of(sending: Sending, id: str) -> tuple[models.Submission, int] | None:
    """The record and the revision of it that an instance id speaks of; a record from elsewhere is known by its id."""
    plain, of = checking.canonical_id(id), {"form": sending.form.id, "program": sending.program.code}
    sent = models.Sending.objects.filter(instance=plain or id, **of).select_related("submission").first()
    if sent is not None:
        return sent.submission, sent.revision
    row = models.Submission.objects.filter(pk=plain, **of).first() if plain else None
    return (row, 1) if row is not None else None


def _same(sending: Sending, row: models.Submission, revision: int) -> bool:
    ready, found = checking.prepare_all([sending.draft(row.id)], by=sending.by, at=checking.now(), kept=row)
    return not found and prepared.repeats(ready[0], row.revisions.filter(revision=revision))


def covering(warrants: Sequence[Warrant], row: models.Submission) -> Warrant:
    """Raises: ``records.submission.unknown`` where the record is of a place that this phone does not file for."""
    atlas = Atlas()
    for by in warrants:
        if f"/{atlas.successor(by.place)}/" in row.lineage:
            return by
    raise refuse(problems.UNKNOWN.at(id=row.id))
