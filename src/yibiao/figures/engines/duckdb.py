"""DuckDB in process: runs the SQL that the compiler makes, over Parquet and Arrow tables.

One in-memory database per process, one cursor of it per thread. Results are always fetched whole: an unfinished fetch
would block the connection.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from yibiao.figures.engines.border import Files, Relation, Rows, Table
from yibiao.figures.engines.dialects import DUCKDB, identifier, quoted
from yibiao.figures.terms import ROW
from yibiao.figures.types import Column

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
# Where files hold an id that is a UUID.
PACKED: Final = "fact.uuid"
_PIECES: Final = 32
_SHORT: Final = 60
_BATCH: Final = 131_072
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


def signed(columns: Sequence[Column], new: Table, gone: Table) -> Table:
    """Some columns of rows that came and of rows that were taken back, with a sign."""
    names, made = [column.name for column in columns], []
    for held, sign in ((new, 1), (gone, -1)):
        if held.num_rows or sign > 0:
            made.append(held.select(names).append_column("sign", pa.repeat(pa.scalar(sign, pa.int64()), held.num_rows)))
    return pa.concat_tables(made)


def below(held: Table, position: int) -> Table:
    """The rows at or below a position."""
    return held.filter(pc.field("position") <= position) if held.num_rows else held


def joined(tables: Sequence[Table]) -> Table:
    """One after the other; copied into one piece where there are so many that reading them costs more."""
    made = pa.concat_tables(tables)
    return made.combine_chunks() if made.num_columns and made.column(0).num_chunks > _PIECES else made


def holds(held: Table, column: str, low: datetime, high: datetime) -> bool:
    """Whether any row lies at or after one moment and before another."""
    cells = held.column(column)
    low_, high_ = (pa.scalar(at, cells.type) for at in (low, high))
    within = pc.and_(pc.greater_equal(cells, low_), pc.less(cells, high_))
    return bool(pc.any(within).as_py())


def distinct(held: Table, column: str) -> set[str]:
    """The values of a column."""
    return {value for value in held.column(column).unique().to_pylist() if value is not None}


def _cursor() -> Any:
    """This thread's cursor; a forked process opens a database of its own."""
    held = getattr(_local, "cursor", None)
    if held is not None and _local.pid == os.getpid():
        return held
    with _lock:
        base = _base.get(os.getpid())
        if base is None:
            spill = str(Path(tempfile.gettempdir()) / f"yibiao-spill-{os.getpid()}")
            config: dict[str, Any] = {"threads": min(4, os.cpu_count() or 1), "temp_directory": spill}
            config["memory_limit"] = f"{settings.YIBIAO_FIGURES_MEMORY}MB"
            # Else what a large question took stays with the process when it is answered.
            config["allocator_background_threads"] = True
            base = duckdb.connect(":memory:", config=config)
            _base.clear()
            _base[os.getpid()] = base
        _local.cursor, _local.pid = base.cursor(), os.getpid()
    # Only literals with a zone need it: every stored time is local.
    _local.cursor.execute("SET TimeZone = 'Asia/Shanghai'")
    return _local.cursor


def run(sql: str) -> Rows:
    """Runs one statement; all its rows."""
    found: Rows = _cursor().execute(sql).fetchall()
    return found


def answer(sql: str, relations: Sequence[Relation]) -> Rows:
    """The same of a statement that names relations."""
    with _naming(sql, relations) as text:
        return run(text)


def gathered(sql: str, relations: Sequence[Relation]) -> Table:
    """The same as an Arrow table."""
    with _naming(sql, relations) as text:
        return _cursor().sql(text).to_arrow_table()


def batches(sql: str, relations: Sequence[Relation]) -> Iterator[pa.RecordBatch]:
    """The same, so many rows at a time, for rows by the million. Nothing else may be asked before the last is taken."""
    with _naming(sql, relations) as text:
        yield from _cursor().sql(text).to_arrow_reader(_BATCH)


def let_go() -> None:
    """Gives back what is kept of tables that are no more: after large ones, a tenth of all that a process holds."""
    pa.default_memory_pool().release_unused()


@contextmanager
def _naming(sql: str, relations: Sequence[Relation]) -> Iterator[str]:
    """A statement in which relations have their names, and no column that it does not name.

    Such columns would only take planning, most of a small question.
    """
    relations = [one.read_by(sql) for one in relations]
    tails = {one.name: one.rows for one in relations if not _needless(one)}
    with given(tails.values()) as names:
        named, inline = dict(zip(tails, names, strict=True)), DUCKDB.write("inline")
        listed = [
            f"{one.name} AS {inline}({one.counting(_scanned(one, named.get(one.name, ''), ROW[-1] in sql))})"
            for one in relations
        ]
        yield f"WITH {', '.join(listed)}\n{sql}" if listed else sql


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


