"""The database itself refuses to change what an issued bulletin says."""

from __future__ import annotations

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

_FROZEN: Final = (
    "id, template, serial, program, pack, title, issuer, number, source, text, citations, place, period_from, "
    "period_until, checkpoint, root, author, created_at, issued_at, supersedes"
)
_WHEN: Final = {
    "bulletins_frozen": (f"UPDATE OF {_FROZEN}", "OLD.status <> 'draft'"),
    "bulletins_once": ("UPDATE OF status", "OLD.status <> 'draft' AND NEW.status <> 'superseded'"),
}
_TABLE: Final = "bulletins_bulletin"


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers on this connection's database."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION bulletins_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'bulletins: an issued bulletin cannot be changed'; END $$"
            )
        for name, (act, when) in _WHEN.items():
            if postgres:
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {act} ON {_TABLE} FOR EACH ROW WHEN ({when}) "
                    "EXECUTE FUNCTION bulletins_refuse()"
                )
            else:
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {act} ON {_TABLE} WHEN {when} "
                    "BEGIN SELECT RAISE(ABORT, 'bulletins: an issued bulletin cannot be changed'); END"
                )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for migrations backwards, and for tests that play an intruder."""
    on = f" ON {_TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in _WHEN:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
