"""How many different keys each place saw on each day, by the days since it last saw them.

From one moment to the next a key at a place is a day, so each day of a key at a place counts one: with the gap since
the day before, or with no gap where there was none. What places come to is added up the tree one level at a time. A key
that was only ever seen at one place was last seen on the same day whatever place above it is asked about, so its days
are counted once. One that was seen at several is looked at anew only where they meet: there its days as a whole count
instead of those of each part.

Key, place and day are packed into one number, so that ordering numbers puts them side by side: sorted in memory, they
take a third of what grouping them in the engine does (ADR 29).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yibiao.figures.geography import Climb

Numbers: TypeAlias = NDArray[np.int64]
# In half the room, as there are millions of them: how many keys, and days or gaps.
Amounts: TypeAlias = NDArray[np.int32]
Days: TypeAlias = NDArray[np.uint32]
Moved: TypeAlias = tuple[str, str, list[tuple[int, int, int]]]
# So many are looked at together: what stands between stays in the processor's cache.
_PIECE: Final = 200_000
_BITS: Final = 63
# As far back as an entry can tell; before that is never.
LONGEST: Final = 65_535


@dataclass(frozen=True, slots=True)
class Packing:
    """How many bits a place and a day have in a number, and which day is nought.

    A number is (key, place, day) or (place, day, gap).
    """

    places: int
    days: int
    first: date

    @property
    def keys(self) -> int:
        """How many keys it can tell apart; as much room is left for those of which more were found than expected."""
        return 1 << (_BITS - 1 - self.places - self.days)

    def place(self, codes: Numbers) -> Numbers:
        return (codes >> self.days) & ((1 << self.places) - 1)

    def moved(self, codes: Numbers, places: Numbers) -> Numbers:
        """The same days of the same keys at other places."""
        rest = ((1 << self.places) - 1) << self.days
        return (codes & ~rest) | (places << self.days)


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers of (place, day, gap), in order and each once, and how many keys each stands for."""

    codes: Numbers
    keys: Amounts


@dataclass(frozen=True, slots=True)
class Month:
    """A month of every place that saw any key in it: its entries (day of the month, gap, keys), in order.

    ``places`` has the code of each place, ``starts`` where its entries begin.
    """

    name: str
    places: list[str]
    starts: Numbers
    nth: Days
    gaps: Days
    keys: Amounts

    def totals(self) -> list[int]:
        """How many keys each place saw."""
        first = (self.gaps == 0) | (self.gaps >= self.nth)
        totals: list[int] = np.add.reduceat(np.where(first, self.keys, 0), self.starts, dtype=np.int64).tolist()
        return totals


def packing(climb: Climb, low: date, high: date) -> Packing:
    """The packing of what was seen from one day to another."""
    way = Packing(max(1, len(climb.above) - 1).bit_length(), ((high - low).days + 1).bit_length(), low)
    if way.places + 2 * way.days > _BITS:
        raise OverflowError(f"{len(climb.above)} places from {low} to {high}")
    return way


