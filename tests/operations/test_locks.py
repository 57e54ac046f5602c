"""While somebody seals or takes facts into columns, writers commit and readers read: on PostgreSQL nobody waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests.figures import world
from yibiao.figures import actions
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time; sealing is short"),
]


def elsewhere(work: Callable[[], Any]) -> Any:
    """What a connection of its own does, which waits for no lock longer than a moment."""

    def patient() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'; SET statement_timeout = '10s'")
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(patient).result()


def file_and_read() -> tuple[int, Any]:
    world.append(world.draft("check", {"found": 5}), seal=False)
    return log.pending(), world.value("found")


@pytest.fixture(autouse=True)
def _facts() -> None:
    world.install()
    world.append(*(world.draft("check", {"found": 1}) for _ in range(3)))
    actions.follow()


def test_a_writer_commits_while_the_sealer_holds_its_transaction() -> None:
    world.append(world.draft("check", {"found": 1}), seal=False)
    with transaction.atomic():
        assert ledger.seal() is not None
        assert elsewhere(file_and_read) == (2, 3), "the sealed one still waits for others, and the new one"
    assert log.pending() == 1
    assert ledger.seal() is not None
    assert log.verify().sound
    assert world.value("found") == 9


def test_a_writer_and_the_sealer_go_on_while_a_follower_holds_its_transaction() -> None:
    world.append(world.draft("check", {"found": 1}))
    with transaction.atomic():
        assert actions.follow() == 1

        def file_seal_and_read() -> Any:
            file_and_read()
            ledger.seal()
            return world.value("found")

        assert elsewhere(file_seal_and_read) == 9
    assert actions.follow() == 1
    assert world.value("found") == 9


def test_followers_of_other_rooms_hold_nothing_that_a_writer_needs() -> None:
    with transaction.atomic():
        for name in ("cases", "duty", "notices"):
            ledger.advance(name, 2)
        assert elsewhere(file_and_read) == (1, 3)


def test_the_sealer_waits_for_no_writer() -> None:
    with transaction.atomic():
        world.append(world.draft("check", {"found": 1}), seal=False)

        def file_and_seal() -> int:
            world.append(world.draft("check", {"found": 5}))
            newest = log.checkpoint()
            return newest.size if newest else 0

        sealed = elsewhere(file_and_seal)
    assert ledger.seal() is not None
    newest = log.checkpoint()
    assert newest is not None
    assert newest.size == sealed + 1, "who commits late comes later in the log, and not in between"
    assert log.verify().sound
