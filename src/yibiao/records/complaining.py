"""A unit's word that a form asks again for what is known: a fact, listed with the form, answered once."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.forms import queries as forms
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.packs import queries as packs
from yibiao.people.types import EVERY_PROGRAM, Scope, Warrant
from yibiao.records import checking, models, placing, problems, types
from yibiao.records.placing import Atlas

KIND: Final = "demand.repeated"
_SHOWN: Final = 200


def complain(form: str, *, program: str, reason: str, by: Warrant, at: datetime | None = None) -> types.Complaint:
    """Says that a form asks again for what is known, and what that is.

    Raises: ``packs.program.unknown``, ``forms.form.unknown``, ``records.submission.other-pack``,
    ``records.reason.missing``.
    """
    checking.require_right((by,), "fill")
    asked, of = forms.form(form), packs.program(program)
    if asked.pack != of.pack or by.program not in (EVERY_PROGRAM, program):
        raise refuse(problems.OTHER_PACK.at(form=asked.title.zh, program=of.title.zh))
    why, moment = checking.reason(reason, "反映重复填报", "complain"), at or checking.now()
    with transaction.atomic():
        row = models.Complaint.objects.create(
            id=str(uuid.uuid4()), form=form, program=program, place=by.place, lineage=Atlas().lineage(by.place),
            organisation=by.organisation, reason=why, actor=by.actor, at=moment,
        )  # fmt: skip
        ledger.append([_fact(row, 1, by, moment, {"reason": row.reason})], received_at=moment)
    return complaint_of(row)


def answer_complaint(id: str, *, reply: str, by: Warrant, at: datetime | None = None) -> types.Complaint:
    """Says what becomes of a complaint.

    Raises: ``records.complaint.unknown|answered|own``, ``records.reason.missing``.
    """
    checking.require_right((by,), "review")
    said, moment = checking.reason(reply, "这样答复", "answer so"), at or checking.now()
    with transaction.atomic():
        row = models.Complaint.objects.select_for_update().filter(pk=id).first()
        covered = row is not None and f"/{Atlas().successor(by.place)}/" in row.lineage
        if row is None or not covered or by.program not in (EVERY_PROGRAM, row.program):
            raise refuse(problems.COMPLAINT_UNKNOWN.at())
        if row.replied_at:
            raise refuse(problems.COMPLAINT_ANSWERED.at())
        if row.actor == by.actor:
            raise refuse(problems.COMPLAINT_OWN.at())
        row.reply, row.replied_by, row.replied_at = said, by.actor, moment
        row.save(update_fields=["reply", "replied_by", "replied_at"])
        ledger.append([_fact(row, 2, by, moment, {"reason": row.reason, "reply": row.reply})], received_at=moment)
    return complaint_of(row)


def complaints(*, program: str, scope: Scope, form: str = "") -> tuple[types.Complaint, ...]:
    """Complaints from places within the scope, those not yet answered first, then newest first."""
    atlas = Atlas()
    within = placing.below(filter(None, (atlas.lineage(code) for code in scope.places(program))))
    rows = models.Complaint.objects.filter(within, program=program)
    rows = rows.filter(form=form) if form else rows
    found = sorted(rows.order_by("-at")[:_SHOWN], key=lambda row: row.replied_at is not None)
    return tuple(map(complaint_of, found))


def complaint_of(row: models.Complaint) -> types.Complaint:
    """A row as it leaves the room."""
    return types.Complaint(
        row.id, row.form, row.program, row.place, row.organisation, row.reason, row.actor, row.at.astimezone(SHANGHAI),
        row.reply, row.replied_by, row.replied_at.astimezone(SHANGHAI) if row.replied_at else None,
    )  # fmt: skip


def _fact(row: models.Complaint, revision: int, by: Warrant, at: datetime, said: dict[str, str]) -> FactDraft:
    return FactDraft(
        kind=KIND, id=row.id, revision=revision, program=row.program, place=row.place, organisation=row.organisation,
        actor=by.actor, subject=row.form, occurred_at=at, payload={"form": row.form, **said},
    )  # fmt: skip
