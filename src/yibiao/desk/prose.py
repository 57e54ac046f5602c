"""A bulletin's text as blocks for a page, with its citations where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from yibiao.bulletins.types import Citation

_LINES: Final = re.compile(r"[^\n]+")
Kind = Literal["heading", "item", "paragraph"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, cited or not. ``number`` counts the citations of the whole text from 0."""

    text: str
    citation: Citation | None = None
    number: int = -1


@dataclass(frozen=True, slots=True)
class Block:
    kind: Kind
    pieces: tuple[Piece, ...]


def blocks(text: str, citations: Sequence[Citation]) -> tuple[Block, ...]:
    """Headings (``##``), list items (``-``) and paragraphs, one for each line that is not empty."""
    found = []
    for line in _LINES.finditer(text):
        kind, start = _kind(line[0], line.start())
        if start < line.end():
            found.append(Block(kind, tuple(_pieces(text, start, line.end(), citations))))
    return tuple(found)


def _kind(line: str, start: int) -> tuple[Kind, int]:
    if head := re.match(r"#{1,6}\s+", line):
        return "heading", start + head.end()
    if head := re.match(r"[-*]\s+", line):
        return "item", start + head.end()
    blank = re.match(r"\s*", line)
    return "paragraph", start + (blank.end() if blank else 0)


def _pieces(text: str, start: int, end: int, citations: Sequence[Citation]) -> Iterator[Piece]:
    at = start
    for number, citation in enumerate(citations):
        if start <= citation.start and citation.end <= end:
            if at < citation.start:
                yield Piece(text[at : citation.start])
            yield Piece(text[citation.start : citation.end], citation, number)
            at = citation.end
    if at < end:
        yield Piece(text[at:end])
