"""The database itself refuses to change the log: triggers for SQLite and PostgreSQL.

``remove`` and ``install`` around a flush let a test empty its tables; nothing else has a reason to call ``remove``.
"""

from __future__ import annotations

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES: Final = ("ledger_entry", "ledger_position", "ledger_checkpoint", "ledger_node")
REFUSAL: Final = "the log is append-only: changing it is refused"

# INSERT OR REPLACE deletes the row in its way without firing delete triggers, so SQLite needs a guard on insert too.
_IN_THE_WAY: Final = {
    "ledger_entry": "SELECT 1 FROM ledger_entry WHERE id = NEW.id"
    " OR (fact = NEW.fact AND revision = NEW.revision AND kind = NEW.kind)",
    "ledger_position": "SELECT 1 FROM ledger_position WHERE position = NEW.position OR entry_id = NEW.entry_id",
    "ledger_checkpoint": "SELECT 1 FROM ledger_checkpoint WHERE number = NEW.number OR size = NEW.size",
    "ledger_node": 'SELECT 1 FROM ledger_node WHERE level = NEW.level AND "index" = NEW."index"',
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers on the four insert-only tables, replacing those that are there."""
    remove(connection)
    for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
        _run(connection, statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, whether they are there or not."""
    for table in TABLES:
        for event in ("update", "delete", "truncate", "replace"):
            where = f" ON {table}" if connection.vendor == "postgresql" else ""
            _run(connection, f"DROP TRIGGER IF EXISTS {table}_no_{event}{where}")


def installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether every trigger is in place; a database restored without them is no longer guarded."""
    wanted = {f"{table}_no_{event}" for table in TABLES for event in ("update", "delete")}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'ledger%%' AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return wanted <= {row[0] for row in cursor.fetchall()}


def _run(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


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
_POSTGRESQL: Final = [
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
    *(
        f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        for table in TABLES
        for event in ("update", "delete", "truncate")
    ),
]
