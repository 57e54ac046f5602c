"""Reports owed: nil, values, late, missing, exempt; reminders; and agreement with the coverage of figures."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.duty.conftest import (
    CHANGCHUN,
    ERDAO,
    JILIN,
    PROGRAM,
    UNITS,
    World,
    moment,
    report,
    settle,
)
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.duty import actions, facts, models, queries
from yibiao.duty.types import Cell
from yibiao.figures import queries as figures
from yibiao.figures.types import EXEMPT_REASON, EXEMPT_SLOT, Query
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.records import actions as records

TOPIC = "daily-zero"
AFTER = moment("09-13 09:00")


def states(world: World, at: str = "09-13 09:00") -> dict[tuple[str, str], str]:
    held = queries.matrix(PROGRAM, TOPIC, scope=world.all, at=moment(at))
    return {(one.unit.key, one.slot.key[-2:]): one.state + ("/late" if one.late else "") for one in held.cells}


def cell(world: World, unit: str, day: str) -> Cell:
    held = queries.matrix(PROGRAM, TOPIC, scope=world.all, at=AFTER)
    return next(one for one in held.cells if one.unit.key == unit and one.slot.key == f"2022-09-{day}")


def test_a_report_is_nil_or_values_in_time_or_late_and_what_is_not_filed_is_due_then_missing(world: World) -> None:
    report(world, "220105", "09-10 16:00")
    report(world, "220102", "09-10 16:00", accidents=1)
    report(world, "220100", "09-10 19:00", filed="09-10 21:30")
    settle()
    found = states(world, "09-10 22:00")
    assert found["220105", "10"] == "nil"
    assert found["220102", "10"] == "values"
    assert found["220100", "10"] == "nil/late"
    assert found["220000", "10"] == "missing"
    assert found["220105", "11"] == "due"
    assert states(world)["220105", "11"] == "missing"


def test_a_correction_changes_the_state_and_a_withdrawal_opens_it_again(world: World) -> None:
    receipt = report(world, "220105", "09-10 16:00", accidents=1)
    settle()
    assert states(world)["220105", "10"] == "values"
    by = world.by(world.erdao)
    answers = {"unit": "220105", "place": ERDAO, "occurred_at": "2022-09-10T16:00:00+08:00"}
    answers |= {"accidents": 0, "fires": 0, "disasters": 0, "others": 0}
    records.correct(receipt.id, answers, reason="误填更正", by=by)
    settle()
    assert states(world)["220105", "10"] == "nil"
    moved = {**answers, "occurred_at": "2022-09-11T16:00:00+08:00"}
    records.correct(receipt.id, moved, reason="日期更正", by=by)
    settle()
    assert (states(world)["220105", "10"], states(world)["220105", "11"]) == ("missing", "nil")
    records.withdraw(receipt.id, reason="重复填报", by=by)
    settle()
    assert states(world)["220105", "11"] == "missing"


def test_a_second_report_keeps_a_filing_filed_when_the_first_is_withdrawn(world: World) -> None:
    first = report(world, "220105", "09-10 15:00", fires=1)
    report(world, "220105", "09-10 16:00")
    settle()
    assert states(world)["220105", "10"] == "values"
    records.withdraw(first.id, reason="重复填报", by=world.by(world.erdao))
    settle()
    assert states(world)["220105", "10"] == "nil"


def test_what_is_said_of_a_time_after_the_cut_off_files_nothing(world: World) -> None:
    report(world, "220105", "09-12 21:00")
    report(world, "220105", "09-11 21:00")
    settle()
    assert states(world)["220105", "12"] == "missing"
    assert states(world)["220105", "11"] == "nil/late"
    actions.file_nil(PROGRAM, TOPIC, "2022-09-12", "220105", by=world.by(world.erdao), at=AFTER)
    settle()
    assert states(world)["220105", "12"] == "nil/late"
    coverage = figures.coverage(Query(f"{PROGRAM}.fatal-accidents", PROGRAM, ERDAO, world.window), scope=world.all)
    assert coverage is not None
    assert (coverage.owed, coverage.filed) == (3, 2)


def test_the_follower_may_run_again(world: World) -> None:
    report(world, "220105", "09-10 16:00")
    settle()
    entries = ledger.counts().entries
    assert actions.follow() == 0
    settle()
    assert ledger.counts().entries == entries


def test_each_filing_is_the_newest_revision_of_its_fact(world: World) -> None:
    receipt = report(world, "220105", "09-10 16:00", accidents=1)
    settle()
    actions.chase(PROGRAM, TOPIC, "2022-09-11", ["220105"], by=world.by(world.city, "review"), at=AFTER)
    records.withdraw(receipt.id, reason="重复填报", by=world.by(world.erdao))
    settle()
    rows = list(models.Filing.objects.all())
    assert len(rows) == 2
    for row in rows:
        history = ledger.history(row.id, kind=facts.FILING)
        assert [one.revision for one in history] == list(range(1, row.revision + 1))
        assert history[-1].payload["answers"] == facts.filing(row)
        assert history[-1].place == ERDAO


def test_one_act_reminds_one_unit_or_all_that_are_missing(world: World) -> None:
    report(world, "220105", "09-10 16:00")
    settle()
    by = world.by(world.city, "review")
    assert actions.chase(PROGRAM, TOPIC, "2022-09-10", ["220102"], by=by, at=AFTER) == 1
    assert (cell(world, "220102", "10").chased, cell(world, "220102", "10").state) == (1, "missing")
    assert actions.chase_all(PROGRAM, TOPIC, by=by, at=AFTER) == 8
    assert cell(world, "220102", "10").chased == 2
    assert cell(world, "220000", "10").chased == 0
    chased = [one for one in ledger.history(facts.stable_id(PROGRAM, TOPIC, "220102", "2022-09-10"))]
    assert [one.payload["move"] for one in chased] == ["chased", "chased"]
    assert chased[0].actor == world.city.key


def test_who_has_filed_is_not_reminded_and_nobody_reminds_outside_his_place(world: World) -> None:
    report(world, "220105", "09-10 16:00")
    settle()
    with pytest.raises(Refusal) as refused:
        actions.chase(PROGRAM, TOPIC, "2022-09-10", ["220105", "220102"], by=world.by(world.city, "review"))
    assert refused.value.codes == ("duty.filing.filed",)
    assert cell(world, "220102", "10").chased == 0
    with pytest.raises(Refusal) as refused:
        actions.chase(PROGRAM, TOPIC, "2022-09-10", ["220000"], by=world.by(world.city, "review"))
    assert refused.value.codes == ("duty.unit.unknown",)
    with pytest.raises(Refusal) as refused:
        actions.chase(PROGRAM, TOPIC, "2022-09-11", ["220105"], by=world.by(world.erdao))
    assert refused.value.codes == ("duty.unit.outside",)
    with pytest.raises(Refusal) as refused:
        actions.chase(PROGRAM, TOPIC, "2022-13-11", ["220105"], by=world.by(world.city, "review"))
    assert refused.value.codes == ("duty.slot.unknown",)


def test_what_was_chased_and_is_still_missing_goes_to_the_place_above(world: World) -> None:
    by = world.by(world.province, "review")
    actions.chase(PROGRAM, TOPIC, "2022-09-10", ["220105"], by=by, at=moment("09-10 20:10"))
    assert actions.escalate_overdue(moment("09-10 20:30")) == 0
    assert actions.escalate_overdue(moment("09-10 21:01")) == 1
    assert cell(world, "220105", "10").escalated_to == CHANGCHUN
    assert actions.escalate_overdue(moment("09-10 21:02")) == 0


def test_a_nil_is_a_signed_record_of_the_form(world: World) -> None:
    receipt = actions.file_nil(
        PROGRAM, TOPIC, "2022-09-10", "220105", by=world.by(world.erdao), at=moment("09-11 09:00")
    )
    settle()
    found = cell(world, "220105", "10")
    assert (found.state, found.late, found.record) == ("nil", True, receipt.id)
    assert ledger.fact(receipt.id).actor == world.erdao.key  # type: ignore[union-attr]
    with pytest.raises(Refusal) as refused:
        actions.file_nil(PROGRAM, TOPIC, "2022-09-10", "220102", by=world.by(world.erdao))
    assert refused.value.codes == ("duty.unit.unknown",)
    with pytest.raises(Refusal) as refused:
        actions.file_nil(PROGRAM, TOPIC, "2022-09-10", "220105", by=world.by(world.city, "review"))
    assert refused.value.codes == ("duty.right.missing",)


def test_an_exemption_needs_a_reason_and_is_neither_owed_nor_missing(world: World) -> None:
    by = world.by(world.city, "review")
    with pytest.raises(Refusal) as refused:
        actions.exempt(PROGRAM, TOPIC, "2022-09-10", "220105", reason=" ", by=by)
    assert refused.value.codes == ("duty.reason.missing",)
    actions.exempt(PROGRAM, TOPIC, "2022-09-10", "220105", reason="机构改革撤并", by=by, at=AFTER)
    held = queries.matrix(PROGRAM, TOPIC, scope=world.all, at=AFTER)
    assert (held.owed, held.filed, held.count("exempt")) == (11, 0, 1)
    with pytest.raises(Refusal) as refused:
        actions.chase(PROGRAM, TOPIC, "2022-09-10", ["220105"], by=by)
    assert refused.value.codes == ("duty.filing.filed",)


def test_a_zero_opens_down_to_reports_and_exemptions_with_their_reason(world: World) -> None:
    by = world.by(world.city, "review")
    query = Query(f"{PROGRAM}.fatal-accidents", PROGRAM, CHANGCHUN, world.window)
    for unit in ("220100", "220102", "220105"):
        for day in ("10", "11", "12"):
            if (unit, day) not in (("220105", "11"), ("220102", "12")):
                report(world, unit, f"09-{day} 16:00")
    settle()
    before = ledger.checkpoint()
    assert before is not None
    assert figures.figure(query, scope=world.all).value is None
    for unit, slot, reason in (("220105", "2022-09-11", "机构改革撤并"), ("220102", "2022-09-12", "停电停网")):
        actions.exempt(PROGRAM, TOPIC, slot, unit, reason=reason, by=by, at=AFTER)
    settle()
    found = figures.figure(query, scope=world.all)
    assert found.coverage is not None
    assert (found.value, found.coverage.owed, found.coverage.filed, found.facts) == (0, 7, 7, 9)
    behind = list(figures.all_contributions(query, scope=world.all))
    assert {one.amount for one in behind} == {0}
    assert sum(one.kind == f"record.{PROGRAM}.zero-report" for one in behind) == 7
    freed = [one.values for one in behind if one.kind == facts.FILING]
    assert sorted((one["unit"], one[EXEMPT_SLOT], one[EXEMPT_REASON]) for one in freed) == [
        ("220102", "2022-09-12", "停电停网"), ("220105", "2022-09-11", "机构改革撤并"),
    ]  # fmt: skip
    assert figures.contributions(query, scope=world.all, size=2).total == 9
    own = figures.figure(Query(query.indicator, PROGRAM, ERDAO, world.window), scope=world.all)
    assert own.coverage is not None
    assert (own.value, own.coverage.owed, own.coverage.filed, own.facts) == (0, 2, 2, 3)
    newest = ledger.checkpoint()
    assert newest is not None
    moved = figures.difference(query, before.number, newest.number, scope=world.all)
    assert set(moved) == {one.fact for one in behind if one.kind == facts.FILING}


def test_who_was_freed_and_filed_all_the_same_counts_as_filed(world: World) -> None:
    by = world.by(world.city, "review")
    query = Query(f"{PROGRAM}.fatal-accidents", PROGRAM, ERDAO, world.window)
    actions.exempt(PROGRAM, TOPIC, "2022-09-10", "220105", reason="机构改革撤并", by=by, at=AFTER)
    for day in ("10", "11"):
        report(world, "220105", f"09-{day} 16:00")
    settle()
    found = figures.figure(query, scope=world.all)
    assert found.coverage is not None
    assert (found.coverage.owed, found.coverage.filed, found.facts) == (3, 2, 2)
    assert [one.kind for one in figures.all_contributions(query, scope=world.all)] == [
        f"record.{PROGRAM}.zero-report"
    ] * 2


def test_a_clerk_sees_only_the_units_of_her_place(world: World) -> None:
    scope = rights.scope(world.erdao.key, "analyse")
    held = queries.matrix(PROGRAM, TOPIC, scope=scope, at=AFTER)
    assert [unit.key for unit, _ in held.rows] == ["220105"]
    owed = queries.owed(PROGRAM, scope=scope, at=AFTER)
    assert [(one.topic, one.slot.key) for one in owed] == [(TOPIC, f"2022-09-{day}") for day in (10, 11, 12)]


def test_monthly_reports_are_owed_by_prefectures_from_january_on(world: World) -> None:
    held = queries.matrix(PROGRAM, "monthly-season", scope=world.all, at=AFTER)
    assert [unit.key for unit, _ in held.rows] == ["220100"]
    assert [slot.key for slot in held.slots] == [f"2022-{month:02d}" for month in range(1, 10)]
    assert [one.state for one in held.cells] == ["missing"] * 8 + ["due"]


UNIT_KEYS = [code for code, _, _ in UNITS]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["file", "file", "file", "values", "after", "withdraw", "exempt"]), st.sampled_from(UNIT_KEYS),
        st.sampled_from(["10", "11", "12"]),
    ),
    max_size=12,
)  # fmt: skip


@given(ACTS, st.sampled_from([JILIN, CHANGCHUN, ERDAO]))
@settings(
    max_examples=databases.examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_coverage_agrees_with_that_of_figures(world: World, acts: list[tuple[str, str, str]], place: str) -> None:
    """Two ways to the same numbers: rows kept by a follower, and SQL over columns of facts."""
    with transaction.atomic():
        _agree(world, acts, place)
        transaction.set_rollback(True)


def _agree(world: World, acts: list[tuple[str, str, str]], place: str) -> None:
    filed: list[tuple[str, str, str]] = []
    by = world.by(world.province, "review")
    for act, unit, day in acts:
        if act in ("file", "values", "after"):
            hour = "21:00" if act == "after" else "16:00"
            made = report(world, unit, f"09-{day} {hour}", **({"fires": 1} if act == "values" else {}))
            filed.append((made.id, unit, day))
        elif act == "withdraw" and filed:
            records.withdraw(filed.pop()[0], reason="重复填报", by=by)
        elif act == "exempt":
            settle()
            if states(world)[unit, day] == "missing":
                actions.exempt(PROGRAM, TOPIC, f"2022-09-{day}", unit, reason="机构改革撤并", by=by)
    settle()
    mine = queries.matrix(PROGRAM, TOPIC, scope=world.all, at=AFTER, place=place)
    query = Query(f"{PROGRAM}.fatal-accidents", PROGRAM, place, world.window)
    theirs = figures.coverage(query, scope=world.all)
    assert theirs is not None
    assert (theirs.owed, theirs.filed) == (mine.owed, mine.filed)
    named = {(f"示例{one.unit.key}", one.slot.key) for one in mine.cells if one.state == "missing"}
    assert set(theirs.missing) == named


def test_a_period_beyond_the_window_has_its_own_slots(world: World) -> None:
    span = Period(moment("09-01 00:00"), moment("10-01 00:00"))
    held = queries.matrix(PROGRAM, TOPIC, scope=world.all, at=AFTER, period=span)
    assert (len(held.slots), held.owed) == (30, 120)
