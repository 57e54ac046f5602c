"""Who filed and who did not: unit × slot, from two reads however large the matrix is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from yibiao.core.periods import SHANGHAI, Period
from yibiao.duty import models, slots, units
from yibiao.duty.types import Cell, Matrix, Obligation, Slot, Unit
from yibiao.packs.types import Program
from yibiao.people.types import Scope


def matrices(
    obligations: Sequence[Obligation], program: Program, *, scope: Scope, at: datetime, place: str = ""
) -> tuple[Matrix, ...]:
    """The coverage of several obligations: every register is read once, and so are all that is filed."""
    window = Period(program.window_from, program.window_until)
    spans = {one.topic: slots.slots(one, slots.horizon(one, window), window) for one in obligations}
    kept = {
        register: units.entities(register, program.code, scope=scope, place=place)
        for register in {one.register for one in obligations}
    }
    keys = [slot.key for each in spans.values() for slot in each]
    rows = models.Filing.objects.filter(program=program.code, topic__in=list(spans), slot__in=sorted(set(keys)))
    held = {(row.topic, row.unit, row.slot): row for row in rows}
    return tuple(
        Matrix(
            one,
            spans[one.topic],
            tuple(
                (
                    unit,
                    tuple(
                        cell(one.topic, unit, slot, held.get((one.topic, unit.key, slot.key)), at)
                        for slot in spans[one.topic]
                    ),
                )
                for unit in units.bound(one, kept[one.register])
            ),
        )
        for one in obligations
    )


def matrix(one: Obligation, program: Program, period: Period, *, scope: Scope, at: datetime, place: str = "") -> Matrix:
    """The coverage of one obligation for the units of a scope, over a period."""
    window = Period(program.window_from, program.window_until)
    owing = units.owing(one, program.code, scope=scope, place=place)
    spans = slots.slots(one, period, window)
    held = _filings(program.code, one.topic, [slot.key for slot in spans])
    rows = tuple(
        (unit, tuple(cell(one.topic, unit, slot, held.get((unit.key, slot.key)), at) for slot in spans))
        for unit in owing
    )
    return Matrix(one, spans, rows)


def cell(topic: str, unit: Unit, slot: Slot, row: models.Filing | None, at: datetime) -> Cell:
    """One obligation as it stands at a moment."""
    open_state = "missing" if at > slot.due_at else "due"
    if row is None:
        return Cell(topic, unit, slot, open_state)  # type: ignore[arg-type]
    return Cell(
        topic, unit, slot, open_state if row.state == "open" else row.state, row.late,  # type: ignore[arg-type]
        row.filed_at.astimezone(SHANGHAI) if row.filed_at else None, row.record, row.chased,
        row.chased_at.astimezone(SHANGHAI) if row.chased_at else None, row.escalated_to, row.reason,
    )  # fmt: skip


def open_cells(found: Iterable[Matrix]) -> tuple[Cell, ...]:
    """What is not filed, the earliest deadline first."""
    waiting = [one for each in found for one in each.cells if one.state in ("due", "missing")]
    return tuple(sorted(waiting, key=lambda one: (one.slot.due_at, one.topic, one.unit.key)))


def _filings(program: str, topic: str, keys: Sequence[str]) -> dict[tuple[str, str], models.Filing]:
    if not keys:
        return {}
    rows = models.Filing.objects.filter(program=program, topic=topic, slot__gte=min(keys), slot__lte=max(keys))
    return {(row.unit, row.slot): row for row in rows}
