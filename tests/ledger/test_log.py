"""The log: contiguous positions, proofs, and the refusal to change."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yibiao.core import merkle
from yibiao.core.problems import Refusal
from yibiao.ledger import actions, queries, rows, triggers
from yibiao.ledger.types import FactDraft

NOON = datetime(2022, 9, 10, 4, tzinfo=UTC)


def draft(id: str | None = None, revision: int = 1, **payload: object) -> FactDraft:
    return FactDraft(
        kind="record.test.visit", id=id or str(uuid4()), revision=revision, program="test", place="220105000000",
        organisation="org", actor="a" * 32, subject="", occurred_at=NOON, payload=payload,
    )  # fmt: skip


def add(*drafts: FactDraft) -> None:
    with transaction.atomic():
        actions.append(drafts)


@pytest.mark.django_db(transaction=True)
def test_positions_are_contiguous_and_checkpoints_extend() -> None:
    for n in (1, 5, 3):
        add(*[draft(n=i) for i in range(n)])
        actions.seal()
    newest = queries.checkpoint()
    assert newest is not None
    assert (newest.number, newest.size) == (3, 9)
    facts = list(queries.entries(0, newest.size))
    assert [fact.position for fact in facts] == list(range(1, 10))
    leaves = [bytes.fromhex(fact.digest) for fact in facts]
    assert merkle.root(leaves).hex() == newest.root
    assert queries.verify().sound


@pytest.mark.django_db(transaction=True)
def test_every_fact_has_a_proof_that_a_stranger_can_check() -> None:
    drafts = [draft(n=i) for i in range(13)]
    add(*drafts[:6])
    first = actions.seal()
    add(*drafts[6:])
    second = actions.seal()
    assert first is not None
    assert second is not None
    for one in drafts:
        proof = queries.inclusion(one.id, 1)
        assert proof is not None
        path = [bytes.fromhex(step) for step in proof.path]
        root, leaf = bytes.fromhex(second.root), bytes.fromhex(proof.leaf)
        assert merkle.verify_inclusion(leaf, proof.position - 1, second.size, path, root)
        assert not merkle.verify_inclusion(merkle.leaf_hash(b"x"), proof.position - 1, second.size, path, root)
    growth = queries.consistency(first.number, second.number)
    assert merkle.verify_consistency(
        6, 13, [bytes.fromhex(step) for step in growth.path], bytes.fromhex(first.root), bytes.fromhex(second.root)
    )
    assert queries.inclusion("nothing", 1) is None


@pytest.mark.django_db(transaction=True)
def test_a_revision_is_stored_once() -> None:
    one = draft()
    add(one)
    with pytest.raises(Refusal) as refusal:
        add(one)
    assert refusal.value.codes == ("ledger.fact.repeated",)
    assert len(queries.history(one.id)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        actions.append([draft()])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET payload = '{}'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_position SET position = position + 1",
        "DELETE FROM ledger_position",
        "UPDATE ledger_checkpoint SET root = 'x'",
        "DELETE FROM ledger_node",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(statement: str) -> None:
    add(draft(), draft())
    actions.seal()
    with pytest.raises(Error, match="is refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert queries.verify().sound


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_entry SET payload = replace(payload, '7', '8') WHERE payload LIKE '%7%'", "position 8 "),
        ("UPDATE ledger_entry SET place = '220104000000' WHERE id = (SELECT min(id) FROM ledger_entry)", "position 1 "),
        ("UPDATE ledger_checkpoint SET root = 'ab'", "checkpoint 1 "),
        ("DELETE FROM ledger_position WHERE position = 4", "position 4: missing"),
    ],
)
def test_an_intruder_with_the_triggers_gone_is_named(statement: str, named: str) -> None:
    add(*[draft(n=i) for i in range(9)])
    actions.seal()
    triggers.remove(connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        triggers.install(connection)
    verdict = queries.verify()
    assert not verdict.sound
    assert any(fault.startswith(named) for fault in verdict.faults), verdict.faults


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_gets_a_later_position() -> None:
    """A transaction that began first and commits last never slips in below a checkpoint."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: commits cannot be out of order")
    begun, sealed, slow = threading.Event(), threading.Event(), draft(name="slow")

    def late() -> None:
        try:
            with transaction.atomic():
                actions.append([slow])
                begun.set()
                assert sealed.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert begun.wait(20)
    fast = draft(name="fast")
    add(fast)
    pinned = actions.seal()
    sealed.set()
    thread.join(20)
    assert pinned is not None
    before = [fact.id for fact in queries.entries(0, pinned.size)]
    actions.seal()
    assert [fact.id for fact in queries.entries(0, pinned.size)] == before == [fast.id]
    found = queries.fact(slow.id)
    assert found is not None
    assert found.position == pinned.size + 1
    assert queries.verify().sound


@given(st.sets(st.integers(1, 400)), st.integers(1, 9))
def test_stretches_are_the_numbers_and_no_others(numbers: set[int], least: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_STRETCH", least)
        runs, alone = rows.stretches(sorted(numbers))
    found = [number for first, last in runs for number in range(first, last + 1)]
    assert sorted(found + alone) == sorted(numbers)
    assert all(last - first + 1 >= least for first, last in runs)


@pytest.mark.django_db(transaction=True)
def test_facts_are_read_by_position_whatever_the_stretches_of_their_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_STRETCH", 3)
    monkeypatch.setattr(queries, "CHUNK", 4)
    others = [draft(n=n)._replace(kind="record.test.other") for n in range(4)]
    mine = [draft(n=n) for n in range(12)]
    add(*mine[:5], others[0], *mine[5:6], *others[1:3], *mine[6:], others[3])
    newest = actions.seal()
    assert newest is not None
    assert [fact.id for fact in queries.entries(0, newest.size, [mine[0].kind])] == [one.id for one in mine]
    assert [fact.id for fact in queries.entries(2, 9, [mine[0].kind], limit=3)] == [one.id for one in mine[2:5]]
    assert [fact.position for fact in queries.entries(0, newest.size)] == list(range(1, 17))
    assert queries.pending() == 0


@pytest.mark.django_db(transaction=True)
def test_parallel_writers_lose_nothing() -> None:
    def write() -> None:
        try:
            for _ in range(10):
                add(draft(), draft())
                actions.seal()
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    actions.seal_all()
    verdict = queries.verify()
    assert verdict.sound, verdict.faults
    assert verdict.entries == 80
    assert (queries.counts().entries, queries.counts().pending) == (80, 0)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none())))
def test_a_payload_comes_back_as_it_was_given(payload: dict[str, object]) -> None:
    one = draft(answers=payload)
    add(one)
    found = queries.fact(one.id)
    assert found is not None
    assert found.payload["answers"] == payload


@pytest.mark.django_db
def test_a_cursor_remembers_and_forgets() -> None:
    assert queries.cursor("figures") == 0
    actions.advance("figures", 12)
    actions.advance("figures", 15)
    assert queries.cursor("figures") == 15
    actions.reset("figures")
    assert queries.cursor("figures") == 0


@pytest.mark.django_db
def test_an_unknown_checkpoint_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        queries.checkpoint(99)
    assert refusal.value.status == 404
