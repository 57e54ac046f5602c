"""Keepers of major-hazard sources: done on time, late, missing; counted from facts and once more from the matrix."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from tests.duty.conftest import ERDAO, JILIN, PROGRAM, World, moment, settle
from yibiao.cases import queries as cases
from yibiao.core.problems import Refusal
from yibiao.duty import actions, facts, models, queries
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.records import actions as records
from yibiao.records.types import Receipt, SubmissionDraft

TOPICS = ("keeper-quarter", "keeper-holiday", "keeper-week", "keeper-year")
NAMES = {"main_name": "样例·甲", "technical_name": "样例·乙", "operating_name": "样例·丙"}


def source(code: str, **more: str) -> Receipt:
    posts = {f"{role}_post": "示例职务" for role in ("main", "technical", "operating")}
    answers = {
        "code": code, "source_name": f"示例{code}", "enterprise": "91220105YB00000100", "level": "1", "place": ERDAO,
        "occurred_at": "2022-01-06T10:00:00+08:00", **posts, **NAMES, **more,
    }  # fmt: skip
    return file("major-source", answers)


def done(code: str, task: str, at: str, **more: Any) -> Receipt:
    answers = {
        "source": code, "place": ERDAO, "task": task, "occurred_at": moment(at).isoformat(), "found": "示例",
        "has_hazards": "no", **more,
    }  # fmt: skip
    return file("keeper-duty", answers, at)


def file(form: str, answers: dict[str, Any], at: str = "01-06 10:00") -> Receipt:
    by = rights.system_warrant(place=JILIN, program=PROGRAM)
    draft = SubmissionDraft(str(uuid.uuid4()), f"{PROGRAM}.{form}", PROGRAM, answers, "web")
    return records.receive(draft, by=by, at=moment(at))


def firm() -> None:
    file("enterprise", {
        "uscc": "91220105YB00000100", "enterprise_name": "示例企业", "fields": ["hazchem"], "place": ERDAO,
        "occurred_at": "2022-01-05T10:00:00+08:00",
    })  # fmt: skip


def state(world: World, topic: str, at: str = "09-12 19:00") -> dict[tuple[str, str], str]:
    held = queries.matrix(PROGRAM, topic, scope=world.all, at=moment(at))
    return {(one.unit.key, one.slot.key): one.state + ("/late" if one.late else "") for one in held.cells}


def value(world: World, id: str) -> Decimal | None:
    return figures.figure(Query(f"{PROGRAM}.{id}", PROGRAM, JILIN, world.window), scope=world.all).value


def test_one_person_cannot_hold_all_three_posts(world: World) -> None:
    firm()
    with pytest.raises(Refusal) as refused:
        source("样源1", main_name="样例·甲", technical_name="样例·甲", operating_name="样例·甲")
    assert "三类责任人不能由同一人全部兼任" in str(refused.value)
    source("样源1", main_name="样例·甲", technical_name="样例·甲", operating_name="样例·丙")


def test_a_report_settles_the_duty_that_it_tells_of_and_no_other(world: World) -> None:
    firm()
    source("样源1")
    receipt = done("样源1", "weekly-check", "09-08 10:00")
    settle()
    assert state(world, "keeper-week") == {("样源1", "2022-W36"): "nil", ("样源1", "2022-W37"): "due"}
    assert state(world, "keeper-holiday") == {("样源1", "H2022-09-10"): "missing"}
    assert set(state(world, "keeper-quarter").values()) == {"missing", "due"}
    # Corrected into another duty, it settles that one and opens the first again.
    answers = {"source": "样源1", "place": ERDAO, "task": "holiday-check", "found": "示例", "has_hazards": "no"}
    answers["occurred_at"] = moment("09-08 10:00").isoformat()
    by = rights.system_warrant(place=JILIN, program=PROGRAM)
    records.correct(receipt.id, answers, reason="事项填错", by=by)
    settle()
    assert state(world, "keeper-week")["样源1", "2022-W36"] == "missing"
    # That it was this one was told only now.
    assert state(world, "keeper-holiday") == {("样源1", "H2022-09-10"): "nil/late"}


def test_what_is_done_during_the_holiday_is_late_and_the_daily_promise_is_due_at_ten(world: World) -> None:
    firm()
    source("样源1")
    done("样源1", "holiday-check", "09-10 11:00")
    done("样源1", "daily-promise", "09-10 09:59")
    done("样源1", "daily-promise", "09-11 10:01")
    settle()
    assert state(world, "keeper-holiday") == {("样源1", "H2022-09-10"): "nil/late"}
    assert list(state(world, "keeper-promise").values()) == ["nil", "nil/late", "missing"]


def test_what_a_keeper_found_becomes_a_hazard(world: World) -> None:
    firm()
    source("样源1")
    found = [{"description": "示例隐患", "hazard_grade": "general", "disposal": "at-once"}]
    receipt = done("样源1", "weekly-check", "09-08 10:00", has_hazards="yes", hazards=found)
    settle()
    (line,) = cases.of_record(receipt.id, scope=world.all)
    one = cases.case(line.id, scope=world.all)
    assert (one.lifecycle.id, one.state, one.answers["found_by"], one.answers["object"]) == (
        "hazard", "ordered", "keeper", "样源1",
    )  # fmt: skip
    assert state(world, "keeper-week")["样源1", "2022-W36"] == "values"


def test_due_is_on_time_and_late_and_missing_and_equals_the_matrix(world: World) -> None:
    firm()
    source("样源1")
    source("样源2")
    done("样源1", "quarterly-check", "03-01 10:00")
    done("样源1", "quarterly-check", "06-01 10:00")
    done("样源1", "quarterly-check", "08-01 10:00")  # of a quarter that is not over
    done("样源1", "weekly-check", "09-08 10:00")
    done("样源2", "weekly-check", "09-12 10:00")  # of a week that is not over
    done("样源2", "holiday-check", "09-11 10:00")
    settle()
    assert actions.note_missed(moment("09-12 20:00")) == 4 + 6  # three promises of each are missing as well
    assert actions.note_missed(moment("09-12 20:00")) == 0
    settle()
    cells = [
        cell
        for topic in TOPICS
        for cell in queries.matrix(PROGRAM, topic, scope=world.all, at=moment("09-12 20:00")).cells
        if cell.slot.due_at <= world.window.until
    ]
    on_time = sum(cell.filed and not cell.late for cell in cells)
    late = sum(cell.late for cell in cells)
    missing = sum(cell.state == "missing" for cell in cells)
    assert (len(cells), on_time, late, missing) == (8, 3, 1, 4)
    said = [value(world, f"keepers-{id}") for id in ("due", "on-time", "late", "missing")]
    assert said == [len(cells), on_time, late, missing]
    assert value(world, "keepers-share") == Decimal("37.5")


def test_what_was_missed_can_still_be_done_late_or_be_exempted(world: World) -> None:
    firm()
    source("样源1")
    settle()
    actions.note_missed(moment("09-12 20:00"))
    settle()
    missed = models.Filing.objects.get(topic="keeper-holiday", unit="样源1")
    assert [fact.payload["move"] for fact in ledger.history(missed.id, kind=facts.FILING)] == ["missed"]
    done("样源1", "holiday-check", "09-10 11:00")
    settle()
    assert state(world, "keeper-holiday") == {("样源1", "H2022-09-10"): "nil/late"}
    by = world.by(world.province, "review")
    actions.exempt(PROGRAM, "keeper-quarter", "2022-Q1", "样源1", reason="当时未投产", by=by, at=moment("09-12 20:10"))
    settle()
    assert value(world, "keepers-due") == value(world, "keepers-late") + value(world, "keepers-missing")  # type: ignore[operator]


def test_the_rule_shows_its_source_and_the_validity_that_is_printed(world: World) -> None:
    one = queries.rules_of(PROGRAM).obligation("keeper-week")
    assert one is not None
    assert "应急厅〔2021〕12号" in one.source
    assert (str(one.valid_from), str(one.valid_until)) == ("2021-02-04", "2024-02-04")
