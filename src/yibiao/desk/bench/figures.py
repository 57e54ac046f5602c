"""The measurements of ``yibiao bench figures``, each beside the same question written by hand over the same files, and
beside a plain application's.

Every round asks about another period, so that nothing answers from memory; all ways must agree, else it stops.
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
from yibiao.desk.bench import handmade, plain
from yibiao.desk.bench.figures_world import DAYS, FIRST, PROGRAM, PROVINCE, arrive, last_day
from yibiao.desk.bench.ingest import child, environment
from yibiao.desk.operating import everything
from yibiao.figures import actions as figures
from yibiao.figures import queries
from yibiao.figures.types import Contributions, Query
from yibiao.ledger import queries as log
from yibiao.places import queries as atlas

MONTHS: Final = 60
PAGE: Final = 50
NEW: Final = 1_000
# Small questions are asked so often, or for so many seconds.
OFTEN: Final = 25
ENOUGH: Final = 1.0


def run(facts: int, rounds: int) -> dict[str, Any]:
    """Every measurement over a province that was built; ``plain_*`` is None where no plain application is beside it."""
    beside = plain.borne(facts)
    whole_ = whole()
    rows, seconds = plain.fill() if beside else (None, None)
    return {
        "plain_rows": rows,
        "rewritten": {
            "by_hand_seconds": round(handmade.rewritten(settings.DATA), 1),
            "plain_seconds": _rounded(seconds),
        },
        "whole": whole_ | everywhere(beside),
        "single": single(rounds, beside),
        "distinct": distinct(rounds, beside),
        "grid": grid(rounds, beside),
        "page": page(rounds, beside),
        "tail": tail(rounds, beside),
    }


def whole() -> dict[str, Any]:
    """All places on all days for twenty indicators, in a process of its own: seconds, and its most megabytes."""
    return child(environment(settings.DATA, os.environ.get("DATABASE_URL", "")), "yibiao.desk.bench.rebuilding")


def everywhere(beside: bool) -> dict[str, Any]:
    """The same by hand, and plainly: counted once, and not kept."""
    taken: dict[str, float | None] = {"by_hand_seconds": None, "plain_seconds": None}
    period, scope = Period.days(FIRST, last_day()), everything()
    ours = {}
    for one in queries.indicators(PROGRAM):
        days = queries.breakdown(Query(one.ref, PROGRAM, PROVINCE, period), by="day", scope=scope)
        ours[one.id] = int(sum(each.value or 0 for each in days))
    for name, act in (("by_hand_seconds", handmade.everywhere), ("plain_seconds", plain.everywhere)):
        if name == "plain_seconds" and not beside:
            continue
        begun = time.perf_counter()
        found = act()
        taken[name] = _rounded(time.perf_counter() - begun)
        if found != ours:
            raise AssertionError(f"{name}: {found} and {ours}")
    return taken


def single(rounds: int, beside: bool) -> dict[str, dict[str, Any]]:
    """One figure for places high and low, long periods and short ones."""
    asked = (("province, 60 days", 0, 60), ("prefecture, 30 days", 1, 30), ("county, 30 days", 2, 30),
             ("community, 60 days", 4, 60))  # fmt: skip
    return {name: _three("inspections-major", below(depth), days, rounds, beside) for name, depth, days in asked}


def distinct(rounds: int, beside: bool) -> dict[str, dict[str, Any]]:
    """How many different objects, at every level."""
    levels = ("province", "prefecture", "county", "township", "community")
    return {f"{name}, 45 days": _three("inspected", below(n), 45, rounds, beside) for n, name in enumerate(levels)}


def grid(rounds: int, beside: bool) -> dict[str, Any]:
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
    whole_ = sum(int(value or 0) for (code, _), value in found.items() if code == county)
    if whole_ != (other := handmade.by_month(asked)):
        raise AssertionError(f"{county}: {whole_} and {other}")
    some = sum(1 for value in found.values() if value)
    if beside and some != (other := plain.by_month(asked, codes)):
        raise AssertionError(f"{county}: {some} and {other}")
    return {
        "cells": len(found),
        "served_ms": _again(lambda _: queries.by_month(asked, codes, scope=scope), range(rounds)),
        "ms": _anew(lambda _: queries.by_month(asked, codes, scope=scope), range(rounds)),
        "by_hand_ms": _median(lambda _: handmade.by_month(asked), range(rounds)),
        "plain_ms": _median(lambda _: plain.by_month(asked, codes), range(rounds)) if beside else None,
    }


def page(rounds: int, beside: bool) -> dict[str, dict[str, Any]]:
    """The first page of the facts behind a figure."""
    made = {}
    for name, depth, days in (("province, 60 days", 0, 60), ("county, 30 days", 2, 30)):
        asked = [_query("inspections-major", below(depth), n, days) for n in range(rounds)]
        listed = [row.position for row in _page(asked[0]).items]
        others = [[row[2] for row in handmade.page(asked[0], PAGE)]]
        if beside:
            others.append([row[0] for row in plain.page(asked[0], PAGE)])
        if any(listed != other for other in others):
            raise AssertionError(f"{name}: {listed} and {others}")
        made[name] = {
            "served_ms": _again(_page, asked),
            "ms": _anew(_page, asked),
            "by_hand_ms": _median(lambda one: handmade.page(one, PAGE), asked),
            "plain_ms": _median(lambda one: plain.page(one, PAGE), asked) if beside else None,
        }
    return made


def tail(rounds: int, beside: bool) -> dict[str, Any]:
    """A thousand new facts, some of which correct old ones: from their checkpoint to exact figures, then the cube."""
    arrived = arrive(NEW)
    handmade.arrive(arrived)
    took = _median(plain.arrive, [arrived]) if beside else None
    scope, period, taken = everything(), Period.days(FIRST + timedelta(days=1), last_day()), {}
    for id in ("inspections-major", "hazards", "inspected"):
        for depth in (0, 2):
            asked = Query(f"{PROGRAM}.{id}", PROGRAM, below(depth), period)
            begun = time.perf_counter()
            found = queries.figure(asked, scope=scope)
            first_ms = round((time.perf_counter() - begun) * 1000, 2)
            others = [queries.recounted(asked, scope=scope).value, handmade.figure(asked, handmade.JOINED)]
            if beside:
                others.append(plain.figure(asked))
            if any(found.value != other for other in others):
                raise AssertionError(f"{id}: {found} and {others}")
            taken[f"{id}, {('province', '', 'county')[depth]}"] = {
                "first_ms": first_ms,
                "again_ms": _anew(lambda one: queries.figure(one, scope=scope), [asked] * rounds),
                "by_hand_ms": _median(lambda one: handmade.figure(one, handmade.JOINED), [asked] * rounds),
                "plain_ms": _median(plain.figure, [asked] * rounds) if beside else None,
            }
    begun = time.perf_counter()
    figures.follow()
    followed = time.perf_counter() - begun
    newest = log.checkpoint()
    status = queries.status()
    if newest is None or status.position != newest.size:
        raise AssertionError(f"the columns stand at {status.position}")
    return {"new": NEW, "plain_taken_ms": took, "figures": taken, "follow_ms": round(followed * 1000)}


def below(levels: int) -> str:
    """A place so many levels below the province: always the first."""
    code = PROVINCE
    for _ in range(levels):
        code = atlas.children(code)[0].code
    return code


def _three(id: str, code: str, days: int, rounds: int, beside: bool) -> dict[str, Any]:
    """From the cube, from memory, counted anew from the columns, by hand, and in the plain way."""
    asked = [_query(id, code, n, days) for n in range(rounds)]
    scope = everything()
    found = [queries.figure(one, scope=scope).value for one in asked]
    again = [queries.recounted(one, scope=scope).value for one in asked]
    others = [[handmade.figure(one) for one in asked]]
    if beside:
        others.append([plain.figure(one) for one in asked])
    if not all(found == again == other for other in others):
        raise AssertionError(f"{code}: {found}, {again} and {others}")
    columns_ms, by_hand_ms = _by_turns(lambda one: queries.recounted(one, scope=scope), handmade.figure, asked)
    return {
        "value": int(found[0] or 0),
        "cube_ms": _anew(lambda one: queries.figure(one, scope=scope), asked),
        "served_ms": _again(lambda one: queries.figure(one, scope=scope), asked),
        "columns_ms": columns_ms,
        "by_hand_ms": by_hand_ms,
        "plain_ms": _median(plain.figure, asked) if beside else None,
    }


def _page(query: Query) -> Contributions:
    return queries.contributions(query, scope=everything(), size=PAGE)


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


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
