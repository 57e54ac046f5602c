"""A report from the first line to the last: taken in, opened, dealt with, answered, rated, opened again."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta

import pytest

from tests.citizens.conftest import LAMP, PROGRAM, SHIWEI, World, proof, reported, settle, told
from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.citizens import actions as citizens
from yibiao.citizens import models, problems, queries
from yibiao.citizens.types import Proof, Report
from yibiao.core import clock
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as log
from yibiao.people.types import CITIZEN
from yibiao.records import queries as records


def test_a_report_opens_a_case_with_its_promise(world: World) -> None:
    report, taken = reported(name="示例·王女士", phone="13800000000", latitude="43.8801", longitude="125.3502")
    case = known.case(taken.case, scope=world.all)
    assert (case.record, case.state, case.place) == (taken.record, "received", report.place)
    assert case.organisation == "sw"
    assert case.answers["unit"] == "社区物业组（样例）"
    assert case.answers["position"] == "43.8801 125.3502"
    due = queries.counter_of(PROGRAM).service("repair").limit.after(case.standing.occurred_at)
    assert case.answers["promised_at"] == due.isoformat(timespec="seconds")
    assert queries.case_of(report.token) == case


def test_who_reports_stays_out_of_the_log(world: World) -> None:
    _, taken = reported(
        name="示例·王女士", phone="13800000000", description="楼道灯坏了，请打 13900000001，证号 22010419900101001X",
    )  # fmt: skip
    record = records.record(taken.record, scope=world.all)
    assert record.has_personal
    assert record.actor == CITIZEN
    (fact,) = log.history(taken.record, kind=f"record.{PROGRAM}.report")
    said = str(fact.payload)
    for private in ("王女士", "13800000000", "13900000001", "22010419900101001X"):
        assert private not in said
    assert fact.payload["answers"]["description"].count("［号码已隐去］") == 2


def test_only_the_hash_of_a_token_is_kept(world: World) -> None:
    report, _ = reported()
    assert models.Ticket.objects.filter(digest=hashlib.sha256(report.token.encode()).hexdigest()).count() == 1
    rows = [str(row) for row in models.Ticket.objects.values()]
    assert not any(report.token in row for row in rows)
    with pytest.raises(Refusal) as refused:
        queries.ticket("x" * 32)
    assert refused.value.codes == (problems.NO_TICKET.code,)


def test_the_same_token_is_the_same_report(world: World) -> None:
    report, taken = reported()
    again = citizens.report_openly(report, proof=Proof("", "", ""), at=None)
    assert again == dataclasses.replace(taken, repeated=True)
    assert len(log.history(taken.record, kind=f"record.{PROGRAM}.report")) == 1
    with pytest.raises(Refusal) as refused:
        citizens.report_openly(dataclasses.replace(report, description="另一件事情"), proof=proof())
    assert "records.submission.conflict" in refused.value.codes


def test_the_reporter_adds_rates_and_opens_again(world: World) -> None:
    report, taken = reported()
    citizens.answer_back(report.token, "remark", {"remark": "二单元也坏了"}, address="a")
    cases.move(taken.case, "accept", {"summary": "楼道灯报修"}, by=world.by)
    cases.move(taken.case, "dispatch", {}, by=world.by)
    cases.move(taken.case, "handle", {"answer": "已换灯泡"}, by=world.by)
    cases.move(taken.case, "visit", {"satisfied": "yes"}, by=world.by)
    citizens.answer_back(report.token, "rate", {"rating": "good"}, address="a")
    again = citizens.answer_back(report.token, "reopen", {}, reason="又不亮了", address="a")
    assert (again.state, again.standing.round, again.open) == ("accepted", 2, True)
    with pytest.raises(Refusal) as refused:
        cases.move(taken.case, "dispatch-again", {"promised_at": ""}, by=world.by)
    assert refused.value.codes == ("core.answer.required",), "a new round wants a new promise"
    tomorrow = clock.now() + timedelta(days=1)
    later = cases.move(taken.case, "dispatch-again", {"promised_at": tomorrow}, by=world.by)
    assert later.due_at == tomorrow.replace(microsecond=0)
    steps = known.timeline(taken.case, scope=world.all)
    assert [(one.move, one.actor == CITIZEN) for one in steps] == [
        ("opened", True), ("remark", True), ("accept", False), ("dispatch", False), ("handle", False),
        ("visit", False), ("rate", True), ("reopen", True), ("dispatch-again", False),
    ]  # fmt: skip
    settle()
    facts = log.history(taken.case, kind=f"case.{PROGRAM}.report")
    assert facts[-2].payload["reason"] == "又不亮了"


def test_after_the_term_nothing_is_opened_again(world: World) -> None:
    report, taken = reported()
    for move, answers in (("dispatch", {}), ("handle", {"answer": "已办"}), ("visit", {"satisfied": "yes"})):
        cases.move(taken.case, move, answers, by=world.by)
    late = clock.now() + timedelta(days=17)
    with pytest.raises(Refusal) as refused:
        citizens.answer_back(report.token, "reopen", {}, reason="还是不行", address="a", at=late)
    assert refused.value.codes == ("cases.reporter.late",)
    case = known.case(taken.case, scope=world.all)
    assert {one.id for one in known.offered(case, known.moves(case), late)} == {"rate"}


def test_each_makes_only_her_own_moves(world: World) -> None:
    report, taken = reported()
    with pytest.raises(Refusal) as refused:
        citizens.answer_back(report.token, "accept", {}, address="a")
    assert refused.value.codes == ("cases.reporter.move",)
    with pytest.raises(Refusal) as refused:
        cases.move(taken.case, "remark", {"remark": "代为补充"}, by=world.by)
    assert refused.value.codes == ("cases.permit.reporter",)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"place": "220102000000"}, problems.NO_COUNTER.code),
        ({"place": "no-such"}, problems.NO_COUNTER.code),
        ({"service": "flood"}, problems.CLOSED.code),
        ({"service": ""}, problems.UNCHOSEN.code),
        ({"description": "坏"}, problems.DESCRIPTION.code),
        ({"description": "坏" * 1001}, problems.DESCRIPTION.code),
        ({"phone": "call me"}, problems.PHONE.code),
        ({"latitude": "91", "longitude": "0"}, problems.POSITION.code),
        ({"latitude": "NaN", "longitude": "1"}, problems.POSITION.code),
        ({"name": "示" * 41}, problems.TOO_LONG.code),
    ],
)
def test_what_cannot_be_taken(world: World, given: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        citizens.report_openly(told(**given), proof=proof())
    assert refused.value.codes == (code,)
    assert not models.Ticket.objects.exists()


def test_a_weak_token_is_refused(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        citizens.report_openly(Report("1", SHIWEI, "repair", LAMP), proof=proof())
    assert refused.value.codes == (problems.TOKEN.code,)


def test_what_is_overdue_goes_up_and_the_reporter_is_told(world: World) -> None:
    report, taken = reported()
    late = clock.now() + timedelta(days=4)
    assert known.case(taken.case, scope=world.all).overdue(late)
    assert cases.escalate(at=late) == 1
    case = queries.case_of(report.token)
    assert case is not None
    assert case.answers["escalated_to"]
    assert {one.id for one in known.offered(case, known.moves(case), late)} == {"remark"}
