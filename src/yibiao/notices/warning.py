"""Issuing, updating and cancelling warnings: each message is a revision of the warning's fact."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.db import transaction

from yibiao.core import alerts, canon, clock
from yibiao.core.alerts import Alert, Area, Info
from yibiao.core.problems import Refusal, refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.notices import capxml, models, permits, problems
from yibiao.notices.types import Message, WarningDraft
from yibiao.people import queries as people
from yibiao.people.types import Warrant
from yibiao.places import queries as places

# Only what was really issued is of the first kind, which figures count; drills and tests are of the second.
ISSUED: Final = "warning.issued"
PRACTISED: Final = "warning.practised"
_SERIALS: Final = 10
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def issue_warning(draft: WarningDraft, *, by: Warrant, at: datetime | None = None) -> Message:
    """Issue a warning in the name of the warrant's organisation.

    Raises: every problem of the message at once (core.alert.*); notices.permit.outside, notices.warning.serial,
        notices.receivers.outside, places.place.unknown.
    """
    moment = _second(at)
    with transaction.atomic():
        return _issue(draft, str(uuid.uuid4()), (), by=by, at=moment)


def update_warning(warning: str, draft: WarningDraft, *, by: Warrant, at: datetime | None = None) -> Message:
    """Replace what a warning says; the new message refers to the one before.

    Raises: as ``issue_warning``; notices.warning.unknown, notices.warning.ended, notices.warning.status.
    """
    moment = _second(at)
    with transaction.atomic():
        last = _last(warning, by)
        if draft.status != last.status:
            raise refuse(problems.WARNING_STATUS.at(was=last.status, now=draft.status))
        return _issue(draft, warning, _chain(warning), by=by, at=moment, type="Update")


def cancel_warning(warning: str, *, reason: str, by: Warrant, at: datetime | None = None) -> Message:
    """Cancel a warning; the message refers to those before and says why.

    Raises: notices.warning.unknown, notices.warning.ended, notices.permit.outside, notices.reason.missing.
    """
    moment, said = _second(at), _plain(reason)
    if not 2 <= len(said) <= 500:
        raise refuse(problems.REASON.at(act="解除", act_en="cancel it"))
    with transaction.atomic():
        last = _last(warning, by)
        before = capxml.read(last.cap.encode())
        infos = tuple(
            replace(info, urgency="Past", responses=("AllClear",), description=said, instruction="", effective=None,
                    onset=None, expires=max(info.expires or moment, moment + alerts.CLEAR))
            for info in before.infos
        )  # fmt: skip
        alert = replace(
            before, identifier=_identifier(last.place, before.identifier[6:9], moment), sent=moment, type="Cancel",
            infos=infos, note=said, references=_chain(warning),
        )  # fmt: skip
        return _store(alert, warning, last.program, last.place, by=by, sample=last.sample)


def message(row: models.WarningMessage) -> Message:
    """The row as it leaves the room."""
    return Message(
        row.warning, row.revision, row.program, row.place, row.organisation, row.actor,
        capxml.read(row.cap.encode()), row.sample, row.newest,
    )  # fmt: skip


def answers(row: models.WarningMessage) -> dict[str, Any]:
    """The state of a warning after a message, flat."""
    alert = capxml.read(row.cap.encode())
    info = alert.infos[0]
    return {
        "identifier": row.identifier,
        "status": row.status,
        "type": row.type,
        "scope": row.scope,
        "event": info.event,
        "category": info.categories[0],
        "severity": info.severity,
        "urgency": info.urgency,
        "certainty": info.certainty,
        "headline": info.headline,
        "areas": " ".join(code for area in info.areas for code in area.geocodes),
        "sent_at": canon.instant(row.sent_at),
        "expires_at": canon.instant(row.expires_at),
        "cap": sha256(row.cap.encode()).hexdigest(),
    }


def _issue(
    draft: WarningDraft,
    warning: str,
    references: tuple[alerts.Reference, ...],
    *,
    by: Warrant,
    at: datetime,
    type: str = "Alert",
) -> Message:
    place = permits.issuer(by, draft.program)
    body = people.organisation(by.organisation)
    info = Info(
        event=_plain(draft.event), categories=(draft.category,), urgency=draft.urgency, severity=draft.severity,
        certainty=draft.certainty, headline=_plain(draft.headline), description=_plain(draft.description),
        expires=draft.expires.replace(microsecond=0), areas=_areas(draft.areas, place),
        instruction=_plain(draft.instruction), responses=draft.responses, effective=at, onset=draft.onset,
        sender_name=_plain(body.name),
    )  # fmt: skip
    alert = Alert(
        identifier=_identifier(place, draft.sector, at), sender=body.code, sent=at, status=draft.status, type=type,
        scope=draft.scope, infos=(info,), restriction=_plain(draft.restriction),
        addresses=tuple(map(_plain, draft.addresses)), references=references,
    )  # fmt: skip
    return _store(alert, warning, draft.program, place, by=by, sample=draft.sample)


def _store(alert: Alert, warning: str, program: str, place: str, *, by: Warrant, sample: bool) -> Message:
    if found := alerts.check(alert):
        raise Refusal(found)
    expires = alert.infos[0].expires
    assert expires is not None  # noqa: S101 - the rules ask for it
    before = models.WarningMessage.objects.filter(warning=warning)
    before.update(newest=False)
    row = models.WarningMessage.objects.create(
        identifier=alert.identifier, warning=warning, revision=before.count() + 1, newest=True, program=program,
        place=place, organisation=by.organisation, actor=by.actor, status=alert.status, type=alert.type,
        scope=alert.scope, sent_at=alert.sent, expires_at=expires, cap=capxml.write(alert).decode(), sample=sample,
    )  # fmt: skip
    first = before.order_by("revision")[0]
    payload: dict[str, Any] = {
        "answers": answers(row),
        "move": alert.type.lower(),
        "moved_at": canon.instant(alert.sent),
    }
    if alert.note:
        payload["reason"] = alert.note
    if sample:
        payload |= {"sample": True, "channel": "sample"}
    fact = FactDraft(
        kind=ISSUED if alert.status == "Actual" else PRACTISED, id=warning, revision=row.revision, program=program,
        place=place, organisation=by.organisation, actor=by.actor, subject=warning, occurred_at=first.sent_at,
        payload=payload,
    )  # fmt: skip
    ledger.append([fact])
    return message(row)


def _last(warning: str, by: Warrant) -> models.WarningMessage:
    row = models.WarningMessage.objects.select_for_update().filter(warning=warning, newest=True).first()
    if row is None:
        raise refuse(problems.WARNING_UNKNOWN.at())
    permits.review(by, row.place, row.program, "更新或解除预警", "update or cancel warnings beside")
    if row.type == "Cancel":
        raise refuse(problems.WARNING_ENDED.at())
    return row


def _chain(warning: str) -> tuple[alerts.Reference, ...]:
    held = models.WarningMessage.objects.filter(warning=warning).order_by("revision")
    return tuple(capxml.read(row.cap.encode()).reference() for row in held)


def _identifier(place: str, sector: str, at: datetime) -> str:
    """The first serial of the second that is free."""
    for serial in range(_SERIALS):
        found = alerts.identifier(place, sector, at, serial)
        if not models.WarningMessage.objects.filter(identifier=found).exists():
            return found
    raise refuse(problems.WARNING_MANY.at())


def _areas(codes: Sequence[str], place: str) -> tuple[Area, ...]:
    found = [places.place(code) for code in dict.fromkeys(codes)]
    outside = [one for one in found if not places.descends(one.code, place)]
    if outside:
        near = permits.name(place)
        raise Refusal([problems.RECEIVER_OUTSIDE.at(receiver=one.name, place=near) for one in outside])
    # A place below the township has a code of Yibiao's own, which means nothing to others: its community's stands.
    return tuple(Area(one.name, (one.code.partition("-")[0],)) for one in found)


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def _second(at: datetime | None) -> datetime:
    return (at or clock.now()).replace(microsecond=0)
