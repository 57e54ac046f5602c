"""An XLSForm as its author wrote it: sheets of rows that remember where they stand."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from yibiao.core.problems import Problem, Where
from yibiao.forms import problems

SHEETS: Final = ("settings", "survey", "choices", "entities")
MAX_ROWS: Final = 5_000
MAX_UNPACKED: Final = 60 * 1024 * 1024
_PIPE: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = re.compile(r"[|\s:-]+")
_ALIASES: Final[Mapping[str, str]] = {
    "relevance": "relevant",
    "bind::relevant": "relevant",
    "calculate": "calculation",
    "bind::calculate": "calculation",
    "bind::constraint": "constraint",
    "bind::required": "required",
    "constraint_msg": "constraint_message",
    "list_name": "list_name",
    "repeat_count": "repeat_count",
    "jr:count": "repeat_count",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``number`` counts within its sheet as pyxform does (the header is 1), ``line`` in a Markdown file."""

    number: int
    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(slots=True)
class Sheet:
    """``headers`` maps each header as written to the name under which the rows hold its column."""

    headers: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Workbook:
    path: str
    sheets: Mapping[str, Sheet]
    heading: str = ""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem

    def rows(self, sheet: str) -> list[Row]:
        found = self.sheets.get(sheet)
        return found.rows if found else []

    def settings(self) -> Row:
        rows = self.rows("settings")
        return rows[0] if rows else Row(2, 0, {})

    def where(self, sheet: str, row: Row | int | None = None, column: str = "") -> Where:
        """The place of a problem, as an author looks for it."""
        if isinstance(row, int):
            row = next((item for item in self.rows(sheet) if item.number == row), None) or Row(row, 0, {})
        if row is None:
            return Where(f"{self.path} {sheet} 表", f"{self.path} sheet {sheet}")
        zh, en = f"{sheet} 表第 {row.number} 行", f"sheet {sheet} row {row.number}"
        if row.line:
            zh, en = f"第 {row.line} 行（{zh}）", f"line {row.line} ({en})"
        if column:
            zh, en = f"{zh} {column} 列", f"{en} column {column}"
        return Where(f"{self.path} {zh}", f"{self.path} {en}")


def canonical(header: str) -> str:
    """A header in one spelling: ``Label :: 中文 (zh)`` is ``label::zh``."""
    base, *rest = (part.strip() for part in header.strip().split("::"))
    base = base.lower().replace(" ", "_")
    tail = "::".join(rest)
    if base in ("label", "hint", "constraint_message", "required_message", "form_title", "guidance_hint"):
        return f"{base}::{language(tail)}" if tail else base
    whole = f"{base}::{tail}" if tail else base
    return _ALIASES.get(whole, whole)


def language(name: str) -> str:
    """``zh`` or ``en`` for the name of a language, else the name itself."""
    lower = name.lower()
    if lower == "zh" or "(zh" in lower or "中文" in name:
        return "zh"
    if lower in ("en", "english") or "(en" in lower:
        return "en"
    return name


def read(path: str, content: bytes) -> tuple[Workbook | None, list[Problem]]:
    """The workbook in a file of a pack."""
    # As in ``checking``: loaded when a form is read.
    from pyxform.errors import PyXFormError

    try:
        if path.endswith(".xlsx"):
            return Workbook(path, _xlsx(content)), []
        text = content.decode("utf-8-sig")
        return Workbook(path, _markdown(text), _heading(text)), []
    except UnicodeDecodeError:
        reason = "UTF-8"
    except (PyXFormError, zipfile.BadZipFile, ValueError, KeyError) as error:
        reason = str(error).strip().rstrip(".")
    return None, [problems.FILE_UNREADABLE.at(path, reason=reason)]


def _heading(text: str) -> str:
    found = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _markdown(text: str) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    sheet: Sheet | None = None
    columns: list[str] = []
    for line, content in enumerate(text.splitlines(), 1):
        stripped = content.strip()
        if not stripped.startswith("|") or _RULE.fullmatch(stripped):
            continue
        first, *cells = (cell.strip().replace(r"\|", "|") for cell in _PIPE.split(stripped.rstrip().strip("|")))
        if first:
            sheet, columns = sheets.setdefault(first.lower(), Sheet()), []
        if sheet is None or not any(cells):
            continue
        if not columns:
            columns = cells
            sheet.headers = _headers(cells)
            continue
        sheet.rows.append(_row(len(sheet.rows) + 2, line, zip(columns, cells, strict=False)))
    return sheets


def _headers(cells: list[str]) -> dict[str, str]:
    written = [cell for cell in cells if cell]
    twice = {cell for cell in written if written.count(cell) > 1}
    if twice:
        raise ValueError(f"duplicate column: {', '.join(sorted(twice))}")
    return {cell: canonical(cell) for cell in written}


def _row(number: int, line: int, cells: Any) -> Row:
    return Row(number, line, {canonical(header): value for header, value in cells if header and value})


def _xlsx(content: bytes) -> dict[str, Sheet]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise ValueError("too large when unpacked")
    from pyxform.xls2json_backends import xlsx_to_dict

    book = xlsx_to_dict(io.BytesIO(content))
    sheets: dict[str, Sheet] = {}
    for name in SHEETS:
        if name in book:
            headers = _headers(list(book[f"{name}_header"][0])) if book[f"{name}_header"] else {}
            rows = [_row(number, 0, row.items()) for number, row in enumerate(book[name], 2)]
            sheets[name] = Sheet(headers, rows)
    return sheets


# pyxform turns Chinese curly quotes into ASCII ones; in texts for people they pass through as private characters.
_SHIELD: Final = str.maketrans({"“": "\ue001", "”": "\ue002", "‘": "\ue003", "’": "\ue004"})
_UNSHIELD: Final = str.maketrans({"\ue001": "“", "\ue002": "”", "\ue003": "‘", "\ue004": "’"})
_TEXTS: Final = ("label", "hint", "constraint_message", "required_message", "form_title", "guidance_hint", "default")


def unshield(xform: str) -> str:
    return xform.translate(_UNSHIELD)


def plain_quotes(expression: str) -> str:
    """Curly quotes in an expression are slips of a word processor: pyxform reads them as ASCII, and so do we."""
    return expression.translate(str.maketrans("“”‘’", "\"\"''"))


def for_pyxform(book: Workbook) -> dict[str, Any]:
    """The workbook as pyxform takes it.

    The column ``key`` of the entities sheet is ours: pyxform would refuse it.
    """
    given: dict[str, Any] = {"sheet_names": list(book.sheets), "fallback_form_name": "data"}
    for name in SHEETS:
        if name not in book.sheets:
            continue
        sheet = book.sheets[name]
        headers = {header: column for header, column in sheet.headers.items() if (name, column) != ("entities", "key")}
        given[f"{name}_header"] = [dict.fromkeys(headers)]
        given[name] = [dict(_cells(headers, row)) for row in sheet.rows]
    return given


def _cells(headers: Mapping[str, str], row: Row) -> Iterator[tuple[str, str]]:
    for header, column in headers.items():
        if value := row.get(column):
            shielded = column.partition("::")[0] in _TEXTS
            yield header, value.translate(_SHIELD) if shielded else value
