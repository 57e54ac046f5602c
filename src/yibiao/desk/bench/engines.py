"""The measurements of ``yibiao bench engines``: the same figures by two engines over the same facts.

Every figure is counted by both and must be the same; five thousand are in the log and in no file yet.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.desk.bench import figures_world
from yibiao.desk.bench.figures_world import FIRST, PROGRAM, PROVINCE, last_day
from yibiao.desk.operating import everything
from yibiao.desk.problems import BENCH_DIFFERS
from yibiao.figures import actions as figures
from yibiao.figures import queries
from yibiao.figures.types import Query
from yibiao.places import queries as atlas

NEW = 5_000


def compared(other: str, rounds: int, **more: Any) -> dict[str, Any]:
    """Every indicator of the province, high and low, for all days and for thirty, by DuckDB and by another engine.

    Units: milliseconds, medians of all figures; seconds until the other engine stood ready.
    Raises: desk.bench.differs, figures.engine.missing, figures.engine.unreachable.
    """
    figures_world.arrive(NEW)
    begun = time.perf_counter()
    second = queries.engine(other, **more)
    started, first = round(time.perf_counter() - begun, 1), queries.engine("duckdb")
    county = atlas.children(atlas.children(PROVINCE)[0].code)[0].code
    asked = {
        "province, 90 days": (PROVINCE, Period.days(FIRST, last_day())),
        "county, 30 days": (county, Period.days(FIRST + timedelta(days=30), FIRST + timedelta(days=59))),
    }
    found: dict[str, Any] = {}
    same = 0
    for name, (place, period) in asked.items():
        taken: dict[str, list[float]] = {"duckdb": [], other: []}
        for one in queries.indicators(PROGRAM):
            query = Query(one.ref, PROGRAM, place, period)
            plain = _timed(query, first, taken["duckdb"], rounds)
            spread = _timed(query, second, taken[other], rounds)
            if plain != spread:
                raise refuse(BENCH_DIFFERS.at(indicator=one.ref, place=place, first=plain, second=spread))
            same += 1
        found[name] = {f"{engine}_ms": _median(times) for engine, times in taken.items()}
    return {"engine": other, "started_seconds": started, "figures": same, "medians": found}


def _timed(query: Query, engine: Any, taken: list[float], rounds: int) -> Any:
    found = None
    for _ in range(rounds):
        begun = time.perf_counter()
        found = queries.recounted(query, scope=everything(), engine=engine)
        taken.append(time.perf_counter() - begun)
    return found and (found.value, found.facts)


def _median(times: Sequence[float]) -> float:
    return round(statistics.median(times) * 1000, 1)


def rebuilt() -> dict[str, Any]:
    """The columns made anew from the log, which has the new facts alone: how many a second of the processor."""
    used = time.process_time()
    figures.rebuild()
    rows = queries.status().rows
    return {"facts": rows, "per_cpu_second": round(rows / (time.process_time() - used))}
