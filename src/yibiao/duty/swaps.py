"""Swaps: bound to the assignment, asked by one, accepted by the other, approved by a third; only then in effect."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.duty import facts, models, problems, rostering, rules, units
from yibiao.ledger import actions as log
from yibiao.ledger.types import FactDraft
from yibiao.people.types import Warrant

_OPEN = ("asked", "accepted")


def ask_swap(assignment: str, to_person: str, *, reason: str, by: Warrant, at: datetime | None = None) -> str:
    """Asks that another person takes an assignment over; the id of the swap.

    Raises: duty.assignment.unknown|state, duty.roster.not-filed, duty.staffer.unknown, duty.swap.same|open,
        duty.post.not-leader, duty.roster.double, duty.reason.missing.
    """
    units.require_right(by, "fill", "review", "manage")
    now, why = at or clock.now(), reason.strip()
    if len(why) < 2:
        raise refuse(problems.REASON.at(act="换班", act_en="swap"))
    with transaction.atomic():
        seat = rostering.seat(assignment, by)
        if seat.shift.roster.filed_at is None:
            raise refuse(problems.NOT_FILED.at())
        rostering.require_state(seat, ("planned", "confirmed"), "换班", "swap")
        other = _other(seat, to_person)
        if models.Swap.objects.filter(assignment=seat, state__in=_OPEN).exists():
            raise refuse(problems.SWAP_OPEN.at())
        row = models.Swap.objects.create(
            id=str(uuid.uuid4()), assignment=seat, from_person=seat.person, to_person=other, state="asked",
            reason=why, asked_by=by.actor, asked_at=now,
        )  # fmt: skip
        log.append([_fact(row, seat, by, "asked", now, why)])
    return row.id


def accept_swap(swap: str, *, by: Warrant, at: datetime | None = None) -> None:
    """The other person agrees: herself where she has an account, else whoever files for the unit.

    Raises: duty.swap.unknown|state|not-asked.
    """
    _move(swap, "accepted", ("asked",), by, at, answering=True)


def decline_swap(swap: str, *, by: Warrant, at: datetime | None = None) -> None:
    """The other person does not agree. Raises: as ``accept_swap``."""
    _move(swap, "declined", ("asked",), by, at, answering=True)


def withdraw_swap(swap: str, *, by: Warrant, at: datetime | None = None) -> None:
    """Takes a swap back before it is approved. Raises: duty.swap.unknown|state."""
    _move(swap, "withdrawn", _OPEN, by, at)


def approve_swap(swap: str, *, by: Warrant, at: datetime | None = None) -> None:
    """A third person approves an accepted swap, which takes effect: the assignment has its new person.

    Raises: duty.right.missing, duty.swap.unknown|state|other-person, duty.assignment.state, duty.roster.double.
    """
    units.require_right(by, "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row, seat = _locked(swap, by)
        _require(row, ("accepted",), "approved")
        if by.actor and by.actor in (row.asked_by, row.from_person.account, row.to_person.account):
            raise refuse(problems.OTHER_PERSON.at())
        rostering.require_state(seat, ("planned", "confirmed"), "换班", "swap")
        other = _other(seat, row.to_person_id)
        row.state, row.revision = "approved", row.revision + 1
        row.save(update_fields=["state", "revision"])
        seat.person, seat.state, seat.revision = other, "planned", seat.revision + 1
        seat.save(update_fields=["person", "state", "revision"])
        changed = rostering.seat_fact(seat, seat.shift.roster, by, "swapped", now, reason=row.reason)
        log.append([_fact(row, seat, by, "approved", now), changed])


def _move(
    swap: str, state: str, states: tuple[str, ...], by: Warrant, at: datetime | None, *, answering: bool = False
) -> None:
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row, seat = _locked(swap, by)
        _require(row, states, state)
        if answering and row.to_person.account and by.actor and by.actor != row.to_person.account:
            raise refuse(problems.OWN_ANSWER.at(person=row.to_person.name))
        row.state, row.revision = state, row.revision + 1
        row.save(update_fields=["state", "revision"])
        log.append([_fact(row, seat, by, state, now)])


def _locked(swap: str, by: Warrant) -> tuple[models.Swap, models.Assignment]:
    found = models.Swap.objects.select_for_update(of=("self",)).select_related("from_person", "to_person")
    row = found.filter(pk=swap[:36]).first()
    if row is None:
        raise refuse(problems.SWAP.at())
    return row, rostering.seat(row.assignment_id, by)


def _require(row: models.Swap, states: tuple[str, ...], act: str) -> None:
    said = {"accepted": "同意", "declined": "拒绝", "withdrawn": "撤回", "approved": "批准"}
    if row.state not in states:
        raise refuse(problems.SWAP_STATE.at(state=row.state, act=said[act], act_en=act))


def _other(seat: models.Assignment, person: str) -> models.Staffer:
    """Who may take the assignment over: of the same unit, free at that time, a leader where one is needed."""
    roster = seat.shift.roster
    other = models.Staffer.objects.filter(pk=person[:36], program=roster.program, unit=roster.unit, active=True).first()
    if other is None:
        raise refuse(problems.STAFFER.at())
    if other.pk == seat.person_id:
        raise refuse(problems.SAME.at())
    if _leads(seat) and not other.leads:
        raise refuse(problems.NOT_LEADER.at(person=other.name))
    taken = models.Assignment.objects.filter(shift=seat.shift, person=other, post=seat.post).exclude(state="released")
    if taken.exists():
        raise refuse(problems.SEATED.at(person=other.name))
    if rostering.overlapping(other, seat.shift):
        begins = seat.shift.begins_at.astimezone(SHANGHAI)
        raise refuse(problems.DOUBLE.at(person=other.name, begins=f"{begins:%m-%d %H:%M}"))
    return other


def _leads(seat: models.Assignment) -> bool:
    kind = rules.of_program(seat.shift.roster.program).shift_type(seat.shift.type)
    return kind is not None and any(post.id == seat.post and post.leads for post in kind.pattern.posts)


def _fact(
    row: models.Swap, seat: models.Assignment, by: Warrant, move: str, at: datetime, reason: str = ""
) -> FactDraft:
    roster = seat.shift.roster
    accounts = {one.pk: one.account for one in (row.from_person, row.to_person)}
    return facts.draft(
        facts.SWAP, row, facts.swap(row, accounts), program=roster.program, place=roster.place,
        subject=seat.id, occurred_at=seat.shift.begins_at, actor=by.actor, organisation=by.organisation, move=move,
        at=at, reason=reason,
    )  # fmt: skip
