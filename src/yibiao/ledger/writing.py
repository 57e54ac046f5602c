"""Many rows in one go: ``executemany`` on SQLite; on PostgreSQL one statement for a few, ``COPY`` for many.

All are several times as fast as the ORM. What costs a busy server most is not the database's work but waiting for it
once per statement, so few rows go as JSON in one statement, and ``together`` sends such without waiting for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from json import JSONEncoder
from queue import Queue
from threading import Thread
from typing import Any, Final, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from psycopg import Cursor
from psycopg.pq import PipelineStatus

from yibiao.ledger import copying
from yibiao.ledger.copying import Same

__all__ = [
    "FEW",
    "Later",
    "Row",
    "Same",
    "at_once",
    "behind",
    "call",
    "compress",
    "insert",
    "insert_numbered",
    "may_call",
    "moments",
    "together",
]
Row = Sequence[Any]
# Does something to the database, at once or behind the caller's back, but always in the order in which it is asked.
Later: TypeAlias = Callable[..., None]
# So many pieces may be ahead of the database before the caller waits for it.
_AHEAD: Final = 8
# Beyond so many rows COPY is faster, though it waits for the database twice.
FEW: Final = 60


def at_once(act: Callable[..., object], *given: Any) -> None:
    act(*given)


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], later: Later = at_once) -> None:
    """Insert rows of the named columns; errors of the database arrive as Django's. Where a row ends in ``Same``, which
    stands for the values that it holds, all do. ``later`` is given what is left for the database."""
    if connection.vendor != "postgresql":
        later(_each, model, columns, _flat(rows))
    elif len(rows) <= FEW or _sent_together():
        later(_sent, _inserted(model, tuple(columns)), _flat(rows))
    else:
        later(_copied, model, columns, copying.text(copying.lines(rows)))


def insert_numbered(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    noted: type[models.Model],
    note: str,
    later: Later = at_once,
) -> None:
    """Insert rows whose ``id`` the database numbers in their order, and each number into a column of another table."""
    if connection.vendor != "postgresql":
        later(_each_numbered, model, columns, _flat(rows), noted, note)
    elif len(rows) <= FEW or _sent_together():
        made = f"WITH made AS ({_inserted(model, tuple(columns))} RETURNING id)"
        into = _named(noted, (note,))
        later(_sent, f"{made} INSERT INTO {into} SELECT id FROM made", _flat(rows))  # noqa: S608 names of our own tables
    else:
        later(_copied_numbered, model, columns, list(copying.lines(rows)), noted, note)


def may_call() -> bool:
    """Whether ``call`` can be used: on PostgreSQL, outside a transaction, which the call is by itself."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block and connection.get_autocommit()


def call(function: str, ids: Sequence[str], *tables: Sequence[Row] | None) -> Any:
    """What a function of PostgreSQL answers to ids and the rows for several tables, each table's as JSON: sent, done
    and committed by one message. A session keeps the plans of a function, also behind a pooler."""
    marks = ", ".join(["%s"] * (1 + len(tables)))
    given = [None if rows is None else _encode(_flat(rows)) for rows in tables]
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(f"SELECT {function}({marks})", [list(ids), *given])
        found = cursor.fetchone()
        return found and found[0]


def moments() -> Callable[[datetime], Any]:
    """How this database wants aware moments among the values of a row."""
    if connection.vendor == "postgresql":
        return datetime.isoformat
    return lambda at: _naive(at, at.fold)


@lru_cache(maxsize=4_096)
def _naive(at: datetime, fold: int) -> str:
    return str(at.astimezone(UTC).replace(tzinfo=None))


@contextmanager
def together() -> Iterator[None]:
    """Within it PostgreSQL is sent statements without waiting for each; an error may come with a later one, or at the
    end. Whoever asks for rows waits as ever. ``COPY`` cannot be used: many rows too are one statement."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _sent_together() -> bool:
    return connection.connection is not None and connection.connection.pgconn.pipeline_status != PipelineStatus.OFF


@contextmanager
def behind() -> Iterator[Later]:
    """Lends the caller's connection to a second thread: it waits for the database while the caller makes the next rows.

    Inside the block the caller leaves the database alone. An error comes with a later piece, or at the end.
    """
    # The connection itself, not the name that stands for another one in every thread.
    lent = connections[DEFAULT_DB_ALIAS]
    asked: Queue[Callable[[], object] | None] = Queue(_AHEAD)
    failed: list[BaseException] = []

    def work() -> None:
        connections[DEFAULT_DB_ALIAS] = lent
        while (act := asked.get()) is not None:
            try:
                if not failed:
                    act()
            except BaseException as error:
                failed.append(error)

    def later(act: Callable[..., object], *given: Any) -> None:
        if failed:
            raise failed[0]
        asked.put(partial(act, *given))

    lent.inc_thread_sharing()
    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield later
    finally:
        asked.put(None)
        thread.join()
        lent.dec_thread_sharing()
    if failed:
        raise failed[0]


def compress(schema_editor: Any, table: str, column: str) -> None:
    """For migrations: PostgreSQL packs long texts of a column several times as fast, where it was built with lz4."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
        found = cursor.fetchone()
    if found and "lz4" in found[0]:
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4")


def _flat(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows with the values themselves."""
    if not rows or rows[0][-1].__class__ is not Same:
        return rows
    return [(*row[:-1], *row[-1].values) for row in rows]


def _each(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {_named(model, columns)} VALUES ({marks})", rows)  # noqa: S608 our own names


def _each_numbered(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], noted: type[models.Model], note: str
) -> None:
    _each(model, columns, rows)
    with connection.cursor() as cursor:
        # SQLite has one writer at a time, so the ids of one insert are without a gap.
        cursor.execute("SELECT last_insert_rowid()")
        last: int = cursor.fetchone()[0]
    _each(noted, [note], [(number,) for number in range(last - len(rows) + 1, last + 1)])


def _copied(model: type[models.Model], columns: Sequence[str], text: bytes) -> None:
    statement = f"COPY {_named(model, columns)} FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write(text)


def _copied_numbered(
    model: type[models.Model], columns: Sequence[str], lines: Sequence[str], noted: type[models.Model], note: str
) -> None:
    with connection.cursor() as cursor:
        # Within the same statement the database would look for the sequence once a row.
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, len(lines)])
        ids = [str(number) for (number,) in cursor.fetchall()]
    _copied(model, ["id", *columns], copying.text(map("\t".join, zip(ids, lines, strict=True))))
    _copied(noted, [note], copying.text(ids))


def _sent(statement: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    connection.ensure_connection()
    # Bound by the server: rows of ten kilobytes must not be quoted into the text of a statement.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, [_encode(rows)])


@lru_cache(maxsize=64)
def _inserted(model: type[models.Model], columns: tuple[str, ...]) -> str:
    """The insertion of rows given as JSON, in their order, as numbers are given in that order."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    values = ", ".join(f"(given.row ->> {place})::{_kind(fields[name])}" for place, name in enumerate(columns))
    return (
        f"INSERT INTO {_named(model, columns)} SELECT {values} "  # noqa: S608 names of our own tables
        f"FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS given (row, place) ORDER BY place"
    )


def _kind(field: Any) -> str:
    # A cast to varchar(36) would cut what is longer without a word; as text it is refused.
    kind: str = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return "text" if kind.startswith("varchar") else kind


def _hexadecimal(value: bytes) -> str:
    return f"\\x{value.hex()}"


def _named(model: type[models.Model], columns: Sequence[str]) -> str:
    return f"{model._meta.db_table} ({_quoted(columns)})"


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


_encode: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_hexadecimal).encode
