"""Rosters: a unit's list of staff, shifts laid over a window, people put in them, the roster filed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from yibiao.core import clock, rosters
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.core.rosters import Finding, Seat, Shift
from yibiao.duty import facts, models, problems, rules, slots, units
from yibiao.duty.types import Placing, Rules, ShiftType, StaffDraft, Unit
from yibiao.ledger import actions as log
from yibiao.ledger.types import FactDraft
from yibiao.packs import queries as packs
from yibiao.people.types import Warrant

_CHUNK = 500


def add_staff(
    program: str, unit: str, drafts: Sequence[StaffDraft], *, by: Warrant, at: datetime | None = None
) -> list[str]:
    """Puts people on a unit's list; their keys, in order.

    Raises: duty.right.missing, duty.unit.unknown, duty.staffer.name.
    """
    units.require_right(by, "fill", "review", "manage")
    now, found = at or clock.now(), _unit(program, unit, by)
    if any(not 0 < len(one.name.strip()) <= 80 or not 0 < len(one.title.strip()) <= 80 for one in drafts):
        raise refuse(problems.NAME.at())
    rows = [
        models.Staffer(
            key=uuid.uuid4().hex, program=program, unit=unit, place=found.place, name=one.name.strip(),
            title=one.title.strip(), leads=one.leads, account=one.account,
        )
        for one in drafts
    ]  # fmt: skip
    with transaction.atomic():
        models.Staffer.objects.bulk_create(rows, batch_size=_CHUNK)
        log.append([_staff_fact(row, by, "listed", now) for row in rows])
    return [row.key for row in rows]


def remove_staff(key: str, *, by: Warrant, at: datetime | None = None) -> None:
    """Takes somebody off a unit's list; what she did stays.

    Raises: duty.right.missing, duty.staffer.unknown, duty.unit.outside.
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row = models.Staffer.objects.select_for_update().filter(pk=key, active=True).first()
        if row is None:
            raise refuse(problems.STAFFER.at())
        units.require_inside(by, row.place, row.program, row.unit)
        row.active, row.revision, row.calendar = False, row.revision + 1, row.calendar + 1
        row.save(update_fields=["active", "revision", "calendar"])
        log.append([_staff_fact(row, by, "removed", now)])


def open_roster(program: str, unit: str, window: Period, *, by: Warrant, at: datetime | None = None) -> str:
    """Lays the shifts of a window for a unit, by the types of the program's rules; the id of the roster.

    Raises: duty.right.missing, duty.unit.unknown, duty.rules.none, duty.roster.window|overlap.
    """
    units.require_right(by, "fill", "review", "manage")
    now, found = at or clock.now(), _unit(program, unit, by)
    held = rules.of_program(program)
    laid = rosters.lay([one.pattern for one in held.shift_types], window)
    if not laid or held.roster is None:
        raise refuse(problems.WINDOW.at())
    begins, ends = laid[0].begins, max(one.ends for one in laid)
    with transaction.atomic():
        clash = models.Roster.objects.filter(program=program, unit=unit, begins_at__lt=ends, ends_at__gt=begins)
        if clash.exists():
            raise refuse(problems.OVERLAP.at(unit=found.label))
        row = models.Roster.objects.create(
            id=str(uuid.uuid4()), program=program, unit=unit, unit_label=found.label, place=found.place,
            begins_at=begins, ends_at=ends, file_by=slots.before(begins, held.roster.file_before),
        )  # fmt: skip
        shifts = [
            models.Shift(
                id=str(uuid.uuid4()), roster=row, key=one.key, type=one.key.partition(":")[0], begins_at=one.begins,
                ends_at=one.ends,
            )
            for one in laid
        ]  # fmt: skip
        models.Shift.objects.bulk_create(shifts)
        log.append([_roster_fact(row, shifts, by, "opened", now)])
    return row.id


