"""The tables beside this file, as rows that a test can take one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from yibiao.core.intervals import Interval

HERE: Final = Path(__file__).parent
_MARK: Final = re.compile(r"\{([^}]*)\}")
_ENDS: Final = re.compile(r"([\[(])([^,]+),([^\])]+)([\])])")


@dataclass(frozen=True, slots=True)
class Mark:
    """``text[start:end]`` is marked; ``num`` is the numeral in it, empty where the row does not tell."""

    start: int
    end: int
    num: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a claim says. ``hedge`` is ``?`` where the table leaves it open, empty for none."""

    value: Decimal
    unit: str | None
    interval: Interval
    hedge: str = ""
    kind: str = ""

    @property
    def precision(self) -> str:
        if self.hedge:
            return "hedged"
        return "exact" if self.interval.low == self.interval.high else "rounded"


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence. ``said`` has an entry per mark for claims, ``kinds`` those that a mark may have for others."""

    rule: str
    text: str
    marks: tuple[Mark, ...]
    said: tuple[Said, ...] = ()
    kinds: tuple[str, ...] = ()
    fault: str = ""


def claims() -> list[Row]:
    """The rows of ``claims.txt``."""
    found = []
    for rule, cells in rows("claims.txt"):
        text, marks = _marked(cells[0])
        said = tuple(_said(each) for each in cells[1].split(" ; "))
        assert len(marks) == len(said), cells
        found.append(Row(rule, text, marks, said, fault=_fault(cells)))
    return found


def others() -> list[Row]:
    """The rows of ``others.txt``."""
    found = []
    for rule, cells in rows("others.txt"):
        text, marks = _marked(cells[0])
        kinds = () if cells[1] == "-" else tuple(cells[1].split("/"))
        found.append(Row(rule, text, marks, kinds=kinds, fault=_fault(cells)))
    return found


def rows(name: str) -> Iterator[tuple[str, list[str]]]:
    """Each row of a table with the heading above it."""
    rule = ""
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line.startswith("## "):
            rule = line.removeprefix("## ")
        elif line and not line.startswith("# "):
            yield rule, [cell.strip(" ") for cell in line.split(" | ")]


def _fault(cells: list[str]) -> str:
    """Why a row is known to fail: its last cell, ``xfail: …``."""
    return cells[-1].removeprefix("xfail: ") if cells[-1].startswith("xfail: ") else ""


def _marked(cell: str) -> tuple[str, tuple[Mark, ...]]:
    text, at, marks = "", 0, []
    for match in _MARK.finditer(cell):
        text += cell[at : match.start()]
        inside = match[1]
        num = inside[inside.index("[") + 1 : inside.index("]")] if "[" in inside else ""
        bare = inside.replace("[", "").replace("]", "")
        marks.append(Mark(len(text), len(text) + len(bare), num))
        text += bare
        at = match.end()
    return text + cell[at:], tuple(marks)


def _said(cell: str) -> Said:
    words = cell.split()
    kind = words.pop().removeprefix("kind=") if words[-1].startswith("kind=") else ""
    value, unit = number(words[0]), None if words[1] == "-" else words[1]
    ends = interval(words[2]) if len(words) > 2 else Interval(value, value)
    return Said(value, unit, ends, words[3] if len(words) > 3 else "", kind)


def number(text: str) -> Decimal:
    """A decimal, or a fraction to the precision of the context: ``1/3``."""
    if "/" not in text:
        return Decimal(text)
    parts = Fraction(text)
    return Decimal(parts.numerator) / parts.denominator


def interval(text: str) -> Interval:
    """``(24000,25000)`` or ``[90,∞)``."""
    match = _ENDS.fullmatch(text)
    assert match, text
    high = None if match[3] == "∞" else number(match[3])
    return Interval(number(match[2]), high, match[1] == "(", high is not None and match[4] == ")")
