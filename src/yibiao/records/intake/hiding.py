"""What a workbook hides from whoever looks at it: rows that are hidden, filtered out or of no height, columns that are
hidden or of no width, and whole sheets.

All of it is read like anything else, so it must be told.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader

from yibiao.records.intake.layout import KNOWN
from yibiao.records.intake.rows import Table

# A row or column may be drawn to nothing as well, which some programs write without saying that it is hidden. Each
# begins with letters of its own: looked for together they take several times as long.
_MARKS: Final = (
    re.compile(rb"""hidden\s*=\s*["'](?:1|true)["']"""),
    re.compile(rb"""ht\s*=\s*["']0+(?:\.0*)?["']"""),
    re.compile(rb"""width\s*=\s*["']0+(?:\.0*)?["']"""),
)
_NOTHING: Final = re.compile(r"0+(?:\.0*)?")
_YES: Final = ("1", "true")
_BLOCK: Final = 1 << 20
_TAIL: Final = 64
# So many spans of rows are named.
_SPANS: Final = 8


@dataclass(slots=True)
class Hidden:
    """What is hidden of one sheet: itself, the numbers of rows (from 1), and the indexes of columns (from 0)."""

    whole: bool = False
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def hidden(content: bytes, most: int) -> Mapping[str, Hidden]:
    """What is hidden of each sheet of a file that could be read, by its title; of the first ``most`` columns.

    Shape: only sheets of which anything is hidden; none where the file is no workbook.
    """
    if content[:4] != b"PK\x03\x04":
        return {}
    # As it was read: with links to other files neither kept nor followed.
    reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    found: dict[str, Hidden] = {}
    for sheet, part in reader.parser.find_sheets():
        if part.target not in reader.valid_files or "chartsheet" in part.Type:
            continue
        one = Hidden(whole=sheet.state != "visible")
        if _marked(reader.archive, part.target):
            _read(reader.archive, part.target, one, most)
        if one.whole or one.rows or one.columns:
            found[sheet.name] = one
    return found


def _marked(archive: ZipFile, part: str) -> bool:
    """Whether anything at all is hidden in a sheet: most hide nothing, and a large one takes a second to be parsed."""
    tail = b""
    with archive.open(part) as source:
        while block := source.read(_BLOCK):
            window = tail + block
            if any(mark.search(window) for mark in _MARKS):
                return True
            tail = block[-_TAIL:]
    return False


def _read(archive: ZipFile, part: str, found: Hidden, most: int) -> None:
    last = 0

    def start(name: str, given: dict[str, Any]) -> None:
        nonlocal last
        name = name.rpartition(":")[2]
        if name == "row":
            last = _number(given, "r") or last + 1
            if _veils(given, "ht"):
                found.rows.add(last)
        elif name == "col" and _veils(given, "width"):
            found.columns.update(range(max(0, _number(given, "min") - 1), min(_number(given, "max"), most)))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with archive.open(part) as source:
        parser.ParseFile(source)


def _veils(given: Mapping[str, str], measure: str) -> bool:
    return given.get("hidden") in _YES or _NOTHING.fullmatch(given.get(measure, "")) is not None


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Veiled:
    """What was read of an upload though it is hidden, or with ``left`` was not: of each sheet its title, how many of
    its rows, and which; the labels of columns; the titles of sheets that are hidden as a whole."""

    rows: tuple[tuple[str, int, str], ...] = ()
    columns: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    left: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns or self.sheets)

    @property
    def count(self) -> int:
        return sum(count for _, count, _ in self.rows)


def veiled(found: Mapping[str, Hidden], tables: Sequence[Table], numbers: Iterable[int]) -> Veiled:
    """What of all that is hidden was read; ``numbers`` are those of the rows of the main sheet."""
    rows: list[tuple[str, int, str]] = []
    columns: list[str] = []
    for index, table in enumerate(tables):
        one = found.get(table.title, Hidden())
        read = sorted(one.rows.intersection((number for number, _ in table.rows) if index else numbers))
        if read:
            rows.append((table.title, len(read), _spans(read)))
        # What a template brought along is hidden by the template.
        seen = {at: column for at, column in table.columns.items() if column.name != KNOWN}
        columns += [column.label for at, column in seen.items() if at in one.columns]
    sheets = (table.title for table in tables if found.get(table.title, Hidden()).whole)
    return Veiled(tuple(rows), tuple(columns), tuple(sheets))


def _spans(numbers: Sequence[int]) -> str:
    """Row numbers as people write them, the first of them where there are many: ``5, 7–9``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    said = [str(first) if first == last else f"{first}–{last}" for first, last in spans[:_SPANS]]
    return ", ".join([*said, "…"] if len(spans) > _SPANS else said)
