"""Issuing, reading, signing, forwarding, answering, pressing, withdrawing: each one transaction, with its facts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.core.texts import Text
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.notices import files, models, permits, plans, problems, rows
from yibiao.notices.follow import deliver
from yibiao.notices.follow import step as follow
from yibiao.notices.inbox import mark_read, set_addresses
from yibiao.notices.types import Notice, NoticeDraft, Plan, Receipt, Receiver
from yibiao.notices.warning import cancel_warning, issue_warning, update_warning
from yibiao.packs import queries as packs
from yibiao.people.types import Warrant
from yibiao.places import queries as places

__all__ = [
    "answer", "cancel_warning", "deliver", "follow", "forward", "issue", "issue_warning", "mark_read", "read", "remind",
    "set_addresses", "sign", "update_warning", "withdraw",
]  # fmt: skip

# Source: GB/T 9704-2012, 7.2.5: the year in 〔〕, a serial without leading zeros and without 第.
NUMBER: Final = re.compile(r"[^\s〔〕第]{1,20}〔\d{4}〕[1-9]\d{0,4}号")
TITLE_LONGEST, TEXT_LONGEST, NOTE_LONGEST, REASON_LONGEST = 200, 50_000, 5_000, 500
PAUSE: Final = timedelta(minutes=10)


def issue(draft: NoticeDraft, *, by: Warrant, at: datetime | None = None) -> Notice:
    """Issue a notice in the name of the warrant's organisation; a replaced one is closed by the same act.

    Raises: every problem of the draft at once; notices.permit.outside, notices.number.taken, notices.notice.unknown,
        notices.notice.closed.
    """
    moment = at or clock.now()
    place = permits.issuer(by, draft.program)
    receivers = permits.receivers(draft.receivers, place)
    found = [*_wrong(draft, moment), *_outside(receivers, place, by.organisation), *files.check(draft.attachments)]
    if found:
        raise Refusal(found)
    kept = [files.keep(upload) for upload in draft.attachments]
    plan = _plan(draft.program).kind(draft.kind)
    usual = moment + timedelta(hours=plan.due_hours) if plan and plan.due_hours else None
    asks = draft.wants_feedback if draft.wants_feedback is not None else bool(plan and plan.wants_feedback)
    try:
        with transaction.atomic():
            row = models.Notice(
                id=str(uuid.uuid4()), program=draft.program, kind=draft.kind, occasion=draft.occasion,
                number=draft.number.strip(), title=draft.title.strip(), text=draft.text.strip(),
                organisation=by.organisation, place=place, actor=by.actor, issued_at=moment,
                due_at=draft.due_at or usual, wants_feedback=asks, state="issued", reason="", replaces=draft.replaces,
                replaced_by="", revision=1, moved_at=moment, sample=draft.sample,
            )  # fmt: skip
            facts = _replace(draft.replaces, row.id, by=by, at=moment) if draft.replaces else []
            row.save(force_insert=True)
            models.Attachment.objects.bulk_create(
                models.Attachment(
                    notice=row, position=n, name=one.name, digest=one.digest, size=one.size, type=one.type
                )
                for n, one in enumerate(kept, 1)
            )
            facts.append(rows.notice_fact(row, "issued", by=by, receivers=len(receivers)))
            facts += _send(row, receivers, None, "", row.due_at, by=by, at=moment)
            ledger.append(facts)
    except IntegrityError as error:
        raise refuse(problems.NUMBER_TAKEN.at(number=draft.number)) from error
    return rows.notice(row)


def read(receipt: str, *, by: Warrant, at: datetime | None = None) -> Receipt:
    """Note that the receiver opened the notice; a second reading adds nothing.

    Raises: notices.receipt.unknown, notices.receipt.not-own.
    """
    moment = at or clock.now()
    with transaction.atomic():
        row = _own(receipt, by, closed=True)
        if row.read_at is None and row.notice.state == "issued":
            row.read_at, row.state = moment, "read"
            _move(row, "read", by=by, at=moment)
    return rows.receipt(row)


def sign(receipt: str, *, by: Warrant, at: datetime | None = None) -> Receipt:
    """Sign for a notice in the name of the receiver.

    Raises: notices.receipt.unknown, notices.receipt.not-own, notices.receipt.signed, notices.notice.closed.
    """
    moment = at or clock.now()
    with transaction.atomic():
        row = _own(receipt, by)
        if row.signed_at is not None:
            raise refuse(problems.SIGNED.at())
        row.read_at, row.signed_at, row.signed_by, row.state = row.read_at or moment, moment, by.actor, "signed"
        _move(row, "signed", by=by, at=moment)
    return rows.receipt(row)


def forward(
    receipt: str,
    receivers: Iterable[Receiver],
    *,
    by: Warrant,
    addendum: str = "",
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> tuple[Receipt, ...]:
    """Pass a notice on to places and organisations below, with words of one's own; gives the new receipts.

    Without ``due_at`` the limit from above holds.

    Raises: notices.receipt.unknown, notices.receipt.not-own, notices.receipt.unsigned, notices.notice.closed,
        notices.receivers.none, notices.receivers.outside, notices.receivers.repeated, notices.due.wrong,
        notices.text.missing.
    """
    moment, said = at or clock.now(), addendum.strip()
    with transaction.atomic():
        row = _own(receipt, by)
        if row.signed_at is None:
            raise refuse(problems.UNSIGNED.at())
        wanted = permits.receivers(receivers, row.place)
        found = _outside(wanted, row.place, by.organisation)
        found += _repeated(row.notice, wanted)
        if due_at is not None and (due_at <= moment or (row.due_at is not None and due_at > row.due_at)):
            found.append(problems.DUE.at(due=_shown(due_at)))
        if len(said) > NOTE_LONGEST:
            found.append(problems.TEXT.at(what="附言", what_en="addendum", limit=NOTE_LONGEST))
        if found:
            raise Refusal(found)
        row.forwarded_at = row.forwarded_at or moment
        _move(row, "forwarded", by=by, at=moment)
        ledger.append(_send(row.notice, wanted, row, said, due_at or row.due_at, by=by, at=moment))
        made = models.Receipt.objects.filter(via=row, received_at=moment).order_by("place", "organisation")
        return tuple(map(rows.receipt, made))


def answer(receipt: str, text: str, *, by: Warrant, at: datetime | None = None) -> Receipt:
    """Say what became of a notice; a later answer takes the place of the earlier one, which the log keeps.

    Raises: notices.receipt.unknown, notices.receipt.not-own, notices.receipt.unsigned, notices.notice.closed,
        notices.text.missing.
    """
    moment, said = at or clock.now(), text.strip()
    if not 2 <= len(said) <= NOTE_LONGEST:
        raise refuse(problems.TEXT.at(what="反馈", what_en="answer", limit=NOTE_LONGEST))
    with transaction.atomic():
        row = _own(receipt, by)
        if row.signed_at is None:
            raise refuse(problems.UNSIGNED.at())
        row.feedback, row.feedback_at, row.state = said, moment, "answered"
        _move(row, "answered", by=by, at=moment)
    return rows.receipt(row)


def remind(
    notice: str, *, by: Warrant, receipts: Sequence[str] | None = None, at: datetime | None = None
) -> tuple[Receipt, ...]:
    """Press the receivers that have not signed, all or those named; gives the receipts of those who were pressed.

    Whoever issued may press everybody; whoever forwarded, those below.

    Raises: notices.notice.unknown, notices.notice.closed, notices.permit.outside, notices.reminder.none,
        notices.reminder.too-soon.
    """
    moment = at or clock.now()
    with transaction.atomic():
        of = _locked(notice)
        _still_open(of)
        unsigned = of.receipts.select_for_update().filter(signed_at=None)
        if receipts is not None:
            unsigned = unsigned.filter(id__in=list(receipts))
        held = [row for row in unsigned.order_by("depth", "place", "organisation") if _presses(by, of, row)]
        if not held:
            if not _presses(by, of, None):
                permits.review(by, of.place, of.program, "催签", "press for")
            raise refuse(problems.NOTHING_OPEN.at())
        due = [row for row in held if row.reminded_at is None or row.reminded_at <= moment - PAUSE]
        if not due:
            raise refuse(problems.REMINDED.at(minutes=int(PAUSE.total_seconds() // 60)))
        for row in due:
            row.reminders, row.reminded_at = row.reminders + 1, moment
            _move(row, "reminded", by=by, at=moment)
    return tuple(map(rows.receipt, due))


def withdraw(notice: str, *, reason: str, by: Warrant, at: datetime | None = None) -> Notice:
    """Take a notice back: it counts nowhere from now on, and its history stays.

    Raises: notices.notice.unknown, notices.notice.closed, notices.permit.outside, notices.reason.missing.
    """
    moment, said = at or clock.now(), reason.strip()
    if not 2 <= len(said) <= REASON_LONGEST:
        raise refuse(problems.REASON.at(act="撤回", act_en="withdraw it"))
    with transaction.atomic():
        row = _locked(notice)
        permits.review(by, row.place, row.program, "撤回", "withdraw")
        _still_open(row)
        row.state, row.reason, row.revision, row.moved_at = "withdrawn", said, row.revision + 1, moment
        row.save(update_fields=["state", "reason", "revision", "moved_at"])
        ledger.append([rows.notice_fact(row, "withdrawn", by=by, reason=said)])
    return rows.notice(row)


def _replace(id: str, new: str, *, by: Warrant, at: datetime) -> list[FactDraft]:
    row = _locked(id)
    permits.review(by, row.place, row.program, "替换", "replace")
    _still_open(row)
    row.state, row.replaced_by, row.revision, row.moved_at = "replaced", new, row.revision + 1, at
    row.save(update_fields=["state", "replaced_by", "revision", "moved_at"])
    return [rows.notice_fact(row, "replaced", by=by)]


def _send(
    of: models.Notice,
    receivers: Sequence[Receiver],
    via: models.Receipt | None,
    addendum: str,
    due_at: datetime | None,
    *,
    by: Warrant,
    at: datetime,
) -> list[FactDraft]:
    """The receipts of a sending, stored, and their facts, not yet appended."""
    made = [
        models.Receipt(
            id=str(uuid.uuid4()), notice=of, place=one.place, organisation=one.organisation,
            level=places.place(one.place).level, via=via, depth=via.depth + 1 if via else 1, state="unread",
            due_at=due_at, received_at=at, addendum=addendum, read_at=None, signed_at=None, signed_by="",
            forwarded_at=None, feedback="", feedback_at=None, reminders=0, reminded_at=None, revision=1, moved_at=at,
        )
        for one in receivers
    ]  # fmt: skip
    models.Receipt.objects.bulk_create(made)
    return [rows.receipt_fact(row, of, "sent", by=by) for row in made]


def _move(row: models.Receipt, move: str, *, by: Warrant, at: datetime) -> None:
    """Stores a receipt after an act, with its fact."""
    row.revision, row.moved_at = row.revision + 1, at
    row.save()
    ledger.append([rows.receipt_fact(row, row.notice, move, by=by)])


def _own(id: str, by: Warrant, *, closed: bool = False) -> models.Receipt:
    """A receipt of the warrant's own organisation or place, locked; ``closed``: of a closed notice as well."""
    row = models.Receipt.objects.select_for_update(of=("self",)).select_related("notice").filter(id=id).first()
    if row is None:
        raise refuse(problems.RECEIPT_UNKNOWN.at())
    permits.own(by, row, row.notice.program)
    if not closed:
        _still_open(row.notice)
    return row


