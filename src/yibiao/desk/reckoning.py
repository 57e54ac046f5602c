"""Figures for pages: asked at a fixed checkpoint, where they never change, and therefore kept for the next reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

from yibiao.core.periods import Period
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Query, Slice
from yibiao.packs import queries as packs
from yibiao.people.types import Scope
from yibiao.places import queries as places

# Over a longer span these are shown at the ends of months: each of their days is a question of its own.
DAY_BY_DAY: Final = ("count", "sum", "distinct")
MOST_DAYS: Final = 62


def series(query: Query, measure: str, *, scope: Scope) -> tuple[Slice, ...]:
    """A figure over its period: by day, or as it stood at the end of each month; the key is the day or the month."""
    days = query.period.day_list()
    if measure in DAY_BY_DAY or len(days) <= MOST_DAYS:
        return breakdown(query, by="day", scope=scope)
    ends = [day for day, after in zip(days, [*days[1:], None], strict=True) if after is None or after.day == 1]
    found = []
    for end in ends:
        until = min(Period.day(end).until, query.period.until)
        one = figure(replace(query, period=Period(query.period.from_, until)), scope=scope)
        found.append(Slice(f"{end:%Y-%m}", f"{end:%Y-%m}", one.value, one.facts))
    return tuple(found)


def _stamp() -> tuple[object, ...]:
    """What besides the log a figure rests on: the tree's editions and the packs' versions."""
    return places.edition().number, tuple((one.id, one.version) for one in packs.versions() if one.current)


def figure(query: Query, *, scope: Scope) -> Figure:
    """As ``figures.queries.figure``."""
    if query.as_of is None:
        return figures.figure(query, scope=scope)
    return _figure(query, scope, _stamp())


def breakdown(query: Query, *, by: str, scope: Scope) -> tuple[Slice, ...]:
    """As ``figures.queries.breakdown``."""
    if query.as_of is None:
        return figures.breakdown(query, by=by, scope=scope)
    return _breakdown(query, by, scope, _stamp())


def at_places(query: Query, codes: tuple[str, ...], *, scope: Scope) -> Mapping[str, Decimal | None]:
    """As ``figures.queries.at_places``."""
    if query.as_of is None:
        return figures.at_places(query, codes, scope=scope)
    return _at_places(query, codes, scope, _stamp())


@lru_cache(maxsize=256)
def _at_places(
    query: Query, codes: tuple[str, ...], scope: Scope, _stamp: tuple[object, ...]
) -> Mapping[str, Decimal | None]:
    return figures.at_places(query, codes, scope=scope)


@lru_cache(maxsize=4096)
def _figure(query: Query, scope: Scope, _stamp: tuple[object, ...]) -> Figure:
    return figures.figure(query, scope=scope)


@lru_cache(maxsize=1024)
def _breakdown(query: Query, by: str, scope: Scope, _stamp: tuple[object, ...]) -> tuple[Slice, ...]:
    return figures.breakdown(query, by=by, scope=scope)
