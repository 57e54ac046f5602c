"""Where the place of a fact stands in the edition of the tree that a figure is asked for."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from yibiao.core.problems import Refusal
from yibiao.figures.engines import duckdb
from yibiao.figures.types import Column, Query
from yibiao.places import queries as places
from yibiao.places.types import Edition, Place

_KEPT: Final = 6
_COLUMNS: Final = (Column("code", "VARCHAR"), Column("enter", "BIGINT"))
_PATHS: Final = (Column("enter", "BIGINT"), Column("place", "VARCHAR"))
_lock = threading.Lock()
_paths: set[str] = set()
_trees: OrderedDict[tuple[object, ...], str] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Standing:
    """The place asked for in its edition, and the engine's table (code, enter) of every code that facts may carry."""

    place: Place
    day: date | None
    tree: str
    # Whether the range asked for is that of the place, and not a part of it.
    whole: bool = True


def standing(query: Query, token: str) -> Standing:
    """Raises: places.place.unknown, places.edition.none."""
    day = query.period.last_day if query.edition == "then" else None
    edition = places.edition(day)
    return Standing(_place(query.place, day), day, _tree(edition, day, token))


def newest(token: str) -> str:
    """The engine's table of today's edition."""
    return _tree(places.edition(), None, token)


def paths(tree: str) -> str:
    """The engine's table (enter, place) of every place of today's edition and each place that it is in."""
    name = f"{tree}_paths"
    with _lock:
        if name not in _paths:
            rows: list[tuple[int, str]] = []
            above: list[tuple[str, int]] = []
            for code, enter, leave in places.numbering(places.edition().number):
                while above and above[-1][1] <= enter:
                    above.pop()
                above.append((code, leave))
                rows += [(enter, place) for place, _ in above]
            duckdb.keep(name, _PATHS, rows, dropping=_paths.pop() if _paths else "")
            _paths.add(name)
    return name


def children(standing: Standing) -> tuple[Place, ...]:
    return places.children(standing.place.code, standing.day)


def ranges(standing: Standing, codes: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """The ranges of the tree under several places; one that lies outside the place asked for is left out."""
    wanted = set(codes)
    numbered = places.numbering(places.edition(standing.day).number, standing.place.code)
    return tuple(one for one in numbered if one[0] in wanted)


@lru_cache(maxsize=4096)
def bounds(tree: str, enter: int, leave: int) -> tuple[str, str]:
    """The lowest and the highest code of a range of the tree, both empty where it has none."""
    sql = f"SELECT MIN(code), MAX(code) FROM {tree} WHERE enter >= {enter} AND enter < {leave}"  # noqa: S608
    lowest, highest = duckdb.run(sql)[0]
    return lowest or "", highest or ""


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


def _tree(edition: Edition, day: date | None, token: str) -> str:
    """The engine's table of an edition. Places added below renumber an edition: the ranges of its tops tell."""
    newest = _newest()
    tops = tuple((top.code, top.leave) for top in places.children("", day))
    key = (token, edition, newest, tops)
    with _lock:
        if key in _trees:
            _trees.move_to_end(key)
            return _trees[key]
        name = f"tree_{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}"
        _trees[key] = name
        stale = _trees.popitem(last=False)[1] if len(_trees) > _KEPT else ""
        duckdb.keep(name, _COLUMNS, list(_numbered(edition, newest).items()), dropping=stale)
        return name


def _numbered(edition: Edition, newest: Edition) -> Mapping[str, int]:
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