def _locked(id: str) -> models.Notice:
    row = models.Notice.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise refuse(problems.UNKNOWN.at())
    return row


def _still_open(row: models.Notice) -> None:
    if row.state != "issued":
        zh, en = {"withdrawn": ("撤回", "withdrawn")}.get(row.state, ("被替换", "replaced"))
        raise refuse(problems.CLOSED.at(state=zh, state_en=en))


def _presses(by: Warrant, of: models.Notice, row: models.Receipt | None) -> bool:
    """Whether the warrant reaches to everybody, or to those to whom its organisation forwarded this receipt."""
    try:
        permits.review(by, of.place, of.program, "", "")
    except Refusal:
        above = row.via if row else None
        while above is not None:
            if by.right in ("fill", "review") and permits.is_own(above.place, above.organisation, by.organisation):
                return True
            above = above.via
        return False
    return True


def _wrong(draft: NoticeDraft, at: datetime) -> list[Problem]:
    found: list[Problem] = []
    plan = _plan(draft.program)
    if not NUMBER.fullmatch(draft.number.strip()):
        found.append(problems.NUMBER.at(number=draft.number.strip()[:60]))
    if not 0 < len(draft.title.strip()) <= TITLE_LONGEST:
        found.append(problems.TITLE.at())
    if not 0 < len(draft.text.strip()) <= TEXT_LONGEST:
        found.append(problems.TEXT.at(what="正文", what_en="text", limit=TEXT_LONGEST))
    if plan.kind(draft.kind) is None:
        found.append(problems.KIND.at(kind=draft.kind, **_listed(one.label for one in plan.kinds)))
    if draft.occasion and draft.occasion not in dict(plan.occasions):
        found.append(problems.OCCASION.at(occasion=draft.occasion, **_listed(label for _, label in plan.occasions)))
    if draft.due_at is not None and draft.due_at <= at:
        found.append(problems.DUE.at(due=_shown(draft.due_at)))
    return found


def _listed(labels: Iterable[Text]) -> dict[str, str]:
    """What there is to choose from, in both languages."""
    known = tuple(labels)
    zh, en = "、".join(one.zh for one in known), ", ".join(one.of("en") for one in known)
    return {"known": zh or "—", "known_en": en or "—"}


def _outside(receivers: Sequence[Receiver], place: str, organisation: str) -> list[Problem]:
    if not receivers:
        return [problems.RECEIVERS.at()]
    own = (Receiver(place), Receiver(place, organisation))
    say: Callable[[Receiver], Problem] = lambda one: problems.RECEIVER_OUTSIDE.at(  # noqa: E731
        receiver=permits.named(one), place=permits.name(place)
    )
    return [say(one) for one in receivers if one in own or not places.descends(one.place, place)]


def _repeated(of: models.Notice, receivers: Sequence[Receiver]) -> list[Problem]:
    held = {Receiver(*pair) for pair in of.receipts.values_list("place", "organisation")}
    return [problems.RECEIVER_REPEATED.at(receiver=permits.named(one)) for one in receivers if one in held]


def _plan(program: str) -> Plan:
    of = packs.program(program)
    return plans.of(of.pack, packs.current(of.pack).version)


def _shown(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
