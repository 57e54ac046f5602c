"""Where the place of a fact stands in the edition of the tree that a figure is asked for."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from yibiao.core.problems import Refusal
from yibiao.figures.engines import duckdb
from yibiao.figures.types import Column, Query
from yibiao.places import queries as places
from yibiao.places.types import Edition, Place

_KEPT: Final = 6
# Where a code stands of which an edition knows nothing: in no range.
NOWHERE: Final = -1
_COLUMNS: Final = (Column("code", "VARCHAR"), Column("enter", "BIGINT"))
_PLACES: Final = (
    Column("enter", "BIGINT"), Column("parent", "BIGINT"), Column("depth", "BIGINT"), Column("place", "VARCHAR"),
)  # fmt: skip
_lock = threading.Lock()
_climbs: dict[str, Climb] = {}
_trees: OrderedDict[tuple[object, ...], str] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Standing:
    """The place asked for in its edition, and the engine's table (code, enter) of every code that facts may carry."""

    place: Place
    day: date | None
    tree: str
    # Whether the range asked for is that of the place, and not a part of it.
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Climb:
    """The way up from every place of an edition: the engine's table (enter, parent, depth, place), and the same here.

    ``parent`` is the number of the place above, ``depth`` is 0 where there is none, ``place`` is the code. By a place's
    number, ``above``, ``depth`` and ``codes`` tell the same; whoever has none above it stands for itself there.
    """

    table: str
    deepest: int
    above: NDArray[np.int64]
    depth: NDArray[np.int8]
    codes: tuple[str, ...]


def day_of(query: Query) -> date | None:
    """The day whose tree is asked for; None for today."""
    return query.period.last_day if query.edition == "then" else None


def standing(query: Query, token: str) -> Standing:
    """Raises: places.place.unknown, places.edition.none."""
    day = day_of(query)
    edition = places.edition(day)
    return Standing(_place(query.place, day), day, _tree(edition, token))


def newest(token: str) -> str:
    """The engine's table of today's edition."""
    return _tree(places.edition(), token)


def climb(tree: str) -> Climb:
    """The way up from every place of today's edition."""
    with _lock:
        if tree not in _climbs:
            rows: list[tuple[int, int | None, int, str]] = []
            above: list[tuple[int, int]] = []
            for code, enter, leave in places.numbering(places.edition().number):
                while above and above[-1][1] <= enter:
                    above.pop()
                rows.append((enter, above[-1][0] if above else None, len(above), code))
                above.append((enter, leave))
            stale = next(iter(_climbs.values())).table if _climbs else ""
            made = _climb(f"{tree}_climb", rows)
            duckdb.keep(made.table, _PLACES, rows, dropping=stale)
            _climbs.clear()
            _climbs[tree] = made
        return _climbs[tree]


def _climb(table: str, rows: Sequence[tuple[int, int | None, int, str]]) -> Climb:
    size = 1 + max((row[0] for row in rows), default=-1)
    above, depth, codes = np.arange(size), np.zeros(size, np.int8), [""] * size
    for enter, parent, deep, code in rows:
        above[enter], depth[enter], codes[enter] = enter if parent is None else parent, deep, code
    return Climb(table, int(depth.max(initial=0)), above, depth, tuple(codes))


def children(standing: Standing) -> tuple[Place, ...]:
    return places.children(standing.place.code, standing.day)


def ranges(standing: Standing, codes: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """The ranges of the tree under several places; one that lies outside the place asked for is left out."""
    place = standing.place
    edition = places.edition(standing.day).number
    return _ranges(standing.tree, edition, place.enter, place.leave, tuple(codes))


# A table of thousands of places is asked for again and again; the name of a tree never changes what it stands for.
@lru_cache(maxsize=16)
def _ranges(
    tree: str, edition: int, enter: int, leave: int, codes: tuple[str, ...]
) -> tuple[tuple[str, int, int], ...]:
    return tuple(one for one in places.numbering(edition, set(codes)) if enter <= one[1] < leave)


@lru_cache(maxsize=4096)
def bounds(tree: str, enter: int, leave: int) -> tuple[str, str, bool]:
    """The lowest and the highest code of a range of the tree, and whether no code between them lies outside it.

    Both are empty where it has none.
    """
    within = f"enter >= {enter} AND enter < {leave}"
    sql = (
        f"SELECT lowest, highest, (SELECT COUNT(*) FROM {tree} WHERE code >= lowest AND code <= highest "  # noqa: S608
        f"AND NOT ({within})) FROM (SELECT MIN(code) AS lowest, MAX(code) AS highest FROM {tree} WHERE {within}) AS b"
    )
    lowest, highest, others = duckdb.run(sql)[0]
    return lowest or "", highest or "", bool(lowest) and not others


@lru_cache(maxsize=4096)
def whole(tree: str, enter: int, leave: int) -> bool:
    """Whether every code that facts may carry is one of a range of the tree."""
    return not duckdb.run(f"SELECT 1 FROM {tree} WHERE NOT (enter >= {enter} AND enter < {leave}) LIMIT 1")  # noqa: S608


def _place(code: str, day: date | None) -> Place:
    """The place of a code in an edition; a code that is newer than the edition gives what it was then."""
    try:
        return places.place(code, on=day)
    except Refusal:
        for old, new in places.successions(_newest().number).items():
            if new == code:
                return places.place(old, on=day)
        raise


def _newest() -> Edition:
    return places.editions()[-1]


def _tree(edition: Edition, token: str) -> str:
    """The engine's table of an edition, in the version of the tree in which it stands."""
    key = (token, edition.number, places.version())
    with _lock:
        if key in _trees:
            _trees.move_to_end(key)
            return _trees[key]
        name = f"tree_{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}"
        stale = _trees.popitem(last=False)[1] if len(_trees) >= _KEPT else ""
        known = dict.fromkeys(places.codes(), NOWHERE) | _numbered(edition, _newest())
        duckdb.keep(name, _COLUMNS, list(known.items()), dropping=stale)
        _trees[key] = name
        return name


def _numbered(edition: Edition, newest: Edition) -> dict[str, int]:
    """Every code with its number in the edition.

    A code withdrawn by then counts where its successor stands, one that came later where its predecessor stood, or
    else at the nearest place above it that was there.
    """
    found = {code: enter for code, enter, _ in places.numbering(edition.number)}
    for old, new in places.successions(edition.number).items():
        if old not in found and new in found:
            found[old] = found[new]
    if newest.number == edition.number:
        return found
    later = places.successions(newest.number)
    before = {new: found[old] for old, new in later.items() if old in found}
    above: list[tuple[int, int | None]] = []
    for code, enter, leave in places.numbering(newest.number):
        while above and above[-1][0] <= enter:
            above.pop()
        stands = found.get(code, before.get(code, above[-1][1] if above else None))
        above.append((leave, stands))
        if stands is not None:
            found.setdefault(code, stands)
    for old, new in later.items():
        if old not in found and new in found:
            found[old] = found[new]
    return found
