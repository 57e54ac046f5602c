"""On PostgreSQL: how the log got its partitions, and how it gets the next, while others read and write."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from yibiao.ledger import triggers
from yibiao.ledger.partitions import KEYS, ROWS, TABLE, Partition, partitions, run

log: Final = logging.getLogger(__name__)
# So many partitions are ready before they are needed.
AHEAD: Final = 2
# For what no partition is ready: nothing, while `ahead` is asked in time.
BEYOND: Final = f"{TABLE}_beyond"
# By default a log of a billion rows is vacuumed once in two hundred million; each row is frozen at the first time.
STEADILY: Final = (
    "autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, "
    "autovacuum_freeze_min_age = 0"
)
_OF_KEYS: Final = 16
_PIECE: Final = 50_000
_LOCK: Final = 0x7969_7061_7274  # the advisory lock of whoever adds partitions
# Who waits for a table makes all others wait behind him: he gives up soon, and asks again.
_PATIENCE: Final = "SET LOCAL lock_timeout = '1s'"
_ATTEMPTS: Final = 600
# lock_not_available, deadlock_detected
_BUSY: Final = ("55P03", "40P01")
_INTO_KEYS: Final = f"INSERT INTO {KEYS} (fact, revision, kind, entry) SELECT fact, revision, kind, id"
_KEYED: Final = (
    "CREATE OR REPLACE FUNCTION ledger_keyed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" {_INTO_KEYS} FROM added; RETURN NULL; END $$"
)


def short(rows: int = ROWS) -> bool:
    """Whether fewer partitions are ready than should be, or entries lie beyond all of them; never on SQLite."""
    return connection.vendor == "postgresql" and (
        _end(partitions()) < _reached(connection) + rows or _beyond(connection)
    )


def ahead(rows: int = ROWS) -> int:
    """Make the partitions that will be needed next; how many were made, 0 on SQLite.

    Where somebody reads the whole log for long, such as ``pg_dump``, none is made this time.
    """
    if connection.vendor != "postgresql" or _end(partitions()) >= _reached(connection) + AHEAD * rows:
        return 0
    try:
        with transaction.atomic():
            run(connection, _PATIENCE)
            run(connection, f"SELECT pg_advisory_xact_lock({_LOCK})")
            return _added(connection, _reached(connection), rows)
    except OperationalError as busy:
        if not _is_busy(busy):
            raise
        log.warning("no partition could be made yet: %s", str(busy).partition("\n")[0])
        return 0


def divide(of: BaseDatabaseWrapper, rows: int = ROWS) -> None:
    """Make the one table of entries, as it was before, the first of the partitions; it is not written anew.

    Others write meanwhile. What was interrupted goes on when it is asked again.
    """
    if not partitions(of):
        _make_keys(of)
        last = _one(of, f"SELECT COALESCE(max(id), 0) FROM {TABLE}")  # noqa: S608
        for first in range(0, last + 1, _PIECE):
            some = f"FROM {TABLE} WHERE id >= {first} AND id < {first + _PIECE}"
            run(of, f"{_INTO_KEYS} {some} ON CONFLICT DO NOTHING")
        # Held true before the tables change places, so that nobody waits for it; where others write, there is room for
        # a whole partition.
        bound = (last // rows + (2 if last else 1)) * rows
        _patiently(of, lambda: _bind(of, bound))
        run(of, f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT ledger_entry_bound")
        _patiently(of, lambda: _change_places(of, bound, rows))


def _bind(of: BaseDatabaseWrapper, bound: int) -> None:
    run(of, f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS ledger_entry_bound")
    run(of, f"ALTER TABLE {TABLE} ADD CONSTRAINT ledger_entry_bound CHECK (id < {bound}) NOT VALID")


def _make_keys(of: BaseDatabaseWrapper) -> None:
    """The table of keys; from here on whoever appends writes there too."""
    run(
        of,
        f"CREATE TABLE IF NOT EXISTS {KEYS} (fact text NOT NULL, revision integer NOT NULL, kind text NOT NULL,"
        " entry bigint NOT NULL, PRIMARY KEY (fact, revision, kind)) PARTITION BY HASH (fact)",
    )
    for partition in range(_OF_KEYS):
        run(
            of,
            f"CREATE TABLE IF NOT EXISTS {KEYS}_{partition} PARTITION OF {KEYS}"
            f" FOR VALUES WITH (MODULUS {_OF_KEYS}, REMAINDER {partition}) WITH ({STEADILY})",
        )
    run(of, _KEYED)
    # Waits for those who are appending just now.
    _patiently(of, lambda: _keyed(of, TABLE))


def _keyed(of: BaseDatabaseWrapper, table: str) -> None:
    """Have the keys of what is inserted into a table of entries written beside it."""
    run(of, f"DROP TRIGGER IF EXISTS ledger_entry_keyed ON {table}")
    run(
        of,
        f"CREATE TRIGGER ledger_entry_keyed AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_keyed()",
    )


def _change_places(of: BaseDatabaseWrapper, bound: int, rows: int) -> None:
    """What was the table becomes its first partition, entries below a bound; some ten milliseconds."""
    first = f"{TABLE}_from_0"
    run(of, f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
    reached = _reached(of)
    if not _one(of, f"SELECT EXISTS (SELECT FROM {TABLE})"):  # noqa: S608
        # Where there are entries, a version before this one may still look for them by it.
        run(of, f"ALTER TABLE {TABLE} DROP CONSTRAINT ledger_entry_once")
    run(of, f"ALTER TABLE {TABLE} ALTER id DROP IDENTITY")
    run(of, f"ALTER TABLE {TABLE} RENAME TO {first}")
    run(of, f"ALTER INDEX {TABLE}_pkey RENAME TO {first}_pkey")
    alike = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION"
    run(of, f"CREATE TABLE {TABLE} (LIKE {first} {alike}) PARTITION BY RANGE (id)")
    run(
        of,
        f"ALTER TABLE {TABLE} DROP CONSTRAINT ledger_entry_bound, ADD PRIMARY KEY (id),"
        f" ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {reached + 1})",
    )
    run(of, f"ALTER TABLE {TABLE} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ({bound})")
    run(of, f"ALTER TABLE {first} DROP CONSTRAINT ledger_entry_bound")
    run(of, f"CREATE TABLE {BEYOND} PARTITION OF {TABLE} DEFAULT WITH ({STEADILY})")
    for table in (TABLE, BEYOND):
        _keyed(of, table)
    triggers.install(of)
    _added(of, reached, rows)


def _added(of: BaseDatabaseWrapper, reached: int, rows: int) -> int:
    made = 0
    while (end := _end(partitions(of))) < reached + AHEAD * rows:
        # Where entries lie beyond all partitions, the next one begins after them.
        first = max(end, (reached // rows + 1) * rows) if _beyond(of) else end
        _add(of, first, (first // rows + 1) * rows)
        made += 1
    return made


def _add(of: BaseDatabaseWrapper, first: int, end: int) -> None:
    name = f"{TABLE}_from_{first}"
    run(of, f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL EXCLUDING IDENTITY) WITH ({STEADILY})")
    triggers.guard(of, name)
    _keyed(of, name)
    run(of, f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})")


def _patiently(of: BaseDatabaseWrapper, act: Callable[[], None]) -> None:
    """Do something that needs a table for itself, in a transaction that does not make others wait for long."""
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic(using=of.alias):
                run(of, _PATIENCE)
                act()
        except OperationalError as busy:
            if attempt + 1 == _ATTEMPTS or not _is_busy(busy):
                raise
            time.sleep(0.5)
        else:
            return


def _is_busy(failed: OperationalError) -> bool:
    """Whether it was another's lock; a full disk or a server that ends is another matter, to be told at once."""
    return getattr(failed.__cause__, "sqlstate", "") in _BUSY


def _end(made: Sequence[Partition]) -> int:
    return made[-1].end if made else 0


def _reached(of: BaseDatabaseWrapper) -> int:
    """The last number that was given to an entry."""
    sequence = f"pg_get_serial_sequence('{TABLE}', 'id')::regclass"
    return int(_one(of, f"SELECT COALESCE(pg_sequence_last_value({sequence}), 0)"))


def _beyond(of: BaseDatabaseWrapper) -> bool:
    return bool(_one(of, f"SELECT EXISTS (SELECT FROM {BEYOND})"))  # noqa: S608


def _one(of: BaseDatabaseWrapper, statement: str) -> Any:
    with of.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]
