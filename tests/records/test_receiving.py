"""Records on their way in: stored with a fact, once, whole, by those who may."""

from __future__ import annotations

import uuid

import pytest

from tests.records.conftest import AT, CHANGCHUN, ERDAO, NANGUAN, PROGRAM, VISIT, World, rows, site, visit
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.records import actions, queries
from yibiao.records.types import SubmissionDraft

pytestmark = pytest.mark.usefixtures("sites")


def test_a_record_is_a_row_a_revision_and_a_fact(world: World) -> None:
    draft = visit(
        participants="ed-fire ed jl", contact="示例人", finds=[{"what": "线路老化", "days": 3, "owner": "示例人"}]
    )
    receipt = actions.receive(draft, by=world.warrant())
    assert (receipt.id, receipt.revision, receipt.repeated) == (draft.id, 1, False)
    record = queries.record(draft.id, scope=people.scope(world.clerk.key, "fill"))
    assert (record.place, record.organisation, record.subject, record.state) == (ERDAO, "ed", "S1", "received")
    assert record.participants == ("ed-fire", "jl")
    assert record.has_personal
    assert record.occurred_at.isoformat() == AT
    fact = ledger.fact(draft.id, kind=f"record.{VISIT}")
    assert fact is not None
    assert (fact.program, fact.place, fact.organisation, fact.actor) == (PROGRAM, ERDAO, "ed", world.clerk.key)
    assert fact.payload["answers"] == {
        "site": "S1", "place": ERDAO, "occurred_at": record.answers["occurred_at"], "participants": "ed-fire ed jl",
        "sector": "mine", "trade": "coal", "topics": ["fire"], "hazards": 2, "measure": "立即整改",
        "listed": record.answers["listed"],
        "finds": [{"what": "线路老化", "days": 3}],
    }  # fmt: skip
    assert "示例人" not in str(fact)


def test_wrong_answers_are_all_named_and_nothing_is_stored(world: World) -> None:
    before = rows("ledger_entry")
    with pytest.raises(Refusal) as wrong:
        actions.receive(visit(hazards=-1, trade="market", site="S9", participants="nobody"), by=world.warrant())
    assert {"forms.answer.constraint", "forms.answer.choice", "records.organisation.unknown"} <= set(wrong.value.codes)
    assert wrong.value.status == 422
    with pytest.raises(Refusal) as wrong:
        actions.receive(visit(site="S9"), by=world.warrant())
    assert wrong.value.codes == ("records.entity.not-registered",)
    assert (rows("records_submission"), rows("ledger_entry")) == (2, before)


def test_the_same_id_twice_is_one_record_and_other_content_is_refused(world: World) -> None:
    draft = visit(phone="13800000000")
    actions.receive(draft, by=world.warrant())
    again = actions.receive(visit(draft.id, phone="13800000000"), by=world.warrant())
    assert again.repeated
    for changed in (visit(draft.id, phone="13900000000"), visit(draft.id, hazards=3, phone="13800000000")):
        with pytest.raises(Refusal) as wrong:
            actions.receive(changed, by=world.warrant())
        assert wrong.value.codes == ("records.submission.conflict",)
        assert wrong.value.status == 409
    actions.correct(draft.id, {**draft.answers, "hazards": 5}, reason="看错了", by=world.warrant())
    late = actions.receive(visit(draft.id, phone="13800000000"), by=world.warrant())
    assert (late.repeated, late.revision) == (True, 2)


def test_a_batch_is_stored_whole_or_not_at_all(world: World) -> None:
    good, bad = visit(), visit(hazards="many")
    with pytest.raises(Refusal) as wrong:
        actions.receive_many([good, bad], by=world.warrant())
    assert "第 2 条" in wrong.value.problems[0].text()
    assert wrong.value.problems[0].text("en").startswith("record 2 ")
    assert rows("records_submission") == 2
    receipts = actions.receive_many([good, visit(), good], by=world.warrant())
    assert [receipt.repeated for receipt in receipts] == [False, False, True]
    assert rows("records_submission") == 4


def test_an_entity_of_the_same_batch_counts_as_registered(world: World) -> None:
    actions.receive_many([visit(site="S7"), site("S7")], by=world.warrant())
    assert rows("records_entity") == 3


def test_a_place_outside_the_warrant_is_refused(world: World) -> None:
    with pytest.raises(Refusal) as wrong:
        actions.receive(visit(place=NANGUAN), by=world.warrant())
    assert wrong.value.codes == ("records.submission.outside",)
    (said,) = wrong.value.problems
    assert said.text().startswith("检查地：")
    assert said.text("en").startswith("Place: “"), "a question is named in the language of the text"
    assert wrong.value.status == 403
    with pytest.raises(Refusal) as wrong:
        actions.receive(visit(place="999999999999"), by=world.warrant())
    assert wrong.value.codes == ("records.place.unknown",)
    with pytest.raises(Refusal) as wrong:
        actions.receive(visit(), by=world.warrant(world.reviewer, "review"))
    assert wrong.value.codes == ("records.submission.not-allowed",)
    wide = people.system_warrant(place=CHANGCHUN, program=PROGRAM)
    assert actions.receive(visit(place=NANGUAN), by=wide).revision == 1


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2099-01-01T00:00:00+08:00", "records.occurred.future"),
        ("1949-10-01T00:00:00+08:00", "records.occurred.too-early"),
    ],
)
def test_implausible_times_are_refused(world: World, at: str, code: str) -> None:
    with pytest.raises(Refusal) as wrong:
        actions.receive(visit(occurred_at=at), by=world.warrant())
    assert wrong.value.codes == (code,)


def test_ids_programs_and_forms_must_be_known(world: World) -> None:
    with pytest.raises(Refusal) as wrong:
        actions.receive(visit("not-a-uuid"), by=world.warrant())
    assert wrong.value.codes == ("records.submission.id",)
    for form, program in ((VISIT, "nothing"), ("watch.nothing", PROGRAM)):
        with pytest.raises(Refusal) as wrong:
            actions.receive(SubmissionDraft(str(uuid.uuid4()), form, program, {}, "api"), by=world.warrant())
        assert wrong.value.status == 404


def test_a_place_that_was_renumbered_stands_where_it_is_today(world: World) -> None:
    """公主岭 was 220381 below 四平 until 2020 and is 220184 below 长春 since."""
    wide = people.system_warrant(place="220000000000", program=PROGRAM)
    draft = visit(place="220381000000", occurred_at="2019-05-01T08:00:00+08:00")
    actions.receive(draft, by=wide)
    found = queries.page(scope=people.scope(world.reviewer.key, "review"), program=PROGRAM, form=VISIT)
    assert [record.place for record in found.items] == ["220381000000"]
