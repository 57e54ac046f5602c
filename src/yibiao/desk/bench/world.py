"""What the server is measured on, made in the folder of the environment: ``python -m yibiao.desk.bench.world``."""

from __future__ import annotations

import json
import sys
import time
import uuid
from pathlib import Path
from threading import Thread
from typing import Any, Final

import django

from yibiao.desk.bench import lists

PACK: Final = Path(__file__).parent / "pack"
LIST: Final = 5_000
# So many of the first and of the last records show whether taking them costs more with more of them stored.
TIMED: Final = 10_000
LEAST: Final = 1_000
RAW: Final = 1_000
# So many lists does one sender bring, or several between them.
EACH: Final = 8


def main(words: list[str]) -> None:
    django.setup()
    if words == ["raw"]:
        print(json.dumps(_raw()))
    elif words[0] == "senders":
        print(json.dumps([_sent(int(count), words[1]) for count in words[2:]]))
    else:
        print(json.dumps(_made(int(words[0]))))


def _made(stored: int) -> dict[str, Any]:
    """An account with a field client, some records stored before, and how fast a list comes in."""
    from django.db import connection

    from yibiao.desk import followers, installing, preparing
    from yibiao.people import actions as people
    from yibiao.people import queries as rights
    from yibiao.people.types import Grant
    from yibiao.places import actions as places

    if connection.introspection.table_names():
        sys.exit("this database is not empty")
    preparing.prepare()
    places.install_jilin()
    installing.install(PACK)
    people.add_organisation(code="bench", name="样例机构", place="220105000000")
    account = people.add_person(
        username="bench", name="样例", password=None, organisation="bench", role="样例", sample=True,
        grants=[Grant("fill", "220105000000", frozenset({"bench"}))],
    )  # fmt: skip
    _, token = people.add_client(
        person=account.key, label="样例", place="220105000000", programs=frozenset({"bench"}), by=None
    )
    by = rights.warrant(account.key, "fill", place="220105000000", program="bench")
    count = max(LEAST, stored)
    first = _filled(range(min(count, TIMED)), by)
    _filled(range(TIMED, count - TIMED), by)
    last = _filled(range(max(TIMED, count - TIMED), count), by) if count >= 2 * TIMED else first
    begun = time.perf_counter()
    # Else what follows the log would still be far behind while the phones send.
    followers.catch_up()
    _settle()
    return {
        "token": token,
        "person": account.key,
        "session": _signed_in(account.key),
        "database": connection.vendor,
        "postmaster": _postmaster(),
        "stored": count,
        "bulk": {"list": LIST, "rows": count, "first_per_second": first, "last_per_second": last},
        "follow_seconds": round(time.perf_counter() - begun, 1),
    }


def _settle() -> None:
    """What a server does by itself in the hours in which a site fills: else it would do so while it is measured."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


def _filled(numbers: range, by: Any) -> int:
    """Records taken in lists, and sealed; how many a second were taken."""
    from yibiao.ledger import actions as ledger
    from yibiao.records import actions as records

    taken = 0.0
    for start in range(numbers.start, numbers.stop, LIST):
        drafts = [_draft(number) for number in range(start, min(start + LIST, numbers.stop))]
        begun = time.perf_counter()
        records.receive_many(drafts, by=by)
        taken += time.perf_counter() - begun
        ledger.seal_all()
    return round(len(numbers) / taken) if taken else 0


def _sent(senders: int, person: str) -> dict[str, Any]:
    """Lists that some threads of one process bring at once, each its next when the last is stored."""
    from django.db import connection

    from yibiao.desk.bench.ingest import cpu
    from yibiao.ledger import actions as ledger
    from yibiao.people import queries as rights
    from yibiao.records import actions as records

    by = rights.warrant(person, "fill", place="220105000000", program="bench")
    brought = [[[_draft(number) for number in range(LIST)] for _ in range(EACH // senders)] for _ in range(senders)]

    def send(several: list[list[Any]]) -> None:
        for drafts in several:
            records.receive_many(drafts, by=by)
        connection.close()

    threads = [Thread(target=send, args=(several,)) for several in brought]
    base, mine, begun = _postmaster(), time.process_time(), time.perf_counter()
    theirs = cpu(base) if base else 0.0
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, mine = time.perf_counter() - begun, time.process_time() - mine
    theirs = cpu(base) - theirs if base else 0.0
    rows = LIST * (EACH // senders) * senders
    ledger.seal_all()
    return {
        "senders": senders,
        "list": LIST,
        "rows": rows,
        "per_second": round(rows / seconds),
        "cpu_us": round(1e6 * mine / rows, 1),
        "database_cpu_us": round(1e6 * theirs / rows, 1),
    }


def _draft(number: int) -> Any:
    from yibiao.records.types import SubmissionDraft

    made = lists.record(number)
    return SubmissionDraft(made["id"], made["form"], made["program"], made["answers"], "api")


def _signed_in(person: str) -> str:
    """A session of an account, as after its signing in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    user = get_user_model().objects.get(key=person)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _postmaster() -> int:
    """The first process of a PostgreSQL on this machine; 0 where the database is elsewhere or in our own process."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    try:
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[1])


def _raw() -> dict[str, Any]:
    """Single rows of the same size, each with a commit of its own, by one connection."""
    from django.db import connection

    text = "样例" * 500
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_raw (id varchar(36) PRIMARY KEY, body text)")
        begun = time.perf_counter()
        for _ in range(RAW):
            cursor.execute("INSERT INTO bench_raw VALUES (%s, %s)", [str(uuid.uuid4()), text])
        taken = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_raw")
    return {"rows": RAW, "commits_per_second": round(RAW / taken)}


if __name__ == "__main__":
    main(sys.argv[1:])
