"""What units returned of a slot, held against what the facts say, with how far its review has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from yibiao.cases import queries as cases
from yibiao.cases.types import Line
from yibiao.core.lifecycles.types import Lifecycle, Move
from yibiao.core.periods import Period
from yibiao.desk import addresses, border, casing, reckoning, watching
from yibiao.desk.pages.frame import Frame
from yibiao.duty import queries as duty
from yibiao.duty.types import Cell, Matrix, Obligation, Unit
from yibiao.figures import queries as figures
from yibiao.figures.types import Indicator, Query
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.places import queries as places
from yibiao.records import queries as records


@dataclass(frozen=True, slots=True)
class Column:
    """One answer of the report. ``indicator`` says the same from the facts; None where nothing does."""

    name: str
    label: str
    unit: str
    indicator: Indicator | None


@dataclass(frozen=True, slots=True)
class Pair:
    """What was returned beside what the facts say. Missing: None where nothing was returned, or can be computed."""

    label: str
    returned: int | None
    computed: Decimal | None
    url: str
    compared: bool

    @property
    def difference(self) -> Decimal | None:
        if not self.compared or self.returned is None or self.computed is None:
            return None
        return self.returned - self.computed

    @property
    def differs(self) -> bool:
        return bool(self.difference)


@dataclass(frozen=True, slots=True)
class Row:
    """A unit, or a total over several of them (then without a cell)."""

    label: str
    place: str
    pairs: tuple[Pair, ...]
    cell: Cell | None = None
    filed: str = ""
    case: Line | None = None
    state: str = ""
    url: str = ""

    @property
    def differing(self) -> int:
        return sum(pair.differs for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of one slot. ``total`` is None where no unit is in sight."""

    obligation: Obligation
    slots: tuple[str, ...]
    slot: str
    period: Period
    due_at: datetime
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    groups: tuple[Row, ...]
    total: Row | None
    matrix: Matrix
    approval: Move | None

    @property
    def filed(self) -> int:
        return sum(row.cell is not None and row.cell.filed for row in self.rows)

    @property
    def differing(self) -> int:
        return sum(bool(row.differing) for row in self.rows)

    @property
    def waiting(self) -> tuple[Row, ...]:
        """Rows whose report waits for the approval and does not differ from the facts."""
        move = self.approval
        return tuple(
            row for row in self.rows if move and row.case and row.case.state in move.from_ and not row.differing
        )

    def row_of(self, unit: str) -> Row | None:
        return next((row for row in self.rows if row.cell and row.cell.unit.key == unit), None)


def obligations(pack: str) -> tuple[Obligation, ...]:
    """The reports of a pack that are held against the facts."""
    return tuple(one for one in duty.rules_of(pack).obligations if one.compares)


def sheet(setting: Frame, one: Obligation, asked: str, at: datetime) -> Sheet | None:
    """The sheet of a slot, or of the newest that has begun; None where the obligation has no slot at all."""
    held = duty.matrix(setting.program.code, one.topic, scope=setting.scope, at=at, place=setting.place.code)
    if not held.slots:
        return None
    keys = [slot.key for slot in held.slots]
    begun = [slot.key for slot in held.slots if slot.begins <= at]
    number = keys.index(asked if asked in keys else begun[-1] if begun else keys[0])
    slot = held.slots[number]
    after = held.slots[number + 1].begins if number + 1 < len(keys) else setting.program.window_until
    period = Period(slot.begins, after)
    form = forms.form(f"{setting.program.pack}.{one.form}")
    lifecycle = _reviewing(setting.program.pack, one.form)
    table = _Table(setting, period, _columns(form, one, setting.program.pack), lifecycle)
    rows = table.rows([(unit, cells[number]) for unit, cells in held.rows])
    return Sheet(
        one, tuple(keys), slot.key, period, slot.due_at, table.columns, rows, *table.totals(rows), held,
        _approval(lifecycle),
    )  # fmt: skip


