"""Rows of a sheet as nearly every program writes them, read without a parser; all others are left to the parser.

A row is plain if it is nothing but cells of a number, a truth value or a text, each spelled in the one usual way. Such
a row is well-formed by itself, so an empty element may stand in its place before the parser.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

# Column letters, style, type, and a value or a text; None for what is not said.
Cell: TypeAlias = tuple[str | None, str | None, str | None, str | None, str | None]
_CELL: Final = re.compile(
    r'<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?: s="([0-9]{1,6})")?(?: t="(n|s|b|str|inlineStr)")? ?(?:/>|>'
    r'(?:<v>([^<&]*)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_PARTS: Final = _CELL.groups + 1
_ROW: Final = re.compile(r'<row(?: r="([0-9]{1,9})")?(?: (?!r=)[A-Za-z][A-Za-z0-9:]*="[^"<&]*")* ?>')
_END: Final = "</row>"
_REFERENCE: Final = re.compile("&#([1-9][0-9]{1,4});")
# What XML forbids or reads as another character.
CONTROLS: Final = bytes({*range(32)} - {9, 10})
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ENCODING: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
# A row longer than this is no usual one, and so many texts with references are remembered.
LONGEST: Final = 1 << 20
_KNOWN: Final = 5_000


class PlainRows:
    """Walks a document piece by piece: its plain rows go to ``take``, all else in its order to ``parse``."""

    def __init__(self, parse: Callable[[Any, bool], Any], take: Callable[[str | None, Iterable[Cell]], None]) -> None:
        self.parse, self.take = parse, take
        self.decode = codecs.getincrementaldecoder("utf-8")().decode
        self.rest = ""
        self.begun = self.careful = self.given_up = False
        self.texts: dict[str, str] = {}

    def feed(self, block: bytes, last: bool) -> None:
        """Raises: ``ValueError`` for what is no UTF-8 and does not say so; what ``parse`` and ``take`` raise."""
        if not self.begun:
            self.begun, self.bytes = True, not is_utf8(block)
            block = block.replace(b"?>\r\n", b"?>\n", 1) if block[:2] == b"<?" else block
        if self.bytes:
            self.parse(block, last)
            return
        text = self.rest + self.decode(block, last)
        self.rest = ""
        # Within a comment or the like a row would be none; and only the declaration may begin so.
        # A single character is looked for several times as fast as two.
        self.given_up |= ("!" in text and "<!" in text) or ("?" in text and text.rfind("<?") > 1)
        self.careful |= len(block.translate(None, CONTROLS)) < len(block) or "\ufffe" in text or "\uffff" in text
        self.parse(text if self.given_up else self.without_rows(text, last), last)

    def without_rows(self, text: str, last: bool) -> str:
        """The end of a piece, for the parser, once all before it is done; what may go on in the next piece is kept."""
        done = 0
        plain: list[tuple[str | None, Iterable[Cell]]] = []
        at = text.find("<row")
        while at >= 0 and (end := text.find(_END, at)) >= 0:
            head = _ROW.match(text, at, end)
            cells = self.cells(text[head.end() : end]) if head is not None else None
            end += len(_END)
            if head is not None and cells is not None:
                if at > done:
                    self.parse(self.taken(plain) + text[done:at], False)
                plain.append((head[1], cells))
                done = end
            at = text.find("<row", end)
        cut = len(text)
        if not last:
            cut = at if at >= 0 else max(done, text.rfind("<", done))
            self.rest = text[cut:]
            self.given_up = len(self.rest) > LONGEST
        return self.taken(plain) + text[done:cut]

    def taken(self, plain: list[tuple[str | None, Iterable[Cell]]]) -> str:
        """What stands in the place of plain rows, which are taken; one step for many of them is faster than all steps
        for one."""
        for number, cells in plain:
            self.take(number, cells)
        made = "<x/>" * len(plain)
        plain.clear()
        return made

    def cells(self, text: str) -> Iterable[Cell] | None:
        """The cells of a row; None where there is anything else in it."""
        parts: list[Any] = _CELL.split(text)
        if any(parts[::_PARTS]) or (self.careful and _FORBIDDEN.search(text)):
            return None
        if "&" in text:
            for index in range(5, len(parts), _PARTS):
                if (one := parts[index]) and "&" in one:
                    parts[index] = self.texts.get(one) or self.decoded(one)
                    if not parts[index]:
                        return None
        return zip(*(parts[index::_PARTS] for index in range(1, _PARTS)), strict=False)

    def decoded(self, text: str) -> str:
        """A text with the characters that its numbers stand for; empty where one of them stands for none."""
        parts: list[str] = _REFERENCE.split(text)
        if any("&" in part for part in parts[::2]):
            return ""
        parts[1::2] = map(chr, map(int, parts[1::2]))
        made = "".join(parts)
        if _FORBIDDEN.search(made):
            return ""
        if len(self.texts) >= _KNOWN:
            self.texts.clear()
        self.texts[text] = made
        return made


def is_utf8(block: bytes) -> bool:
    """Whether a document that begins so is in UTF-8."""
    if block[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in block[:4]:
        return False
    found = _ENCODING.search(block[:256])
    return found is None or found[1].lower() == b"utf-8"
