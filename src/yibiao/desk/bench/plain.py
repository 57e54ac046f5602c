"""The same questions as a plain application asks them: a table on PostgreSQL, GROUP BY, a tree walked downwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from yibiao.desk.bench.figures_world import KIND
from yibiao.figures import queries
from yibiao.figures.types import Query
from yibiao.places import queries as atlas

_PIECES: Final = 20
_TABLES: Final = (
    "CREATE TABLE bench_place (code varchar(12) PRIMARY KEY, parent varchar(12))",
    "CREATE TABLE bench_inspection (id bigint PRIMARY KEY, place varchar(12) NOT NULL REFERENCES bench_place, "
    "occurred_at timestamp NOT NULL, day date NOT NULL, grade varchar(20), found integer, object varchar(40))",
    "CREATE INDEX ON bench_place (parent)",
    "CREATE INDEX ON bench_inspection (place, day)",
    "CREATE INDEX ON bench_inspection (day)",
    "ANALYZE bench_place, bench_inspection",
)
_BELOW: Final = (
    "WITH RECURSIVE below(code) AS (SELECT code FROM bench_place WHERE code = %s "
    "UNION ALL SELECT p.code FROM bench_place AS p JOIN below AS b ON p.parent = b.code) "
)


def borne() -> bool:
    """Whether the database is one that a plain application would be measured on."""
    return connection.vendor == "postgresql"


def fill() -> int:
    """Puts the live inspections into a table of their own, with the indexes that one would give it; how many."""
    for statement in _TABLES[:2]:
        _do(statement)
    # In preorder: every place after the one that it is in.
    _copy("bench_place", [(one.code, one.parent or None) for one in atlas.drafts()])
    names, made = "position, place, occurred_at, day, grade, found, object", 0
    for piece in range(_PIECES):
        rows = queries.by_hand(KIND, f"SELECT {names} FROM {{live}} WHERE position % {_PIECES} = {piece}")  # noqa: S608
        _copy("bench_inspection", rows)
        made += len(rows)
    for statement in _TABLES[2:]:
        _do(statement)
    return made


def figure(query: Query) -> int:
    """A count of major inspections, or of different objects inspected."""
    distinct = query.indicator.endswith("inspected")
    what = "COUNT(DISTINCT f.object)" if distinct else "COUNT(*)"
    major = "" if distinct else " AND f.grade = 'major'"
    sql = (
        f"{_BELOW}SELECT {what} FROM bench_inspection AS f JOIN below AS b ON b.code = f.place "  # noqa: S608
        f"WHERE f.day BETWEEN %s AND %s{major}"
    )
    return int(_asked(sql, [query.place, query.period.first_day, query.period.last_day])[0][0])


def by_month(query: Query, codes: Sequence[str]) -> int:
    """Major inspections of several places in each month; the number of cells that have any."""
    sql = (
        "WITH RECURSIVE below(top, code) AS (SELECT code, code FROM bench_place WHERE code = ANY(%s) "
        "UNION ALL SELECT b.top, p.code FROM bench_place AS p JOIN below AS b ON p.parent = b.code) "
        "SELECT b.top, DATE_TRUNC('month', f.day), COUNT(*) FROM bench_inspection AS f "
        "JOIN below AS b ON b.code = f.place WHERE f.day BETWEEN %s AND %s AND f.grade = 'major' GROUP BY 1, 2"
    )
    return len(_asked(sql, [list(codes), query.period.first_day, query.period.last_day]))


def page(query: Query, size: int) -> list[tuple[Any, ...]]:
    """The newest major inspections."""
    sql = (
        f"{_BELOW}SELECT f.* FROM bench_inspection AS f JOIN below AS b ON b.code = f.place "  # noqa: S608
        "WHERE f.day BETWEEN %s AND %s AND f.grade = 'major' ORDER BY f.occurred_at DESC, f.id DESC LIMIT %s"
    )
    return _asked(sql, [query.place, query.period.first_day, query.period.last_day, size])


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _copy(table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _asked(sql: str, cells: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, cells)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