def packed(batches: Iterable[pa.RecordBatch], way: Packing, about: int) -> Numbers:
    """(key, place, day) of every row (key, enter, day) of what an engine found, in order and each once.

    ``about`` is how many rows are expected.
    """
    codes, keys, size = np.empty(about, np.int64), _Keys(way.keys), 0
    for batch in batches:
        if size + len(batch) > len(codes):
            codes = np.concatenate([codes[:size], np.empty(len(batch) + size // 2, np.int64)])
        part = codes[size : size + len(batch)]
        size += len(batch)
        np.subtract(batch.column(2).cast(pa.int32()).to_numpy(), (way.first - date(1970, 1, 1)).days, out=part)
        part |= batch.column(1).to_numpy() << way.days
        keys.take(batch.column(0))
    at = 0
    for part in keys.numbers():
        codes[at : at + len(part)] |= part << (way.places + way.days)
        at += len(part)
    # The texts of all keys.
    del keys
    kept = len(_once(codes[:size]))
    codes.resize(kept, refcheck=False)
    return codes


class _Keys:
    """A number for every different key of many batches, without all of them in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: list[pa.DictionaryArray] = []

    def take(self, keys: pa.Array) -> None:
        self._held.append(keys.dictionary_encode())

    def numbers(self) -> Iterator[Numbers]:
        """Those of each batch."""
        if not self._held:
            return
        known = pa.concat_arrays([one.dictionary for one in self._held]).dictionary_encode()
        if len(known.dictionary) > 2 * self._most:
            raise OverflowError(f"{len(known.dictionary)} keys together")
        numbers, at = known.indices.to_numpy().astype(np.int64), 0
        for one in self._held:
            yield numbers[at : at + len(one.dictionary)][one.indices.to_numpy()]
            at += len(one.dictionary)


def counted(codes: Numbers, climb: Climb, way: Packing) -> Counted:
    """What all keys add to the places where they are, and to all above them; see ``climbed``.

    ``codes`` are no more when this is done: at the size of a province they are most of the memory.
    """
    changes = list(_changed(codes, climb, way))
    codes.sort()
    return _joined(codes, added(changes)) if changes else _tallied(codes)


def _joined(codes: Numbers, change: Counted) -> Counted:
    """What numbers in order stand for, with a change to it; piece by piece, since one copy of all is much."""
    most = len(change.codes) + sum(len(_begins(codes[start:end])) for start, end in _whole(codes))
    found, size, low = Counted(np.empty(most, np.int64), np.empty(most, np.int32)), 0, 0
    for start, end in _whole(codes):
        high = int(np.searchsorted(change.codes, codes[end - 1], "right")) if end < len(codes) else len(change.codes)
        one = added([_tallied(codes[start:end]), Counted(change.codes[low:high], change.keys[low:high])])
        found.codes[size : size + len(one.codes)], found.keys[size : size + len(one.keys)] = one.codes, one.keys
        size, low = size + len(one.codes), high
    return Counted(found.codes[:size], found.keys[:size])


def _whole(codes: Numbers) -> Iterator[tuple[int, int]]:
    """Where pieces of numbers in order begin and end, none of which is torn from its like."""
    start = 0
    while start < len(codes):
        end = int(np.searchsorted(codes, codes[min(start + _PIECE, len(codes)) - 1], "right"))
        yield start, end
        start = end


def _changed(codes: Numbers, climb: Climb, way: Packing) -> Iterator[Counted]:
    """What keys at several places change where they meet; all days then stand with their gaps where they stood."""
    for piece in _pieces(codes, way):
        met = list(_met(_straying(piece, way), climb, way))
        if met:
            # Most of what a part was the whole is too: that comes to nothing at once.
            whole, parts = (_tallied(np.sort(np.concatenate([one[n] for one in met]))) for n in (0, 1))
            yield added([whole, minus(parts)])
        piece[:] = _gaps(piece, way)


def minus(one: Counted) -> Counted:
    """The same taken away."""
    return Counted(one.codes, -one.keys)


def added(each: Iterable[Counted]) -> Counted:
    """Several as one; what comes to nothing is left out."""
    held = list(each)
    codes, keys = np.concatenate([one.codes for one in held]), np.concatenate([one.keys for one in held])
    # What is in order already is only merged.
    order = np.argsort(codes, kind="stable")
    codes, keys = codes[order], keys[order]
    del held, order
    at = _begins(codes)
    if len(at):
        codes, keys = codes[at], np.add.reduceat(keys, at, dtype=np.int32)
    left = keys != 0
    return Counted(codes, keys) if left.all() else Counted(codes[left], keys[left])


def climbed(own: Counted, climb: Climb, way: Packing) -> Counted:
    """Every place with all below it."""
    shift, done = 2 * way.days, []
    for depth in range(climb.deepest, 0, -1):
        deep = climb.depth[own.codes >> shift] == depth
        done.append(Counted(own.codes[deep], own.keys[deep]))
        own = Counted(own.codes[~deep], own.keys[~deep])
        own = added([own, _lifted(done[-1], climb, shift)])
    return added([own, *done])


def _lifted(one: Counted, climb: Climb, shift: int) -> Counted:
    """The same at the place above each."""
    return Counted((one.codes & ((1 << shift) - 1)) | (climb.above[one.codes >> shift] << shift), one.keys)


def months(counted: list[Counted], climb: Climb, way: Packing) -> Iterator[Month]:
    """Each month of every place with all below it, from what each place adds.

    ``counted`` are the counts of different keys, and are no more when this is done.
    """
    mask = (1 << way.days) - 1
    parts = _by_month(added(counted) if len(counted) > 1 else counted[0], way)
    counted.clear()
    while parts:
        name, part = parts.pop(0)
        every = climbed(part, climb, way)
        if not len(every.codes):
            continue
        places = every.codes >> (2 * way.days)
        starts = _begins(places)
        codes = [climb.codes[place] for place in places[starts].tolist()]
        del part, places
        nth, _ = _calendar(way, every.codes)
        held = nth[(every.codes >> way.days) & mask], (every.codes & mask).astype(np.uint32), every.keys
        del every
        yield Month(name, codes, starts, *held)


def _by_month(own: Counted, way: Packing) -> list[tuple[str, Counted]]:
    """What lies in each month, with its name."""
    _, of = _calendar(way, own.codes)
    within = of[(own.codes >> way.days) & ((1 << way.days) - 1)]
    return [
        (f"{month // 12:04}-{month % 12 + 1:02}", Counted(own.codes[here], own.keys[here]))
        for month in np.unique(of).tolist() if (here := within == month).any()
    ]  # fmt: skip


def _calendar(way: Packing, codes: Numbers) -> tuple[Days, Days]:
    """Of each day, up to the last that numbers know: which of its month it is, and the month (years times twelve)."""
    last = int(((codes >> way.days) & ((1 << way.days) - 1)).max(initial=-1))
    days = [way.first + timedelta(days=n) for n in range(last + 1)]
    return (
        np.array([day.day for day in days], np.uint32),
        np.array([day.year * 12 + day.month - 1 for day in days], np.uint32),
    )


def _once(codes: Numbers) -> Numbers:
    """Numbers in order and each once, where they were."""
    codes.sort()
    size = 0
    for start in range(0, len(codes), _PIECE):
        piece = codes[start : start + _PIECE]
        new = piece[_begins(piece)]
        # What the piece before ended with.
        new = new[1:] if size and new[0] == codes[size - 1] else new
        codes[size : size + len(new)] = new
        size += len(new)
    return codes[:size]


def _begins(codes: Numbers) -> Numbers:
    """Where another number begins than the one before."""
    if not len(codes):
        return np.empty(0, np.int64)
    return np.concatenate(([0], np.flatnonzero(codes[1:] != codes[:-1]) + 1))


def _tallied(codes: Numbers) -> Counted:
    """What numbers in order stand for."""
    at = _begins(codes)
    return Counted(codes[at], np.diff(at, append=len(codes)).astype(np.int32))


def _pieces(codes: Numbers, way: Packing) -> Iterator[Numbers]:
    """All days of some keys at a time."""
    shift, start = way.places + way.days, 0
    while start < len(codes):
        end = min(start + _PIECE, len(codes))
        end = int(np.searchsorted(codes, ((codes[end - 1] >> shift) + 1) << shift))
        yield codes[start:end]
        start = end


def _gaps(codes: Numbers, way: Packing) -> Numbers:
    """(place, day, gap) of (key, place, day)."""
    gaps = np.zeros_like(codes)
    np.subtract(codes[1:], codes[:-1], out=gaps[1:])
    apart = codes >> way.days
    gaps[1:][apart[1:] != apart[:-1]] = 0
    at = codes & ((1 << (way.places + way.days)) - 1)
    return (at << way.days) | gaps


def _straying(codes: Numbers, way: Packing) -> Numbers:
    """All days of keys that are at more than one place."""
    return codes[_several(codes >> way.days, codes >> (way.days + way.places))]


def _several(parts: Numbers, wholes: Numbers) -> NDArray[np.bool_]:
    """Which numbers, of parts side by side, belong to a whole of more than one part."""
    at = _begins(parts)
    wholes = wholes[at]
    same = wholes[1:] == wholes[:-1]
    several = np.zeros(len(at), bool)
    several[1:] |= same
    several[:-1] |= same
    return np.repeat(several, np.diff(at, append=len(parts)))


def _met(codes: Numbers, climb: Climb, way: Packing) -> Iterator[tuple[Numbers, Numbers]]:
    """Of keys that meet at a place from several below it: what they are there as a whole, and what their parts were."""
    for depth in range(climb.deepest - 1, -1, -1):
        if not len(codes):
            return
        places = way.place(codes)
        above = np.where(climb.depth[places] == depth + 1, climb.above[places], places)
        lifted = way.moved(codes, above)
        # The parts of a place stand side by side: those below it have the numbers that follow its own.
        meet = _several(codes >> way.days, lifted >> way.days)
        if meet.any():
            parts = _gaps_at(codes[meet], above[meet], way)
            whole = _once(lifted[meet])
            yield _gaps(whole, way), parts
            lifted = np.concatenate([lifted[~meet], whole])
            lifted.sort()
        codes = _straying(lifted, way)


def _gaps_at(codes: Numbers, places: Numbers, way: Packing) -> Numbers:
    """The same as if what was seen had been seen at other places."""
    seen = _gaps(codes, way)
    return (seen & ((1 << (2 * way.days)) - 1)) | (places << (2 * way.days))


def moved(before: pa.Table, after: pa.Table, program: str, climb: Climb) -> Iterator[Moved]:
    """By how much entries (day of the month, gap, keys) of a program become more from one table to another.

    Both have what an engine found as (program, key, enter, day). Yields the code of the place, the name of the month,
    and its entries.
    """
    tables = [one.filter(pc.field("program") == program).select(["key", "enter", "day"]) for one in (before, after)]
    days = [day for one in tables for day in pc.min_max(one.column("day")).as_py().values() if day]
    if not days:
        return
    way = packing(climb, min(days), max(days))
    then, now = (counted(packed(one.to_batches(), way, len(one)), climb, way) for one in tables)
    for month in months([now, minus(then)], climb, way):
        for place, (start, end) in zip(month.places, pairwise([*month.starts.tolist(), len(month.nth)]), strict=True):
            part = (column[start:end].tolist() for column in (month.nth, month.gaps, month.keys))
            yield place, month.name, list(zip(*part, strict=True))
