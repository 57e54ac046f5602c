"""On PostgreSQL the entries of the log lie in partitions of ten million, by number; SQLite keeps them in one table.

A partition can be moved to other storage, dumped or vacuumed by itself. A key of a partitioned table must hold what it
is partitioned by; that a revision of an id is there only once is kept by a table of its own, partitioned by id: a
trigger writes it beside the entries, and to look for an id is to look there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE: Final = "ledger_entry"
KEYS: Final = "ledger_key"
ROWS: Final = 10_000_000
_BOUNDS: Final = re.compile(r"FROM \((?:'(\d+)'|MINVALUE)\) TO \('(\d+)'\)")


@dataclass(frozen=True, slots=True)
class Partition:
    """Entries with first ≤ number < end in a table of their own, and its bytes on disk with indexes."""

    name: str
    first: int
    end: int
    bytes: int


def partitions(of: BaseDatabaseWrapper = connection) -> tuple[Partition, ...]:
    """The partitions of the entries, by number; none on SQLite."""
    found = [(name, _BOUNDS.search(bounds), size) for name, bounds, size in _children(of, TABLE)]
    made = [Partition(name, int(match[1] or 0), int(match[2]), size) for name, match, size in found if match]
    return tuple(sorted(made, key=lambda partition: partition.first))


def tables(of: BaseDatabaseWrapper) -> list[str]:
    """The tables beside those of the models that hold entries or their keys; none on SQLite."""
    keys = [name for name, _, _ in _children(of, KEYS)]
    return [*(name for name, _, _ in _children(of, TABLE)), *([KEYS, *keys] if keys else [])]


def numbers(ids: Sequence[str], kind: str = "") -> list[int]:
    """The entries of some ids, on PostgreSQL.

    Shape: in no order; may be empty.
    """
    with connection.cursor() as cursor:
        of_kind = "AND kind = %s" if kind else ""
        given = (list(ids), kind) if kind else (list(ids),)
        cursor.execute(f"SELECT entry FROM {KEYS} WHERE fact = ANY(%s) {of_kind}", given)  # noqa: S608 our own names
        return [entry for (entry,) in cursor.fetchall()]


def unmatched(limit: int) -> list[int]:
    """The entries that are not there under the keys that name them, or that no key names; on SQLite none.

    Shape: by number, each once, at most ``limit``.
    """
    if connection.vendor != "postgresql":
        return []
    alike = "k.fact = e.fact AND k.revision = e.revision AND k.kind = e.kind AND k.entry = e.id"
    unnamed = f"SELECT id FROM {TABLE} e WHERE NOT EXISTS (SELECT FROM {KEYS} k WHERE {alike})"  # noqa: S608 our own names
    left = f"SELECT entry FROM {KEYS} k WHERE NOT EXISTS (SELECT FROM {TABLE} e WHERE {alike})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"{unnamed} LIMIT %s", [limit])
        found = {entry for (entry,) in cursor.fetchall()}
        # Where every entry has its key and there are as many of both, no key can be left over.
        cursor.execute(f"SELECT (SELECT count(*) FROM {TABLE}) = (SELECT count(*) FROM {KEYS})")  # noqa: S608
        if found or not cursor.fetchone()[0]:
            cursor.execute(f"{left} LIMIT %s", [limit])
            found |= {entry for (entry,) in cursor.fetchall()}
    return sorted(found)[:limit]


def run(of: BaseDatabaseWrapper, statement: str) -> None:
    with of.cursor() as cursor:
        cursor.execute(statement)


def _children(of: BaseDatabaseWrapper, table: str) -> list[tuple[str, str, int]]:
    """The partitions of a table, each with its bounds as the database writes them, and its bytes."""
    if of.vendor != "postgresql":
        return []
    with of.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_expr(relpartbound, inhrelid), pg_total_relation_size(inhrelid)"
            " FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = to_regclass(%s) ORDER BY inhrelid",
            [table],
        )
        return list(cursor.fetchall())
