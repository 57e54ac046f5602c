"""Senders who wait for the same commit: stored by one, refused one by one."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.records.conftest import World, rows, visit
from tests.records.test_together import together, world
from yibiao.core.problems import Refusal
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries, writing
from yibiao.records import actions, batching
from yibiao.records.models import Submission
from yibiao.records.types import Receipt

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["world"]


def held_up(count: int) -> threading.Thread:
    """Keeps the turn until so many wait, so that they are stored together."""
    batching._turn.acquire()

    def free() -> None:
        until = time.monotonic() + 20
        while len(batching._waiting) < count and time.monotonic() < until:
            time.sleep(0.01)
        batching._pass_on()

    made = threading.Thread(target=free)
    made.start()
    return made


def test_those_who_wait_are_stored_by_one_commit_and_refused_apart(world: World) -> None:
    by, old = world.warrant(), visit()
    actions.receive(old, by=by)
    drafts = [visit() for _ in range(6)]
    twin = visit(drafts[0].id, hazards=7)
    waiting = held_up(9)
    acts = [(lambda one=one: actions.receive(one, by=by)) for one in (*drafts, twin, visit(old.id, hazards=9), old)]
    found = together(*acts)
    waiting.join()
    refusals = [one for one in found if isinstance(one, Refusal)]
    assert {one.codes for one in refusals} == {("records.submission.conflict",)}
    assert len(refusals) == 2
    receipts = [one for one in found if isinstance(one, Receipt)]
    assert sorted(one.repeated for one in receipts) == [False] * 6 + [True]
    # Of the two under one id whoever came first was stored; all were received in the same moment.
    stored = Submission.objects.filter(pk__in=[draft.id for draft in drafts])
    assert stored.count() == 6
    assert len(set(stored.values_list("received_at", flat=True))) == 1
    assert rows("records_submission") == rows("records_submissionrevision") == 8
    ledger.seal_all()
    assert queries.verify().sound


def test_more_senders_than_one_statement_is_made_for_share_a_commit_too(world: World) -> None:
    by, many = world.warrant(), writing.FEW + 40
    drafts = [visit() for _ in range(many)]
    with CaptureQueriesContext(connection) as asked:
        found = actions.receive_each([(draft, [by]) for draft in drafts])
    assert [one.id for one in found if isinstance(one, Receipt)] == [draft.id for draft in drafts]
    # Each by itself would look at least for its own id.
    assert len([one for one in asked if "records_submission" in one["sql"]]) < many / 2
    assert rows("records_submission") == many + 1
    ledger.seal_all()
    assert queries.verify().sound


def test_a_long_list_and_a_callers_transaction_share_no_commit(world: World) -> None:
    from django.db import transaction

    by = world.warrant()
    batching._turn.acquire()
    try:
        actions.receive_many([visit() for _ in range(batching.SHARED_LIMIT + 1)], by=by)
        with transaction.atomic():
            actions.receive(visit(), by=by)
    finally:
        batching._turn.release()
    assert rows("records_submission") == batching.SHARED_LIMIT + 3
    connection.close()
