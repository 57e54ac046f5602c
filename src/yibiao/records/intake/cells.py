"""From an uploaded file to cells of text and numbers. The file is hostile until shown otherwise."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet

from yibiao.core.problems import refuse
from yibiao.records.intake import cutting, problems, strings
from yibiao.records.intake.cutting import Piece, Uncut
from yibiao.records.intake.xlsx import Broken, Reading, rows

FILE_LIMIT: Final = 20 * 1024 * 1024
ROW_LIMIT: Final = 100_000
COLUMN_LIMIT: Final = 400
SHEET_LIMIT: Final = 20
_UNPACKED_LIMIT: Final = 400 * 1024 * 1024
_RATIO_LIMIT: Final = 250
_MEMBER_LIMIT: Final = 500
_GAP_LIMIT: Final = 5_000
__all__ = ["Book", "Broken", "Cut", "Follow", "Grid", "Span", "Uncut", "decoded", "held", "read"]
_DAMAGE: Final = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, EOFError, ParseError, SyntaxError,
    zipfile.BadZipFile, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one sheet that hold anything, each with its number in the file (from 1)."""

    title: str
    rows: tuple[tuple[int, tuple[Any, ...]], ...]


class Span(NamedTuple):
    """Where a piece lies: its first row and its last, the first and the last that hold anything, and how many do."""

    first: int
    top: int
    low: int
    last: int
    many: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A workbook whose first sheet comes in pieces. ``first`` is its beginning; ``size`` is what all of its pieces are
    together, about."""

    first: Grid
    others: tuple[Grid, ...]
    span: Span
    rest: Iterator[Piece]
    reading: Reading
    size: int


@dataclass(frozen=True, slots=True)
class Book:
    """An uploaded file; ``without`` are the numbers of rows that are left out, by the titles of their sheets."""

    name: str
    content: bytes
    without: Mapping[str, Collection[int]] = field(default_factory=dict)

    def grids(self) -> tuple[Grid, ...]:
        """Its sheets; raises what ``read`` does."""
        return read(self.name, self.content)

    def cut(self) -> Cut:
        """The same with the rows of the first sheet in pieces, once the file was inspected.

        Raises: ``Uncut`` for all but usual workbooks; ``records.sheet.unreadable|unsafe|too-large``.
        """
        if self.content[:4] != b"PK\x03\x04" or len(self.content) > FILE_LIMIT or self.without:
            raise Uncut
        _inspect(self.name, self.content)
        try:
            opened = _opened(self.content)
            (title, path), *others = opened.sheets
            grids = tuple(_grid(self.name, opened, *one) for one in others)
        except _DAMAGE as error:
            raise Uncut from error
        reading = replace(opened.reading, texts={})
        rest = cutting.pieces(opened.archive, path, opened.reading.texts)
        span, rows = held(next(rest), reading)
        return Cut(Grid(title, tuple(rows)), grids, span, rest, reading, opened.archive.getinfo(path).file_size)


def read(name: str, content: bytes) -> tuple[Grid, ...]:
    """The sheets of a file.

    Raises: ``records.sheet.too-large|unreadable|unsafe|encoding|empty``.
    """
    if len(content) > FILE_LIMIT:
        raise refuse(problems.SHEET_LARGE.at(name, limit="20 MB"))
    if content[:4] == b"PK\x03\x04":
        return _workbook(name, content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or name.lower().endswith((".xls", ".xlsx", ".pdf", ".doc")):
        raise refuse(problems.SHEET_FORMAT.at(name))
    return (_csv(name, content),)


def _csv(name: str, content: bytes) -> Grid:
    text = decoded(name, content)
    head = text[:4096].splitlines()[0] if text.strip() else ""
    separator = max(",\t;", key=head.count)
    rows: list[tuple[int, tuple[Any, ...]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                rows.append((number, tuple(cells[:COLUMN_LIMIT])))
            if len(rows) > ROW_LIMIT + 2:
                raise refuse(problems.SHEET_LARGE.at(name, limit=f"{ROW_LIMIT} 行", limit_en=f"{ROW_LIMIT} rows"))
    except csv.Error:
        raise refuse(problems.SHEET_FORMAT.at(name)) from None
    return Grid("", tuple(rows))


def decoded(name: str, content: bytes) -> str:
    """Text in UTF-8 (with or without a mark), UTF-16 with a mark, or GB18030.

    Raises: ``records.sheet.encoding``.
    """
    marked = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    for encoding in (marked,) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise refuse(problems.SHEET_ENCODING.at(name))


def held(piece: Piece, reading: Reading) -> tuple[Span, list[cutting.Row]]:
    """The rows of a piece that hold anything.

    Raises: ``Uncut``, also where there is a gap after which a sheet ends.
    """
    found = cutting.read(piece, reading, COLUMN_LIMIT)
    rows = [(number, _trimmed(cells)) for number, cells in found if _holds(cells)]
    if not found:
        return Span(0, 0, 0, 0, 0), rows
    first, last = found[0][0], found[-1][0]
    if any(below - above > _GAP_LIMIT for above, below in pairwise((first, *(number for number, _ in rows), last))):
        raise Uncut
    return Span(first, rows[0][0] if rows else last, rows[-1][0] if rows else 0, last, len(rows)), rows


@dataclass(slots=True)
class Follow:
    """Goes from piece to piece in their order, as one goes from row to row of a whole sheet."""

    last: int = 0
    low: int = 0
    count: int = 0

    def on(self, span: Span) -> None:
        """Raises: ``Uncut`` where the sheet ends, is too long, or goes back."""
        if not span.last:
            return
        if span.first <= self.last or span.top - self.low > _GAP_LIMIT:
            raise Uncut
        self.last, self.count = span.last, self.count + span.many
        self.low = span.low or self.low
        if self.last - self.low > _GAP_LIMIT or self.count > ROW_LIMIT + 2:
            raise Uncut


@dataclass(frozen=True, slots=True)
class _Opened:
    """A workbook of which nothing but its texts and styles was read; ``sheets`` are titles and names of parts."""

    archive: zipfile.ZipFile
    reading: Reading
    sheets: Sequence[tuple[str, str]]


def _workbook(name: str, content: bytes) -> tuple[Grid, ...]:
    _inspect(name, content)
    try:
        opened = _opened(content)
        return tuple(_grid(name, opened, title, path) for title, path in opened.sheets)
    except _DAMAGE as error:
        # A damaged file is answered with whatever its parser stumbles over; none of it tells a clerk anything.
        raise refuse(problems.SHEET_FORMAT.at(name)) from error


def _opened(content: bytes) -> _Opened:
    # Piece by piece: opened as a whole, every sheet that does not state its size would be walked twice.
    reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    texts = strings.shared(reader)
    reader.shared_strings = texts
    reader.read_workbook()
    book = reader.wb
    apply_stylesheet(reader.archive, book)
    reading = Reading(texts, book._date_formats, book._timedelta_formats, book.epoch)
    plain = [(one.name, part.target) for one, part in reader.parser.find_sheets() if "chartsheet" not in part.Type]
    return _Opened(reader.archive, reading, [sheet for sheet in plain if sheet[1] in reader.valid_files][:SHEET_LIMIT])


def _grid(name: str, opened: _Opened, title: str, path: str) -> Grid:
    with opened.archive.open(path) as source:
        return Grid(title, tuple(_rows(name, rows(source, opened.reading, COLUMN_LIMIT))))


def _inspect(name: str, content: bytes) -> None:
    """Refuses a workbook that unpacks to too much or brings entities."""
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > _MEMBER_LIMIT:
                raise refuse(problems.SHEET_UNSAFE.at(name))
            for member in members:
                total += member.file_size
                steep = member.file_size > 1_000_000 and member.file_size > _RATIO_LIMIT * max(1, member.compress_size)
                if total > _UNPACKED_LIMIT or steep or member.flag_bits & 1:
                    raise refuse(problems.SHEET_UNSAFE.at(name))
                if member.filename.endswith((".xml", ".rels")):
                    _scan(name, archive, member)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, EOFError) as error:
        raise refuse(problems.SHEET_FORMAT.at(name)) from error


def _scan(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuses a part that declares anything; the sizes that the file claims of itself are not believed."""
    seen, tail = 0, b""
    with archive.open(member) as part:
        while block := part.read(1 << 20):
            seen += len(block)
            window = (tail + block).replace(b"\x00", b"")
            # A single character is looked for several times as fast as more.
            declared = b"!" in window and (b"<!DOCTYPE" in window or b"<!ENTITY" in window)
            if seen > member.file_size or declared:
                raise refuse(problems.SHEET_UNSAFE.at(name))
            tail = block[-16:]


def _rows(name: str, plain: Iterator[tuple[int, tuple[Any, ...]]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Rows that hold anything; what stands far below the last of them was not meant."""
    held, last = 0, 0
    for number, cells in plain:
        if number - last > _GAP_LIMIT:
            return
        if _holds(cells):
            held, last = held + 1, number
            yield number, _trimmed(cells)
        if held > ROW_LIMIT + 2:
            raise refuse(problems.SHEET_LARGE.at(name, limit=f"{ROW_LIMIT} 行", limit_en=f"{ROW_LIMIT} rows"))


def _holds(cells: tuple[Any, ...]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in cells)


def _trimmed(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    end = len(cells)
    while end and (cells[end - 1] is None or cells[end - 1] == ""):
        end -= 1
    return cells[:end]
