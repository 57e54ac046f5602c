"""What makes one text another: the smallest changes that a person would mark, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_TOKEN: Final = re.compile(r"[0-9０-９.,%％]+|.", re.DOTALL)
_LONGEST_LINE: Final = 4_000
_LIKE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Change:
    """Letters ``start`` to ``end`` of a line become ``text``; ``whole``: the line itself comes or goes."""

    line: int
    start: int
    end: int
    text: str
    whole: bool = False


def compare(before: Sequence[str], after: Sequence[str]) -> tuple[list[Change], dict[int, int]]:
    """The changes that make the lines of one text those of another, and for each new line the old one it comes from."""
    changes: list[Change] = []
    lines: dict[int, int] = {}
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for act, i1, i2, j1, j2 in matcher.get_opcodes():
        if act == "equal":
            lines |= dict(zip(range(j1, j2), range(i1, i2), strict=True))
            continue
        paired = min(i2 - i1, j2 - j1)
        for old, new in zip(range(i1, i1 + paired), range(j1, j1 + paired), strict=True):
            lines[new] = old
            changes += _within(old, before[old], after[new])
        changes += [Change(old, 0, len(before[old]), "", whole=True) for old in range(i1 + paired, i2)]
        # New lines go behind the line that they follow, the last one first; at the very top, before the first line.
        at, added = i1 + paired - 1, after[j1 + paired : j2]
        changes += [Change(at, -1, -1, text, whole=True) for text in (reversed(added) if at >= 0 else added)]
    return changes, lines


def _within(line: int, old: str, new: str) -> Iterator[Change]:
    first, second = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(old) > _LONGEST_LINE or len(new) > _LONGEST_LINE:
        yield _middle(line, old, new)
        return
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if old and new and matcher.ratio() < _LIKE:
        yield Change(line, 0, len(old), new)
        return
    offsets = [0]
    for token in first:
        offsets.append(offsets[-1] + len(token))
    for act, i1, i2, j1, j2 in matcher.get_opcodes():
        if act != "equal":
            yield Change(line, offsets[i1], offsets[i2], "".join(second[j1:j2]))


def _middle(line: int, old: str, new: str) -> Change:
    """What lies between a common beginning and a common end."""
    start = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    room = min(len(old), len(new)) - start
    same = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    return Change(line, start, len(old) - same, new[start : len(new) - same])


def mover(old: str, new: str) -> Callable[[int], int]:
    """Where an offset of the new line stands in the old one; within a changed part, at its beginning."""
    if old == new:
        return lambda at: min(at, len(old))
    changes = list(_within(0, old, new))

    def moved(at: int) -> int:
        shift = 0
        for one in changes:
            begin = one.start + shift
            if at <= begin:
                break
            if at < begin + len(one.text):
                return one.start
            shift += len(one.text) - (one.end - one.start)
        return max(0, min(at - shift, len(old)))

    return moved
