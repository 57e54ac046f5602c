"""The measurements of ``yibiao bench figures``, each beside the same question written by hand over the same files.

Every round asks about another period, so that nothing answers from memory; both ways must agree, else it stops.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings

from yibiao.core.periods import Period
from yibiao.desk.bench import plain
from yibiao.desk.bench.figures_world import DAYS, FIRST, KIND, PROGRAM, PROVINCE, arrive, last_day
from yibiao.desk.bench.ingest import child, environment
from yibiao.desk.operating import everything
from yibiao.figures import actions as figures
from yibiao.figures import queries
from yibiao.figures.types import Query
from yibiao.ledger import queries as log
from yibiao.places import queries as atlas

MONTHS: Final = 60
PAGE: Final = 50
NEW: Final = 1_000
# Small questions are asked so often, or for so many seconds.
OFTEN: Final = 25
ENOUGH: Final = 1.0


def whole() -> dict[str, Any]:
    """All places on all days for twenty indicators, in a process of its own: seconds, and its most megabytes."""
    return child(environment(settings.DATA, os.environ.get("DATABASE_URL", "")), "yibiao.desk.bench.rebuilding")


def single(rounds: int) -> dict[str, dict[str, Any]]:
    """One figure for places high and low, long periods and short ones."""
    asked = (("province, 60 days", 0, 60), ("prefecture, 30 days", 1, 30), ("county, 30 days", 2, 30),
             ("community, 60 days", 4, 60))  # fmt: skip
    return {name: _three("inspections-major", below(depth), days, rounds) for name, depth, days in asked}


def distinct(rounds: int) -> dict[str, dict[str, Any]]:
    """How many different objects, at every level."""
    levels = ("province", "prefecture", "county", "township", "community")
    return {f"{name}, 45 days": _three("inspected", below(n), 45, rounds) for n, name in enumerate(levels)}


def grid(rounds: int) -> dict[str, Any]:
    """A county, its townships and their communities, in each of sixty months."""
    county = below(2)
    codes = [county]
    for town in atlas.children(county):
        codes += [town.code, *(one.code for one in atlas.children(town.code))]
    last = last_day()
    first = date(last.year - MONTHS // 12, last.month % 12 + 1, 1)
    asked = Query(f"{PROGRAM}.inspections-major", PROGRAM, county, Period.days(first, last))
    scope = everything()
    found = queries.by_month(asked, codes, scope=scope)

    def by_hand() -> int:
        sql = (
            "SELECT SUBSTR(CAST(day AS VARCHAR), 1, 7), COUNT(*), SUBSTR(place, 1, 9), place FROM {live} "  # noqa: S608
            f"WHERE {_within(asked)} AND grade = 'major' GROUP BY GROUPING SETS ((1, place), (1, 3), (1))"
        )
        return sum(row[1] for row in queries.by_hand(KIND, sql) if row[2] is None and row[3] is None)

    whole_ = sum(int(value or 0) for (code, _), value in found.items() if code == county)
    if whole_ != by_hand():
        raise AssertionError(f"{county}: {whole_} and {by_hand()}")
    return {
        "cells": len(found),
        "ms": _anew(lambda _: queries.by_month(asked, codes, scope=scope), range(rounds)),
        "by_hand_ms": _median(lambda _: by_hand(), range(rounds)),
        "plain_ms": _plainly(lambda _: plain.by_month(asked, codes), range(rounds)),
    }


def page(rounds: int) -> dict[str, dict[str, Any]]:
    """The first page of the facts behind a figure."""
    made = {}
    for name, depth, days in (("province, 60 days", 0, 60), ("county, 30 days", 2, 30)):
        asked = [_query("inspections-major", below(depth), n, days) for n in range(rounds)]
        made[name] = {
            "ms": _median(lambda one: queries.contributions(one, scope=everything(), size=PAGE), asked),
            "by_hand_ms": _median(_first_page, asked),
            "plain_ms": _plainly(lambda one: plain.page(one, PAGE), asked),
        }
    return made


def tail(rounds: int) -> dict[str, Any]:
    """A thousand new facts, some of which correct old ones: from their checkpoint to exact figures, then the cube."""
    arrive(NEW)
    scope, period, taken = everything(), Period.days(FIRST + timedelta(days=1), last_day()), {}
    for id in ("inspections-major", "hazards", "inspected"):
        for depth in (0, 2):
            asked = Query(f"{PROGRAM}.{id}", PROGRAM, below(depth), period)
            begun = time.perf_counter()
            found = queries.figure(asked, scope=scope)
            taken[f"{id}, {('province', '', 'county')[depth]}"] = {
                "first_ms": round((time.perf_counter() - begun) * 1000, 2),
                "again_ms": _anew(lambda one: queries.figure(one, scope=scope), [asked] * rounds),
            }
            if found != queries.recounted(asked, scope=scope):
                raise AssertionError(f"{id}: {found}")
    begun = time.perf_counter()
    figures.follow()
    followed = time.perf_counter() - begun
    newest = log.checkpoint()
    status = queries.status()
    if newest is None or status.position != newest.size:
        raise AssertionError(f"the columns stand at {status.position}")
    return {"new": NEW, "figures": taken, "follow_ms": round(followed * 1000)}


def below(levels: int) -> str:
    """A place so many levels below the province: always the first."""
    code = PROVINCE
    for _ in range(levels):
        code = atlas.children(code)[0].code
    return code


def _three(id: str, code: str, days: int, rounds: int) -> dict[str, Any]:
    """From the cube, from memory, counted anew from the columns, by hand, and in the plain way."""
    asked = [_query(id, code, n, days) for n in range(rounds)]
    scope = everything()
    found = [queries.figure(one, scope=scope).value for one in asked]
    again = [queries.recounted(one, scope=scope).value for one in asked]
    others = [[_by_hand(one) for one in asked]]
    if plain.borne():
        others.append([plain.figure(one) for one in asked])
    if not all(found == again == other for other in others):
        raise AssertionError(f"{code}: {found}, {again} and {others}")
    columns_ms, by_hand_ms = _by_turns(lambda one: queries.recounted(one, scope=scope), _by_hand, asked)
    return {
        "value": int(found[0] or 0),
        "cube_ms": _anew(lambda one: queries.figure(one, scope=scope), asked),
        "served_ms": _again(lambda one: queries.figure(one, scope=scope), asked),
        "columns_ms": columns_ms,
        "by_hand_ms": by_hand_ms,
        "plain_ms": _plainly(plain.figure, asked),
    }


def _by_hand(query: Query) -> int:
    what = "COUNT(DISTINCT object)" if query.indicator.endswith("inspected") else "COUNT(*)"
    major = "" if query.indicator.endswith("inspected") else " AND grade = 'major'"
    sql = f"SELECT {what} FROM {{live}} WHERE {_within(query)}{major}"  # noqa: S608 - codes of our own
    return int(queries.by_hand(KIND, sql, _months(query))[0][0])


def _first_page(query: Query) -> list[tuple[Any, ...]]:
    sql = (
        'SELECT "fact.uuid", revision, position, place, occurred_at, grade FROM {live} '  # noqa: S608
        f"WHERE {_within(query)} AND grade = 'major' ORDER BY occurred_at DESC, position DESC LIMIT {PAGE}"
    )
    return queries.by_hand(KIND, sql, _months(query))


def _within(query: Query) -> str:
    """What somebody would write who knows that codes of places are made of those above them."""
    prefix = query.place.rstrip("0")
    prefix += "0" * (-len(prefix) % (2 if len(prefix) <= 6 else 3))
    period = query.period
    days = f"day >= DATE '{period.first_day}' AND day <= DATE '{period.last_day}'"
    return f"starts_with(place, '{prefix}') AND {days}"


def _months(query: Query) -> tuple[str, str]:
    return f"{query.period.first_day:%Y-%m}", f"{query.period.last_day:%Y-%m}"


def _anew(act: Callable[[Any], object], asked: Sequence[Any]) -> float:
    """The same of what no memory of this process answers."""

    def act_anew(one: Any) -> object:
        figures.forget()
        return act(one)

    return _median(act_anew, asked)


def _again(act: Callable[[Any], object], asked: Sequence[Any]) -> float:
    """The same of what was asked a moment ago."""
    for one in asked:
        act(one)
    return _median(act, asked)


def _plainly(act: Callable[[Any], object], asked: Sequence[Any]) -> float | None:
    """The same of the plain way; None where the database is not one for it."""
    return _median(act, asked) if plain.borne() else None


def _by_turns(
    first: Callable[[Any], object], second: Callable[[Any], object], asked: Sequence[Any]
) -> tuple[float, float]:
    """The medians of two ways that are asked by turns, more often than once where that takes little.

    Half a millisecond between two of ten is what the machine does beside, and not what either costs.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    while not taken[0] or (len(taken[0]) < OFTEN and sum(taken[0]) < ENOUGH):
        for one in asked:
            for act, spent in zip((first, second), taken, strict=True):
                begun = time.perf_counter()
                act(one)
                spent.append(time.perf_counter() - begun)
    milliseconds = [round(statistics.median(spent) * 1000, 2) for spent in taken]
    return milliseconds[0], milliseconds[1]


def _median(act: Callable[[Any], object], asked: Sequence[Any]) -> float:
    taken = []
    for one in asked:
        begun = time.perf_counter()
        act(one)
        taken.append(time.perf_counter() - begun)
    return round(statistics.median(taken) * 1000, 2)


def _query(id: str, code: str, shift: int, days: int) -> Query:
    first = FIRST + timedelta(days=shift % (DAYS - days + 1))
    return Query(f"{PROGRAM}.{id}", PROGRAM, code, Period.days(first, first + timedelta(days=days - 1)))
