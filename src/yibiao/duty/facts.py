"""Facts of duty: one id per thing, one revision per act, the whole state after it in ``answers``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from yibiao.core import canon
from yibiao.core.periods import SHANGHAI
from yibiao.duty import models
from yibiao.ledger.types import FactDraft

_SPACE: Final = uuid.UUID("0e4f3b6a-95a1-5f0f-8c1a-5b7d2f9c6e31")
FILING, ASSIGNMENT, ROSTER = "duty.filing", "duty.assignment", "duty.roster"
STAFFER, SWAP, HANDOVER, SPOT_CHECK = "duty.staffer", "duty.swap", "duty.handover", "duty.spot-check"


def stable_id(*parts: str) -> str:
    """The same id for the same thing on every site and every rebuild."""
    return str(uuid.uuid5(_SPACE, "\n".join(parts)))


def draft(
    kind: str,
    row: Any,
    answers: Mapping[str, Any],
    *,
    program: str,
    place: str,
    subject: str,
    occurred_at: datetime,
    actor: str,
    organisation: str,
    move: str,
    at: datetime,
    reason: str = "",
    withdrawn: bool = False,
) -> FactDraft:
    """The fact of the newest revision of a row."""
    payload: dict[str, Any] = {"answers": dict(answers), "move": move, "moved_at": written(at)}
    if reason:
        payload["reason"] = reason
    return FactDraft(
        kind, row.id if hasattr(row, "id") else row.key, row.revision, program, place, organisation, actor, subject,
        occurred_at, payload, withdrawn,
    )  # fmt: skip


def written(at: datetime | None) -> str | None:
    """A moment as an answer: Beijing time to the second."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds") if at else None


def filing(row: models.Filing) -> dict[str, Any]:
    return {
        "topic": row.topic, "unit": row.unit, "slot": row.slot, "state": row.state, "late": _yes(row.late),
        "due_at": written(row.due_at), "filed_at": written(row.filed_at), "record": row.record,
        "chased": row.chased, "chased_at": written(row.chased_at), "escalated_to": row.escalated_to,
        "reason": row.reason,
    }  # fmt: skip


def staffer(row: models.Staffer) -> dict[str, Any]:
    return {"unit": row.unit, "leads": _yes(row.leads), "account": row.account, "active": _yes(row.active)}


def roster(row: models.Roster, shifts: Sequence[models.Shift]) -> dict[str, Any]:
    return {
        "unit": row.unit, "begins": written(row.begins_at), "ends": written(row.ends_at),
        "file_by": written(row.file_by), "filed_at": written(row.filed_at), "score": row.score,
        "state": "filed" if row.filed_at else "draft", "shifts": len(shifts),
        "late": _yes(bool(row.filed_at and row.filed_at > row.file_by)),
    }  # fmt: skip


def assignment(row: models.Assignment, shift: models.Shift, unit: str, account: str) -> dict[str, Any]:
    return {
        "unit": unit, "shift": shift.id, "shift_type": shift.type, "begins": written(shift.begins_at),
        "ends": written(shift.ends_at), "person": row.person_id, "account": account, "post": row.post,
        "category": row.category, "state": row.state, "arrived": _yes(row.arrived_at is not None),
        "arrived_at": written(row.arrived_at), "left_at": written(row.left_at),
    }  # fmt: skip


def swap(row: models.Swap, accounts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "assignment": row.assignment_id, "from_person": row.from_person_id, "to_person": row.to_person_id,
        "from_account": accounts.get(row.from_person_id, ""), "to_account": accounts.get(row.to_person_id, ""),
        "state": row.state,
    }  # fmt: skip


def handover(row: models.Handover, unit: str) -> dict[str, Any]:
    return {
        "unit": unit, "from_shift": row.from_shift_id, "to_shift": row.to_shift_id, "out_person": row.out_person_id,
        "in_person": row.in_person_id or "", "items": len(row.items),
        # What is open may name people: the texts stay in the row, the fact says which they were.
        "items_digest": canon.digest(list(row.items)), "offered_at": written(row.offered_at),
        "signed_at": written(row.signed_at), "state": "signed" if row.signed_at else "offered",
    }  # fmt: skip


def spot_check(row: models.SpotCheck) -> dict[str, Any]:
    return {
        "unit": row.unit, "planned_at": written(row.planned_at), "draw": row.draw, "means": row.means,
        "verdict": row.verdict, "person": row.person_id or "", "seconds": row.seconds,
        "state": "done" if row.checked_at else "drawn", "checked_at": written(row.checked_at),
    }  # fmt: skip


def _yes(value: bool) -> str:
    return "yes" if value else "no"
