"""What was not filed by its deadline becomes a fact, where a rule asks for it: what is missing can then be counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import transaction

from yibiao.core import clock
from yibiao.core.periods import Period
from yibiao.duty import coverage, facts, models, rules, slots
from yibiao.duty.types import Cell, Obligation
from yibiao.ledger import actions as log
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.people import queries as people

_MOST: Final = 2_000


def note_missed(at: datetime | None = None) -> int:
    """Enters what is past its deadline and not filed, at most two thousand at once; how many. Run by the clock."""
    now, done = at or clock.now(), 0
    for work in packs.programs():
        for one in rules.of(work.pack).obligations:
            if one.record_missed and done < _MOST:
                done += _note(work, list(_missing(work, one, now))[: _MOST - done], now)
    return done


def _missing(work: Program, one: Obligation, at: datetime) -> Iterator[Cell]:
    """Cells without a row of their own; one that was chased has its fact already."""
    scope = people.system_scope(place=work.place, program=work.code)
    period = slots.horizon(one, Period(work.window_from, work.window_until))
    held = coverage.matrix(one, work, period, scope=scope, at=at)
    known = set(models.Filing.objects.filter(program=work.code, topic=one.topic).values_list("unit", "slot"))
    for cell in held.cells:
        if cell.state == "missing" and (cell.unit.key, cell.slot.key) not in known:
            yield cell


def _note(work: Program, cells: list[Cell], at: datetime) -> int:
    if not cells:
        return 0
    by = people.system_warrant(place=work.place, program=work.code, right="review")
    rows = [
        models.Filing(
            id=facts.stable_id(work.code, each.topic, each.unit.key, each.slot.key), program=work.code,
            topic=each.topic, unit=each.unit.key, slot=each.slot.key, place=each.unit.place,
            begins_at=each.slot.begins, due_at=each.slot.due_at, state="open", revision=1,
        )
        for each in cells
    ]  # fmt: skip
    with transaction.atomic():
        models.Filing.objects.bulk_create(rows, batch_size=500)
        log.append(
            [
                facts.draft(
                    facts.FILING, row, facts.filing(row), program=row.program, place=row.place, subject=row.unit,
                    occurred_at=row.begins_at, actor=by.actor, organisation=by.organisation, move="missed", at=at,
                )
                for row in rows
            ]
        )  # fmt: skip
    return len(rows)
