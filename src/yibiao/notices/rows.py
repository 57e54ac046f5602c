"""Rows as they leave the room, and as the answers of their facts: the newest revision of a fact is the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from yibiao.core import canon
from yibiao.ledger.types import Fact, FactDraft
from yibiao.notices import models
from yibiao.notices.types import Attachment, Notice, Receipt, Tally
from yibiao.people.types import Warrant

NOTICE: Final = "notice.issued"
RECEIPT: Final = "notice.receipt"
_NOTICE: Final = (
    "kind", "occasion", "number", "title", "text", "due_at", "wants_feedback", "state", "replaces", "replaced_by",
)  # fmt: skip
_RECEIPT: Final = (
    "level", "depth", "state", "due_at", "received_at", "addendum", "read_at", "signed_at", "signed_by",
    "forwarded_at", "feedback", "feedback_at", "reminders", "reminded_at",
)  # fmt: skip


def notice_answers(row: models.Notice) -> dict[str, Any]:
    """The whole state of a notice, flat."""
    files = [{"name": one.name, "digest": one.digest, "size": one.size, "type": one.type} for one in _attachments(row)]
    return {
        **_written(row, _NOTICE),
        "issuer": row.organisation,
        "issued_at": canon.instant(row.issued_at),
        "attachments": files,
    }


def receipt_answers(row: models.Receipt) -> dict[str, Any]:
    """The whole state of a receipt, flat."""
    return {
        **_written(row, _RECEIPT),
        "notice": row.notice_id,
        "receiver_place": row.place,
        "receiver": row.organisation,
        "via": row.via_id or "",
    }


def _written(row: models.Notice | models.Receipt, names: Sequence[str]) -> dict[str, Any]:
    return {name: canon.plain(getattr(row, name)) for name in names}


def notice_fact(row: models.Notice, move: str, *, by: Warrant, reason: str = "", receivers: int = 0) -> FactDraft:
    """The next revision of a notice's fact."""
    return FactDraft(
        kind=NOTICE,
        id=row.id,
        revision=row.revision,
        program=row.program,
        place=row.place,
        organisation=row.organisation,
        actor=by.actor,
        subject=row.id,
        occurred_at=row.issued_at,
        payload=_payload(notice_answers(row), move, row.moved_at, reason, row.sample, {"receivers": receivers}),
        withdrawn=row.state == "withdrawn",
    )


def receipt_fact(row: models.Receipt, of: models.Notice, move: str, *, by: Warrant) -> FactDraft:
    """The next revision of a receipt's fact; its organisation is the receiver's, empty for a place as a whole."""
    return FactDraft(
        kind=RECEIPT,
        id=row.id,
        revision=row.revision,
        program=of.program,
        place=row.place,
        organisation=row.organisation,
        actor=by.actor,
        subject=of.id,
        occurred_at=row.received_at,
        payload=_payload(receipt_answers(row), move, row.moved_at, "", of.sample, {"by": by.organisation}),
    )


def _payload(
    answers: Mapping[str, Any], move: str, at: datetime, reason: str, sample: bool, more: Mapping[str, Any]
) -> dict[str, Any]:
    payload = {"answers": answers, "move": move, "moved_at": canon.instant(at), **{k: v for k, v in more.items() if v}}
    if reason:
        payload["reason"] = reason
    if sample:
        payload |= {"sample": True, "channel": "sample"}
    return payload


def folded(facts: Sequence[Fact]) -> dict[str, Any]:
    """The state that the facts of one thing give: the answers of the newest revision."""
    return dict(max(facts, key=lambda fact: fact.revision).payload["answers"])


def notice(row: models.Notice, tally: Tally | None = None) -> Notice:
    return Notice(
        id=row.id,
        program=row.program,
        kind=row.kind,
        occasion=row.occasion,
        number=row.number,
        title=row.title,
        text=row.text,
        organisation=row.organisation,
        place=row.place,
        actor=row.actor,
        issued_at=row.issued_at,
        due_at=row.due_at,
        wants_feedback=row.wants_feedback,
        state=row.state,  # type: ignore[arg-type]
        reason=row.reason,
        replaces=row.replaces,
        replaced_by=row.replaced_by,
        revision=row.revision,
        sample=row.sample,
        attachments=_attachments(row),
        tally=tally or Tally(),
    )


def receipt(row: models.Receipt) -> Receipt:
    return Receipt(
        id=row.id,
        notice=row.notice_id,
        place=row.place,
        organisation=row.organisation,
        level=row.level,
        via=row.via_id or "",
        depth=row.depth,
        state=row.state,  # type: ignore[arg-type]
        due_at=row.due_at,
        received_at=row.received_at,
        addendum=row.addendum,
        read_at=row.read_at,
        signed_at=row.signed_at,
        signed_by=row.signed_by,
        forwarded_at=row.forwarded_at,
        feedback=row.feedback,
        feedback_at=row.feedback_at,
        reminders=row.reminders,
        reminded_at=row.reminded_at,
        revision=row.revision,
    )


def _attachments(row: models.Notice) -> tuple[Attachment, ...]:
    held = sorted(row.attachments.all(), key=lambda one: one.position)
    return tuple(Attachment(one.name, one.digest, one.size, one.type) for one in held)
