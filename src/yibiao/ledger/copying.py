"""Rows as PostgreSQL's ``COPY`` reads them, made for many rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from types import NoneType
from typing import Any, Final

# What would be read as the end of a value or of a row, or as something else.
_ODD: Final = ("\\", "\t", "\n", "\r")


class Same:
    """Values of columns that stand side by side, alike in many rows: how they are sent is made once for all of them."""

    __slots__ = ("line", "values")

    def __init__(self, *values: Any) -> None:
        self.values = values
        self.line = "\t".join(map(_field, values))


def lines(rows: Sequence[Sequence[Any]]) -> Iterable[str]:
    """Each row as its line."""
    return map("\t".join, zip(*map(_column, zip(*rows, strict=True)), strict=True))


def text(lines: Iterable[str]) -> bytes:
    """What is sent of so many lines."""
    return ("\n".join(lines) + "\n").encode()


def _column(values: Sequence[Any]) -> Iterable[str]:
    kinds = set(map(type, values))
    if all(issubclass(kind, str) for kind in kinds):
        # Nearly always there is nothing odd in any of them, which one look at all of them tells.
        together = "".join(values)
        return map(_escaped, values) if any(odd in together for odd in _ODD) else values
    return map(_WRITTEN[kinds.pop()], values) if len(kinds) == 1 and kinds <= _WRITTEN.keys() else map(_field, values)


def _field(value: Any) -> str:
    if isinstance(value, str):
        return _escaped(value)
    if value.__class__ in _WRITTEN:
        return _WRITTEN[value.__class__](value)
    raise TypeError(f"{type(value).__name__} has no form for COPY")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


def _hexadecimal(value: bytes) -> str:
    return rf"\\x{value.hex()}"


_WRITTEN: Final[dict[type, Callable[[Any], str]]] = {
    Same: attrgetter("line"),
    int: str,
    bool: {True: "t", False: "f"}.__getitem__,
    NoneType: {None: r"\N"}.__getitem__,
    bytes: _hexadecimal,
}
