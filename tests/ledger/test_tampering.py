"""What an intruder changes behind the triggers' back, ``verify`` finds and names; the triggers refuse it before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yibiao.core import canon, merkle
from yibiao.core.problems import Refusal
from yibiao.ledger import actions, queries, triggers
from yibiao.ledger.types import FactDraft

NOON = datetime(2022, 9, 10, 4, tzinfo=UTC)
FIXED = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def draft(number: int, **changed: object) -> FactDraft:
    values: dict[str, object] = {
        "kind": "record.test.visit", "id": f"visit-{number}", "revision": 1, "program": "test",
        "place": "220105000000", "organisation": "org", "actor": "a", "subject": "s", "occurred_at": NOON,
        "payload": {"answers": {"number": number}},
    }  # fmt: skip
    return FactDraft(**{**values, **changed})  # type: ignore[arg-type]


def fill(sizes: list[int]) -> None:
    number = 0
    for size in sizes:
        with transaction.atomic():
            actions.append([draft(number + step) for step in range(1, size + 1)])
        number += size
        actions.seal()


@contextmanager
def unguarded() -> Iterator[None]:
    """As one who has the database itself in his hands and has dropped its triggers."""
    triggers.remove(connection)
    try:
        yield
    finally:
        triggers.install(connection)


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


COLUMNS = {
    "kind": "record.test.visitor", "fact": "visit-x", "revision": 2, "program": "", "place": "220104000000",
    "organisation": "other", "actor": "b", "subject": "", "payload": '{"answers":{"number":0}}', "digest": "0" * 64,
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", [*COLUMNS, "occurred_at", "received_at", "withdrawn"])
def test_every_column_of_an_entry_is_covered_by_its_hash(column: str) -> None:
    fill([3, 4])
    values = {**COLUMNS, "occurred_at": NOON + timedelta(microseconds=1), "received_at": NOON, "withdrawn": True}
    with unguarded():
        run(f"UPDATE ledger_entry SET {column} = %s WHERE fact = 'visit-5'", values[column])
    verdict = queries.verify()
    # What names an entry stands in its key too, which PostgreSQL keeps in a table of its own.
    keyed = connection.vendor == "postgresql" and column in ("kind", "fact", "revision")
    assert len(verdict.faults) == 1 + keyed, verdict.faults
    assert "its key" in verdict.faults[-1] or not keyed
    assert verdict.faults[0].startswith("position 5 (record.test.visit")
    assert "visit-5" in verdict.faults[0] or column == "fact"
    assert "does not match its hash" in verdict.faults[0]


@pytest.mark.django_db(transaction=True)
def test_a_rewritten_entry_with_its_hash_recomputed_is_named() -> None:
    fill([8])
    with unguarded():
        run("UPDATE ledger_entry SET payload = %s WHERE fact = 'visit-3'", '{"answers":{"number":9}}')
        forged = queries.fact("visit-3")
        assert forged is not None
        run("UPDATE ledger_entry SET digest = %s WHERE fact = 'visit-3'", _leaf(forged.id))
    assert queries.verify().faults == (
        "position 3 (record.test.visit visit-3, revision 1): another content was sealed here; "
        "it was replaced or reordered",
    )
    with unguarded():
        run("UPDATE ledger_position SET leaf = %s WHERE position = 3", bytes.fromhex(_leaf(forged.id)))
    assert queries.verify().faults == (
        "positions 3 to 4: do not match the hash of their subtree; they were replaced or reordered",
    )


@pytest.mark.django_db(transaction=True)
def test_reordered_entries_are_named() -> None:
    fill([8])
    ids = [queries.fact(f"visit-{number}") for number in (2, 6)]
    assert all(ids)
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, entry_id, leaf FROM ledger_position WHERE position IN (2, 6) ORDER BY position"
        )
        (_, first, first_leaf), (_, second, second_leaf) = cursor.fetchall()
        cursor.execute("UPDATE ledger_position SET entry_id = -1 WHERE position = 2")
        cursor.execute("UPDATE ledger_position SET entry_id = %s, leaf = %s WHERE position = 6", [first, first_leaf])
        cursor.execute("UPDATE ledger_position SET entry_id = %s, leaf = %s WHERE position = 2", [second, second_leaf])
    faults = queries.verify().faults
    assert [fault.split(":")[0] for fault in faults] == ["positions 1 to 2", "positions 5 to 6"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM ledger_entry WHERE fact = 'visit-4'", "position 4: its entry"),
        ("DELETE FROM ledger_position WHERE position = 7", "position 7: missing"),
        ("DELETE FROM ledger_checkpoint WHERE number = 1", "checkpoint 2: the one before it is missing"),
        ("DELETE FROM ledger_checkpoint WHERE number = 2", "position 4: no checkpoint holds it"),
        ("UPDATE ledger_checkpoint SET size = 2 WHERE number = 1", "checkpoint 1 (2 entries): the root"),
        ("DELETE FROM ledger_node WHERE level = 1 AND \"index\" = 1", "positions 3 to 4: the hash of"),
        ("INSERT INTO ledger_node (level, \"index\", hash) VALUES (9, 0, '')", "subtree 9/0: stands beyond"),
        ("DELETE FROM ledger_pending", "entry "),
    ],
)  # fmt: skip
def test_what_was_lost_or_added_is_named(statement: str, named: str) -> None:
    fill([3, 4])
    with transaction.atomic():
        actions.append([draft(99)])
    with unguarded():
        run(statement)
    faults = queries.verify().faults
    assert any(fault.startswith(named) for fault in faults), faults


@pytest.mark.django_db(transaction=True)
def test_the_last_leaf_has_no_subtree_and_is_found_by_its_root() -> None:
    fill([3])
    with unguarded():
        run("UPDATE ledger_entry SET payload = '{}' WHERE fact = 'visit-3'")
        run("UPDATE ledger_entry SET digest = %s WHERE fact = 'visit-3'", _leaf("visit-3"))
        run("UPDATE ledger_position SET leaf = %s WHERE position = 3", bytes.fromhex(_leaf("visit-3")))
    assert queries.verify().faults == ("checkpoint 1 (3 entries): the root does not follow from the entries",)


@pytest.mark.django_db(transaction=True)
def test_an_unsealed_entry_is_watched_too() -> None:
    with transaction.atomic():
        actions.append([draft(1)])
    assert queries.verify().sound
    with unguarded():
        run("UPDATE ledger_entry SET payload = '{}'")
    (fault,) = queries.verify().faults
    assert "visit-1" in fault
    with unguarded():
        run("DELETE FROM ledger_entry")
    assert "missing" in queries.verify().faults[0]


@pytest.mark.django_db(transaction=True)
def test_replacing_and_emptying_are_refused_too() -> None:
    fill([2])
    assert queries.guarded()
    if connection.vendor == "sqlite":
        statement = (
            "INSERT OR REPLACE INTO ledger_checkpoint SELECT number, size, 'x', sealed_at FROM ledger_checkpoint"
        )
    else:
        statement = "TRUNCATE ledger_entry, ledger_position, ledger_checkpoint, ledger_node, ledger_pending"
    with pytest.raises(Error, match="is refused"), transaction.atomic():
        run(statement)
    with unguarded():
        assert not queries.guarded()
    assert queries.verify().sound


TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
PAYLOAD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXT, st.decimals(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=8,
)

SAID = ("kind", "id", "revision", "program", "place", "organisation", "actor", "subject", "occurred_at", "withdrawn")


@pytest.mark.django_db
@FIXED
@given(kind=TEXT, place=TEXT, payload=st.dictionaries(TEXT, PAYLOAD, max_size=3), withdrawn=st.booleans())
def test_the_leaf_is_the_hash_of_the_canonical_json_of_the_fact(
    kind: str, place: str, payload: dict[str, object], withdrawn: bool
) -> None:
    with transaction.atomic():
        one = draft(1, kind=kind, place=place, payload=payload, withdrawn=withdrawn)
        actions.append([one], received_at=NOON)
        stored = queries.fact("visit-1")
        assert stored is not None
        assert {name: getattr(stored, name) for name in SAID} == {name: getattr(one, name) for name in SAID}
        assert (stored.received_at, stored.position) == (NOON, None)
        assert stored.digest == _leaf("visit-1")
        assert stored.payload == canon.plain(payload)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5), limit=st.integers(1, 12))
def test_any_cutting_into_checkpoints_gives_one_consistent_log(sizes: list[int], limit: int) -> None:
    start = queries.counts().entries
    number = start
    for size in sizes:
        with transaction.atomic():
            actions.append([draft(number + step) for step in range(1, size + 1)])
        number += size
        while actions.seal(limit):
            pass
    newest = queries.checkpoint()
    assert newest is not None
    assert newest.size == number
    facts = list(queries.entries(0, newest.size))
    assert [fact.id for fact in facts] == [f"visit-{place}" for place in range(1, number + 1)]
    assert list(queries.entries(2, 7, limit=3)) == facts[2:7][:3]
    for at in range(1, newest.number):
        old = queries.checkpoint(at)
        assert old is not None
        proof = queries.consistency(at, newest.number)
        path = [bytes.fromhex(step) for step in proof.path]
        roots = bytes.fromhex(old.root), bytes.fromhex(newest.root)
        assert merkle.verify_consistency(old.size, newest.size, path, *roots)
        earlier = queries.inclusion("visit-1", 1, old)
        assert earlier is not None
        assert merkle.verify_inclusion(
            bytes.fromhex(earlier.leaf), 0, old.size, [bytes.fromhex(step) for step in earlier.path], roots[0]
        )
    assert queries.verify().sound


@pytest.mark.django_db
@pytest.mark.parametrize("bad", [{"subject": "a\x00"}, {"payload": {"name": "\ud800"}}])
def test_what_no_database_can_hold_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        actions.append([draft(1), draft(2, **bad)])
    assert refusal.value.codes == ("ledger.fact.unstorable",)
    assert queries.counts().entries == 0


@pytest.mark.django_db
def test_a_cursor_moves_forward_only() -> None:
    actions.advance("figures", 5)
    with pytest.raises(Refusal) as refusal:
        actions.advance("figures", 4)
    assert refusal.value.codes == ("ledger.cursor.backwards",)
    assert queries.cursor("figures") == 5


def _leaf(id: str) -> str:
    """The leaf hash by the book: of the canonical JSON of the whole fact."""
    fact = queries.fact(id)
    assert fact is not None
    names = (
        "kind", "id", "revision", "program", "place", "organisation", "actor", "subject", "occurred_at", "received_at",
        "withdrawn", "payload",
    )  # fmt: skip
    return merkle.leaf_hash(canon.dumps({name: getattr(fact, name) for name in names}).encode()).hex()
