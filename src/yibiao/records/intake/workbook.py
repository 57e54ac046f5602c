"""Writing .xlsx files: the template of a form, and the copy of an upload with its errors marked."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from yibiao.forms.types import Field, FormVersion
from yibiao.records.intake import phrases
from yibiao.records.intake.cells import ROW_LIMIT, Broken
from yibiao.records.intake.layout import KNOWN, Layout, cascade, choices, heading, layouts
from yibiao.records.intake.rows import Table

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS: Final = "选项"
GUIDE: Final = "填写说明"
FIRST: Final = 3
_LAST: Final = FIRST + ROW_LIMIT - 1
_HEAD: Final = PatternFill("solid", fgColor="DCE6F1")
_BROUGHT: Final = PatternFill("solid", fgColor="EAF4EC")
_MUST: Final = PatternFill("solid", fgColor="FCE4D6")
_WRONG: Final = PatternFill("solid", fgColor="FFC7CE")
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def template(
    form: FormVersion, language: str = "zh", places: Sequence[str] = (), brought: Sequence[tuple[str, str]] = ()
) -> bytes:
    """The template of a form: a sheet for its rows, one per repeat, one that explains, one hidden with the lists.

    ``places`` are offered wherever a place is asked for; others may be written all the same. One for rows that are
    ``brought``, which is what is said of them, has a hidden column for what was known, and in its first row the looks
    of all of them.
    """
    book = Workbook()
    sheets = []
    for index, layout in enumerate(layouts(form, language)):
        sheet = book.active if index == 0 else book.create_sheet()
        sheet.title = layout.title
        if not brought:
            layout = replace(layout, columns=tuple(one for one in layout.columns if one.name != KNOWN))
        _head(sheet, layout, language)
        sheets.append((sheet, layout))
    if brought:
        _specimen(*sheets[0])
    _guide(book.create_sheet("Guide" if language == "en" else GUIDE), form, language, brought)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    column = 1
    for sheet, layout in sheets:
        for index, one in enumerate(layout.columns, 1):
            if one.field is not None:
                column = _validate(sheet, index, form, layout, one.field, lists, column, language, places)
    return _bytes(book)


def marked(form: FormVersion, tables: Sequence[Table], wrong: Mapping[tuple[str, int, int], Sequence[str]]) -> bytes:
    """A copy of an upload whose wrong cells are filled and say what is wrong; corrected, it can be uploaded again."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.layout.title)
        sheet.freeze_panes = "A3"
        sheet.row_dimensions[2].hidden = True
        width = max(table.columns, default=0) + 1
        for index, column in table.columns.items():
            sheet.column_dimensions[get_column_letter(index + 1)].hidden = column.name == KNOWN
        columns = [table.columns.get(index) for index in range(width)]
        sheet.append([heading(column) if column else "" for column in columns])
        sheet.append([column.name if column else "" for column in columns])
        row_at = FIRST
        for number, cells in table.rows:
            # Rows keep their numbers, so that the page, the file and the items of repeats speak of the same ones.
            while row_at < number:
                sheet.append([])
                row_at += 1
            sheet.append([_cell(sheet, cells, table, number, index, wrong) for index in range(width)])
            row_at += 1
    return _bytes(book)


def plain(value: Any) -> Any:
    """A value that is safe in a cell: text that a spreadsheet would run as a formula is kept as text."""
    if isinstance(value, str):
        text = _ILLEGAL.sub("", value)[:32_000]
        return f"'{text}" if text.startswith(_DANGEROUS) else text
    if isinstance(value, datetime) and value.tzinfo:
        return value.replace(tzinfo=None)
    return value


def _cell(
    sheet: Any,
    cells: tuple[Any, ...],
    table: Table,
    number: int,
    index: int,
    wrong: Mapping[tuple[str, int, int], Sequence[str]],
) -> Any:
    value = cells[index] if index < len(cells) else None
    value = value.text if isinstance(value, Broken) else value
    texts = wrong.get((table.layout.title, number, index))
    runs = isinstance(value, str) and value.startswith(_DANGEROUS)
    shown = _ILLEGAL.sub("", str(value))[:32_000] if runs else plain(value)
    if not texts and not runs:
        return shown
    cell = WriteOnlyCell(sheet, value=shown)
    if runs:
        # Text, and marked as such: uploaded again, it is what it was, which a sign put before it would change.
        cell.data_type, cell.quotePrefix = "s", True
    if texts:
        cell.fill = _WRONG
        cell.comment = Comment("\n".join(texts)[:1000], "一表", width=320, height=120)
    return cell


def _head(sheet: Any, layout: Layout, language: str) -> None:
    for index, column in enumerate(layout.columns, 1):
        cell = sheet.cell(1, index, heading(column, language))
        cell.font, cell.fill = Font(bold=True), _MUST if column.required else _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        hint = phrases.advice(column, language)
        if hint:
            cell.comment = Comment(hint, "一表", width=280, height=90)
        sheet.cell(2, index, column.name)
        sheet.column_dimensions[get_column_letter(index)].width = max(12, min(36, 2.2 * len(heading(column)) + 2))
    sheet.row_dimensions[2].hidden = True
    sheet.freeze_panes = "B3"


