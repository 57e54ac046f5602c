"""Acts on obligations: reminding who has not filed, handing that to the level above, exempting, filing a nil."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import transaction

from yibiao.core import clock
from yibiao.core.periods import Period
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.duty import coverage, facts, models, problems, rules, slots, units
from yibiao.duty.types import Obligation, Slot, Unit
from yibiao.forms import queries as forms
from yibiao.ledger import actions as log
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import Warrant
from yibiao.places import queries as places
from yibiao.records import actions as records
from yibiao.records.types import Receipt, SubmissionDraft


def chase(
    program: str, topic: str, slot: str, unit_keys: Sequence[str], *, by: Warrant, at: datetime | None = None
) -> int:
    """Reminds units that have not filed a slot; how many. One act for one unit or for all that are missing.

    Raises: duty.right.missing, duty.topic.unknown, duty.slot.unknown, duty.unit.unknown|outside,
        duty.filing.filed (all that are found).
    """
    units.require_right(by, "review", "manage", "fill")
    now = at or clock.now()
    work, one, span = _asked(program, topic, slot)
    found = units.named(one.register, program, unit_keys, by)
    if by.right == "fill":
        _strictly_below(found.values(), unit_keys, by)

    def remind(row: models.Filing) -> None:
        row.chased, row.chased_at = row.chased + 1, now

    return _write(work, one, span, [found[key] for key in unit_keys], remind, "chased", by, now)


def chase_all(program: str, topic: str, *, by: Warrant, at: datetime | None = None, slot: str = "") -> int:
    """Reminds every unit of the warrant's place that is past a deadline; how many reminders.

    Raises: as ``chase``; duty.filing.nothing-owed.
    """
    now = at or clock.now()
    work = packs.program(program)
    one = rules.obligation(rules.of_program(program), topic)
    period = slots.horizon(one, Period(work.window_from, work.window_until))
    held = coverage.matrix(one, work, period, scope=units.scope_of(by), at=now, place=by.place)
    waiting = [each for each in held.cells if each.state == "missing" and slot in ("", each.slot.key)]
    if by.right == "fill":
        waiting = [each for each in waiting if each.unit.place != by.place]
    if not waiting:
        raise refuse(problems.NOTHING_OWED.at())
    done = 0
    with transaction.atomic():
        for key in dict.fromkeys(each.slot.key for each in waiting):
            late = [each.unit.key for each in waiting if each.slot.key == key]
            done += chase(program, topic, key, late, by=by, at=now)
    return done


def escalate(
    program: str, topic: str, slot: str, unit_keys: Sequence[str], *, by: Warrant, at: datetime | None = None
) -> int:
    """Hands units that still have not filed to the place above each; how many.

    Raises: as ``chase``.
    """
    units.require_right(by, "review", "manage")
    now = at or clock.now()
    work, one, span = _asked(program, topic, slot)
    found = units.named(one.register, program, unit_keys, by)
    above = {unit.place: places.place(unit.place).parent or unit.place for unit in found.values()}

    def hand_up(row: models.Filing) -> None:
        row.escalated_to = above.get(row.place, row.place)

    return _write(work, one, span, [found[key] for key in unit_keys], hand_up, "escalated", by, now)


def escalate_overdue(at: datetime | None = None) -> int:
    """Hands up what was chased and is still missing after the span that its rule gives; how many. Run by the clock."""
    now, done = at or clock.now(), 0
    waiting = models.Filing.objects.filter(state="open", chased__gt=0, escalated_to="", due_at__lt=now)
    for row in list(waiting.order_by("program", "topic", "slot")[:500]):
        try:
            one = rules.of_program(row.program).obligation(row.topic)
        except Refusal:
            continue
        if one is None or not one.escalate or slots.after(row.due_at, one.escalate) > now:
            continue
        by = people.system_warrant(place=packs.program(row.program).place, program=row.program, right="review")
        done += escalate(row.program, row.topic, row.slot, [row.unit], by=by, at=now)
    return done


def exempt(
    program: str, topic: str, slot: str, unit: str, *, reason: str, by: Warrant, at: datetime | None = None
) -> None:
    """Frees a unit from one report, with the reason; it is neither owed nor missing from then on.

    Raises: as ``chase``; duty.reason.missing.
    """
    units.require_right(by, "review", "manage")
    now, why = at or clock.now(), reason.strip()
    if len(why) < 2:
        raise refuse(problems.REASON.at(act="免报", act_en="exempt"))
    work, one, span = _asked(program, topic, slot)
    found = units.named(one.register, program, [unit], by)

    def free(row: models.Filing) -> None:
        row.state, row.reason = "exempt", why

    _write(work, one, span, [found[unit]], free, "exempted", by, now, why)


def file_nil(program: str, topic: str, slot: str, unit: str, *, by: Warrant, at: datetime | None = None) -> Receipt:
    """Files the report that says that nothing happened, as a record of the form, signed by who files it.

    Raises: duty.right.missing, duty.filing.no-nil, duty.unit.unknown, duty.slot.unknown, every problem of the form.
    """
    units.require_right(by, "fill")
    now = at or clock.now()
    work, one, span = _asked(program, topic, slot)
    if not one.nil or not one.nil_answers:
        raise refuse(problems.NO_NIL.at(topic=one.label.zh, topic_en=one.label.of("en")))
    found = units.named(one.register, program, [unit], by)[unit]
    form = forms.form(f"{work.pack}.{one.form}")
    roles = {field.role: field.name for field in form.fields if field.role and not field.repeat}
    window = Period(work.window_from, work.window_until)
    # A report speaks of its slot: one that is made up later bears the slot's last moment, and its receipt the truth.
    occurred = min(now, slots.last_moment(one, span.key, window))
    answers = {**one.nil_answers, one.unit: unit, roles["place"]: found.place}
    if "occurred_at" in roles:
        answers[roles["occurred_at"]] = facts.written(occurred)
    draft = SubmissionDraft(str(uuid.uuid4()), form.id, program, answers, "web")
    return records.receive(draft, by=by, at=now)


def _asked(program: str, topic: str, slot: str) -> tuple[Program, Obligation, Slot]:
    work = packs.program(program)
    one = rules.obligation(rules.of_program(program), topic)
    return work, one, slots.slot(one, slot, Period(work.window_from, work.window_until))


def _strictly_below(found: Iterable[Unit], keys: Sequence[str], by: Warrant) -> None:
    for unit in found:
        if unit.key in keys and unit.place == by.place:
            raise refuse(problems.OUTSIDE.at(unit=unit.label))


def _write(
    work: Program,
    one: Obligation,
    span: Slot,
    found: Sequence[Unit],
    change: Callable[[models.Filing], None],
    move: str,
    by: Warrant,
    at: datetime,
    reason: str = "",
) -> int:
    """Changes the filings of units for one slot, each with its fact; refuses those that are filed, all at once."""
    ids = {facts.stable_id(work.code, one.topic, unit.key, span.key): unit for unit in found}
    with transaction.atomic():
        held = {row.id: row for row in models.Filing.objects.select_for_update().filter(pk__in=list(ids))}
        wrong: list[Problem] = []
        drafts = []
        for id, unit in ids.items():
            row = held.get(id) or models.Filing(
                id=id, program=work.code, topic=one.topic, unit=unit.key, slot=span.key, place=unit.place,
                begins_at=span.begins, due_at=span.due_at, state="open",
            )  # fmt: skip
            if row.state != "open":
                wrong.append(problems.FILED.at(unit=unit.label, slot=span.key))
                continue
            change(row)
            row.revision += 1
            row.save(force_insert=id not in held)
            drafts.append(
                facts.draft(
                    facts.FILING, row, facts.filing(row), program=row.program, place=row.place, subject=row.unit,
                    occurred_at=row.begins_at, actor=by.actor, organisation=by.organisation, move=move, at=at,
                    reason=reason,
                )
            )  # fmt: skip
        if wrong:
            raise Refusal(wrong)
        log.append(drafts)
    return len(drafts)
