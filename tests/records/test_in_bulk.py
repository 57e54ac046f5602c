"""Long lists: the database stores one piece while the next is made, and what is stored is the same to the byte."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from tests.databases import rolled_back
from tests.records.conftest import AT, ERDAO, PROGRAM, VISIT, World, rows, visit
from yibiao.core.problems import Refusal
from yibiao.forms import queries as forms
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries, verifying, writing
from yibiao.ledger.types import FactDraft
from yibiao.records import actions, storing
from yibiao.records.intake import sheet
from yibiao.records.types import Sent, SubmissionDraft

pytestmark = pytest.mark.usefixtures("sites")
NOW = datetime.fromisoformat("2022-09-11T10:00:00+08:00")
TABLES = {
    "records_submission": "id",
    "records_submissionrevision": "submission_id",
    "records_personalanswers": "submission_id",
    "records_sending": "submission_id",
    "ledger_entry": "fact",
}
# What is drawn anew each time: numbers of rows, and what is made with a salt.
DRAWN = ("salt", "token", "digest", "payload")


@pytest.fixture(autouse=True)
def _short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_CHUNK", 5)


def _stored(ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table, key in TABLES.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            kept = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        mine = sorted((row for row in kept if row[key] in ids), key=lambda row: str(row[key]))
        found[table] = [{name: row[name] for name in names if name != "id" or key == "id"} for row in mine]
    return found


def _plain(found: dict[str, list[dict[str, Any]]], salted: set[str]) -> Any:
    """The same, without what is drawn anew in those tables and records that have something personal."""
    shown = []
    for table, kept in found.items():
        for row in kept:
            drawn = table == "records_personalanswers" or (table == "ledger_entry" and row["fact"] in salted)
            shown.append((table, {name: value for name, value in row.items() if not (drawn and name in DRAWN)}))
    return shown


# What could be taken for the end of a value, of a row or of all rows.
ODD = ("a\tb", "c\nd\r\ne", "\\.", "\\N", "f\\", '"g"', "\x0b\x1f\u2028", "😀", "\\\\t")


def _drafts() -> list[SubmissionDraft]:
    made = [visit(hazards=n % 4 + 1, measure=f"第 {n} 处", area=f"{n}.50", topics=["power", "fire"]) for n in range(2)]
    made += [visit(measure=f"x{odd}x", channel="sample" if odd == "😀" else "api") for odd in ODD]
    made += [visit(contact="样例某", phone="13800000000", finds=[{"what": "电线", "days": n}]) for n in range(3)]
    sent = Sent(instance="uuid:1", device="d", agent="a")
    return [*made, SubmissionDraft(made[0].id[:-4] + "ffff", VISIT, PROGRAM, made[0].answers, "collect", "", sent)]


@pytest.mark.parametrize("few", [60, 0])
def test_a_list_is_stored_as_its_records_would_be_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(writing, "FEW", few)
    drafts, by = _drafts(), world.warrant()
    ids, salted = [draft.id for draft in drafts], {draft.id for draft in drafts[11:14]}
    with rolled_back():
        receipts = actions.receive_many(drafts, by=by, at=NOW)
        together = _stored(ids)
    for draft, receipt in zip(drafts, receipts, strict=True):
        assert actions.receive(draft, by=by, at=NOW) == receipt
    alone = _stored(ids)
    assert [len(kept) for kept in alone.values()] == [15, 15, 3, 1, 15]
    assert _plain(together, salted) == _plain(alone, salted)


def test_facts_are_appended_with_whatever_their_texts_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "FEW", 0)
    facts = [
        FactDraft("record.x", f"{n}{odd}", 1, odd, ERDAO, odd, "", odd, NOW, {"a": odd}) for n, odd in enumerate(ODD)
    ]
    with transaction.atomic():
        ledger.append(facts)
    ledger.seal_all()
    found = list(queries.entries(0, queries.counts().entries, ["record.x"]))
    assert [(one.id, one.program, one.organisation, one.subject, one.payload) for one in found] == [
        (one.id, one.program, one.organisation, one.subject, one.payload) for one in facts
    ]
    assert verifying.verify().sound


def test_what_fails_in_a_later_piece_leaves_nothing_of_the_earlier(world: World) -> None:
    drafts, by, before = _drafts(), world.warrant(), rows("records_submission")
    taken = FactDraft(f"record.{VISIT}", drafts[12].id, 1, PROGRAM, ERDAO, "", "", "", NOW)
    with transaction.atomic():
        ledger.append([taken])
    with pytest.raises(Refusal) as refused:
        actions.receive_many(drafts, by=by, at=NOW)
    assert refused.value.codes == ("ledger.fact.repeated",)
    assert rows("records_submission") == before
    others = [draft for draft in drafts if draft.id != taken.id]
    assert len(actions.receive_many(others, by=by, at=NOW)) == len(others)


def test_a_list_that_holds_a_record_of_before_is_told_so(world: World) -> None:
    """Few of the ids of a list are asked for beforehand; the database knows the others."""
    by, before = world.warrant(), rows("records_submission")
    drafts = [visit(hazards=n % 4 + 1) for n in range(45)]
    actions.receive(drafts[33], by=by, at=NOW)
    other = [*drafts[:33], visit(drafts[33].id, hazards=9), *drafts[34:]]
    with pytest.raises(Refusal) as refused:
        actions.receive_many(other, by=by, at=NOW)
    assert refused.value.codes == ("records.submission.conflict",)
    assert rows("records_submission") == before + 1
    for known in ([33], list(range(45))):
        receipts = actions.receive_many(drafts, by=by, at=NOW)
        assert [n for n, one in enumerate(receipts) if one.repeated] == known
        assert rows("records_submission") == rows("records_submissionrevision") == before + 45


def test_a_row_of_a_sheet_is_stored_like_the_same_answers_sent_alone(world: World) -> None:
    names = ("_number", "site", "place", "occurred_at", "sector", "trade", "topics", "hazards", "measure", "phone")
    lines = [
        (f"N{n}", "S1", ERDAO, AT, "mine", "coal", "fire、power", str(n + 1), f"第 {n} 处", "13800000000")
        for n in range(12)
    ]
    content = "\n".join(",".join(line) for line in [names, *lines]).encode()
    warrants = [world.warrant()]
    upload = sheet.offer("a.csv", content, form=forms.form(VISIT), program=PROGRAM, warrants=warrants)
    assert sheet.preview(upload, warrants=warrants).good == 12
    with connection.cursor() as cursor:
        sheet.take(upload, "all", warrants=warrants)
        cursor.execute(
            "SELECT id, answers, place, occurred_at, subject FROM records_submission WHERE channel = 'sheet'"
        )
        stored = {json.loads(row[1])["measure"]: row for row in cursor.fetchall()}
        pairs = []
        for n in range(12):
            alone = visit(hazards=n + 1, measure=f"第 {n} 处", topics=["fire", "power"], phone="13800000000")
            actions.receive(alone, by=world.warrant())
            cursor.execute(
                "SELECT id, answers, place, occurred_at, subject FROM records_submission WHERE id = %s", [alone.id]
            )
            assert cursor.fetchone()[1:] == stored[f"第 {n} 处"][1:]
            pairs.append((stored[f"第 {n} 处"], alone.id))
        cursor.execute("SELECT submission_id, digest FROM records_submissionrevision WHERE revision = 1")
        digests = dict(cursor.fetchall())
    assert all(digests[row[0]] == digests[one] for row, one in pairs)
    assert sheet.taken(upload, warrants=warrants).count == 12