def scan(
    columns: Sequence[Column], tail: str, parts: Sequence[str] = (), *, rowed: bool = False,
    known: Mapping[str, str] = MappingProxyType({}),
) -> str:  # fmt: skip
    """A query that reads columns from the tail and from files, of which parts say all but what to select.

    Either may lack the other.

    A file may lack a column that a newer version of the form added, or hold it in an older type. What is ``rowed`` has
    the columns of ``ROW`` too. ``known`` are columns that have one text in all rows of files.
    """
    ids = [_row(str(nth), "file_index", "file_row_number") if rowed else "" for nth in range(1, len(parts) + 1)]
    if not tail and len(parts) == 1:
        return f"SELECT {picked(columns, known)}{ids[0]} {parts[0]}"
    own = _row("0", "0", "position") if rowed else ""
    given_ = [f"SELECT *, CAST(NULL AS UUID) AS {identifier(PACKED)}{own} FROM {tail}"] if tail else []  # noqa: S608
    all_ = " UNION ALL BY NAME ".join([*given_, *(f"SELECT *{id} {part}" for id, part in zip(ids, parts, strict=True))])
    named = ", ".join(("", *ROW)) if rowed else ""
    return f"SELECT {picked(columns)}{named} FROM ({all_}) AS scanned"  # noqa: S608


def _row(*cells: str) -> str:
    return "".join(f", {cell} AS {name}" for cell, name in zip(cells, ROW, strict=True))


def picked(columns: Sequence[Column], known: Mapping[str, str] = MappingProxyType({})) -> str:
    """Columns, each in its type; those of which the text is known are not read."""
    return ", ".join(
        f"{quoted(known[one.name])} AS {identifier(one.name)}" if one.name in known else _picked(one) for one in columns
    )


def _needless(one: Relation) -> bool:
    """Whether the tail is empty, and files say all columns: it would only take planning, most of a small question."""
    paths = _paths(one)
    return not one.rows.num_rows and bool(paths) and {column.name for column in one.columns} <= _names(paths)


def _scanned(one: Relation, tail: str, rowed: bool) -> str:
    """All rows of a relation."""
    known = _known(_paths(one)) if one.files and not tail else {}
    return scan(one.columns, tail, [_part(files) for files in one.files], rowed=rowed, known=known)


def _paths(one: Relation) -> tuple[Path, ...]:
    return tuple(path for files in one.files for path in files.paths)


@lru_cache(maxsize=4096)
def _names(paths: tuple[Path, ...]) -> frozenset[str]:
    """The columns that some files have, which never change."""
    return frozenset(row[0] for row in run(f"DESCRIBE SELECT * FROM {read(paths)}"))  # noqa: S608


def _known(paths: tuple[Path, ...]) -> dict[str, str]:
    """The program, where all rows of some files are of one: their footers say so, and nobody need read it."""
    programs = {_program(path) for path in paths}
    program = programs.pop() if len(programs) == 1 else None
    return {} if program is None else {"program": program}


@lru_cache(maxsize=65_536)
def _program(path: Path) -> str | None:
    """The one program of a file, which never changes; None where it has several or does not tell."""
    told = pq.read_metadata(path)
    at = next((nth for nth in range(told.num_columns) if told.schema.column(nth).path == "program"), None)
    if at is None or not told.num_rows:
        return None
    each = [told.row_group(nth).column(at).statistics for nth in range(told.num_row_groups)]
    if not all(one is not None and one.has_min_max and one.has_null_count and not one.null_count for one in each):
        return None
    values = {value for one in each for value in (one.min, one.max)}
    # A longer text may have been cut.
    found = values.pop() if len(values) == 1 else ""
    return found if isinstance(found, str) and 0 < len(found) <= _SHORT else None


def _picked(column: Column) -> str:
    name = identifier(column.name)
    if column.name == "fact":
        return f"COALESCE(CAST({identifier(PACKED)} AS VARCHAR), fact) AS fact"
    return f"TRY_CAST({name} AS {_SQL[column.type]}) AS {name}" if column.type in _SQL else name


def read(paths: Iterable[Path]) -> str:
    """What a query reads files with; a file may lack a column, or hold it in an older type."""
    return f"read_parquet([{', '.join(quoted(str(path)) for path in paths)}], union_by_name = true)"


def _part(files: Files) -> str:
    if not files.shift:
        return f"FROM {read(files.paths)} WHERE {files.where}"
    moved = ", ".join(f"{name} + {files.shift} AS {name}" for name in files.positions)
    return f"FROM (SELECT * REPLACE ({moved}) FROM {read(files.paths)} AS r WHERE {files.where}) AS r"  # noqa: S608
