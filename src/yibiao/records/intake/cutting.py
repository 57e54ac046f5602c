"""The XML of a very large sheet, cut at the ends of rows into pieces that are read apart from one another.

Only what is certain to be read as the whole sheet would be is read so: every row with its number, growing from row to
row. Of any other sheet ``Uncut`` says that it must be read as a whole, which finds what it holds or what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, Any, Final, TypeAlias
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from yibiao.records.intake.plainrows import LONGEST, is_utf8
from yibiao.records.intake.xlsx import Reading, numbered

# As much of a sheet is a piece: a few hundred rows.
BLOCK: Final = 1 << 19
Row: TypeAlias = tuple[int, tuple[Any, ...]]
_ROW: Final = re.compile(rb"<row[ >]")
_END: Final = b"</row>"
_CLOSED: Final = b"</sheetData"
# Texts of the workbook are named by their numbers.
_NAMED: Final = re.compile(rb't="s"[^>]*><v>([0-9]{1,9})</v>')


class Uncut(Exception):  # noqa: N818 nothing is wrong with it
    """A sheet that is read as a whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows as they stand in the file, and the texts of the workbook that they name."""

    xml: bytes
    texts: Mapping[int, str]


def pieces(archive: ZipFile, part: str, texts: Sequence[str]) -> Iterator[Piece]:
    """The rows of a sheet, piece by piece; all that stands around them is parsed on the way.

    Raises: ``Uncut``, also after some pieces.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = _no_row
    try:
        with archive.open(part) as source:
            for xml in _cut(source, parser):
                named = set(map(int, _NAMED.findall(xml))) if texts else ()
                yield Piece(xml, {number: texts[number] for number in named})
            parser.Parse(b"", True)
    except (expat.ExpatError, IndexError, OSError, EOFError, BadZipFile) as error:
        raise Uncut from error


def read(piece: Piece, reading: Reading, width: int) -> list[Row]:
    """The rows of a piece, also those that hold nothing.

    Raises: ``Uncut``.
    """
    try:
        found = numbered(
            b"<x>%b</x>" % piece.xml, Reading(piece.texts, reading.dates, reading.spans, reading.epoch), width
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Uncut from error
    if any(one >= other for (one, _), (other, _) in pairwise(found)):
        raise Uncut
    return found


def _no_row(name: str, given: Mapping[str, str]) -> None:
    if name.rpartition(":")[2] in ("row", "c"):
        raise Uncut


def _cut(source: IO[bytes], parser: Any) -> Iterator[bytes]:
    rest = _head(source, parser)
    while True:
        _look(rest)
        closed = rest.find(_CLOSED)
        end = closed if closed >= 0 else rest.rfind(_END) + len(_END)
        if closed >= 0 or end >= len(_END):
            parser.Parse(b"<x/>", False)
            yield rest[:end]
            rest = rest[end:]
        if closed >= 0:
            break
        block = source.read(BLOCK)
        if not block or len(rest) > LONGEST:
            raise Uncut
        rest += block
    while rest:
        parser.Parse(rest, False)
        rest = source.read(BLOCK)


def _head(source: IO[bytes], parser: Any) -> bytes:
    """What comes from the first row on; all before it is parsed."""
    text = b""
    while (found := _ROW.search(text)) is None:
        block = source.read(BLOCK)
        if not block or len(text) > LONGEST:
            raise Uncut
        text += block
    head = text[: found.start()]
    _look(head[2:])
    if not is_utf8(head):
        raise Uncut
    parser.Parse(head, False)
    return text[found.start() :]


def _look(text: bytes) -> None:
    """Within a comment or the like a row would be none."""
    # A single character is looked for several times as fast as two.
    if (b"!" in text and b"<!" in text) or (b"?" in text and b"<?" in text):
        raise Uncut
