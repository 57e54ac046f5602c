"""Incidents: a late death changes the grade, the streak and what an issued bulletin says of itself; clocks tell."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from tests.cases.conftest import ERDAO, JILIN, SAFETY, World, moment, settle
from yibiao.bulletins import actions as bulletins
from yibiao.bulletins import queries as issued
from yibiao.cases import actions, queries
from yibiao.cases.types import Case
from yibiao.core.periods import Period
from yibiao.packs import queries as packs
from yibiao.people import queries as rights
from yibiao.records import actions as records
from yibiao.records.types import SubmissionDraft


def reported(world: World, at: str, deaths: int, serious: int = 0, **more: Any) -> str:
    """The first report of an accident; gives the id of its record."""
    answers = {
        "number": f"E{at[:10]}", "place": ERDAO, "occurred_at": f"{at}:00+08:00", "category": "accident",
        "sector": "construction", "deaths": deaths, "serious": serious, "loss": "60", "summary": "示例事故", **more,
    }  # fmt: skip
    draft = SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.incident", SAFETY, answers, "web")
    records.receive(draft, by=world.by(world.editor))
    return draft.id


def case_of(world: World, record: str) -> Case:
    found = queries.page(scope=world.all, program=SAFETY, lifecycle="incident", at=moment("09-12 20:00"), size=100)
    return next(one for line in found.items if (one := queries.case(line.id, scope=world.all)).record == record)


def test_a_late_death_on_the_twentieth_day_changes_grade_streak_and_restatement(world: World) -> None:
    reported(world, "2021-06-17T05:40", deaths=4)
    record = reported(world, "2022-08-20T09:30", deaths=2, serious=3)
    settle()
    accident, clerk = case_of(world, record), world.by(world.clerk)
    assert accident.answers["grade"] == "ordinary"
    actions.move(accident.id, "conclude", {}, by=clerk, at=moment("08-27 10:00"))
    before = settle()
    assert world.figure("months-without-large") == 14

    program = packs.program(SAFETY)
    by = world.by(world.editor, "review")
    period = Period(program.window_from, program.window_until)
    paper = bulletins.issue(bulletins.draft(f"{SAFETY}.main", SAFETY, place=JILIN, period=period, by=by).id, by=by)
    settle()
    assert "全省已连续14个月未发生较大以上生产安全事故" in paper.text
    assert issued.restatements(paper.id, scope=world.all) == ()

    # Day 20: one of the injured dies.
    day = moment("08-20 09:30") + timedelta(days=20)
    after = actions.move(
        accident.id, "amend", {"deaths": 3, "serious": 2}, reason="伤者救治无效死亡，按规定补报", by=clerk, at=day
    )
    settle()
    assert (after.answers["grade"], after.state) == ("large", "concluded")
    assert (world.figure("months-without-large"), world.figure("months-without-large", as_of=before)) == (0, 14)
    changed = {
        each.citation.indicator.rpartition(".")[2]: each for each in issued.restatements(paper.id, scope=world.all)
    }
    streak = changed["months-without-large"]
    assert (streak.then, streak.now) == (14, 0)
    assert accident.id in streak.records
    # The old bulletin still shows what it said, and what it said still verifies.
    again = issued.bulletin(paper.id, scope=world.all)
    assert again.text == paper.text
    assert issued.verify(paper.id).sound
    assert queries.case(accident.id, scope=world.all, as_of=before).answers["grade"] == "ordinary"


def test_a_wrong_first_report_that_is_corrected_changes_the_case_until_people_acted(world: World) -> None:
    record = reported(world, "2022-08-15T09:30", deaths=0, serious=1)
    settle()
    answers = dict(records_of(world, record))
    records.correct(record, {**answers, "deaths": 3}, reason="更正", by=world.by(world.editor))
    settle()
    one = case_of(world, record)
    assert (one.answers["deaths"], one.answers["grade"], one.revision) == (3, "large", 2)


def records_of(world: World, record: str) -> dict[str, Any]:
    from yibiao.records import queries as stored

    return dict(stored.record(record, scope=world.all).answers)


def test_an_event_in_the_window_is_counted_and_one_taken_back_is_not(world: World) -> None:
    record = reported(world, "2022-09-11T10:00", deaths=1)
    first = settle()
    one = case_of(world, record)
    assert world.figure("fatal-accidents") == 1
    actions.move(
        one.id, "mistaken", {}, reason="核实为疾病死亡", by=rights.warrant(
            world.checker.key, "review", place=ERDAO, program=SAFETY
        ),
    )  # fmt: skip
    settle()
    assert world.figure("fatal-accidents") != 1
    assert world.figure("fatal-accidents", as_of=first) == 1


def test_the_clocks_of_an_incident_are_read_from_its_acts(world: World) -> None:
    record = reported(world, "2022-09-11T10:00", deaths=3)
    settle()
    one, by = case_of(world, record), world.by(world.clerk)
    actions.move(one.id, "to-county", {"unit_received_at": "2022-09-11T10:05"}, by=by, at=moment("09-11 11:30"))
    actions.move(one.id, "to-prefecture", {}, by=by, at=moment("09-11 13:00"))
    now = queries.case(one.id, scope=world.all)
    steps = queries.timeline(one.id, scope=world.all)
    told = {each.clock.id: each.verdict for each in queries.clocks(now, steps, now=moment("09-11 15:30"))}
    assert told == {"unit-1h": "late", "county-2h": "met", "prefecture-2h": "overdue", "casualties-30d": "running"}
    assert now.answers["late"] == ["unit-1h"]
