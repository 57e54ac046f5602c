"""The measurements of ``yibiao bench partitions``: the log beside one plain table, in turns, by the processor time
of the server alone. The database is of no use afterwards."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import connection

from yibiao.core.problems import refuse
from yibiao.desk.bench.ingest import cpu
from yibiao.desk.problems import BENCH_TAKEN
from yibiao.ledger import queries

PIECE: Final = 20_000
# So many single rows are appended, ids looked up and stretches read in each of the rounds.
FEW: Final = 2_000
ROUNDS: Final = 4
STRETCH: Final = 50
LOG, PLAIN = "ledger_entry", "bench_plain"
_COLUMNS: Final = (
    "id, kind, fact, revision, program, place, organisation, actor, subject, occurred_at, received_at, withdrawn,"
    " payload, digest"
)
_TEXT: Final = {"answers": {"crowd": 12, "note": "样例" * 60}}


def run(rows: int) -> dict[str, Any]:
    """So many rows appended to each of the two, then found again: microseconds of the database for each.

    Raises: desk.bench.taken.
    """
    if queries.counts().entries:
        raise refuse(BENCH_TAKEN.at(folder=settings.DATA))
    _ask(f"CREATE TABLE {PLAIN} (LIKE {LOG} INCLUDING ALL EXCLUDING IDENTITY, UNIQUE (fact, revision, kind))")
    for table in (LOG, PLAIN):
        _ask(_PUT.format(table=table, columns=_COLUMNS))
    ids = [str(uuid.uuid4()) for _ in range(rows + ROUNDS * FEW)]
    bulk = [partial(_copied, first=first, ids=ids[first : min(first + PIECE, rows)]) for first in range(0, rows, PIECE)]
    single = [partial(_put, first=rows + n * FEW, ids=ids[rows + n * FEW :][:FEW]) for n in range(ROUNDS)]
    every = rows // FEW // ROUNDS or 1
    known = [partial(_looked_up, ids=ids[n : n + every * FEW : every]) for n in range(ROUNDS)]
    stretches = [partial(_read, firsts=range(n + 1, n + 1 + every * FEW, every)) for n in range(ROUNDS)]
    asked = {
        "a row of a list appended": bulk,
        "a single row appended": single,
        "all revisions of an id": known,
        f"{STRETCH} rows that lie together": stretches,
    }
    return {
        "rows": rows,
        "partitions": len(queries.partitions()),
        "questions": {name: _by_turns(acts) for name, acts in asked.items()},
        "bytes": {
            "one table": round(_bytes(PLAIN) / len(ids)),
            "partitions": round((_bytes(LOG) + _bytes("ledger_key")) / len(ids)),
        },
    }


def _by_turns(acts: Sequence[Callable[[str], int]]) -> dict[str, float]:
    """Each act on the plain table and on the log, now the one first and now the other."""
    [(session,)] = _ask("SELECT pg_backend_pid()")
    used = dict.fromkeys((PLAIN, LOG), 0.0)
    done = dict.fromkeys((PLAIN, LOG), 0)
    for turn, act in enumerate(acts):
        for table in (PLAIN, LOG) if turn % 2 else (LOG, PLAIN):
            before = cpu(session)
            done[table] += act(table)
            used[table] += cpu(session) - before
    return {
        name: round(1e6 * used[table] / done[table], 1) for name, table in (("one table", PLAIN), ("partitions", LOG))
    }


def _copied(table: str, first: int, ids: Sequence[str]) -> int:
    text = json.dumps(_TEXT, ensure_ascii=False)
    at = "2026-09-30 08:00+00"
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as copy:
        for number, id in enumerate(ids, start=first + 1):
            cells = (number, "record.bench.visit", id, 1, "bench", "220105000000", "org", "a", "", at, at, False, text)
            copy.write_row((*cells, "0" * 64))
    return len(ids)


_PUT: Final = (
    "CREATE FUNCTION bench_put_{table}(number bigint, id text, text text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO {table} ({columns}) VALUES (number, 'record.bench.visit', id, 1, 'bench', '220105000000', 'org',"
    " 'a', '', now(), now(), false, text, repeat('0', 64)); END $$"
)


def _put(table: str, first: int, ids: Sequence[str]) -> int:
    text = json.dumps(_TEXT, ensure_ascii=False)
    for number, id in enumerate(ids, start=first + 1):
        _ask(f"SELECT bench_put_{table}(%s, %s, %s)", [number, id, text])
    return len(ids)


def _looked_up(table: str, ids: Sequence[str]) -> int:
    for id in ids:
        if table == LOG:
            found = len(_ask(f"SELECT {_COLUMNS} FROM {LOG} WHERE id = ANY(%s)", [_named(id)]))  # noqa: S608
        else:
            found = len(_ask(f"SELECT {_COLUMNS} FROM {table} WHERE fact = %s", [id]))  # noqa: S608
        if found != 1:
            raise RuntimeError(f"{table} has {found} revisions of an id")
    return len(ids)


def _named(id: str) -> list[int]:
    return [entry for (entry,) in _ask("SELECT entry FROM ledger_key WHERE fact = %s", [id])]


def _read(table: str, firsts: Sequence[int]) -> int:
    for first in firsts:
        _ask(f"SELECT {_COLUMNS} FROM {table} WHERE id BETWEEN %s AND %s", [first, first + STRETCH - 1])  # noqa: S608
    return len(firsts)


def _bytes(table: str) -> int:
    below = "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = %s::regclass"
    [(found,)] = _ask(f"SELECT pg_total_relation_size(%s) + COALESCE(({below}), 0)", [table, table])
    return int(found)


def _ask(statement: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given) or None)
        return list(cursor.fetchall()) if cursor.description else []
