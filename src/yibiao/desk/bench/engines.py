"""The measurements of ``yibiao bench engines``: the same figures by two engines over the same facts.

Every figure is counted by both and must be the same in all that it says. Of the facts that are generated, five thousand
are in the log and in no file yet.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.desk import asking
from yibiao.desk.bench import figures_world
from yibiao.desk.bench.figures_world import FIRST, PROGRAM, PROVINCE, last_day
from yibiao.desk.operating import everything
from yibiao.desk.problems import BENCH_DIFFERS
from yibiao.figures import actions as figures
from yibiao.figures import queries
from yibiao.figures.types import Figure, Query
from yibiao.packs import queries as packs
from yibiao.places import queries as atlas

NEW = 5_000
Asked = Mapping[str, Sequence[Query]]


def province() -> Asked:
    """Every indicator of the generated province, high and low, for all days and for thirty."""
    figures_world.arrive(NEW)
    county = atlas.children(atlas.children(PROVINCE)[0].code)[0].code
    spans = {
        "province, 90 days": (PROVINCE, Period.days(FIRST, last_day())),
        "county, 30 days": (county, Period.days(FIRST + timedelta(days=30), FIRST + timedelta(days=59))),
    }
    refs = [one.ref for one in queries.indicators(PROGRAM)]
    return {name: [Query(ref, PROGRAM, *of) for ref in refs] for name, of in spans.items()}


def programs() -> Asked:
    """Every indicator of every program of the site, for the place and the time for which its board opens."""
    return {
        program.code: [
            Query(one.ref, program.code, program.place, asking.window(program))
            for one in queries.indicators(program.pack)
        ]
        for program in packs.programs()
    }


def compared(asked: Asked, other: str, rounds: int, **more: Any) -> dict[str, Any]:
    """What is asked, by DuckDB and by another engine.

    Shape: under ``medians`` one for each name of what is asked.
    Units: milliseconds, medians of all its figures; seconds until the other engine stood ready.
    Raises: desk.bench.differs, figures.engine.missing, figures.engine.unreachable.
    """
    begun = time.perf_counter()
    second = queries.engine(other, **more)
    started, first = round(time.perf_counter() - begun, 1), queries.engine("duckdb")
    found = {name: _both(wanted, (first, second), other, rounds) for name, wanted in asked.items()}
    same = sum(one["figures"] for one in found.values())
    return {"engine": other, "started_seconds": started, "figures": same, "medians": found}


def _both(asked: Iterable[Query], engines: tuple[Any, Any], other: str, rounds: int) -> dict[str, Any]:
    taken: tuple[list[float], list[float]] = ([], [])
    said, facts = 0, 0
    for query in asked:
        plain, spread = (_timed(query, engine, times, rounds) for engine, times in zip(engines, taken, strict=True))
        if plain != spread:
            first, second = ((one.value, one.facts) for one in (plain, spread))
            raise refuse(BENCH_DIFFERS.at(indicator=query.indicator, place=query.place, first=first, second=second))
        said += 1
        facts += plain.facts
    return {
        "figures": said, "facts": facts, "duckdb_ms": _median(taken[0]), f"{other}_ms": _median(taken[1])
    }  # fmt: skip


def _timed(query: Query, engine: Any, taken: list[float], rounds: int) -> Figure:
    for _ in range(rounds):
        begun = time.perf_counter()
        found = queries.recounted(query, scope=everything(), engine=engine)
        taken.append(time.perf_counter() - begun)
    return found


def _median(times: Sequence[float]) -> float:
    return round(statistics.median(times) * 1000, 1)


def rebuilt() -> dict[str, Any]:
    """The columns made anew from the log, which has the new facts alone: how many a second of the processor."""
    used = time.process_time()
    figures.rebuild()
    rows = queries.status().rows
    return {"facts": rows, "per_cpu_second": round(rows / (time.process_time() - used))}
