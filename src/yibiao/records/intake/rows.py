"""From cells to answers: headers to fields, labels to choices, names to codes."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from yibiao.core.problems import Problem, Refusal
from yibiao.forms.types import Choice, Field, FormVersion
from yibiao.records.intake import moments, problems, web
from yibiao.records.intake.cells import Broken, Grid
from yibiao.records.intake.layout import KNOWN, NUMBER, PARENT, Column, Layout, cascade, choices, heading, layouts

# What is named in a field of these roles is no entity of a register.
_OTHERWISE: Final = ("place", "participants", "organisation")
# So many cells of a column are remembered; one in which each is another forgets them now and then.
_KNOWN: Final = 5_000
_Known: TypeAlias = tuple[int, str, "Field | None", "dict[Any, Any] | None"]
_SPLIT: Final = re.compile(r"[、，,；;|\n]+")
# Spreadsheets keep fifteen digits of a number; what a longer one was cannot be told from it.
_KEPT: Final = 10**15
_ROUNDED: Final = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
# So many rows may stand above the data: a title, who filed it, the header and its hidden names.
_ABOVE: Final = 8
# So many choices are named in a refusal.
_NAMED: Final = 12


class Resolve(Protocol):
    """Reads what people write for a place, an organisation or an entity as its code."""

    def __call__(self, field: Field, text: str) -> str | Problem: ...

    # These of a register are about to be read.
    def foresee(self, register: str, texts: Sequence[str]) -> None: ...


@dataclass(slots=True)
class Row:
    """One row of the main sheet as answers. ``wrong`` holds problems by (sheet, row, column index from 0); ``known`` is
    what its template brought along for it."""

    number: int
    key: str
    answers: dict[str, Any]
    wrong: list[tuple[str, int, int, Problem]] = field(default_factory=list)
    items: dict[str, list[int]] = field(default_factory=dict)
    known: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its columns found: ``columns`` by cell index; ``title`` is how the file calls it."""

    layout: Layout
    columns: Mapping[int, Column]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]
    title: str = ""


def reader(
    form: FormVersion, columns: Mapping[int, str], resolve: Resolve
) -> Callable[[Iterable[tuple[int, tuple[Any, ...]]]], list[Row]]:
    """Reads rows of the main sheet, each by itself, whose columns have these names."""
    layout = layouts(form)[0]
    named = {column.name: column for column in layout.columns}
    table = Table(layout, {index: named[name] for index, name in columns.items()}, ())
    return partial(_Reader(form, resolve).rows, table)


def with_items(form: FormVersion, found: Sequence[Table], resolve: Resolve) -> list[Row]:
    """The rows of the main sheet with their items, which stand in the other sheets; what is wrong with an item stands
    beside its row."""
    reader = _Reader(form, resolve)
    every = reader.rows(found[0], found[0].rows)
    by_number = {row.number: row for row in every}
    by_key = {row.key: row for row in every if row.key}
    for table in found[1:]:
        reader.foresee(table, table.rows)
        for number, cells in table.rows:
            reader.item(table, number, cells, every, by_key, by_number)
    return every


def tables(
    form: FormVersion, grids: Sequence[Grid], without: Mapping[str, Collection[int]] = MappingProxyType({})
) -> tuple[Table, ...]:
    """The sheets of an upload with their columns found, without some of their rows by the sheets' titles.

    Raises: ``records.sheet.header|column-unknown|column-twice|column-missing|empty``.
    """
    wanted, held = layouts(form), main(form, grids)
    first = _table(wanted[0], held, without, required=True)
    if not first.rows:
        raise Refusal([problems.SHEET_EMPTY.at(held.title)])
    titles = {grid.title.strip(): grid for grid in grids if grid is not held}
    others = []
    for layout, english in zip(wanted[1:], layouts(form, "en")[1:], strict=True):
        grid = titles.get(layout.title) or titles.get(english.title)
        if grid is not None:
            others.append(_table(layout, grid, without, required=False))
    return (first, *others)


def main(form: FormVersion, grids: Sequence[Grid]) -> Grid:
    """The sheet of the rows: the first, or where that has no header, the first of the others that has, such as the one
    behind a cover."""
    layout = layouts(form)[0]
    return next((grid for grid in grids if _header(layout, grid) is not None), grids[0])


