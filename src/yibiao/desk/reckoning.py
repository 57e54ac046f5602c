"""Figures for pages: asked at a fixed checkpoint, where they never change, and therefore kept for the next reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

from django.utils.translation import get_language

from yibiao.core import moments
from yibiao.core.periods import Period
from yibiao.desk import metrics
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


def figure(query: Query, *, scope: Scope) -> Figure:
    """As ``figures.queries.figure``."""
    with metrics.timed("figure"):
        return figures.figure(query, scope=scope)


def figures_of(asked: Sequence[Query], *, scope: Scope) -> tuple[Figure, ...]:
    """As ``figures.queries.figures``."""
    with metrics.timed("figures"):
        return figures.figures(asked, scope=scope)


def breakdown(query: Query, *, by: str, scope: Scope) -> tuple[Slice, ...]:
    """As ``figures.queries.breakdown``; by a column at a fixed checkpoint it is kept with the labels of its choices."""
    if query.as_of is None or by in ("child", "day"):
        with metrics.timed("breakdown"):
            return figures.breakdown(query, by=by, scope=scope)
    stamp = places.stamp()
    if stamp is None:
        return figures.breakdown(query, by=by, scope=scope)
    versions = moments.once("versions", lambda: tuple((one.id, one.version) for one in packs.versions() if one.current))
    return _by_column(query, by, scope, (stamp, versions, get_language()))


def at_places(query: Query, codes: tuple[str, ...], *, scope: Scope) -> Mapping[str, Decimal | None]:
    """As ``figures.queries.at_places``."""
    with metrics.timed("places"):
        return figures.at_places(query, codes, scope=scope)


@lru_cache(maxsize=1024)
def _by_column(query: Query, by: str, scope: Scope, _stamp: tuple[object, ...]) -> tuple[Slice, ...]:
    return figures.breakdown(query, by=by, scope=scope)
