"""Plans, checklists and published results, from the form to the file that everybody may read."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.desk.world import CHANGCHUN, ERDAO, JILIN, SAFETY, World, seal
from yibiao.cases import actions, queries
from yibiao.cases.types import Line
from yibiao.core.problems import Refusal
from yibiao.people import queries as rights
from yibiao.people.types import Account, Warrant
from yibiao.records import actions as records
from yibiao.records.types import Receipt, SubmissionDraft

Enter = Callable[[Account | None], Client]
AT = "2022-09-08T10:00:00+08:00"


def by(world: World, right: Any = "fill") -> Warrant:
    return rights.warrant(world.editor.key, right, place=JILIN, program=SAFETY)


def file(world: World, form: str, answers: dict[str, Any]) -> Receipt:
    draft = SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.{form}", SAFETY, {"occurred_at": AT, **answers}, "web")
    return records.receive(draft, by=by(world))


def plan(world: World, number: str, manner: str, first: str) -> None:
    file(world, "inspection-plan", {
        "number": number, "plan_name": f"示例计划{number}", "manner": manner, "first": first, "last": "2022-12-30",
        "places": ERDAO, "planned": 2, "place": JILIN,
    })  # fmt: skip


def inspect(world: World, **more: Any) -> Receipt:
    return file(world, "inspection", {
        "place": ERDAO, "inspector": "random", "manner": "open", "object_type": "county", "object": ERDAO,
        "object_name": "示例对象", **more,
    })  # fmt: skip


def opened(world: World, receipt: Receipt) -> dict[str, Line]:
    seal()
    found = queries.of_record(receipt.id, scope=rights.scope(world.editor.key, "analyse"))
    return {line.lifecycle: line for line in found}


def test_an_item_that_failed_becomes_a_hazard_that_names_it(site: World) -> None:
    hazard = {"description": "示例", "failed_item": "fire-exit", "hazard_grade": "general", "disposal": "at-once"}
    receipt = inspect(site, passed=["fire-gear", "training"], hazards=[hazard])
    line = opened(site, receipt)["hazard"]
    one = queries.case(line.id, scope=rights.scope(site.editor.key, "analyse"))
    assert (one.answers["failed_item"], one.answers["found_by"]) == ("fire-exit", "random")
    assert "inspection-result" not in opened(site, receipt), "no plan asked for it"
    with pytest.raises(Refusal) as refused:
        inspect(site, passed=["fire-exit"], hazards=[hazard])
    assert "这一项已经选在合格里" in str(refused.value)


def test_a_result_is_due_in_twenty_working_days_and_public_once_it_is_published(site: World, enter: Enter) -> None:
    plan(site, "示1", "open", "2022-09-01")
    line = opened(site, inspect(site, plan="示1"))["inspection-result"]
    # Mid-Autumn and National Day lie between, and the two days worked for it: 12 October is the last day.
    assert line.due_at == datetime.fromisoformat("2022-10-13T00:00:00+08:00")
    visitor = enter(None)
    address = f"/inspections/{SAFETY}.json"
    before = visitor.get(address).json()
    assert [one["number"] for one in before["plans"]] == ["示1"]
    assert before["results"] == []
    with pytest.raises(Refusal):
        actions.move(line.id, "publish", {}, by=by(site, "review"))
    actions.move(line.id, "publish", {"result": "未发现问题"}, by=by(site, "review"))
    (told,) = visitor.get(address).json()["results"]
    assert (told["object_name"], told["result"], told["plan"]) == ("示例对象", "未发现问题", "示1")
    assert set(told) == {"id", "revision", "place", "inspected_at", "published_at", "object", "object_name", "plan",
                         "result"}  # fmt: skip
    page = enter(site.editor).get("/inspections/").content.decode()
    assert "示例计划示1" in page
    assert '1 / 2 <small class="muted">50%' in page
    assert "未发现问题" in page
    assert f"/cases/?program={SAFETY}&amp;kind=inspection-result&amp;pace=open" in page, "those still to be published"
    editor = enter(site.editor)
    for text, found in (("示例对象", True), ("二道区", True), ("示1", True), ("查无此物", False)):
        shown = editor.get("/inspections/", {"program": SAFETY, "q": text}).content.decode()
        assert ("未发现问题" in shown, "没有符合条件的检查结果" in shown) == (found, not found)


def test_what_is_withheld_stays_out_of_the_public_file(site: World, enter: Enter) -> None:
    plan(site, "示1", "covert", "2022-09-01")
    line = opened(site, inspect(site, plan="示1"))["inspection-result"]
    actions.move(line.id, "withhold", {}, by=by(site, "review"), reason="涉及举报人")
    told = enter(None).get(f"/inspections/{SAFETY}.json").json()
    assert (told["plans"], told["results"]) == ([], [])
    assert enter(None).get("/inspections/no-such.json").status_code == 404


def test_an_unannounced_plan_is_not_on_the_page_of_the_place_inspected(site: World, enter: Enter) -> None:
    plan(site, "示1", "covert", "2022-12-01")
    plan(site, "示2", "covert", "2022-09-02")
    seal()
    clerk, editor = (enter(who).get("/inspections/").content.decode() for who in (site.clerk, site.editor))
    assert "示例计划示1" not in clerk
    assert "示例计划示2" in clerk
    assert "示例计划示1" in editor
    assert "示例计划示2" not in enter(site.other).get("/inspections/").content.decode()


def test_a_check_by_sector_opens_a_case_for_each_hazard_and_none_is_counted_to_the_teams(site: World) -> None:
    file(site, "enterprise", {
        "uscc": "91220105YB00000100", "enterprise_name": "示例企业", "fields": ["hazchem"], "place": ERDAO,
    })  # fmt: skip
    receipt = file(site, "sector-check", {
        "place": ERDAO, "sector": "hazchem", "enterprise": "91220105YB00000100", "lead_level": "county",
        "hazards_found": 3, "hazards_fixed": 1,
    })  # fmt: skip
    seal()
    scope = rights.scope(site.editor.key, "analyse")
    found = [queries.case(line.id, scope=scope) for line in queries.of_record(receipt.id, scope=scope)]
    assert sorted(one.state for one in found) == ["closed", "graded", "graded"]
    assert {one.answers["found_by"] for one in found} == {"sector"}
    again = {"place": ERDAO, "sector": "hazchem", "enterprise": "91220105YB00000100", "lead_level": "county"}
    again |= {"occurred_at": AT, "hazards_found": 3, "hazards_fixed": 3}
    records.correct(receipt.id, again, reason="当场都已整改", by=by(site))
    seal()
    after = [queries.case(line.id, scope=scope) for line in queries.of_record(receipt.id, scope=scope)]
    assert sum(one.state == "closed" and not one.withdrawn for one in after) == 3
    assert sum(one.withdrawn for one in after) == 2


def test_recusals_are_written_one_a_line(site: World, enter: Enter) -> None:
    file(site, "enterprise", {
        "uscc": "91220105YB00000100", "enterprise_name": "示例企业", "fields": ["hazchem"], "risk": "high",
        "place": ERDAO,
    })  # fmt: skip
    for n in range(3):
        file(site, "inspector", {
            "number": f"示检{n}", "person_name": "示例·甲", "employer": "jl", "fields": ["hazchem"], "place": CHANGCHUN,
        })  # fmt: skip
    asked = {"program": SAFETY, "scheme": "enterprise-check", "title": "示例抽查"}
    client = enter(site.editor)
    wrong = client.post("/draws/new/", {**asked, "recusals": "示检0 91220105YB00000100"})
    assert wrong.status_code == 422
    assert "第 1 行" in wrong.content.decode()
    stranger = client.post("/draws/new/", {**asked, "recusals": "示检9 91220105YB00000100 亲属"})
    assert stranger.status_code == 422
    made = client.post("/draws/new/", {**asked, "recusals": "示检0 91220105YB00000100 亲属 任职\n\n"})
    assert made.status_code == 302
    page = client.get(made["Location"]).content.decode()
    assert "示检0 × 示例企业" in page
    assert "亲属 任职" in page