def _table(layout: Layout, grid: Grid, without: Mapping[str, Collection[int]], *, required: bool) -> Table:
    names = {column.name: column for column in layout.columns}
    start, header = 0, _header(layout, grid)
    if header is None:
        if required or grid.rows:
            raise Refusal([problems.SHEET_HEADER.at(grid.title)])
        return Table(layout, {}, (), grid.title)
    start, titles = header
    columns: dict[int, Column] = {}
    found: list[Problem] = []
    for index, title in enumerate(titles):
        text = str(title or "").strip()
        if not text:
            continue
        column = names.get(text) or _labelled(layout, text)
        if column is None:
            found.append(problems.SHEET_COLUMN.at(grid.title, column=text[:60]))
        elif column in columns.values():
            found.append(problems.SHEET_TWICE.at(grid.title, column=column.label))
        else:
            columns[index] = column
    held = set(columns.values())
    missing = [column for column in layout.columns if column.required and column not in held]
    found += [problems.SHEET_MISSING.at(grid.title, column=column.label) for column in missing]
    if found:
        raise Refusal(found)
    left = without.get(grid.title, ())
    kept = tuple(row for row in grid.rows[start:] if row[0] not in left) if left else grid.rows[start:]
    return Table(layout, columns, kept, grid.title)


def _header(layout: Layout, grid: Grid) -> tuple[int, tuple[Any, ...]] | None:
    """The row that names the columns and the index of the first row of data: the hidden names win over the labels.

    People write a title and who filed the sheet above the header, so it is looked for below them too.
    """
    names = {column.name for column in layout.columns}
    top = [(index + 1, cells, {str(cell).strip() for cell in cells if cell}) for index, (_, cells) in
           enumerate(grid.rows[:_ABOVE])]  # fmt: skip
    for start, cells, texts in top:
        if texts and len(texts & names) * 2 > len(texts):
            return start, cells
    for start, cells, texts in top:
        labelled = sum(_labelled(layout, text) is not None for text in texts)
        if labelled * 2 > len(texts) or (labelled and start == 1):
            return start, cells
    return None


def _labelled(layout: Layout, text: str) -> Column | None:
    plain = text.rstrip("*＊ ")
    for column in layout.columns:
        english = column.field.label.en if column.field else ""
        if plain and plain in (column.label, heading(column).rstrip("*"), english):
            return column
    return None


