"""Senders at the same time, on real transactions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection, transaction

from tests.records.conftest import VISIT, World, build, rows, site, visit
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.ledger import writing
from yibiao.records import actions
from yibiao.records.models import Entity
from yibiao.records.types import Receipt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    made = build()
    actions.receive(site("S1"), by=made.warrant())
    return made


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act gave, or the refusal, when all start at once."""
    start, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        close_old_connections()
        start.wait()
        try:
            found[index] = act()  # type: ignore[call-overload]
        except Refusal as refusal:
            found[index] = refusal  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(found)


def test_one_id_sent_by_four_at_once_is_one_record(world: World) -> None:
    draft = visit()
    by = world.warrant()
    receipts = together(*[lambda: actions.receive(draft, by=by)] * 4)
    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    assert sorted(receipt.repeated for receipt in receipts if isinstance(receipt, Receipt)) == [False, True, True, True]
    assert rows("records_submission") == 2
    assert len(ledger.history(draft.id, kind=f"record.{VISIT}")) == 1


def test_of_two_corrections_of_one_revision_one_is_refused(world: World) -> None:
    draft, by = visit(), world.warrant()
    actions.receive(draft, by=by)

    def correct(hazards: int) -> Callable[[], object]:
        changed = {**draft.answers, "hazards": hazards}
        return lambda: actions.correct(draft.id, changed, reason="看错了", by=by, expected=1)

    found = together(correct(5), correct(6))
    refusals = [one for one in found if isinstance(one, Refusal)]
    assert [one.codes for one in refusals] == [("records.submission.stale",)]
    assert len(ledger.history(draft.id, kind=f"record.{VISIT}")) == 2


def test_one_entity_made_by_two_at_once_is_one_entity(world: World) -> None:
    by = world.warrant()
    found = together(*[lambda: actions.receive(site("S9"), by=by)] * 4)
    assert all(isinstance(one, Receipt) for one in found), found
    assert rows("records_entity") == 2


def test_of_a_long_list_an_entity_may_be_made_meanwhile_by_another(world: World) -> None:
    by, made, named = world.warrant(), threading.Event(), [f"S{number}" for number in range(writing.FEW + 20)]

    def one() -> object:
        with transaction.atomic():
            receipt = actions.receive(site("S9"), by=by)
            made.set()
            # So long nobody else sees what it made.
            time.sleep(0.5)
        return receipt

    def many() -> object:
        made.wait(10)
        return actions.receive_many([site(code) for code in named], by=by)

    found = together(one, many)
    assert not [each for each in found if isinstance(each, Refusal)], found
    assert rows("records_entity") == rows("records_entityname") == len(named)
    assert rows("records_entityrevision") == len(named) + 2
    assert sorted(Entity.objects.filter(key__in=("S1", "S9")).values_list("version", flat=True)) == [2, 2]