def assign(roster: str, placings: Sequence[Placing], *, by: Warrant, at: datetime | None = None) -> list[str]:
    """Puts people at posts of shifts of a roster that is not filed yet, all or none; the ids of their assignments.

    Raises: duty.roster.unknown|filed, duty.shift.unknown, duty.staffer.unknown, duty.post.unknown|not-leader,
        duty.assignment.repeated (all that are found).
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row = locked(roster, by)
        if row.filed_at is not None:
            raise refuse(problems.ROSTER_FILED.at())
        seats, found = _seats(row, placings)
        if found:
            raise Refusal(found)
        models.Assignment.objects.bulk_create(seats, batch_size=_CHUNK)
        log.append([seat_fact(one, row, by, "planned", now) for one in seats])
    return [one.id for one in seats]


def release(assignment: str, *, by: Warrant, at: datetime | None = None) -> None:
    """Takes a person out of a shift of a roster that is not filed yet.

    Raises: duty.assignment.unknown|state, duty.roster.filed.
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row = seat(assignment, by)
        if row.shift.roster.filed_at is not None:
            raise refuse(problems.ROSTER_FILED.at())
        require_state(row, ("planned", "confirmed"), "撤下", "take out")
        row.state, row.revision = "released", row.revision + 1
        row.save(update_fields=["state", "revision"])
        fact = seat_fact(row, row.shift.roster, by, "released", now, withdrawn=True)
        log.append([fact])


