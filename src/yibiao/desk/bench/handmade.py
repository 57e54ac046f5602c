"""The same questions as somebody writes them who knows the columns: statements of DuckDB over the same files.

They are the limit of what can be had from files. They know nothing of rights, checkpoints, editions and coverage.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from yibiao.desk.bench.figures_world import KIND, Arrival, aggregates, kinds, together
from yibiao.figures import queries
from yibiao.figures.types import Query

# How much of a code names the province, the prefecture, the county, the township, the community.
_LEVELS: Final = (2, 4, 6, 9, 12)
_LIVE: Final = "{live}"
# The rows of files with those that arrived since, and without those that they correct.
JOINED: Final = (
    "(SELECT place, day, grade, found, object FROM {live} WHERE position NOT IN (SELECT corrects FROM bench_arrived) "
    "UNION ALL SELECT place, day, grade, found, object FROM bench_arrived) AS f"
)


def figure(query: Query, source: str = _LIVE) -> int:
    """A count of major inspections, a sum of hazards, or how many different objects were inspected."""
    what, test = aggregates(KIND)[query.indicator.partition(".")[2]]
    sql = f"SELECT {what} FROM {source} WHERE {_within(query)} AND {test}"  # noqa: S608 - codes of our own
    return int(queries.by_hand(KIND, sql, _months(query))[0][0] or 0)


def by_month(query: Query) -> int:
    """Major inspections of a county, its townships and their communities in each month; those of the county in all."""
    sql = (
        "SELECT SUBSTR(CAST(day AS VARCHAR), 1, 7), COUNT(*), SUBSTR(place, 1, 9), place FROM {live} "  # noqa: S608
        f"WHERE {_within(query)} AND grade = 'major' GROUP BY GROUPING SETS ((1, place), (1, 3), (1))"
    )
    return sum(row[1] for row in queries.by_hand(KIND, sql) if row[2] is None and row[3] is None)


def page(query: Query, size: int) -> list[tuple[Any, ...]]:
    """The newest major inspections."""
    sql = (
        'SELECT "fact.uuid", revision, position, place, occurred_at, grade FROM {live} '  # noqa: S608
        f"WHERE {_within(query)} AND grade = 'major' ORDER BY occurred_at DESC, position DESC LIMIT {size}"
    )
    return queries.by_hand(KIND, sql, _months(query))


def everywhere() -> dict[str, int]:
    """Every indicator at all places on all days, counted and not kept: what the days of the province come to."""
    found: dict[str, int] = {}
    for kind in kinds():
        whats = together(kind)
        parts = ", ".join(f"SUBSTR(place, 1, {length}) AS p{length}" for length in _LEVELS)
        sets = ", ".join(f"(p{length}, day)" for length in _LEVELS)
        each = ", ".join(f"{what} AS v{nth}" for nth, what in enumerate(whats.values()))
        # All cells are added up, so that none is left uncounted.
        sums = ", ".join(
            f"SUM(v{nth}) FILTER (WHERE p{_LEVELS[0]} IS NOT NULL), SUM(v{nth})" for nth in range(len(whats))
        )
        groups = ", ".join(f"p{length}" for length in _LEVELS)
        sql = (
            f"SELECT {sums} FROM (SELECT {groups}, {each} FROM (SELECT *, {parts} FROM {_LIVE}) AS f "  # noqa: S608
            f"GROUP BY GROUPING SETS ({sets})) AS g"
        )
        found |= dict(zip(whats, map(int, queries.by_hand(kind, sql)[0][::2]), strict=True))
    return found


def rewritten(folder: Path) -> float:
    """All live rows in order into files of their own, which are let go again; seconds."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        begun = time.perf_counter()
        for nth, kind in enumerate(kinds()):
            to = f"'{place}/{nth}.parquet' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"
            queries.by_hand(kind, f"COPY (SELECT * FROM {_LIVE} ORDER BY place, day) TO {to}")  # noqa: S608
        return time.perf_counter() - begun


def arrive(arrived: Sequence[Arrival]) -> None:
    """Keeps what arrived since the files were written where ``JOINED`` finds it."""
    rows = ", ".join(
        f"({one.corrects}, '{one.place}', DATE '{one.at.date()}', '{one.grade}', {one.found}, '{one.subject}')"
        for one in arrived
    )
    named = "n(corrects, place, day, grade, found, object)"
    queries.by_hand(KIND, f"CREATE TABLE bench_arrived AS SELECT * FROM (VALUES {rows}) AS {named}")  # noqa: S608


def _within(query: Query) -> str:
    """What somebody would write who knows that codes of places are made of those above them."""
    prefix = query.place.rstrip("0")
    prefix += "0" * (-len(prefix) % (2 if len(prefix) <= 6 else 3))
    period = query.period
    days = f"day >= DATE '{period.first_day}' AND day <= DATE '{period.last_day}'"
    return f"starts_with(place, '{prefix}') AND {days}"


def _months(query: Query) -> tuple[str, str]:
    return f"{query.period.first_day:%Y-%m}", f"{query.period.last_day:%Y-%m}"
