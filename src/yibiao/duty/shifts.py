"""On the day: confirming, arriving, leaving, and handing over with what is still open, signed by both."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.duty import facts, models, problems, rostering, rules, slots, units
from yibiao.ledger import actions as log
from yibiao.ledger.types import FactDraft
from yibiao.people.types import Warrant

_LONGEST = 500


def confirm(assignment: str, *, by: Warrant, at: datetime | None = None) -> None:
    """The person says that she will be there.

    Raises: duty.assignment.unknown|state, duty.roster.not-filed.
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row = rostering.seat(assignment, by)
        _filed(row.shift.roster)
        rostering.require_state(row, ("planned",), "确认", "confirm")
        row.state, row.revision = "confirmed", row.revision + 1
        row.save(update_fields=["state", "revision"])
        log.append([rostering.seat_fact(row, row.shift.roster, by, "confirmed", now)])


def arrive(roster: str, arrivals: Mapping[str, datetime], *, by: Warrant, at: datetime | None = None) -> int:
    """Puts down who came to a roster's shifts and when, by assignment; all or none, how many.

    Raises: duty.roster.unknown|not-filed, duty.assignment.unknown|state, duty.arrival.time (all that are found).
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        held = rostering.locked(roster, by)
        _filed(held)
        rows = _seats_of(held, list(arrivals))
        early = _early(held)
        found: list[Problem] = []
        for row in rows:
            moment = arrivals[row.id]
            if row.state not in ("planned", "confirmed"):
                found.append(_state(row, "登记到岗", "arrive"))
            elif not slots.before(row.shift.begins_at, early) <= moment < row.shift.ends_at:
                found.append(
                    problems.TOO_EARLY.at(
                        at=_said(moment), begins=_said(row.shift.begins_at), ends=_said(row.shift.ends_at)
                    )
                )
            row.state, row.arrived_at, row.revision = "arrived", moment, row.revision + 1
        if found:
            raise Refusal(found)
        models.Assignment.objects.bulk_update(rows, ["arrived_at"], batch_size=200)
        came = models.Assignment.objects.filter(pk__in=list(arrivals))
        came.update(state="arrived", revision=F("revision") + 1)
        log.append([rostering.seat_fact(row, held, by, "arrived", now) for row in rows])
    return len(rows)


def leave(assignment: str, left_at: datetime, *, by: Warrant, at: datetime | None = None) -> None:
    """The person has gone off post.

    Raises: duty.assignment.unknown|state, duty.arrival.time.
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row = rostering.seat(assignment, by)
        rostering.require_state(row, ("arrived",), "登记离岗", "leave")
        if row.arrived_at is None or left_at <= row.arrived_at:
            shift = row.shift
            raise refuse(
                problems.TOO_EARLY.at(at=_said(left_at), begins=_said(shift.begins_at), ends=_said(shift.ends_at))
            )
        log.append(_gone([row], row.shift.roster, left_at, by, now))