@dataclass(frozen=True, slots=True)
class _Reader:
    form: FormVersion
    resolve: Resolve
    written: dict[int, dict[str, list[Choice]]] = field(default_factory=dict)
    known: dict[tuple[str, int], list[_Known]] = field(default_factory=dict)

    def rows(self, table: Table, found: Iterable[tuple[int, tuple[Any, ...]]]) -> list[Row]:
        several = list(found)
        self.foresee(table, several)
        return [self.row(table, number, cells) for number, cells in several]

    def foresee(self, table: Table, found: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
        """Has the entities that rows name looked up together."""
        for index, column in table.columns.items():
            field = column.field
            if field is not None and field.register and field.role not in _OTHERWISE:
                asked = (cells[index] for _, cells in found if index < len(cells))
                self.resolve.foresee(field.register, [_text(cell) for cell in asked if not isinstance(cell, Broken)])

    def row(self, table: Table, number: int, cells: tuple[Any, ...]) -> Row:
        row = Row(number, "", {})
        row.answers, row.key = self._answers(table, number, cells, row, {})
        return row

    def item(
        self,
        table: Table,
        number: int,
        cells: tuple[Any, ...],
        rows: Sequence[Row],
        by_key: Mapping[str, Row],
        by_number: Mapping[int, Row],
    ) -> None:
        at = next(index for index, column in table.columns.items() if column.name == PARENT)
        named = _text(cells[at]) if at < len(cells) else ""
        parent = by_key.get(named) or (by_number.get(int(named)) if named.isascii() and named.isdigit() else None)
        if parent is None:
            rows[0].wrong.append((table.layout.title, number, at, problems.SHEET_PARENT.at(row=named[:40])))
            return
        answers, _ = self._answers(table, number, cells, parent, parent.answers)
        parent.answers.setdefault(table.layout.repeat, []).append(answers)
        parent.items.setdefault(table.layout.repeat, []).append(number)

    def _answers(
        self, table: Table, number: int, cells: tuple[Any, ...], row: Row, above: Mapping[str, Any]
    ) -> tuple[dict[str, Any], str]:
        answers: dict[str, Any] = {}
        # What a cascade may look at: the answers so far, and in an item those of its row.
        seen = ChainMap(answers, above) if above else answers  # type: ignore[arg-type]
        key = ""
        for cell, (index, name, asked, known) in zip(cells, self._columns(table, len(cells)), strict=True):
            if asked is None:
                if name == NUMBER:
                    key = _text(cell)
                    if _rounded(cell):
                        row.wrong.append((table.layout.title, number, index, problems.CELL_ROUNDED.at(text=key[:60])))
                elif name == KNOWN:
                    row.known = _text(cell)
                continue
            value = known.get((cell.__class__, cell)) if known is not None else None
            if value is None:
                if cell is None or (cell.__class__ is str and not cell.strip()):
                    continue
                value = self._value(asked, cell, seen)
                if isinstance(value, Problem):
                    row.wrong.append((table.layout.title, number, index, value))
                    # The check would call the answer missing beside what is really wrong with it.
                    value = _text(cell)
                elif known is not None:
                    _remember(known, cell, value)
            answers[name] = value if value.__class__ is not list else list(value)
        return answers, key

    def _columns(self, table: Table, width: int) -> list[_Known]:
        """A table's columns for rows of some width: their names, fields and what was read of their cells before."""
        found = self.known.get((table.layout.repeat, width))
        if found is None:
            found = []
            for index in range(width):
                column = table.columns.get(index)
                field = column.field if column else None
                known: dict[Any, Any] | None = {} if field and self._repeats(field) else None
                found.append((index, column.name if column else "", field, known))
            self.known[table.layout.repeat, width] = found
        return found

    def _repeats(self, field: Field) -> bool:
        """Whether equal cells of a field are equal answers, and common enough to be remembered."""
        if field.type in ("choice", "choices"):
            return all(len(alike) == 1 for alike in self._written(field).values())
        return field.type != "text" or _named(field)

    def _value(self, field: Field, cell: Any, answers: Mapping[str, Any]) -> Any:
        if isinstance(cell, Broken):
            return problems.CELL_FORMULA.at(text=f"（{cell.text}）" if cell.text else "")
        if field.type == "choice":
            return self._choice(field, _text(cell), answers)
        if field.type == "choices":
            texts = [text.strip() for text in _SPLIT.split(_text(cell)) if text.strip()]
            named = [self._choice(field, text, answers) for text in texts]
            return next((one for one in named if isinstance(one, Problem)), named)
        if field.type in ("date", "datetime", "time"):
            return moments.read(field, cell, _text(cell))
        text = _text(cell)
        if field.type not in ("integer", "decimal") and _rounded(cell):
            return problems.CELL_ROUNDED.at(text=text[:60])
        if _named(field):
            return self.resolve(field, text)
        return web.typed(field, text)

    def _choice(self, field: Field, text: str, answers: Mapping[str, Any]) -> str | Problem:
        found = self._written(field).get(text, [])
        if len(found) > 1:
            found = [one for one in found if _fits(field, one, answers)] or found
        return found[0].name if found else self._not_offered(field, text)

    def _not_offered(self, field: Field, text: str) -> Problem:
        offered = choices(self.form, field)
        if len(offered) > _NAMED:
            return problems.CELL_CHOICE.at(text=text[:60])
        zh, en = ([one.label.of(language) or one.name for one in offered] for language in ("zh", "en"))
        return problems.CELL_CHOICES.at(text=text[:60], offered="、".join(zh), offered_en=", ".join(en))

    def _written(self, field: Field) -> dict[str, list[Choice]]:
        written = self.written.get(id(field))
        if written is None:
            # By everything that may be written for a choice; two may be written alike below different parents.
            written = self.written[id(field)] = {}
            for one in choices(self.form, field):
                for said in dict.fromkeys((one.name, one.label.zh, one.label.en)):
                    written.setdefault(said, []).append(one)
        return written


def _named(field: Field) -> bool:
    """Whether people write a name where the answer is a code."""
    return bool(field.role in _OTHERWISE or field.register)


def _remember(known: dict[Any, Any], cell: Any, value: Any) -> None:
    if len(known) >= _KNOWN:
        known.clear()
    # 1, 1.0 and True are equal, and not the same cell.
    known[cell.__class__, cell] = value


def _fits(field: Field, choice: Choice, answers: Mapping[str, Any]) -> bool:
    rule = cascade(field)
    return rule is None or choice.filters.get(rule[0]) == answers.get(rule[1])


def _rounded(cell: Any) -> bool:
    """Whether a long number lost its last digits before it came here: 1.2E+17."""
    if isinstance(cell, str):
        return "+" in cell and _ROUNDED.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float) and abs(cell) >= _KEPT


def _text(cell: Any) -> str:
    """A cell as a person reads it: Excel keeps 220105000000 as a floating-point number."""
    if cell.__class__ is str:
        return str.strip(cell)
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(Decimal(repr(cell)), "f")
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M")
        case Broken():
            return cell.text
    return str(cell).strip()
