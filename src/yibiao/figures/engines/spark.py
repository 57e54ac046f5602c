"""Spark, on this machine or a cluster: the same text over the same files.

It is an extra: ``requirements/spark.txt``, and Java 17. Files are read with the schema that they have, as columns may
be lacking in old ones or have another type there. Workers need to see the files, whether Hadoop reads them or they
fetch them themselves; what no file has goes to them with the statement.
"""

from __future__ import annotations

import itertools
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from yibiao.figures.engines import fetching
from yibiao.figures.engines.border import Files, Relation, Rows, Table
from yibiao.figures.engines.dialects import SPARK, identifier
from yibiao.figures.engines.duckdb import PACKED
from yibiao.figures.engines.parquet import SUPERSEDED_BY
from yibiao.figures.types import Column

SETTINGS: Final[Mapping[str, str]] = {
    # Stored times are local and have no zone; only what a log says is in one.
    "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # Names in double quotes, texts in single ones with nothing escaped, sums that overflow an error and no number.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "true",
    # The list of files is given; a cluster need not be asked to list them.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    "spark.sql.python.filterPushdown.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
_LOCAL: Final[Mapping[str, str]] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
}
_TYPES: Final[Mapping[str, str]] = {
    "BIGINT": "BIGINT",
    "DECIMAL": "DECIMAL(18,4)",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}
_POSITIONS: Final = ("position", "superseded", SUPERSEDED_BY)
_lock = threading.RLock()
_numbers = itertools.count()
_views: dict[tuple[Any, ...], str] = {}
_open: dict[str, Any] = {}
Held = tuple[tuple[str, str], ...]
Where = Callable[[Path], str]
Schema = Callable[[Path], Held]


def session(master: str, settings: Iterable[tuple[str, str]] = ()) -> Any:
    """The session on a master; one at a time in a process.

    Raises ImportError where PySpark is not installed, and what the master or Java has to say where they are not there.
    """
    from pyspark.sql import SparkSession

    given = tuple(settings)
    key = f"{master} {given}"
    with _lock:
        if key in _open:
            return _open[key]
        _reach(master)
        stop()
        # The Python of workers that fetch files: this one, where nobody says otherwise.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master(master).appName("yibiao")
        near = master.startswith("local") or "//127.0.0.1" in master
        for name, value in {**SETTINGS, **(_LOCAL if near else {}), **dict(given)}.items():
            builder = builder.config(name, value)
        _open[key] = builder.getOrCreate()
        return _open[key]


