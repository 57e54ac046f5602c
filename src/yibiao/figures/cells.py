"""How a cell of a cube is written down: its days, and which keys it saw when.

An entry of days is ``day:facts``, or ``day:facts:total`` where the total is not the number of facts. What a place saw
is four bytes for each entry, as text in base 64: day of the month, gap in days and number of keys, in order. More keys
than an entry can tell stand in several.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from yibiao.figures.sightings import LONGEST, Amounts, Days, Month, Numbers

_GAP: Final = 11
_DAY: Final = 27
_MOST: Final = (1 << _GAP) - 1
Seen = dict[tuple[int, int], int]


def days(text: str) -> Iterator[tuple[int, int, str]]:
    """(day of the month, facts, total) of each day."""
    for one in text.split():
        day, facts, *total = one.split(":")
        yield int(day), int(facts), total[0] if total else facts


def days_text(entries: Iterable[tuple[int, int, str]]) -> str:
    """The text of days."""
    return " ".join(
        f"{day}:{facts}" if total == str(facts) else f"{day}:{facts}:{total}" for day, facts, total in entries
    )


def seen(text: str) -> tuple[Numbers, Numbers, Numbers]:
    """Day of the month, gap and number of keys of each entry."""
    held = np.frombuffer(b64decode(text), "<u4").astype(np.int64)
    return held >> _DAY, (held >> _GAP) & LONGEST, held & _MOST


def seen_entries(text: str) -> Seen:
    """Number of keys by day of the month and gap."""
    found: Seen = {}
    for day, gap, keys in zip(*(column.tolist() for column in seen(text)), strict=True):
        found[day, gap] = found.get((day, gap), 0) + keys
    return found


def seen_text(entries: Mapping[tuple[int, int], int]) -> str:
    """The text of what was seen."""
    held = sorted((day, gap, keys) for (day, gap), keys in entries.items() if keys)
    day, gap, keys = (np.array(column, np.uint32) for column in (zip(*held, strict=True) if held else ((), (), ())))
    return b64encode(_written(day, gap, keys.astype(np.int32))[0].tobytes()).decode("ascii")


def seen_texts(held: Month) -> Iterator[str]:
    """The text of each place."""
    said, ends = _written(held.nth, held.gaps, held.keys)
    starts = (ends[held.starts - 1] * (held.starts > 0)).tolist()
    for start, end in pairwise([*starts, len(said)]):
        yield b64encode(said[start:end].tobytes()).decode("ascii")


def new_keys(text: str, low: int, high: int) -> int:
    """How many keys were seen from one day of the month to another that were not seen before from the first one on.

    The first day may lie in a month before: then it is nought or less.
    """
    day, gap, keys = seen(text)
    counts = (day >= low) & (day <= high) & ((gap == 0) | (gap == LONGEST) | (day - gap < low))
    return int(keys[counts].sum())


def _written(day: Days, gap: Days, keys: Amounts) -> tuple[NDArray[np.uint32], Numbers]:
    """Entries, and after each how many there are."""
    times = (keys + _MOST - 1) // _MOST
    ends = np.cumsum(times, dtype=np.int64)
    said = np.minimum(gap, np.uint32(LONGEST))
    said <<= _GAP
    said |= day << _DAY
    said = np.repeat(said, times)
    rest = keys - (times - 1) * _MOST
    said |= _MOST
    said[ends - 1] &= ~np.uint32(_MOST)
    said[ends - 1] |= rest.astype(np.uint32)
    return said.astype("<u4", copy=False), ends
