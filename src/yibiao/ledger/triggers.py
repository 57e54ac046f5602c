"""The database itself refuses to change the log: triggers for SQLite and PostgreSQL.

``remove`` and ``install`` around a flush let a test empty its tables; nothing else has a reason to call ``remove``.
"""

from __future__ import annotations

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from yibiao.ledger import partitions
from yibiao.ledger.partitions import run

TABLES: Final = ("ledger_entry", "ledger_position", "ledger_checkpoint", "ledger_node")
REFUSAL: Final = "the log is append-only: changing it is refused"
_EVENTS: Final = ("update", "delete", "truncate")

# INSERT OR REPLACE deletes the row in its way without firing delete triggers, so SQLite needs a guard on insert too.
_IN_THE_WAY: Final = {
    "ledger_entry": "SELECT 1 FROM ledger_entry WHERE id = NEW.id"
    " OR (fact = NEW.fact AND revision = NEW.revision AND kind = NEW.kind)",
    "ledger_position": "SELECT 1 FROM ledger_position WHERE position = NEW.position OR entry_id = NEW.entry_id",
    "ledger_checkpoint": "SELECT 1 FROM ledger_checkpoint WHERE number = NEW.number OR size = NEW.size",
    "ledger_node": 'SELECT 1 FROM ledger_node WHERE level = NEW.level AND "index" = NEW."index"',
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers on the insert-only tables and their partitions, replacing those that are there."""
    remove(connection)
    if connection.vendor == "postgresql":
        run(connection, _REFUSE)
        for table in (*TABLES, *partitions.tables(connection)):
            guard(connection, table)
    else:
        for statement in _SQLITE:
            run(connection, statement)


def guard(connection: BaseDatabaseWrapper, table: str) -> None:
    """Create the triggers on one more table of PostgreSQL, which has none."""
    for event in _EVENTS:
        run(
            connection,
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
        )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, whether they are there or not."""
    for table, name, _ in _there(connection):
        run(connection, f"DROP TRIGGER {name} ON {table}" if table else f"DROP TRIGGER {name}")


def installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether every trigger is in place; a database restored without them is no longer guarded."""
    there = {name for _, name, at_work in _there(connection) if at_work}
    tables = (*TABLES, *partitions.tables(connection))
    return there >= {f"{table}_no_{event}" for table in tables for event in ("update", "delete")}


def _there(connection: BaseDatabaseWrapper) -> list[tuple[str, str, bool]]:
    """The triggers that refuse, each with its table, which SQLite does not need, and whether it is switched on."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname, tgenabled <> 'D' FROM pg_trigger"
                " WHERE tgfoid = to_regproc('ledger_refuse')"
            )
        else:
            cursor.execute(
                "SELECT '', name, true FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'ledger_*_no_*'"
            )
        return list(cursor.fetchall())


_SQLITE: Final = [
    statement
    for table in TABLES
    for statement in (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({_IN_THE_WAY[table]})"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    )
]
_REFUSE: Final = (
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
)