def file_roster(roster: str, *, by: Warrant, at: datetime | None = None) -> int:
    """Files a roster with the level above; its score. One with a gap, a missing leader or a double booking is refused.

    Raises: duty.roster.unknown|filed, duty.roster.gap|leaderless|short|double (all that are found).
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row = locked(roster, by)
        if row.filed_at is not None:
            raise refuse(problems.ROSTER_FILED.at())
        shifts = list(row.shifts.order_by("begins_at", "key"))
        findings, score = judge(row, shifts)
        if findings:
            raise Refusal(said(findings, rules.of_program(row.program), _names(row)))
        row.filed_at, row.score, row.revision = now, score, row.revision + 1
        row.save(update_fields=["filed_at", "score", "revision"])
        log.append([_roster_fact(row, shifts, by, "filed", now)])
    return score


def judge(row: models.Roster, shifts: Sequence[models.Shift]) -> tuple[tuple[Finding, ...], int]:
    """What is wrong with a roster, and how good it is. A person who is in a shift of another roster too is doubled."""
    held = rules.of_program(row.program)
    window = Period(row.begins_at, row.ends_at)
    seats = models.Assignment.objects.filter(shift__roster=row).exclude(state="released")
    own = [Seat(one.shift_id, one.person_id, one.post) for one in seats]
    laid = [plain(shift, held) for shift in shifts]
    return rosters.check(window, laid, own), rosters.score(window, laid, own)


def plain(shift: models.Shift, held: Rules) -> Shift:
    """A shift as the core knows it, under its id; one whose type is gone asks for nobody."""
    kind = held.shift_type(shift.type)
    posts = kind.pattern.posts if kind else ()
    return Shift(shift.id, shift.begins_at.astimezone(SHANGHAI), shift.ends_at.astimezone(SHANGHAI), posts)


def said(findings: Sequence[Finding], held: Rules, names: Mapping[str, str]) -> list[Problem]:
    """Findings as problems."""
    posts = {post.id: post.label.zh for kind in held.shift_types for post in kind.posts}
    made: list[Problem] = []
    for one in findings:
        begins, ends = f"{one.begins:%m-%d %H:%M}", f"{one.ends:%m-%d %H:%M}"
        if one.fault == "gap":
            made.append(problems.GAP.at(begins=begins, ends=ends))
        elif one.fault == "leaderless":
            made.append(problems.LEADERLESS.at(begins=begins))
        elif one.fault == "short":
            made.append(problems.SHORT.at(begins=begins, post=posts.get(one.post, one.post), missing=one.missing))
        else:
            made.append(problems.DOUBLE.at(begins=begins, person=names.get(one.person, one.person)))
    return made


def locked(roster: str, by: Warrant) -> models.Roster:
    """A roster inside the warrant, locked. Raises: duty.roster.unknown, duty.unit.outside."""
    row = models.Roster.objects.select_for_update().filter(pk=roster[:36]).first()
    if row is None:
        raise refuse(problems.ROSTER.at())
    units.require_inside(by, row.place, row.program, row.unit_label)
    return row


def seat(assignment: str, by: Warrant) -> models.Assignment:
    """An assignment inside the warrant, locked. Raises: duty.assignment.unknown, duty.unit.outside."""
    found = models.Assignment.objects.select_for_update(of=("self",)).select_related("shift__roster", "person")
    row = found.filter(pk=assignment[:36]).first()
    if row is None:
        raise refuse(problems.ASSIGNMENT.at())
    roster = row.shift.roster
    units.require_inside(by, roster.place, roster.program, roster.unit_label)
    return row


def require_state(row: models.Assignment, states: Sequence[str], act: str, act_en: str) -> None:
    """Raises: duty.assignment.state."""
    if row.state not in states:
        raise refuse(problems.STATE.at(person=row.person.name, state=row.state, act=act, act_en=act_en))


def seat_fact(
    row: models.Assignment,
    roster: models.Roster,
    by: Warrant,
    move: str,
    at: datetime,
    *,
    reason: str = "",
    withdrawn: bool = False,
) -> FactDraft:
    """The fact of an assignment: its cohort is the moment at which its shift begins."""
    return facts.draft(
        facts.ASSIGNMENT, row, facts.assignment(row, row.shift, roster.unit, row.person.account),
        program=roster.program, place=roster.place, subject=row.person_id, occurred_at=row.shift.begins_at,
        actor=by.actor, organisation=by.organisation, move=move, at=at, reason=reason, withdrawn=withdrawn,
    )  # fmt: skip


def overlapping(person: models.Staffer, shift: models.Shift) -> bool:
    """Whether somebody is in another shift at the same time, of any roster."""
    seats = models.Assignment.objects.filter(person=person, shift__begins_at__lt=shift.ends_at)
    seats = seats.filter(shift__ends_at__gt=shift.begins_at).exclude(state="released").exclude(shift=shift)
    return seats.exists()


def _seats(row: models.Roster, placings: Sequence[Placing]) -> tuple[list[models.Assignment], list[Problem]]:
    held = rules.of_program(row.program)
    shifts = {one.id: one for one in row.shifts.all()}
    people = models.Staffer.objects.filter(program=row.program, unit=row.unit, active=True).in_bulk()
    taken = set(
        models.Assignment.objects.filter(shift__roster=row)
        .exclude(state="released")
        .values_list("shift_id", "person_id", "post")
    )
    made: list[models.Assignment] = []
    found: list[Problem] = []
    for one in placings:
        shift, person = shifts.get(one.shift), people.get(one.person)
        kind = held.shift_type(shift.type) if shift else None
        wrong = _wrong(one, shift, person, kind, taken)
        if wrong is not None or shift is None or person is None or kind is None:
            found.append(wrong or problems.SHIFT.at())
            continue
        taken.add((one.shift, one.person, one.post))
        category = next(post.category for post in kind.posts if post.id == one.post)
        made.append(
            models.Assignment(
                id=str(uuid.uuid4()), shift=shift, person=person, post=one.post, category=category, state="planned"
            )
        )
    return made, found


def _wrong(
    one: Placing,
    shift: models.Shift | None,
    person: models.Staffer | None,
    kind: ShiftType | None,
    taken: set[tuple[str, str, str]],
) -> Problem | None:
    if shift is None or kind is None:
        return problems.SHIFT.at()
    if person is None:
        return problems.STAFFER.at()
    post = next((each for each in kind.pattern.posts if each.id == one.post), None)
    if post is None:
        labels = [each.label for each in kind.posts]
        known, known_en = "、".join(label.zh for label in labels), ", ".join(label.of("en") for label in labels)
        return problems.POST.at(post=one.post[:40], known=known, known_en=known_en)
    if post.leads and not person.leads:
        return problems.NOT_LEADER.at(person=person.name)
    if (one.shift, one.person, one.post) in taken:
        return problems.SEATED.at(person=person.name)
    return None


def _unit(program: str, unit: str, by: Warrant) -> Unit:
    held = rules.of(packs.program(program).pack)
    if held.roster is None:
        raise refuse(problems.NO_RULES.at(program=program))
    return units.named(held.roster.register, program, [unit], by)[unit]


def _names(row: models.Roster) -> dict[str, str]:
    people = models.Staffer.objects.filter(program=row.program, unit=row.unit)
    return dict(people.values_list("key", "name"))


def _staff_fact(row: models.Staffer, by: Warrant, move: str, at: datetime) -> FactDraft:
    return facts.draft(
        facts.STAFFER, row, facts.staffer(row), program=row.program, place=row.place, subject=row.key, occurred_at=at,
        actor=by.actor, organisation=by.organisation, move=move, at=at,
    )  # fmt: skip


def _roster_fact(row: models.Roster, shifts: Sequence[models.Shift], by: Warrant, move: str, at: datetime) -> FactDraft:
    return facts.draft(
        facts.ROSTER, row, facts.roster(row, shifts), program=row.program, place=row.place, subject=row.unit,
        occurred_at=row.begins_at, actor=by.actor, organisation=by.organisation, move=move, at=at,
    )  # fmt: skip
