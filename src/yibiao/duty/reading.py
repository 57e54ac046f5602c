"""From rows to what leaves the room: rosters in full, who is on duty, swaps, handovers, spot checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from yibiao.core.periods import SHANGHAI
from yibiao.duty import models, rostering
from yibiao.duty.types import (
    Assignment,
    AssignmentState,
    Handover,
    Roster,
    RosterView,
    ShiftView,
    SpotCheck,
    Staffer,
    Swap,
)

_PARTS = ("shift__roster", "person")


def roster(row: models.Roster) -> Roster:
    return Roster(
        row.id, row.program, row.unit, row.unit_label, row.place, local(row.begins_at), local(row.ends_at),
        local(row.file_by), local(row.filed_at) if row.filed_at else None, row.score, row.revision,
    )  # fmt: skip


def view(row: models.Roster) -> RosterView:
    """A roster with everything in it: five reads, however long it is."""
    shifts = list(row.shifts.order_by("begins_at", "key"))
    seats: dict[str, list[Assignment]] = defaultdict(list)
    for one in seats_in(models.Assignment.objects.filter(shift__roster=row)):
        seats[one.shift].append(one)
    people = models.Staffer.objects.filter(program=row.program, unit=row.unit, active=True).order_by("-leads", "name")
    findings, score = rostering.judge(row, shifts)
    views = tuple(
        ShiftView(one.id, one.key, one.type, local(one.begins_at), local(one.ends_at), tuple(seats[one.id]))
        for one in shifts
    )
    return RosterView(roster(row), views, findings, score, tuple(map(staffer, people)))


def seats_in(rows: QuerySet[models.Assignment]) -> list[Assignment]:
    """Assignments that stand, by shift, post and name."""
    found = rows.exclude(state="released").select_related(*_PARTS)
    return [assignment(row) for row in found.order_by("shift__begins_at", "post", "person__name", "pk")]


def assignment(row: models.Assignment) -> Assignment:
    shift, held = row.shift, row.shift.roster
    return Assignment(
        row.id, shift.id, held.id, held.unit, held.place, local(shift.begins_at), local(shift.ends_at), row.person_id,
        row.person.name, row.post, row.category, row.state, row.revision,  # type: ignore[arg-type]
        local(row.arrived_at) if row.arrived_at else None, local(row.left_at) if row.left_at else None,
    )  # fmt: skip


def as_of(one: Assignment, at: datetime) -> Assignment:
    """An assignment as it stood at a moment of its shift: not come yet, on post, or gone."""
    if one.left_at is not None and one.left_at <= at:
        return one
    if one.arrived_at is not None and one.arrived_at <= at:
        return replace(one, state="arrived", left_at=None)
    known: AssignmentState = "confirmed" if one.state == "confirmed" else "planned"
    return replace(one, state=known, arrived_at=None, left_at=None)


def staffer(row: models.Staffer) -> Staffer:
    return Staffer(row.key, row.program, row.unit, row.name, row.title, row.leads, row.account, row.active)


def swaps(rows: QuerySet[models.Swap]) -> tuple[Swap, ...]:
    found = rows.select_related("from_person", "to_person", *(f"assignment__{part}" for part in _PARTS))
    return tuple(
        Swap(
            row.id, assignment(row.assignment), row.from_person_id, row.from_person.name, row.to_person_id,
            row.to_person.name, row.state, row.reason, local(row.asked_at),  # type: ignore[arg-type]
        )
        for row in found.order_by("-asked_at", "pk")
    )  # fmt: skip


def handovers(rows: QuerySet[models.Handover], limit: int) -> tuple[Handover, ...]:
    found = rows.select_related("from_shift__roster", "out_person", "in_person").order_by("-from_shift__ends_at", "pk")
    return tuple(
        Handover(
            row.id, row.from_shift.roster.unit, row.from_shift.roster.place, row.from_shift_id, row.to_shift_id,
            local(row.from_shift.ends_at), row.out_person_id, row.out_person.name, row.in_person_id or "",
            row.in_person.name if row.in_person else "", tuple(row.items), local(row.offered_at),
            local(row.signed_at) if row.signed_at else None,
        )
        for row in found[:limit]
    )  # fmt: skip


def spot_checks(rows: Iterable[models.SpotCheck]) -> tuple[SpotCheck, ...]:
    return tuple(
        SpotCheck(
            row.id, row.unit, row.unit_label, row.place, local(row.planned_at), row.means, row.verdict,  # type: ignore[arg-type]
            row.person_id or "", row.person.name if row.person else "", row.seconds, row.follow_up,
            local(row.checked_at) if row.checked_at else None,
        )
        for row in rows
    )  # fmt: skip


def of_units(keys: Sequence[str], program: str) -> QuerySet[models.Roster]:
    return models.Roster.objects.filter(program=program, unit__in=list(keys))


def local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI)
