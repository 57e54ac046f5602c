"""Figures for pages: asked at a fixed checkpoint, where they never change, and therefore kept for the next reader."""

from __future__ import annotations

from functools import lru_cache

from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Query, Slice
from yibiao.packs import queries as packs
from yibiao.people.types import Scope
from yibiao.places import queries as places


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


@lru_cache(maxsize=4096)
def _figure(query: Query, scope: Scope, _stamp: tuple[object, ...]) -> Figure:
    return figures.figure(query, scope=scope)


@lru_cache(maxsize=1024)
def _breakdown(query: Query, by: str, scope: Scope, _stamp: tuple[object, ...]) -> tuple[Slice, ...]:
    return figures.breakdown(query, by=by, scope=scope)