def _specimen(sheet: Any, layout: Layout) -> None:
    for index, column in enumerate(layout.columns, 1):
        cell = sheet.cell(FIRST, index, "-")
        cell.number_format = "General" if column.field and column.field.type in ("integer", "decimal") else "@"
        cell.fill = _BROUGHT
        if column.name == KNOWN:
            sheet.column_dimensions[get_column_letter(index)].hidden = True


def _validate(
    sheet: Any, index: int, form: FormVersion, layout: Layout, field: Field, lists: Any, column: int, language: str,
    places: Sequence[str],
) -> int:  # fmt: skip
    """Drop-downs, number and date rules of one column; returns the next free column of the hidden sheet."""
    letter = get_column_letter(index)
    span = f"{letter}{FIRST}:{letter}{_LAST}"
    formats = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "text": "@"}
    if field.type in formats:
        sheet.column_dimensions[letter].number_format = formats[field.type]
    rule: DataValidation | None = None
    if field.role == "place" and places:
        rule, column = _offered(places, lists, column)
    elif field.type == "choice":
        rule, column = _list(form, layout, field, lists, column, language)
    elif field.type == "integer":
        rule = DataValidation("whole", operator="between", formula1="-999999999999", formula2="999999999999")
    elif field.type == "decimal":
        rule = DataValidation("decimal", operator="between", formula1="-999999999999", formula2="999999999999")
    if rule is not None:
        # A place may be written by its code too, or by its path.
        rule.allow_blank, rule.showErrorMessage = True, field.role != "place"
        rule.errorTitle, rule.error = field.label.of(language)[:30], phrases.kind(field, language)
        sheet.add_data_validation(rule)
        rule.add(span)
    return column


def _list(
    form: FormVersion, layout: Layout, field: Field, lists: Any, column: int, language: str
) -> tuple[DataValidation | None, int]:
    offered, rule = choices(form, field), cascade(field)
    parent = next(
        (index for index, one in enumerate(layout.columns, 1) if rule and one.name == rule[1] and one.field), None
    )
    name = quote_sheetname(LISTS)
    if not offered:
        return None, column
    if rule is None or parent is None:
        return _offered([one.label.of(language) or one.name for one in offered], lists, column)
    above = layout.columns[parent - 1].field
    labels = {one.name: one.label.of(language) or one.name for one in choices(form, above)} if above else {}
    # Sorted by the label of the parent, the choices below one parent are one block: its start and its height.
    ordered = sorted(offered, key=lambda one: labels.get(one.filters.get(rule[0], ""), ""))
    for row, one in enumerate(ordered, 1):
        lists.cell(row, column, labels.get(one.filters.get(rule[0], ""), ""))
        lists.cell(row, column + 1, one.label.of(language) or one.name)
    keys, last = get_column_letter(column), len(ordered)
    head, keys = f"{name}!${get_column_letter(column + 1)}$1", f"{name}!${keys}$1:${keys}${last}"
    cell = f"${get_column_letter(parent)}{FIRST}"
    formula = f"OFFSET({head},MATCH({cell},{keys},0)-1,0,COUNTIF({keys},{cell}),1)"
    return DataValidation("list", formula1=formula), column + 2


def _offered(texts: Sequence[str], lists: Any, column: int) -> tuple[DataValidation, int]:
    for row, text in enumerate(texts, 1):
        lists.cell(row, column, text)
    letter = get_column_letter(column)
    return DataValidation("list", formula1=f"{quote_sheetname(LISTS)}!${letter}$1:${letter}${len(texts)}"), column + 1


def _guide(sheet: Any, form: FormVersion, language: str, brought: Sequence[tuple[str, str]]) -> None:
    rules = (*phrases.RULES, *brought)
    title = phrases.of((f"{form.title.zh} 填写说明", f"{form.title.of('en')}: how to fill it in"), language)
    lines = [[title], *([phrases.of(one, language)] for one in rules), []]
    head = len(lines) + 1
    lines.append([phrases.of(one, language) for one in phrases.HEADS])
    for layout in layouts(form, language):
        for column in layout.columns:
            if column.field is not None:
                field = column.field
                label = phrases.of(("{}：{}", "{}: {}"), language).format(layout.title, column.label)
                how = phrases.kind(field, language)
                said = field.hint.of(language) or field.constraint_message.of(language)
                shown = label if layout.repeat else column.label
                lines.append([shown, phrases.must(column, language), how, field.unit, said])
    for line in lines:
        sheet.append([plain(text) for text in line])
    sheet["A1"].font = Font(bold=True, size=14)
    for cell in sheet[head]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for letter, width in zip("ABCDE", (28, 8, 32, 8, 60), strict=True):
        sheet.column_dimensions[letter].width = width


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
