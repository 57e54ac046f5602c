"""A workbook that is sent while it is written: the first bytes leave with the first rows, whatever comes after them.

What a workbook cannot do without is all that is written: texts stand in their cells, and nothing has a style.
Source: ECMA-376 (5th edition), part 1, chapter 18, and part 2, chapter 10.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import IO, Any, Final, TypeAlias
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils import get_column_letter

from yibiao.core.leaving import Leaving

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What neither a sheet nor a file may be called.
UNFIT: Final = re.compile(r"[\\/*?:\[\]\"<>|\x00-\x1f]")
# A sheet of .xlsx has 1,048,576 rows, and a part of a plain ZIP file 2 GiB; what is more goes on on another sheet.
_SHEET: Final = 1_000_000
_BYTES: Final = 1_500_000_000
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# As much is sent at once, and as much of a table waits in memory.
_PIECE: Final = 1 << 16
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
# Stands for the number of a row until its place is known; no text has it.
_NUMBER: Final = "\0"
_WAITS: Final = 1 << 20
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KINDS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Every part that says nothing else of itself is a sheet, so that this may be sent before anybody knows how many follow.
_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="{_KINDS}.worksheet+xml"/>'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/></Types>'
)
_ROOT: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r0" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BEGIN: Final = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
    ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_BEGIN_PAIRS: Final = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><cols><col min="1" max="1" width="16" customWidth="1"/>'
    '<col min="2" max="2" width="80" customWidth="1"/></cols><sheetData>'
)
_END: Final = "</sheetData></worksheet>"


@dataclass(frozen=True, slots=True)
class Beside:
    """A row for a sheet of its own, such as an item of a record; a file of one table leaves it out."""

    sheet: str
    heads: Sequence[Any]
    cells: Sequence[Any]


Row: TypeAlias = "Sequence[Any] | Beside"


def written(
    name: str, rows: Iterable[Row], said: str, about: Callable[[int], Iterable[tuple[str, Any]]]
) -> Iterator[bytes]:
    """A workbook of rows, the heads first; the sheet ``said`` tells what it holds, once it is known how many."""
    with ExitStack() as files:
        book, beside = _Book(), dict[str, tuple[Sequence[Any], IO[str]]]()
        main = _Table(book, name)
        for row in rows:
            if not isinstance(row, Beside):
                main.take(_line(row))
            else:
                if row.sheet not in beside:
                    held: IO[str] = files.enter_context(tempfile.SpooledTemporaryFile(_WAITS, "w+", encoding="utf-8"))
                    beside[row.sheet] = row.heads, held
                beside[row.sheet][1].write(f"{_line(row.cells)}\n")
            yield from book.pieces(_PIECE)
        main.end()
        for title, (heads, held) in beside.items():
            table = _Table(book, title)
            table.take(_line(heads))
            held.seek(0)
            for line in held:
                table.take(line.rstrip("\n"))
                yield from book.pieces(_PIECE)
            table.end()
        book.begin(said, _BEGIN_PAIRS)
        for pair in about(main.count):
            book.put(_line(pair))
        book.close()
        yield from book.pieces(0)


class _Book:
    """The file itself: one sheet is open at a time, and what is packed of it waits to be sent."""

    def __init__(self) -> None:
        self.out = Leaving()
        self.archive = ZipFile(self.out, "w", ZIP_DEFLATED, compresslevel=4)
        self.titles: list[str] = []
        self.sheet: IO[bytes] | None = None
        self.rows = self.size = 0
        self.archive.writestr("[Content_Types].xml", _TYPES)
        self.archive.writestr("_rels/.rels", _ROOT)

    def pieces(self, least: int) -> Iterator[bytes]:
        if self.out.waiting > least:
            yield self.out.taken()

    def begin(self, title: str, start: str) -> None:
        self.end()
        self.titles.append(title)
        self.sheet = self.archive.open(f"xl/sheet{len(self.titles)}.xml", "w")
        self.rows = self.size = 0
        self._write(start)

    def put(self, line: str) -> None:
        self.rows += 1
        self._write(line.replace(_NUMBER, str(self.rows)))

    def end(self) -> None:
        if self.sheet is not None:
            self._write(_END)
            self.sheet.close()

    def close(self) -> None:
        self.end()
        sheets = "".join(
            f'<sheet name="{escape(title, _QUOTES)}" sheetId="{number}" r:id="r{number}"/>'
            for number, title in enumerate(self.titles, 1)
        )
        links = "".join(
            f'<Relationship Id="r{number}" Type="{_LINKS}/worksheet" Target="sheet{number}.xml"/>'
            for number in range(1, len(self.titles) + 1)
        )
        book = (
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><bookViews><workbookView/></bookViews>'
            f"<sheets>{sheets}</sheets></workbook>"
        )
        self.archive.writestr("xl/workbook.xml", book)
        related = f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
        self.archive.writestr("xl/_rels/workbook.xml.rels", related)
        self.archive.close()

    def _write(self, text: str) -> None:
        content = text.encode()
        self.size += len(content)
        if self.sheet is not None:
            self.sheet.write(content)


class _Table:
    """One table of a workbook, on as many sheets as it needs."""

    def __init__(self, book: _Book, name: str) -> None:
        self.book, self.name = book, UNFIT.sub("-", name)[:25]
        self.heads: str | None = None
        self.count = self.sheets = 0
        self.full = True

    def take(self, line: str) -> None:
        if self.heads is None:
            self.heads = line
            return
        if self.full:
            self._begin()
        self.book.put(line)
        self.count += 1
        self.full = self.book.rows > _SHEET or self.book.size > _BYTES

    def end(self) -> None:
        """A table without rows has its heads."""
        if not self.sheets:
            self._begin()

    def _begin(self) -> None:
        self.sheets += 1
        self.book.begin(self.name if self.sheets == 1 else f"{self.name} {self.sheets}", _BEGIN)
        if self.heads is not None:
            self.book.put(self.heads)


_QUOTES: Final = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def _line(cells: Sequence[Any]) -> str:
    made = [_cell(_letters(index), plain(cell)) for index, cell in enumerate(cells, 1)]
    return f'<row r="{_NUMBER}">{"".join(made)}</row>'


def _cell(letters: str, value: Any) -> str:
    if isinstance(value, bool):
        return f'<c r="{letters}{_NUMBER}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | Decimal):
        # A large number must not be written with an exponent, nor a whole one with a point.
        said = str(value) if isinstance(value, int) else format(value, "f")
        return f'<c r="{letters}{_NUMBER}"><v>{said}</v></c>'
    text = escape(value, _QUOTES)
    return f'<c r="{letters}{_NUMBER}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if value else ""


_letters: Final = cache(get_column_letter)


def plain(value: Any) -> Any:
    """A value that is safe in a cell: text that would run as a formula stays text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | Decimal):
        return value
    text = _ILLEGAL.sub("", str(value))[:32_000]
    return f"'{text}" if text.startswith(_DANGEROUS) else text
