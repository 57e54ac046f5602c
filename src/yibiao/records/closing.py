"""Closing a form in a program, and opening it again: from then on it takes nothing new.

What stands filled in on phones that had no network is taken until a day of grace: nobody knew.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI, local_day
from yibiao.core.problems import Problem, refuse
from yibiao.forms import queries as forms
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.packs import queries as packs
from yibiao.people.types import EVERY_PROGRAM, Warrant
from yibiao.records import models, problems, types
from yibiao.records.placing import Atlas

KIND: Final = "program.form-closed"
GRACE: Final = timedelta(days=7)
_LONGEST: Final = timedelta(days=90)


def close_form(
    form: str, *, program: str, reason: str, by: Warrant, until: date | None = None, at: datetime | None = None
) -> types.Closing:
    """Closes a form; ``until`` is the last day on which what phones hold is taken, a week from now unless it is given.

    Raises: ``packs.program.unknown``, ``forms.form.unknown``, ``records.submission.other-pack|not-allowed``,
    ``records.reason.missing``, ``records.form.closed-already|grace``.
    """
    why, moment = _begin(program, reason, by, "关闭表单", "close a form"), at or clock.now()
    asked, of = forms.form(form), packs.program(program)
    if asked.pack != of.pack:
        raise refuse(problems.OTHER_PACK.at(form=asked.title.zh, program=of.title.zh))
    today = local_day(moment)
    last = until or today + GRACE
    if not today <= last <= today + _LONGEST:
        raise refuse(problems.FORM_GRACE.at(most=_LONGEST.days))
    with transaction.atomic():
        if models.Closing.objects.select_for_update().filter(form=form, program=program, reopened_at=None).exists():
            raise refuse(problems.FORM_CLOSED_ALREADY.at())
        row = models.Closing.objects.create(
            id=str(uuid.uuid4()), form=form, program=program, reason=why, until=last, actor=by.actor, at=moment
        )
        _fact(row, 1, by, moment, {"reason": why, "until": last.isoformat()})
    return closing_of(row)


def open_form(id: str, *, reason: str, by: Warrant, at: datetime | None = None) -> types.Closing:
    """Opens a closed form again.

    Raises: ``records.form.not-closed``, ``records.submission.not-allowed``, ``records.reason.missing``.
    """
    with transaction.atomic():
        row = models.Closing.objects.select_for_update().filter(pk=id, reopened_at=None).first()
        if row is None:
            raise refuse(problems.FORM_NOT_CLOSED.at())
        why, moment = _begin(row.program, reason, by, "重新开放", "open it again"), at or clock.now()
        row.reopened_reason, row.reopened_by, row.reopened_at = why, by.actor, moment
        row.save(update_fields=["reopened_reason", "reopened_by", "reopened_at"])
        _fact(row, 2, by, moment, {"reason": why}, withdrawn=True)
    return closing_of(row)


def closings(program: str, *, form: str = "") -> tuple[types.Closing, ...]:
    """When forms of a program were closed and opened again, the newest first; everybody may know."""
    rows = models.Closing.objects.filter(program=program)
    rows = rows.filter(form=form) if form else rows
    return tuple(closing_of(row) for row in rows.order_by("-at", "-pk")[:50])


def closed(program: str) -> dict[str, types.Closing]:
    """The forms of a program that are closed now."""
    rows = models.Closing.objects.filter(program=program, reopened_at=None)
    return {row.form: closing_of(row) for row in rows}


def refusal(one: types.Closing | None, channel: str, at: datetime) -> Problem | None:
    """Why a new record of a form is not taken, or None. What comes from phones has the days of grace."""
    if one is None or (channel == "openrosa" and local_day(at) <= one.until):
        return None
    return problems.FORM_CLOSED.at(form=forms.form(one.form).title.zh, at=f"{one.at:%Y-%m-%d}", reason=one.reason)


def closing_of(row: models.Closing) -> types.Closing:
    """A row as it leaves the room."""
    return types.Closing(
        row.id, row.form, row.program, row.reason, row.until, row.actor, row.at.astimezone(SHANGHAI),
        row.reopened_reason, row.reopened_by, row.reopened_at.astimezone(SHANGHAI) if row.reopened_at else None,
    )  # fmt: skip


def _begin(program: str, reason: str, by: Warrant, zh: str, en: str) -> str:
    """Who reviews the whole program may close its forms."""
    atlas = Atlas()
    covered = f"/{atlas.successor(by.place)}/" in atlas.lineage(packs.program(program).place)
    if by.right != "review" or not covered or by.program not in (EVERY_PROGRAM, program):
        raise refuse(problems.NOT_ALLOWED.at(right="review"))
    if len(reason.strip()) < 2:
        raise refuse(problems.REASON.at(act_zh=zh, act_en=en))
    return reason.strip()


def _fact(
    row: models.Closing, revision: int, by: Warrant, at: datetime, said: dict[str, str], *, withdrawn: bool = False
) -> None:
    draft = FactDraft(
        kind=KIND, id=row.id, revision=revision, program=row.program, place=packs.program(row.program).place,
        organisation=by.organisation, actor=by.actor, subject=row.form, occurred_at=at,
        payload={"form": row.form, **said}, withdrawn=withdrawn,
    )  # fmt: skip
    ledger.append([draft], received_at=at)
