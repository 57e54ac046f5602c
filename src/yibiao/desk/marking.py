"""A text cut into blocks and pieces for a page: marks of numerals, and underneath them the faults of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Generic, Literal, TypeVar

M = TypeVar("M")
Kind = Literal["heading", "item", "paragraph"]
_LINES: Final = re.compile(r"[^\n]+")
_MARKDOWN: Final = re.compile(r"(?P<heading>#{1,6})\s+|(?P<item>[-*])\s+")
_BLANK: Final = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Span(Generic[M]):
    """``what`` is said of ``text[start:end]``."""

    start: int
    end: int
    what: M


@dataclass(frozen=True, slots=True)
class Part:
    """Some text with the fault that it lies in; the shortest where faults overlap."""

    text: str
    fault: Any = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A marked span, or the text between two. ``first`` only in the piece in which its mark begins."""

    parts: tuple[Part, ...]
    mark: Any = None
    first: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the text; ``broken`` are the faults of the line break behind it."""

    kind: Kind
    pieces: tuple[Piece, ...]
    broken: tuple[Any, ...] = ()


def blocks(text: str, marks: Sequence[Span[Any]], faults: Sequence[Span[Any]] = ()) -> tuple[Block, ...]:
    """One block for each line that is not empty; ``#`` and ``-`` at its beginning make a heading or an item.

    ``marks`` are in order and never overlap; faults may lie anywhere.
    """
    lines = [(match.start(), match.end()) for match in _LINES.finditer(text) if match[0].strip()]
    segments = _segments(faults)
    found: list[Block] = []
    at = under = 0
    for number, (start, end) in enumerate(lines, 1):
        following = lines[number][0] if number < len(lines) else len(text)
        kind, inner = _kind(text, start, end)
        while at < len(marks) and marks[at].end <= inner:
            at += 1
        while under < len(segments) and segments[under].end <= inner:
            under += 1
        pieces = tuple(_pieces(text, inner, end, marks, at, segments, under))
        broken = tuple(one.what for one in faults if end <= one.start and one.end <= following)
        found.append(Block(kind, pieces, broken))
    return tuple(found)


def _kind(text: str, start: int, end: int) -> tuple[Kind, int]:
    if head := _MARKDOWN.match(text, start, end):
        return ("heading" if head["heading"] else "item"), head.end()
    blank = _BLANK.match(text, start, end)
    return "paragraph", blank.end() if blank else start


def _pieces(
    text: str, start: int, end: int, marks: Sequence[Span[Any]], at: int, faults: Sequence[Span[Any]], under: int
) -> Iterator[Piece]:
    done = start
    while at < len(marks) and marks[at].start < end:
        one = marks[at]
        low, high = max(one.start, done), min(one.end, end)
        if done < low:
            yield Piece(tuple(_parts(text, done, low, faults, under)))
        if low < high:
            yield Piece(tuple(_parts(text, low, high, faults, under)), one.what, low == one.start)
            done = high
        at += 1
    if done < end:
        yield Piece(tuple(_parts(text, done, end, faults, under)))


def _parts(text: str, start: int, end: int, faults: Sequence[Span[Any]], under: int) -> Iterator[Part]:
    done = start
    for one in faults[under:]:
        if one.start >= end:
            break
        low, high = max(one.start, done), min(one.end, end)
        if low >= high:
            continue
        if done < low:
            yield Part(text[done:low])
        yield Part(text[low:high], one.what)
        done = high
    if done < end:
        yield Part(text[done:end])


def _segments(faults: Sequence[Span[Any]]) -> list[Span[Any]]:
    """Faults cut so that none overlaps: where several lie, the shortest shows."""
    ends = sorted({end for one in faults for end in (one.start, one.end)})
    waiting = sorted(faults, key=lambda one: one.start)
    active: list[Span[Any]] = []
    found: list[Span[Any]] = []
    for low, high in pairwise(ends):
        while waiting and waiting[0].start <= low:
            active.append(waiting.pop(0))
        active = [one for one in active if one.end > low]
        if active:
            shortest = min(active, key=lambda one: one.end - one.start)
            found.append(Span(low, high, shortest.what))
    return found
