"""PostgreSQL, that of the site: tables of a schema of their own, which may be lost and are filled from the log again.

They are unlogged: after a crash of the server they are empty, and so is the table that says how far each of them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from yibiao.figures.engines.border import Rows
from yibiao.figures.engines.dialects import POSTGRES, identifier, quoted
from yibiao.figures.types import Column

SCHEMA: Final = "figures_staged"
_CURSORS: Final = f"{SCHEMA}.cursors"
_TYPES: Final = {"BIGINT": "BIGINT", "DECIMAL": "DECIMAL(18, 4)", "DATE": "DATE", "TIMESTAMP": "TIMESTAMP"}


def here() -> bool:
    """Whether the site's database is PostgreSQL."""
    return connection.vendor == "postgresql"


def run(sql: str) -> Rows:
    """Runs one statement; all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def position(name: str) -> int | None:
    """How far a table is, with those that belong to it; None where any of them is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [_CURSORS])
        if cursor.fetchone()[0] is None:
            return None
        lost = f"SELECT 1 FROM unnest(string_to_array(tables, ' ')) AS t WHERE to_regclass('{SCHEMA}.' || t) IS NULL"  # noqa: S608
        cursor.execute(f"SELECT position FROM {_CURSORS} WHERE name = %s AND NOT EXISTS ({lost})", [name])  # noqa: S608
        found = cursor.fetchone()
        return int(found[0]) if found else None


def lock(name: str) -> None:
    """Whoever fills a table does so alone, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{SCHEMA}.{name}"])


def create(name: str, token: str, tables: Sequence[tuple[str, Sequence[Column]]]) -> None:
    """Empty tables, the first of which says how far all of them are; what had their names is gone."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE IF NOT EXISTS {_CURSORS} "
            "(name TEXT PRIMARY KEY, token TEXT NOT NULL, tables TEXT NOT NULL, position BIGINT NOT NULL)"
        )
        for table, columns in tables:
            cells = ", ".join(f"{identifier(column.name)} {type_(column)}" for column in columns)
            cursor.execute(f"DROP TABLE IF EXISTS {SCHEMA}.{table}")
            cursor.execute(f"CREATE UNLOGGED TABLE {SCHEMA}.{table} ({cells})")
        listed = " ".join(table for table, _ in tables)
        cursor.execute(f"DELETE FROM {_CURSORS} WHERE name = %s", [name])  # noqa: S608
        cursor.execute(f"INSERT INTO {_CURSORS} VALUES (%s, %s, %s, 0)", [name, token, listed])  # noqa: S608


def fill(table: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows to a table."""
    names = ", ".join(identifier(column.name) for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {SCHEMA}.{table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def moved(name: str, position: int) -> None:
    """A table holds all up to a position now."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {_CURSORS} SET position = %s WHERE name = %s", [position, name])  # noqa: S608


def analyse(table: str) -> None:
    """Lets the planner know what a table holds by now."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {SCHEMA}.{table}")


def sweep(tokens: Sequence[str]) -> int:
    """Drops the tables of columns that are no more; how many."""
    dropped = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [_CURSORS])
        if cursor.fetchone()[0] is None:
            return 0
        cursor.execute(f"DELETE FROM {_CURSORS} WHERE NOT token = ANY(%s) RETURNING tables", [list(tokens)])  # noqa: S608
        for (tables,) in cursor.fetchall():
            for table in tables.split():
                cursor.execute(f"DROP TABLE IF EXISTS {SCHEMA}.{table}")
                dropped += 1
    return dropped


def listed(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    """A query that gives a few rows of text."""
    names = ", ".join(column.name for column in columns)
    nothing = f"SELECT {', '.join('CAST(NULL AS VARCHAR)' for _ in columns)} WHERE FALSE"
    values = ", ".join("(" + ", ".join(quoted(cell) for cell in row) + ")" for row in rows)
    return f"SELECT {names} FROM ({f'VALUES {values}' if rows else nothing}) AS listed({names})"  # noqa: S608


def picked(column: Column, held: Column) -> str:
    """A column of a table in the type that a statement wants."""
    name = identifier(column.name)
    if column.type == "DECIMAL" and held.type not in ("DECIMAL", "BIGINT"):
        return f"{POSTGRES.write('number', name)} AS {name}"
    return name


def type_(column: Column) -> str:
    return _TYPES.get(column.type) or POSTGRES.write("ordered")