class _Table:
    """The rows of one slot: everything is read once, however many units there are."""

    def __init__(
        self, setting: Frame, period: Period, columns: tuple[Column, ...], lifecycle: Lifecycle | None
    ) -> None:
        self.setting, self.period, self.columns, self.lifecycle = setting, period, columns, lifecycle
        self.computed: dict[str, Mapping[str, Decimal | None]] = {}
        self.groups: list[tuple[str, str, frozenset[str]]] = []

    def rows(self, cells: Sequence[tuple[Unit, Cell]]) -> tuple[Row, ...]:
        found = [cell.record for _, cell in cells if cell.record]
        scope = self.setting.scope
        held = records.records(found, scope=scope)
        lines = cases.of_records(found, self.lifecycle.id, scope=scope) if self.lifecycle else {}
        self._compute([unit.place for unit, _ in cells])
        made = []
        for unit, cell in cells:
            record = held.get(cell.record)
            line = lines.get(cell.record)
            made.append(
                Row(
                    unit.label, unit.place, self._pairs(unit.place, record.answers if record else None), cell,
                    watching.filing(watching.shown_state(cell)), line, self._state(line),
                    addresses.fact(f"record.{record.form}", record.id) if record else "",
                )
            )  # fmt: skip
        return tuple(made)

    def totals(self, rows: Sequence[Row]) -> tuple[tuple[Row, ...], Row | None]:
        """What the units of each place below returned together, and all of them."""
        made = []
        for code, name, inside in self.groups:
            own = [row for row in rows if row.place in inside]
            if own:
                made.append(self._total(code, name, own))
        place = self.setting.place
        return tuple(made), self._total(place.code, place.name, rows) if rows else None

    def _compute(self, of: Iterable[str]) -> None:
        setting, units = self.setting, set(of)
        below = places.children(setting.place.code)
        for place in below:
            inside = frozenset(one.code for one in places.children(place.code)) & units
            if inside:
                self.groups.append((place.code, place.name, inside))
        codes = tuple(sorted({*units, setting.place.code, *(code for code, _, _ in self.groups)}))
        for column in self.columns:
            if column.indicator is not None:
                query = self._query(column.indicator, setting.place.code)
                self.computed[column.name] = reckoning.at_places(query, codes, scope=setting.scope)

    def _query(self, indicator: Indicator, place: str) -> Query:
        setting = self.setting
        return Query(indicator.ref, setting.program.code, place, self.period, setting.as_of)

    def _pairs(self, place: str, answers: Mapping[str, Any] | None) -> tuple[Pair, ...]:
        said = [None if answers is None else answers.get(column.name) for column in self.columns]
        return tuple(self._pair(column, place, value) for column, value in zip(self.columns, said, strict=True))

    def _pair(self, column: Column, place: str, value: Any) -> Pair:
        returned = None if value is None else int(value)
        if column.indicator is None:
            return Pair(column.label, returned, None, "", False)
        url = addresses.figure(self._query(column.indicator, place))
        return Pair(column.label, returned, self.computed[column.name].get(place), url, True)

    def _total(self, code: str, name: str, rows: Sequence[Row]) -> Row:
        sums = []
        for number, column in enumerate(self.columns):
            known = [row.pairs[number].returned for row in rows]
            filed = [one for one in known if one is not None]
            sums.append(self._pair(column, code, sum(filed) if filed else None))
        return Row(name, code, tuple(sums))

    def _state(self, line: Line | None) -> str:
        return casing.value_of(self.lifecycle, "state", line.state) if self.lifecycle and line else ""


def _columns(form: FormVersion, one: Obligation, pack: str) -> tuple[Column, ...]:
    """The numbers of the report in the order of its form."""
    known = {each.id: each for each in figures.indicators(pack)}
    return tuple(
        Column(field.name, field.label.of(border.language()), field.unit, known.get(one.compares.get(field.name, "")))
        for field in form.fields
        if field.type == "integer" and not field.repeat
    )


def _reviewing(pack: str, form: str) -> Lifecycle | None:
    """The lifecycle by which reports of a form are reviewed."""
    return next((one for one in cases.lifecycles(pack) if any(opening.form == form for opening in one.openings)), None)


def _approval(one: Lifecycle | None) -> Move | None:
    """The move that ends a review without anything to be written."""
    ends = {state.id for state in one.states if state.final} if one else set()
    return next(
        (
            move
            for move in (one.moves if one else ())
            if move.right == "review" and move.to in ends and not move.reason and not any(a.required for a in move.asks)
        ),
        None,
    )
