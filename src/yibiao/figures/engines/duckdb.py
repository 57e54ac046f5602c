"""DuckDB in process over Parquet: writes segments, and runs the SQL that the compiler makes.

One in-memory database per process, one cursor of it per thread. Results are always fetched whole: an unfinished fetch
would block the connection.
"""

from __future__ import annotations

import itertools
import os
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from yibiao.figures.types import Column

Table: TypeAlias = Any  # an Arrow table; pyarrow has no types of its own
_ARROW: Final[Mapping[str, Any]] = {
    "BIGINT": pa.int64(),
    "DECIMAL": pa.decimal128(18, 4),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
_SQL: Final[Mapping[str, str]] = {
    "BIGINT": "BIGINT",
    "DECIMAL": "DECIMAL(18, 4)",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
}
_lock = threading.RLock()
_local = threading.local()
_numbers = itertools.count()
_base: dict[int, Any] = {}


def table(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Table:
    """Rows as an Arrow table."""
    cells: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else ((),) * len(columns)
    arrays = [
        pa.array(values, _ARROW.get(column.type, pa.string())) for column, values in zip(columns, cells, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def joined(tables: Sequence[Table]) -> Table:
    return pa.concat_tables(tables)


def distinct(held: Table, column: str) -> set[str]:
    """The values of a column."""
    return {value for value in held.column(column).unique().to_pylist() if value is not None}


def write(path: Path, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> int:
    """Writes rows as one Parquet file, ordered by place and day; gives its size. It appears whole or not at all."""
    return _store(path, _ordered(table(columns, rows)))


def merge(paths: Sequence[Path], target: Path) -> int:
    """Writes the rows of several files as one; gives its size."""
    parts = [pq.read_table(path, memory_map=True) for path in paths]
    return _store(target, _ordered(pa.concat_tables(parts, promote_options="permissive")))


def _ordered(rows: Table) -> Table:
    wanted = [name for name in ("place", "day", "position", "item") if name in rows.column_names]
    return rows.sort_by([(name, "ascending") for name in wanted])


def _store(path: Path, rows: Table) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    with draft.open("wb") as file:
        pq.write_table(rows, file, version="2.6", data_page_version="2.0", compression="zstd", row_group_size=131_072)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path.stat().st_size


def _cursor() -> Any:
    """This thread's cursor; a forked process opens a database of its own."""
    held = getattr(_local, "cursor", None)
    if held is not None and _local.pid == os.getpid():
        return held
    with _lock:
        base = _base.get(os.getpid())
        if base is None:
            base = duckdb.connect(":memory:", config={"threads": min(4, os.cpu_count() or 1)})
            _base.clear()
            _base[os.getpid()] = base
        _local.cursor, _local.pid = base.cursor(), os.getpid()
    # Only literals with a zone need it: every stored time is local.
    _local.cursor.execute("SET TimeZone = 'Asia/Shanghai'")
    return _local.cursor


def run(sql: str) -> list[tuple[Any, ...]]:
    """Runs one statement; all its rows."""
    found: list[tuple[Any, ...]] = _cursor().execute(sql).fetchall()
    return found


@contextmanager
def given(tables: Iterable[Table]) -> Iterator[list[str]]:
    """Names under which this thread's SQL can read Arrow tables, for the length of the block."""
    cursor, names = _cursor(), []
    try:
        for held in tables:
            name = f"given_{next(_numbers)}"
            cursor.register(name, held)
            names.append(name)
        yield names
    finally:
        for name in names:
            cursor.unregister(name)


def keep(name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, dropping: str = "") -> None:
    """Keeps rows as a table that every thread of this process can read, and drops one that it replaces."""
    with _lock, given([table(columns, rows)]) as (source,):
        run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {source}")  # noqa: S608 - names of our own
        if dropping:
            run(f"DROP TABLE IF EXISTS {dropping}")


def add(name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
    """Adds rows to a kept table."""
    with _lock, given([table(columns, rows)]) as (source,):
        run(f"INSERT INTO {name} SELECT * FROM {source}")  # noqa: S608 - names of our own


def scan(columns: Sequence[Column], tail: str, files: Sequence[Path], upto: int) -> str:
    """A query that reads columns from the tail and from files, the latter only up to a position.

    A file may lack a column that a newer version of the form added, or hold it in an older type.
    """
    listed = ", ".join(quoted(str(path)) for path in files)
    held = f"read_parquet([{listed}], union_by_name = true)"
    read = f" UNION ALL BY NAME SELECT * FROM {held} WHERE position <= {upto}"  # noqa: S608
    picked = ", ".join(_picked(column) for column in columns)
    return f"SELECT {picked} FROM (SELECT * FROM {tail}{read if files else ''}) AS scanned"  # noqa: S608


def _picked(column: Column) -> str:
    name = identifier(column.name)
    return f"TRY_CAST({name} AS {_SQL[column.type]}) AS {name}" if column.type in _SQL else name


def as_json(cells: Mapping[str, str]) -> str:
    """An expression that gives cells as one JSON text."""
    if not cells:
        return "'{}'"
    inner = ", ".join(f"{quoted(name)}, {cell}" for name, cell in cells.items())
    return f"CAST(json_object({inner}) AS VARCHAR)"


def split(cell: str) -> str:
    """A FROM item with one row per name in a text with spaces between names; its column is ``split.name``."""
    return f"UNNEST(string_split(COALESCE({cell}, ''), ' ')) AS split(name)"


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
