"""Cases: opened from records and by hand, moved by those who may, seen as of any moment, and never rewritten."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from tests.cases.conftest import (
    ERDAO,
    JILIN,
    NANGUAN,
    PATROL,
    SAFETY,
    World,
    draft,
    inspected,
    inspection,
    item,
    moment,
    settle,
)
from yibiao.cases import actions, models, queries, writing
from yibiao.cases.placing import Atlas
from yibiao.cases.types import Case
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as log
from yibiao.people import queries as rights
from yibiao.places import actions as places
from yibiao.places.types import Change
from yibiao.records import actions as records

NOON = moment("09-11 12:00")


def folds(world: World) -> int:
    """Holds every row against the newest fact of its case; how many were held."""
    count = 0
    for kept in models.Case.objects.all():
        facts = log.history(kept.id, kind=kept.kind)
        assert [fact.revision for fact in facts] == list(range(1, kept.revision + 1))
        held, act = writing.folded(facts[-1])
        again = writing.row(held, act, writing.fact(held, act), Atlas())
        for field in models.Case._meta.concrete_fields:
            assert getattr(again, field.name) == getattr(kept, field.name), field.name
        count += 1
    return count


def test_findings_become_hazards_with_what_the_inspector_said(world: World) -> None:
    record = inspection(
        world, item("甲灯不亮"), item("乙门锁闭", "at-once"), item("丙超量", "transferred"), item("丁", "undecided")
    )
    settle()
    found = world.hazards(record)
    assert [(one.title, one.state, one.answers["disposal"]) for one in found] == [
        ("丁", "graded", "undecided"), ("丙超量", "transferred", "transferred"), ("乙门锁闭", "ordered", "at-once"),
        ("甲灯不亮", "ordered", "by-deadline"),
    ]  # fmt: skip
    lamp = found[-1]
    assert (lamp.place, lamp.answers["found_by"], lamp.answers["object_name"]) == (ERDAO, "team", "示例企业")
    assert lamp.due_at == moment("09-21 00:00")
    assert (lamp.overdue(moment("09-20 23:59")), lamp.overdue(moment("09-21 00:01"))) == (False, True)
    assert [world.figure(id) for id in ("hazards", "hazards-at-once", "hazards-by-deadline")] == [4, 1, 1]
    assert folds(world) == 4


def test_following_again_from_the_beginning_changes_nothing(world: World) -> None:
    record = inspection(world, item("甲"), item("乙"))
    settle()
    records.correct(record, inspected(item("甲甲"), item("乙")), reason="描述更正", by=world.by(world.editor))
    settle()
    before = list(models.Case.objects.order_by("id").values())
    assert actions.rebuild() > 0
    assert list(models.Case.objects.order_by("id").values()) == before
    assert sorted(row["revision"] for row in before) == [1, 2]
    assert world.figure("hazards") == 2


def test_cases_follow_corrections_and_withdrawals_of_their_record(world: World) -> None:
    record = inspection(world, item("甲"), item("乙"), item("丙"))
    first = settle()
    records.correct(
        record, inspected(item("甲", "at-once"), item("乙")), reason="多登记一条", by=world.by(world.editor)
    )
    second = settle()
    found = {one.title: one for one in world.hazards(record)}
    assert [(title, one.withdrawn, one.revision) for title, one in sorted(found.items())] == [
        ("丙", True, 2), ("乙", False, 1), ("甲", False, 2),
    ]  # fmt: skip
    assert found["甲"].answers["disposal"] == "at-once"
    records.correct(
        record, inspected(item("甲", "at-once"), item("乙"), item("丙")), reason="确有其事", by=world.by(world.editor)
    )
    third = settle()
    records.withdraw(record, reason="重复登记", by=world.by(world.editor))
    settle()
    assert [world.figure("hazards", as_of=number) for number in (first, second, third, None)] == [3, 2, 3, 0]
    assert [world.figure("hazards-at-once", as_of=number) for number in (first, second)] == [0, 1]
    assert {one.withdrawn for one in world.hazards(record)} == {True}
    assert folds(world) == 3


def test_a_correction_does_not_undo_what_people_did(world: World) -> None:
    record = inspection(world, item("甲"), item("乙"))
    settle()
    two, one = world.hazards(record)
    actions.move(one.id, "begin", {}, by=world.by(world.clerk), at=NOON)
    actions.move(two.id, "mistaken", {}, by=world.by(world.checker, "review"), reason="并无此事", at=NOON)
    records.correct(
        record, inspected(item("甲一"), item("乙", deadline="2022-09-29")), reason="更正", by=world.by(world.editor)
    )
    settle()
    one, two = (queries.case(each.id, scope=world.all) for each in (one, two))
    assert (one.title, one.state, one.revision) == ("甲一", "fixing", 3)
    assert (two.withdrawn, two.state, two.revision) == (True, "mistaken", 2)
    assert folds(world) == 2


def test_a_sheet_that_says_how_many_opens_so_many(world: World) -> None:
    import uuid

    from yibiao.records.types import SubmissionDraft

    def sheet(fixed: int, ordered: int) -> dict[str, Any]:
        venue = {"venue": "V1", "venue_name": "示例旅馆", "venue_type": "hotel", "fixed": fixed, "ordered": ordered}
        return {
            "place": ERDAO,
            "occurred_at": moment("09-10 21:00").isoformat(),
            "crew": "一组",
            "manner": "open",
            "venues": [venue],
        }

    id = str(uuid.uuid4())
    by = world.by(world.clerk, program=PATROL)
    records.receive(SubmissionDraft(id, f"{PATROL}.venue-check", PATROL, sheet(2, 3), "web"), by=by)
    first = settle()
    figure = {name: world.figure(name, program=PATROL) for name in ("hazards", "hazards-fixed", "hazards-ordered")}
    assert figure == {"hazards": 5, "hazards-fixed": 2, "hazards-ordered": 3}
    assert {one.state for one in world.hazards(id) if one.answers["disposal"] == "at-once"} == {"closed"}
    assert world.figure("hazards-rate", program=PATROL) == 40
    records.correct(id, sheet(1, 3), reason="多数了一处", by=by)
    settle()
    assert (world.figure("hazards", program=PATROL), world.figure("hazards", program=PATROL, as_of=first)) == (4, 5)
    assert folds(world) == 5


def walked(world: World) -> Case:
    """A general hazard from the form to 销号, by two people."""
    record = inspection(world, item("甲"))
    settle()
    id = world.hazards(record)[0].id
    actions.move(id, "begin", {}, by=world.by(world.clerk), at=moment("09-11 09:00"))
    actions.move(id, "claim", {"evidence": "已更换，照片三张"}, by=world.by(world.clerk), at=moment("09-11 15:00"))
    settle()
    return actions.move(
        id, "pass", {"check_note": "现场复查合格"}, by=world.by(world.checker, "review"), at=moment("09-12 10:00")
    )


def test_a_hazard_goes_from_the_form_to_closed_and_is_seen_as_of_any_moment(world: World) -> None:
    done = walked(world)
    settle()
    assert (done.state, done.open, done.answers["closed_on"], done.answers["on_time"]) == (
        "closed",
        False,
        "2022-09-12",
        "yes",
    )
    steps = queries.timeline(done.id, scope=world.all)
    assert [(step.move, step.actor, step.before, step.after) for step in steps] == [
        ("opened", world.editor.key, "", "ordered"), ("begin", world.clerk.key, "ordered", "fixing"),
        ("claim", world.clerk.key, "fixing", "claimed"), ("pass", world.checker.key, "claimed", "closed"),
    ]  # fmt: skip
    assert steps[2].changed["evidence"] == "已更换，照片三张"
    states = []
    for step in steps:
        assert step.position is not None
        number = log.checkpoint_of(step.position).number  # type: ignore[union-attr]
        states.append(queries.case(done.id, scope=world.all, as_of=number).state)
    assert states == ["ordered", "claimed", "claimed", "closed"]
    # Its deadline lies after the cut-off: closed early, it is not among those that were due.
    assert (world.figure("hazards-closed"), world.figure("hazards-rate"), world.figure("hazards-on-time-rate")) == (
        1,
        100,
        None,
    )
    assert folds(world) == 1


def refused(world: World, id: str, move: str, answers: dict[str, Any] | None = None, **more: Any) -> tuple[str, ...]:
    before = models.Case.objects.get(pk=id).payload
    facts = len(log.history(id))
    with pytest.raises(Refusal) as refusal:
        actions.move(id, move, answers or {}, **{"by": world.by(world.clerk), **more})
    assert models.Case.objects.get(pk=id).payload == before
    assert len(log.history(id)) == facts
    return refusal.value.codes


def test_who_may_not_is_refused_and_nothing_is_written(world: World) -> None:
    record = inspection(world, item("甲"))
    settle()
    id = world.hazards(record)[0].id
    # Its own right, its own place, its own program, its own revision.
    assert refused(world, id, "extend", {"deadline": "2022-10-01"}, reason="缺件") == ("cases.permit.right",)
    assert refused(world, id, "begin", by=world.by(world.checker, "review")) == ("cases.permit.right",)
    assert refused(world, id, "begin", by=world.by(world.elsewhere)) == ("cases.case.unknown",)
    patrol = rights.system_warrant(place=ERDAO, program=PATROL)
    assert refused(world, id, "begin", by=patrol) == ("cases.case.unknown",)
    assert refused(world, id, "begin", expected=9) == ("cases.case.stale",)
    assert refused(world, id, "pass", by=world.by(world.checker, "review")) == ("core.move.not-here",)
    assert refused(world, id, "grow", by=world.by(world.clerk)) == ("core.move.unknown",)
    actions.move(id, "claim", {"evidence": "完成"}, by=world.by(world.checker), expected=1)
    same = world.by(world.checker, "review")
    assert refused(world, id, "pass", {"check_note": "合格"}, by=same) == ("core.move.same-person",)
    assert actions.move(id, "pass", {"check_note": "合格"}, by=world.by(world.editor, "review")).state == "closed"


def test_a_case_opened_by_hand_is_one_case_however_often_it_is_sent(world: World) -> None:
    asked = draft(hazard_grade="major")
    by = world.by(world.clerk)
    first = actions.open_case(asked, by=by, at=NOON)
    assert actions.open_case(asked, by=by, at=NOON) == first
    assert (first.state, first.answers["disposal"], first.answers["found_by"]) == ("found", "undecided", "report")
    settle()
    # It was not found by one of the provincial teams, so the bulletin's figure does not count it.
    assert world.figure("hazards") == 0
    for wrong, code in (
        (dataclasses.replace(asked, id="x", title="短"), "cases.case.title"),
        (dataclasses.replace(asked, id="x", place="999999999999"), "cases.case.place"),
        (dataclasses.replace(asked, id="x", occurred_at=moment("09-30 00:00")), "cases.case.future"),
        (dataclasses.replace(asked, id="x", answers={"hazard_grade": "huge"}), "core.answer.choice"),
        (dataclasses.replace(asked, id="x", lifecycle="dream"), "cases.lifecycle.unknown"),
        (dataclasses.replace(asked, id="x", place=NANGUAN), "cases.case.unknown"),
        (dataclasses.replace(asked, lifecycle="incident", answers={}), "cases.case.conflict"),
    ):
        with pytest.raises(Refusal) as refusal:
            actions.open_case(wrong, by=by, at=NOON)
        assert refusal.value.codes == (code,)


def test_a_scope_opens_what_lies_within_it(world: World) -> None:
    here, there = inspection(world, item("甲")), inspection(world, item("乙"), place=NANGUAN)
    settle()
    id = world.hazards(there)[0].id
    scope = rights.scope(world.clerk.key, "analyse")
    lines = queries.page(scope=scope, program=SAFETY, at=NOON).items
    assert [line.title for line in lines] == ["甲"]
    assert lines[0].id == world.hazards(here)[0].id
    for read in (queries.case, queries.timeline):
        with pytest.raises(Refusal) as refusal:
            read(id, scope=scope)
        assert refusal.value.codes == ("cases.case.unknown",)
    other = rights.system_scope(place=JILIN, program=PATROL)
    assert queries.page(scope=other, program=SAFETY, at=NOON).total == 0


def test_lists_counts_and_what_is_due(world: World) -> None:
    inspection(
        world, item("甲", deadline="2022-09-11"), item("乙", deadline="2022-09-12"), item("丙", "at-once"), item("丁")
    )
    settle()
    at = moment("09-12 08:00")
    counts = {one.lifecycle: one for one in queries.counts(scope=world.all, program=SAFETY, at=at)}
    hazard = counts["hazard"]
    assert (hazard.total, hazard.open, hazard.overdue, hazard.soon, hazard.states["ordered"]) == (4, 4, 2, 1, 4)
    assert counts["incident"].total == 0

    def titles(**asked: Any) -> list[str]:
        return [one.title for one in queries.page(scope=world.all, program=SAFETY, at=at, **asked).items]

    assert sorted(titles(pace="overdue")) == ["丙", "甲"]
    assert titles(pace="soon") == ["乙"]
    assert titles(text="丁") == ["丁"]
    assert (titles(state="closed"), titles(lifecycle="incident"), titles(place=NANGUAN)) == ([], [], [])
    assert len(titles(size=3)) == 3
    assert len(titles(size=3, number=2)) == 1
    due = [one.title for one in queries.due(scope=world.all, program=SAFETY, at=at)]
    assert (sorted(due[:2]), due[2:]) == (["丙", "甲"], ["乙"])


def test_what_is_overdue_too_long_is_told_to_the_place_above_once(world: World) -> None:
    record = inspection(world, item("甲", deadline="2022-09-11"), item("乙", deadline="2022-09-30"))
    settle()
    assert actions.escalate(at=moment("09-14 23:59")) == 0
    assert actions.escalate(at=moment("09-15 00:01")) == 1
    assert actions.escalate(at=moment("09-16 00:01")) == 0
    one = world.hazards(record)[1]
    assert (one.title, one.answers["escalated_to"], one.state) == ("甲", "220100000000", "ordered")
    assert [step.move for step in queries.timeline(one.id, scope=world.all)] == ["opened", "escalated"]
    moved = actions.move(one.id, "begin", {}, by=world.by(world.clerk), at=moment("09-16 09:00"))
    assert "escalated_to" not in moved.answers
    assert folds(world) == 2


def test_withdrawing_needs_a_reason_and_happens_once(world: World) -> None:
    record = inspection(world, item("甲"))
    settle()
    id, by = world.hazards(record)[0].id, world.by(world.checker, "review")
    for reason, warrant, code in (
        (" ", by, "cases.reason.missing"),
        ("误报", world.by(world.clerk), "cases.permit.right"),
    ):
        with pytest.raises(Refusal) as refusal:
            actions.withdraw(id, reason=reason, by=warrant)
        assert refusal.value.codes == (code,)
    assert actions.withdraw(id, reason="误报", by=by).withdrawn
    with pytest.raises(Refusal) as refusal:
        actions.withdraw(id, reason="误报", by=by)
    assert refusal.value.codes == ("cases.case.withdrawn",)
    settle()
    assert world.figure("hazards") == 0


def test_a_moved_county_takes_its_cases_along(world: World) -> None:
    record = inspection(world, item("甲"))
    settle()
    id = world.hazards(record)[0].id
    city = rights.system_scope(place="220200000000", program=SAFETY)
    assert queries.page(scope=city, program=SAFETY, at=NOON).total == 0
    move = Change("move", ERDAO, parent="220200000000")
    places.amend(valid_from=date(2023, 1, 1), label="2023", source="示例", changes=[move])
    assert actions.relocate() == 1
    assert [line.id for line in queries.page(scope=city, program=SAFETY, at=NOON).items] == [id]
    assert folds(world) == 1
