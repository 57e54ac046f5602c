"""On PostgreSQL the log is partitioned: how it gets partitions while it is written, and what holds then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import Error, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import of_its_own
from yibiao.core.problems import Refusal
from yibiao.ledger import actions, dividing, partitions, queries
from yibiao.ledger.types import FactDraft

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps the entries in one table")
ROWS = 100
# What PostgreSQL says where the disk is full.
RAISED = "RAISE 'could not extend file: no space left on device' USING ERRCODE = 'disk_full'"
FULL = f"DO $full$ BEGIN {RAISED}; END $full$"


@pytest.fixture
def undivided(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[None]:
    """A log as it was before it had partitions."""
    with django_db_blocker.unblock(), of_its_own("undivided", tmp_path, bare=True):
        MigrationExecutor(connection).migrate([("ledger", "0005_appended_by_a_call")])
        yield


@pytest.fixture
def divided(undivided: None) -> None:
    """A log in partitions of a hundred; those for numbers below 200 are there."""
    dividing.divide(connection, ROWS)


def test_a_log_gets_its_parts_while_others_write(undivided: None) -> None:
    # The version before; it looked ids up in the entries themselves.
    add(*range(1, 501))
    actions.seal()
    (before,) = asked("SELECT pg_relation_filenode('ledger_entry')")
    written: list[int] = []
    enough = threading.Event()

    def write() -> None:
        try:
            number = 1_000
            while not enough.is_set():
                add(*range(number, number + 3))
                written.extend(range(number, number + 3))
                number += 3
        finally:
            connections["default"].close()

    writer = threading.Thread(target=write)
    writer.start()
    while len(written) < 30:
        assert writer.is_alive()
    during = len(written)
    MigrationExecutor(connection).migrate([("ledger", "0006_partitioned")])
    while len(written) < during + 60:
        assert writer.is_alive()
    enough.set()
    writer.join()
    actions.seal_all()
    assert queries.verify().sound
    assert queries.verify().entries == 500 + len(written)
    assert {fact.id for number in (1, 500, *written) for fact in queries.history(name(number))} == {
        name(number) for number in (1, 500, *written)
    }
    first, *others = partitions.partitions()
    # Nothing was written anew.
    assert asked(f"SELECT pg_relation_filenode('{first.name}')") == [before]
    assert len(others) == 1
    for number in (1, written[0], written[-1]):
        repeated(number)


def test_an_interrupted_division_goes_on(undivided: None) -> None:
    add(*range(1, 51))
    dividing._make_keys(connection)
    run("ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_bound CHECK (id < 20) NOT VALID")
    dividing.divide(connection, ROWS)
    add(*range(51, 301))
    actions.seal_all()
    assert queries.verify().sound


def test_who_divides_gives_way_to_a_long_transaction(undivided: None, monkeypatch: pytest.MonkeyPatch) -> None:
    add(*range(1, 51))
    waited: list[float] = []
    monkeypatch.setattr(dividing, "_PATIENCE", "SET LOCAL lock_timeout = '50ms'")
    long = held("SELECT count(*) FROM ledger_entry")
    try:

        def pause(seconds: float) -> None:
            # Between two attempts the table is free for all others; then the transaction ends.
            add(100 + len(waited))
            waited.append(seconds)
            if len(waited) == 3:
                long.connection.rollback()

        monkeypatch.setattr(dividing.time, "sleep", pause)
        run("SET statement_timeout = '10s'")
        dividing.divide(connection, ROWS)
    finally:
        long.close()
        run("RESET statement_timeout")
    actions.seal_all()
    assert len(waited) == 3
    assert queries.verify().sound
    assert queries.verify().entries == 53


def test_entries_lie_in_the_part_of_their_number_and_are_found_in_each(divided: None) -> None:
    for number in range(1, 351):
        add(number)
        if number % 50 == 0:
            actions.seal()
            dividing.ahead(ROWS)
    held = {
        partition.name: asked(f"SELECT min(id), max(id), count(*) FROM {partition.name}")[0]
        for partition in partitions.partitions()
    }
    assert list(held.values())[:4] == [(1, 99, 99), (100, 199, 100), (200, 299, 100), (300, 350, 51)]
    assert partitions.partitions()[-1].end >= 350 + ROWS
    assert [fact.id for fact in queries.entries(0, 350)] == [name(number) for number in range(1, 351)]
    assert [fact.position for fact in queries.at([150, 250, 340])] == [150, 250, 340]
    add(150, 250, revision=2)
    found = queries.histories([name(150), name(250), name(340)], kind="record.test.visit")
    assert [(fact.id, fact.revision) for fact in found] == [
        (name(150), 1), (name(150), 2), (name(250), 1), (name(250), 2), (name(340), 1)
    ]  # fmt: skip
    repeated(250, revision=2)
    assert queries.fact(name(250), kind="record.test.visit") == found[3]
    assert queries.fact(name(250), kind="another") is None
    actions.seal()
    assert queries.verify().sound


def test_the_sealer_makes_parts_before_they_are_needed(divided: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [partition.name for partition in partitions.partitions()]
    made: list[int] = []
    monkeypatch.setattr(dividing, "ahead", lambda: made.append(1))
    monkeypatch.setattr(actions, "_LOOK", 40)
    for number in range(0, 100, 10):
        add(*range(number, number + 10))
        actions.seal()
    assert len(made) == 2
    monkeypatch.undo()
    assert dividing.ahead(ROWS) == 1
    assert dividing.ahead(ROWS) == 0
    after = [partition.name for partition in partitions.partitions()]
    assert after == [*before, f"ledger_entry_from_{len(before)}00"]


def test_the_sealer_does_not_wait_for_who_reads_the_whole_log(divided: None, monkeypatch: pytest.MonkeyPatch) -> None:
    add(*range(1, 51))
    monkeypatch.setattr(dividing, "_PATIENCE", "SET LOCAL lock_timeout = '50ms'")
    reader = held("SELECT count(*) FROM ledger_entry")
    try:
        assert dividing.ahead(ROWS) == 0
        reader.connection.rollback()
        assert dividing.ahead(ROWS) == 1
    finally:
        reader.close()


def test_what_needs_a_table_for_itself_is_tried_again_for_a_lock_and_for_nothing_else(
    divided: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dividing, "_PATIENCE", "SET LOCAL lock_timeout = '50ms'")
    reader, tried = held("SELECT count(*) FROM ledger_entry"), []

    def act(statement: str) -> None:
        tried.append(statement)
        if len(tried) == 2:
            reader.connection.rollback()
        run(statement)

    try:
        dividing._patiently(connection, lambda: act("LOCK TABLE ledger_entry IN ACCESS EXCLUSIVE MODE"))
    finally:
        reader.close()
    assert len(tried) == 2
    tried.clear()
    with pytest.raises(OperationalError, match="no space left"):
        dividing._patiently(connection, lambda: act(FULL))
    assert len(tried) == 1


def test_a_full_disk_is_told_and_not_taken_for_a_busy_table(divided: None) -> None:
    add(*range(1, 51))
    run(f"CREATE FUNCTION full_disk() RETURNS event_trigger LANGUAGE plpgsql AS $full$ BEGIN {RAISED}; END $full$")
    run("CREATE EVENT TRIGGER full_disk ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION full_disk()")
    with pytest.raises(OperationalError, match="no space left"):
        dividing.ahead(ROWS)
    run("DROP EVENT TRIGGER full_disk")
    assert dividing.ahead(ROWS) == 1


def test_without_a_part_nothing_is_refused_and_the_next_begins_after_it(divided: None) -> None:
    end = partitions.partitions()[-1].end
    assert not dividing.short(ROWS // 10)
    add(*range(1, end + 50))
    assert asked(f"SELECT count(*) FROM {dividing.BEYOND}") == [(50,)]
    assert dividing.short(ROWS // 10)
    dividing.ahead(ROWS)
    add(*range(end + 50, end + 150))
    actions.seal()
    assert queries.verify().sound
    assert asked(f"SELECT count(*) FROM {dividing.BEYOND}")[0][0] < 101
    assert partitions.partitions()[-1].first > end
    assert asked(f"SELECT count(*) FROM {partitions.partitions()[-2].name}") != [(0,)]


def test_others_write_and_read_while_a_part_is_moved(divided: None) -> None:
    add(*range(1, 250))
    actions.seal()
    first = partitions.partitions()[0].name
    mover = held(f"LOCK TABLE {first} IN ACCESS EXCLUSIVE MODE")
    try:
        run("SET statement_timeout = '5s'")
        add(*range(250, 260))
        actions.seal()
        assert len(list(queries.entries(240, 259))) == 19
        assert [fact.id for fact in queries.history(name(255))] == [name(255)]
        repeated(5)
        run("SET statement_timeout = '200ms'")
        with pytest.raises(Error, match="timeout"):
            list(queries.entries(0, 10))
    finally:
        mover.close()
        run("RESET statement_timeout")


def test_guards_can_be_set_again_from_their_migration(divided: None) -> None:
    add(1)
    MigrationExecutor(connection).migrate([("ledger", "0001_initial")])
    assert not queries.guarded()
    MigrationExecutor(connection).migrate([("ledger", "0006_partitioned")])
    assert queries.guarded()
    add(2)
    actions.seal()
    assert queries.verify().sound


@pytest.mark.parametrize("table", ["ledger_entry_from_0", "ledger_entry_beyond", "ledger_key", "ledger_key_7"])
@pytest.mark.parametrize("change", ["UPDATE {} SET revision = 9", "DELETE FROM {}", "TRUNCATE {}"])
def test_parts_and_keys_refuse_to_be_changed(table: str, change: str, db: None) -> None:
    with pytest.raises(Error, match="is refused"), transaction.atomic():
        run(change.format(table))
    assert queries.guarded()
    with transaction.atomic():
        run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        assert not queries.guarded()
        transaction.set_rollback(True)


def test_an_entry_without_its_key_and_a_key_without_its_entry_are_named(divided: None) -> None:
    add(1, 2, 3)
    actions.seal()
    with transaction.atomic():
        run("ALTER TABLE ledger_key DISABLE TRIGGER ALL")
        for partition in range(16):
            run(f"ALTER TABLE ledger_key_{partition} DISABLE TRIGGER ALL")
        run("DELETE FROM ledger_key WHERE fact = 'visit-2'")
        (fault,) = queries.verify().faults
        assert fault.startswith("entry 2: its key is missing")
        transaction.set_rollback(True)
    with transaction.atomic():
        run("INSERT INTO ledger_key (fact, revision, kind, entry) VALUES ('visit-2', 2, 'record.test.visit', 9)")
        (fault,) = queries.verify().faults
        assert fault.startswith("entry 9: its key")
        transaction.set_rollback(True)
    assert queries.verify().sound


def held(statement: str) -> BaseDatabaseWrapper:
    """A connection of its own with a transaction that goes on, and what the statement locked with it."""
    other = connections["default"].copy("other")
    other.ensure_connection()
    other.connection.autocommit = False
    with other.cursor() as cursor:
        cursor.execute(statement)
    return other


def name(number: int) -> str:
    return f"visit-{number}"


def add(*numbers: int, revision: int = 1) -> None:
    with transaction.atomic():
        actions.append([drafted(number, revision) for number in numbers])


def repeated(number: int, revision: int = 1) -> None:
    with pytest.raises(Refusal) as refusal:
        add(number, revision=revision)
    assert refusal.value.codes == ("ledger.fact.repeated",)


def drafted(number: int, revision: int) -> FactDraft:
    at, payload = datetime(2026, 9, 30, 12, tzinfo=UTC), {"answers": {"number": number}}
    kind, place = "record.test.visit", "220105000000"
    return FactDraft(kind, name(number), revision, "test", place, "org", "a", "", at, payload)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def asked(statement: str) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
