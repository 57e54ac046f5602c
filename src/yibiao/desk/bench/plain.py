"""The same questions as a plain application asks them: a table for each form on PostgreSQL, a tree walked downwards."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

from yibiao.desk.bench.figures_world import KIND, PROVINCE, Arrival, aggregates, kinds, together
from yibiao.figures import queries
from yibiao.figures.types import Query
from yibiao.places import queries as atlas

# Loading more than so many facts would take longer than all that is measured of them.
MOST: Final = 20_000_000
_PIECE: Final = 1 << 20
_TYPES: Final = {"BIGINT": "bigint", "DATE": "date", "TIMESTAMP": "timestamp"}
_COLUMNS: Final = ("position", "place", "occurred_at", "day")
_BELOW: Final = (
    "WITH RECURSIVE below(code) AS (SELECT code FROM bench_place WHERE code = %s "
    "UNION ALL SELECT p.code FROM bench_place AS p JOIN below AS b ON p.parent = b.code) "
)
_ABOVE: Final = (
    "WITH RECURSIVE above(code, top) AS (SELECT code, code FROM bench_place "
    "UNION ALL SELECT a.code, p.parent FROM above AS a JOIN bench_place AS p ON p.code = a.top "
    "WHERE p.parent IS NOT NULL) "
)


def borne(facts: int) -> bool:
    """Whether a plain application would be measured on the database, and bears so many facts."""
    return connection.vendor == "postgresql" and facts <= MOST


def fill() -> tuple[int, float]:
    """Puts the live rows of each kind into a table of its own, with the indexes that one would give it.

    Shape: how many rows; the seconds that the database took to load and to index them.
    """
    _do("CREATE TABLE bench_place (code varchar(12) PRIMARY KEY, parent varchar(12))")
    # In preorder: every place after the one that it is in.
    tree = [(one.code, one.parent or None) for one in atlas.drafts()]
    with connection.cursor() as cursor, cursor.copy("COPY bench_place FROM STDIN") as copy:
        for row in tree:
            copy.write_row(row)
    _do("CREATE INDEX ON bench_place (parent)")
    _do("ANALYZE bench_place")
    loaded = [_load(kind) for kind in kinds()]
    return sum(rows for rows, _ in loaded), sum(seconds for _, seconds in loaded)


def figure(query: Query) -> int:
    """A count of major inspections, a sum of hazards, or how many different objects were inspected."""
    what, test = aggregates(KIND)[query.indicator.partition(".")[2]]
    sql = (
        f"{_BELOW}SELECT {what} FROM {_table(KIND)} AS f JOIN below AS b ON b.code = f.place "  # noqa: S608
        f"WHERE f.day BETWEEN %s AND %s AND {test}"
    )
    return int(_asked(sql, [query.place, query.period.first_day, query.period.last_day])[0][0] or 0)


def by_month(query: Query, codes: Sequence[str]) -> int:
    """Major inspections of several places in each month; the number of cells that have any."""
    sql = (
        "WITH RECURSIVE below(top, code) AS (SELECT code, code FROM bench_place WHERE code = ANY(%s) "  # noqa: S608
        "UNION ALL SELECT b.top, p.code FROM bench_place AS p JOIN below AS b ON p.parent = b.code) "
        f"SELECT b.top, DATE_TRUNC('month', f.day), COUNT(*) FROM {_table(KIND)} AS f "
        "JOIN below AS b ON b.code = f.place WHERE f.day BETWEEN %s AND %s AND f.grade = 'major' GROUP BY 1, 2"
    )
    return len(_asked(sql, [list(codes), query.period.first_day, query.period.last_day]))


def page(query: Query, size: int) -> list[tuple[Any, ...]]:
    """The newest major inspections."""
    sql = (
        f"{_BELOW}SELECT f.* FROM {_table(KIND)} AS f JOIN below AS b ON b.code = f.place "  # noqa: S608
        "WHERE f.day BETWEEN %s AND %s AND f.grade = 'major' ORDER BY f.occurred_at DESC, f.id DESC LIMIT %s"
    )
    return _asked(sql, [query.place, query.period.first_day, query.period.last_day, size])


def everywhere() -> dict[str, int]:
    """Every indicator at all places on all days, counted and not kept: what the days of the province come to."""
    found: dict[str, int] = {}
    for kind in kinds():
        whats = together(kind)
        each = ", ".join(f"{what} AS v{nth}" for nth, what in enumerate(whats.values()))
        # All cells are added up, so that none is left uncounted.
        sums = ", ".join(f"SUM(v{nth}) FILTER (WHERE top = %s), SUM(v{nth})" for nth in range(len(whats)))
        sql = (
            f"{_ABOVE}SELECT {sums} FROM (SELECT a.top, f.day, {each} FROM {_table(kind)} AS f "  # noqa: S608
            "JOIN above AS a ON a.code = f.place GROUP BY 1, 2) AS g"
        )
        row = _asked(sql, [PROVINCE] * len(whats))[0]
        found |= dict(zip(whats, map(int, row[::2]), strict=True))
    return found


@transaction.atomic
def arrive(arrived: Sequence[Arrival]) -> None:
    """Takes new inspections in, and corrects those that were corrected."""
    table = _table(KIND)
    moved = [(one.grade, one.found, one.corrects) for one in arrived if one.corrects]
    new = [
        (one.position, one.place, one.at, one.at.date(), one.grade, one.found, one.ordered, one.subject)
        for one in arrived
        if not one.corrects
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET grade = %s, found = %s WHERE id = %s", moved)  # noqa: S608
        cursor.executemany(
            f"INSERT INTO {table} (id, place, occurred_at, day, grade, found, ordered, object) "  # noqa: S608
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", new,
        )  # fmt: skip


def _load(kind: str) -> tuple[int, float]:
    """A table as its form has the questions."""
    table, held = _table(kind), queries.by_hand(kind, "DESCRIBE SELECT * FROM {live}")
    standard = {one.name for one in queries.STANDARD}
    names = [*_COLUMNS, *(row[0] for row in held if row[0] not in standard and row[0].isidentifier())]
    types = {row[0]: _TYPES.get(row[1], "varchar(40)") for row in held}
    with tempfile.NamedTemporaryFile(suffix=".csv") as listed:
        picked = ", ".join(names)
        queries.by_hand(kind, f"COPY (SELECT {picked} FROM {{live}}) TO '{listed.name}' (FORMAT csv, HEADER false)")  # noqa: S608
        begun = time.perf_counter()
        cells = ", ".join(f"{name} {types[name]}" for name in names[2:])
        _do(f"CREATE TABLE {table} (id bigint PRIMARY KEY, place varchar(12) NOT NULL REFERENCES bench_place, {cells})")
        with (
            Path(listed.name).open("rb") as rows,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy,
        ):
            while piece := rows.read(_PIECE):
                copy.write(piece)
        for statement in (
            f"CREATE INDEX ON {table} (place, day)",
            f"CREATE INDEX ON {table} (day)",
            f"ANALYZE {table}",
        ):
            _do(statement)
        seconds = time.perf_counter() - begun
    return int(_asked(f"SELECT COUNT(*) FROM {table}", [])[0][0]), seconds  # noqa: S608


def _table(kind: str) -> str:
    return f"bench_{kind.rpartition('.')[2]}"


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _asked(sql: str, cells: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, cells)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