def offer_handover(
    from_shift: str,
    to_shift: str,
    person: str,
    items: Sequence[str],
    *,
    by: Warrant,
    at: datetime | None = None,
) -> str:
    """Whoever leaves writes down what is still open and signs; the id of the handover.

    Raises: duty.shift.unknown, duty.handover.next|not-on-post|signed.
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    kept = [text for one in items if (text := one.strip()[:_LONGEST])]
    with transaction.atomic():
        out, into = _shift(from_shift, by), _shift(to_shift, by)
        if (
            out.roster.unit != into.roster.unit
            or out.roster.program != into.roster.program
            or out.ends_at != into.begins_at
        ):
            raise refuse(problems.NEXT.at())
        giver = _on(out, person, ("arrived",))
        if models.Handover.objects.filter(from_shift=out).exists():
            raise refuse(problems.HANDED.at())
        row = models.Handover.objects.create(
            id=str(uuid.uuid4()), from_shift=out, to_shift=into, out_person=giver.person, items=kept,
            offered_by=by.actor, offered_at=now,
        )  # fmt: skip
        log.append([_fact(row, out, by, "offered", now)])
    return row.id


def sign_handover(handover: str, person: str, *, by: Warrant, at: datetime | None = None) -> int:
    """Whoever takes over signs as well; everybody of the shift before has then left: how many.

    Raises: duty.handover.unknown|signed|not-on-post|same-signer, duty.unit.outside.
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        found = models.Handover.objects.select_for_update(of=("self",)).select_related(
            "from_shift__roster", "to_shift__roster"
        )
        row = found.filter(pk=handover[:36]).first()
        if row is None:
            raise refuse(problems.HANDOVER.at())
        out = row.from_shift
        units.require_inside(by, out.roster.place, out.roster.program, out.roster.unit_label)
        if row.signed_at is not None:
            raise refuse(problems.HANDED.at())
        taker = _on(row.to_shift, person, ("arrived",))
        mine = taker.person.account in ("", by.actor) or not by.actor
        if taker.person_id == row.out_person_id or not mine:
            raise refuse(problems.SAME_SIGNER.at())
        row.in_person, row.signed_at, row.revision = taker.person, now, row.revision + 1
        row.save(update_fields=["in_person", "signed_at", "revision"])
        seats = models.Assignment.objects.filter(shift=out, state="arrived").select_related("shift", "person")
        left = _gone(list(seats), out.roster, now, by, now)
        log.append([_fact(row, out, by, "signed", now), *left])
    return len(left)


def _gone(
    rows: list[models.Assignment], roster: models.Roster, left_at: datetime, by: Warrant, now: datetime
) -> list[FactDraft]:
    for row in rows:
        row.state, row.left_at, row.revision = "left", left_at, row.revision + 1
    same = models.Assignment.objects.filter(pk__in=[row.id for row in rows])
    same.update(state="left", left_at=left_at, revision=F("revision") + 1)
    return [rostering.seat_fact(row, roster, by, "left", now) for row in rows]


def _fact(row: models.Handover, out: models.Shift, by: Warrant, move: str, at: datetime) -> FactDraft:
    roster = out.roster
    return facts.draft(
        facts.HANDOVER, row, facts.handover(row, roster.unit), program=roster.program, place=roster.place,
        subject=roster.unit, occurred_at=out.ends_at, actor=by.actor, organisation=by.organisation, move=move, at=at,
    )  # fmt: skip


def _shift(id: str, by: Warrant) -> models.Shift:
    row = models.Shift.objects.select_related("roster").filter(pk=id[:36]).first()
    if row is None:
        raise refuse(problems.SHIFT.at())
    units.require_inside(by, row.roster.place, row.roster.program, row.roster.unit_label)
    return row


def _on(shift: models.Shift, person: str, states: Sequence[str]) -> models.Assignment:
    seats = models.Assignment.objects.filter(shift=shift, person=person[:36]).select_related("person")
    row = seats.filter(state__in=states).first()
    if row is None:
        known = models.Staffer.objects.filter(pk=person[:36]).values_list("name", flat=True).first()
        raise refuse(problems.NOT_ON_POST.at(person=known or "—"))
    return row


def _filed(roster: models.Roster) -> None:
    if roster.filed_at is None:
        raise refuse(problems.NOT_FILED.at())


def _early(roster: models.Roster) -> str:
    rule = rules.of_program(roster.program).roster
    return rule.arrive_early if rule else "2h"


def _seats_of(roster: models.Roster, ids: Sequence[str]) -> list[models.Assignment]:
    found: dict[str, models.Assignment] = {}
    for start in range(0, len(ids), 400):
        rows = models.Assignment.objects.filter(shift__roster=roster, pk__in=ids[start : start + 400])
        found |= {row.id: row for row in rows.select_related("shift", "person")}
    if any(id not in found for id in ids):
        raise refuse(problems.ASSIGNMENT.at())
    return [found[id] for id in ids]


def _state(row: models.Assignment, act: str, act_en: str) -> Problem:
    return problems.STATE.at(person=row.person.name, state=row.state, act=act, act_en=act_en)


def _said(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"