def faults() -> tuple[type[Exception], ...]:
    """What Spark raises when a statement comes to nothing: files that workers do not see, workers that went away."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JError


def why(failure: Exception) -> str:
    """What Spark said, in one line: what a worker raised, or else more than which of its calls failed."""
    lines = [line.rstrip() for line in str(failure).splitlines() if line.strip()] or [type(failure).__name__]
    traced = next((nth for nth, line in enumerate(lines) if "Traceback (most recent call last)" in line), None)
    if traced is not None:
        lines = [line for line in lines[traced + 1 :] if not line[:1].isspace()] or lines
    lines = [line.strip(": \t") for line in lines]
    said = next((line for line in lines if not line.startswith("An error occurred while calling")), lines[0])
    return fetching.hidden(said)[:200]


def unpacked(failure: Exception) -> bool:
    """Whether it is that Hadoop lacks the package for a kind of address."""
    said = str(failure)
    return "No FileSystem for scheme" in said or ("ClassNotFoundException" in said and "FileSystem not found" in said)


def _reach(master: str) -> None:
    """Spark itself would try for a minute, and say little."""
    for one in master.removeprefix("spark://").split(",") if master.startswith("spark://") else ():
        host, _, port = one.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=5):
            pass


def stop() -> None:
    """Ends the session of this process."""
    with _lock:
        for held in _open.values():
            held.stop()
        _open.clear()
        _views.clear()


def text(spark: Any, address: str) -> str | None:
    """A small text file at an address that the cluster sees; None where there is none."""
    from pyspark.errors import AnalysisException

    try:
        rows = spark.read.option("wholetext", True).text(address).collect()
    except AnalysisException as failure:
        if "PATH_NOT_FOUND" in str(failure):
            return None
        raise
    return str(rows[0][0]) if rows else None


def answer(
    spark: Any, sql: str, relations: Sequence[Relation], trees: Mapping[str, Callable[[], Table]], where: Where = str,
    schema: Schema | None = None,
) -> Rows:  # fmt: skip
    """All rows of a statement that names relations and trees.

    ``where`` is how workers call a file, ``schema`` says what columns it has; without one the file itself does.
    """
    with _lock:
        listed = [f"{name} AS (SELECT * FROM {_kept(spark, name, make)})" for name, make in trees.items()]  # noqa: S608
        passing: list[str] = []
        try:
            for one in (relation.read_by(sql) for relation in relations):
                parts = _parts(spark, one, where, schema or columns, passing) or [_nothing(one.columns)]
                listed.append(f"{one.name} AS ({one.counting(' UNION ALL '.join(parts))})")
            found = spark.sql(f"WITH {', '.join(listed)}\n{sql}" if listed else sql).collect()
        finally:
            for name in passing:
                spark.catalog.dropTempView(name)
    return [tuple(row) for row in found]


def _parts(spark: Any, one: Relation, where: Where, schema: Schema, passing: list[str]) -> list[str]:
    parts = []
    if one.rows.num_rows:
        name = f"given_{next(_numbers)}"
        spark.createDataFrame(one.rows).createOrReplaceTempView(name)
        passing.append(name)
        parts.append(_select(one.columns, _held_by(one.rows.schema), name))
    for files in one.files:
        for held, paths in _alike(files.paths, schema).items():
            named = [where(path) for path in paths]
            # What Hadoop reads is cut down to what a statement names by Spark; what is fetched, here.
            known = _fetched(held, one, files) if fetching.fetched(named[0]) else _read(held, one)
            parts.append(_select(one.columns, known, _file_view(spark, known, named), files))
    return parts


def _read(held: Held, one: Relation) -> Held:
    wanted = {column.name for column in one.columns} | {PACKED, *_POSITIONS}
    return tuple(pair for pair in held if pair[0] in wanted)


def _fetched(held: Held, one: Relation, files: Files) -> Held:
    names = {column.name for column in one.columns}
    names |= {name for name, _ in held if name in files.where} | ({PACKED} if "fact" in names else set())
    # Rows are counted by a column, where a file has none that is named.
    return tuple(pair for pair in held if pair[0] in names) or tuple(pair for pair in held if pair[0] == "position")


def _select(columns: Sequence[Column], held: Held, view: str, files: Files | None = None) -> str:
    known = dict(held)
    picked = [_picked(column, known, files) for column in columns]
    test = f" WHERE {files.where}" if files else ""
    return f"SELECT {', '.join(picked)} FROM {view}{test}"  # noqa: S608


def _picked(column: Column, known: Mapping[str, str], files: Files | None) -> str:
    name, wanted = identifier(column.name), _TYPES.get(column.type, "STRING")
    if column.name == "fact" and PACKED in known:
        text = f"COALESCE({SPARK.write('uuid', identifier(PACKED))}, fact)" if "fact" in known else ""
        return f"{text or SPARK.write('uuid', identifier(PACKED))} AS fact"
    if column.name not in known:
        return f"CAST(NULL AS {wanted}) AS {name}"
    if files and files.shift and column.name in files.positions:
        return f"{name} + {files.shift} AS {name}"
    if known[column.name] == wanted:
        return name
    return f"TRY_CAST({name} AS {wanted}) AS {name}"


def _nothing(columns: Sequence[Column]) -> str:
    return f"SELECT {', '.join(_picked(column, {}, None) for column in columns)} WHERE FALSE"


def _kept(spark: Any, name: str, make: Callable[[], Table]) -> str:
    """A small table that stays: a tree is the same for every question about it."""
    key = ("table", name)
    if key not in _views:
        view = f"kept_{next(_numbers)}"
        spark.createDataFrame(make()).createOrReplaceTempView(view)
        _views[key] = view
    return _views[key]


def _file_view(spark: Any, held: Held, paths: Sequence[str]) -> str:
    key = ("files", held, tuple(paths))
    if key not in _views:
        view = f"files_{next(_numbers)}"
        schema = ", ".join(f"`{name}` {type_}" for name, type_ in held)
        read = fetching.view(spark, schema, paths) if fetching.fetched(paths[0]) else None
        (read or spark.read.schema(schema).parquet(*paths)).createOrReplaceTempView(view)
        _views[key] = view
    return _views[key]


def _alike(paths: Iterable[Path], schema: Schema) -> dict[Held, list[Path]]:
    """Files by their columns."""
    found: dict[Held, list[Path]] = {}
    for path in paths:
        found.setdefault(schema(path), []).append(path)
    return found


@lru_cache(maxsize=65_536)
def columns(path: Path) -> Held:
    """The columns of a file, which never changes, with the types that Spark has for them."""
    return _held_by(pq.read_schema(path))


def _held_by(schema: Any) -> Held:
    return tuple((field.name, _type(field.type)) for field in schema)


def _type(of: Any) -> str:
    if pa.types.is_decimal(of):
        return f"DECIMAL({of.precision},{of.scale})"
    if pa.types.is_int64(of):
        return "BIGINT"
    if pa.types.is_integer(of):
        return "INT"
    if pa.types.is_date(of):
        return "DATE"
    if pa.types.is_timestamp(of):
        return "TIMESTAMP_NTZ"
    return "STRING" if pa.types.is_string(of) or pa.types.is_large_string(of) else "BINARY"
