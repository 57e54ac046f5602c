"""The rows of a sheet inside a workbook, streamed: a cell costs a fraction of a whole cell object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel, from_ISO8601

from yibiao.records.intake.plainrows import Cell, PlainRows

BLOCK: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell whose formula has no usable value."""

    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the workbook says that its cells refer to."""

    texts: Any
    dates: Any
    spans: Any
    epoch: Any


def rows(source: IO[bytes], reading: Reading, width: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Each row of a sheet with its number and its first ``width`` cells.

    Raises: ``ValueError``, ``IndexError`` for what is no sheet.
    """
    sheet = _Sheet(reading, width)
    plain = PlainRows(sheet.parser.Parse, sheet.take)
    try:
        while block := source.read(BLOCK):
            plain.feed(block, False)
            yield from sheet.taken()
        plain.feed(b"", True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    yield from sheet.taken()


def numbered(text: bytes, reading: Reading, width: int) -> list[tuple[int, tuple[Any, ...]]]:
    """The same of some rows of a sheet, each of which says its number.

    Raises: ``ValueError``, ``KeyError`` for what is no row, or has no number.
    """
    sheet = _Sheet(reading, width)
    try:
        PlainRows(sheet.parser.Parse, sheet.take).feed(text, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    if sheet.unnumbered:
        raise ValueError
    return sheet.taken()


class _Sheet:
    """What the parser has seen of the sheet; plain attributes, as a sheet has a million cells."""

    def __init__(self, reading: Reading, width: int) -> None:
        self.reading, self.width = reading, width
        self.number, self.column, self.unnumbered = 0, 0, 0
        self.row: list[Any] = []
        self.open = self.reads = self.formula = False
        self.type, self.style = "n", "0"
        self.text: list[str] = []
        self.done: list[tuple[int, tuple[Any, ...]]] = []
        self.columns: dict[str, int] = {}
        self.dates = frozenset(map(str, reading.dates))
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._more

    def taken(self) -> list[tuple[int, tuple[Any, ...]]]:
        found, self.done = self.done, []
        return found

    def take(self, number: str | None, cells: Iterable[Cell]) -> None:
        """A row that needs no parser; whatever it holds is understood as in any other."""
        self._begin(number)
        row: list[Any] = []
        column, known, width = 0, self.columns, self.width
        for letters, style, type, value, text in cells:
            column = (known.get(letters) or self._at(letters)) if letters else column + 1
            said = value or text
            if not said or column > width:
                continue
            if type is None or type == "n":
                self.style = style or "0"
                found = self._number(said)
            elif type == "inlineStr":
                found = said
            else:
                self.type = type
                found = self._value(said)
            if column != len(row) + 1:
                del row[column - 1 :]
                row += [None] * (column - 1 - len(row))
            row.append(found)
        self.done.append((self.number, tuple(row)))

    def _begin(self, number: str | None) -> None:
        self.unnumbered += number is None
        self.number = int(number) if number is not None else self.number + 1

    def _start(self, name: str, given: dict[str, str]) -> None:
        name = name if ":" not in name else name.rpartition(":")[2]
        if name == "c":
            self.column = self._at(given["r"]) if "r" in given else self.column + 1
            self.type, self.style = given.get("t", "n"), given.get("s", "0")
            self.open, self.formula, self.text = self.column <= self.width, False, []
        elif name in ("v", "t"):
            self.reads = self.open
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            # How a word is read aloud is no part of it.
            self.open = self.reads = False
        elif name == "row":
            self._begin(given.get("r"))
            self.row, self.column = [], 0

    def _more(self, text: str) -> None:
        if self.reads:
            self.text.append(text)

    def _end(self, name: str) -> None:
        name = name if ":" not in name else name.rpartition(":")[2]
        if name in ("v", "t"):
            self.reads = False
        elif name == "rPh":
            self.open = True
        elif name == "c":
            if self.open:
                self._keep()
            self.open = False
        elif name == "row":
            self.done.append((self.number, tuple(self.row)))

    def _at(self, address: str) -> int:
        letters = address.rstrip("0123456789")
        found = self.columns.get(letters)
        if found is None:
            if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
                raise ValueError(address)
            found = self.columns[letters] = _index(letters.upper())
        return found

    def _keep(self) -> None:
        value = self._value("".join(self.text)) if self.text else None
        if self.formula and (value is None or str(value).startswith("#")):
            # A formula without a value, or with an error, must not pass as an empty cell.
            value = Broken(str(value or ""))
        if value is None:
            return
        while len(self.row) < self.column - 1:
            self.row.append(None)
        self.row[self.column - 1 :] = [value]

    def _value(self, text: str) -> Any:
        match self.type:
            case "n":
                return self._number(text)
            case "s":
                return self.reading.texts[int(text)]
            case "b":
                return bool(int(text))
            case "d":
                return from_ISO8601(text)
        return text

    def _number(self, text: str) -> Any:
        value = float(text) if "." in text or "E" in text or "e" in text else int(text)
        if self.style not in self.dates:
            return value
        try:
            return from_excel(value, self.reading.epoch, timedelta=int(self.style) in self.reading.spans)
        except (OverflowError, ValueError):
            return "#VALUE!"


def _index(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found
