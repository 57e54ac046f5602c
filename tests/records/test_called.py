"""What PostgreSQL stores by the call of a function is what statements store."""

from __future__ import annotations

import os
import re
import uuid
from typing import Any

import pytest
from django.db import connection, transaction

from tests.records.conftest import AT, World, rows, site, visit
from tests.records.test_together import world
from yibiao.core import clock
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries
from yibiao.records import actions, checking, storing
from yibiao.records import rows as laid
from yibiao.records.prepared import Prepared
from yibiao.records.types import Sent, SubmissionDraft

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") != "postgres", reason="SQLite has no functions"),
]
__all__ = ["world"]
TABLES = {
    "records_submission": "id", "records_submissionrevision": "submission_id", "records_sending": "submission_id",
    "ledger_entry": "fact",
}  # fmt: skip
# Numbered by the database, or made of the id.
OTHER = {"records_submissionrevision": ("id",), "records_sending": ("id",), "ledger_entry": ("id", "digest")}
ODD = '引号"、反斜线\\、制表\t、换行\n、补充平面𠮷'


def ready(drafts: list[SubmissionDraft], world: World) -> list[Prepared]:
    found, wrong = checking.prepare_all(drafts, by=(world.warrant(),), at=clock.now())
    assert not wrong
    return found


def sent(of: SubmissionDraft) -> SubmissionDraft:
    """The same answers under an id of their own, as a phone sends them."""
    id = str(uuid.uuid4())
    return of._replace(id=id, sent=Sent(id, "示例机", "示例", None))


def stored(id: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of a record, but for its id."""
    found = {}
    for table, column in TABLES.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t) - %s::text[] FROM {table} t WHERE {column} = %s ORDER BY 1", [
                [column, "instance", *OTHER.get(table, ())], id,
            ])  # fmt: skip
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def test_a_call_stores_what_statements_store(world: World) -> None:
    at = clock.now()
    for one in (visit(measure=ODD), visit(channel="sample"), visit(hazards=0, measure=None, occurred_at=AT)):
        called, twin = sent(one), sent(one)
        outcomes = storing.write_by_call([ready([called], world)], at=at)
        assert outcomes is not None
        with transaction.atomic():
            assert [len(one) for one in storing.write([ready([twin], world)], at=at)] == [1]  # type: ignore[arg-type]
        assert stored(called.id) == stored(twin.id)
        assert all(stored(called.id).values())
    ledger.seal_all()
    assert queries.verify().sound
    assert rows("ledger_pending") == 0


def test_what_is_known_or_has_more_rows_is_not_stored_by_a_call(world: World) -> None:
    old, at = visit(), clock.now()
    actions.receive(old, by=world.warrant())
    before = rows("records_submission"), rows("ledger_entry")
    assert storing.write_by_call([ready([visit()], world), ready([old], world)], at=at) is None
    # It keeps an entity of a register.
    assert storing.write_by_call([ready([site("S8")], world)], at=at) is None
    with transaction.atomic():
        assert storing.write_by_call([ready([visit()], world)], at=at) is None
    assert (rows("records_submission"), rows("ledger_entry")) == before


def test_the_functions_know_every_column(world: World) -> None:
    """A column that is added needs a migration with the function as it is from then on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname IN ('records_receive', 'ledger_append')")
        texts = " ".join(text for (text,) in cursor.fetchall())
    given = {table: re.findall(r'"(\w+)"', names) for table, names in re.findall(r"INTO (\w+) \(([^)]*)\)", texts)}
    assert given["records_submission"] == [*laid.SUBMISSION]
    assert given["records_submissionrevision"] == [*laid.STEP]
    assert given["records_sending"] == [*laid.SENDING]
    assert given["ledger_entry"] == [*ledger._ENTRY]
