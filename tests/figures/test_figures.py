"""Figures of a small world, counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.figures import world
from tests.figures.world import CHANGCHUN, ERDAO, GONGZHULING, GONGZHULING_OLD, JILIN, NANGUAN, SIPING, draft
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.figures import actions, paging, queries
from yibiao.places import actions as places
from yibiao.places.types import PlaceDraft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(_own_columns: None) -> None:
    world.install()


def check(**more: object) -> world.FactDraft:
    names = ("place", "at", "id", "revision", "withdrawn", "organisation", "program", "participants")
    head = {key: more.pop(key) for key in names if key in more}
    return draft("check", more, **head)  # type: ignore[arg-type]


def test_the_newest_sealed_fact_counts_at_once_without_a_follower() -> None:
    first = world.append(check(object="a", found=3, grade="major"))
    assert world.value("checks") == 1
    actions.follow()
    world.append(check(object="b", found=2, grade="minor"), check(object="a", found=1, grade="major"))
    assert (world.value("checks"), world.value("found"), world.value("objects")) == (3, 6, 2)
    assert world.value("checks", as_of=first) == 1
    assert world.figure("checks").as_of == first + 1


def test_before_anything_is_sealed_there_is_no_figure() -> None:
    with pytest.raises(Refusal) as refused:
        world.value("checks")
    assert refused.value.codes == ("figures.log.empty",)


def test_rows_of_a_repeat_count_one_by_one_and_see_the_answers_above_them() -> None:
    items = [{"disposal": "at-once", "persons": 2}, {"disposal": "later"}, {"disposal": "later", "persons": 5}]
    world.append(check(grade="major", hazards=items), check(grade="minor", hazards=items[:1]), check(hazards=[]))
    assert (world.value("items"), world.value("persons"), world.value("rest")) == (4, 7, 2)
    assert world.figure("items").facts == 2
    found = queries.contributions(world.query("items"), scope=world.EVERYWHERE)
    assert [(one.item, one.amount) for one in found.items] == [(0, 1), (0, 1), (1, 1), (2, 1)]
    assert found.total == 4
    [orders] = queries.partitions("demo", "demo", JILIN, world.HOLIDAY, None, scope=world.EVERYWHERE)
    assert (orders.left, orders.right, orders.holds) == (4, 4, True)


def test_corrections_and_withdrawals_replace_and_a_pinned_figure_stays() -> None:
    first = world.append(check(id="x", found=3), check(id="y", found=4))
    second = world.append(check(id="x", revision=2, found=10))
    third = world.append(check(id="y", revision=2, found=4, withdrawn=True))
    expected = {first: 7, second: 14, third: 10}
    for taken in (False, True):
        if taken:
            actions.follow()
        assert {number: world.value("found", as_of=number) for number in expected} == expected
    query = world.query("found")
    assert queries.difference(query, first, third, scope=world.EVERYWHERE) == ("x", "y")
    assert queries.difference(query, first, second, scope=world.EVERYWHERE) == ("x",)
    fourth = world.append(check(id="x", revision=3, found=10, grade="major"))
    assert queries.difference(query, third, fourth, scope=world.EVERYWHERE) == ()


def test_joint_work_counts_once_at_every_ancestor_and_distinct_anew_at_each() -> None:
    world.append(
        check(object="mine", place=ERDAO, participants=["office-1", "office-2", "office-3"]),
        check(object="mine", place=NANGUAN),
        check(object="shop", place=ERDAO),
        check(place=ERDAO),
    )
    at = {place: (world.value("checks", place=place), world.value("objects", place=place)) for place in
          (ERDAO, NANGUAN, CHANGCHUN, JILIN)}  # fmt: skip
    assert at == {ERDAO: (3, 2), NANGUAN: (1, 1), CHANGCHUN: (4, 2), JILIN: (4, 2)}
    amounts = [one.amount for one in queries.all_contributions(world.query("objects"), scope=world.EVERYWHERE)]
    assert sorted(amounts) == [0, 1, 1], "amounts add up to the value"


def test_several_choices_of_one_answer() -> None:
    world.append(check(topics=["gas", "fire"]), check(topics=["gas"]), check(topics=[]), check())
    assert (world.value("gas"), world.value("topics"), world.figure("topics").facts) == (2, 2, 2)
    slices = queries.breakdown(world.query("checks"), by="topics", scope=world.EVERYWHERE)
    assert {(one.key, one.label): one.value for one in slices} == {
        ("fire", "消防"): 1,
        ("gas", "燃气"): 2,
        ("", "未填"): 2,
    }


def test_periods_are_half_open_and_windows_reach_back() -> None:
    world.append(
        check(at="2022-09-09T23:59:59"), check(at="2022-09-10T00:00"), check(at="2022-09-12T19:59:59"),
        check(at="2022-09-12T20:00"), check(at="2021-12-31T23:59:59"), check(at="2022-01-01T00:00"),
        check(program="other"),
    )  # fmt: skip
    assert (world.value("checks"), world.value("this-year"), world.value("ever")) == (2, 4, 5)
    days = queries.breakdown(world.query("checks"), by="day", scope=world.EVERYWHERE)
    assert [(one.key, one.value) for one in days] == [("2022-09-10", 1), ("2022-09-11", 0), ("2022-09-12", 1)]


def test_a_stock_is_the_newest_word_on_each_subject() -> None:
    assert world.append(check())
    assert world.value("residents") is None, "never filed"
    world.append(
        draft("quarter", {"code": "q1", "residents": 10, "status": "open"}, at="2022-09-01T08:00"),
        draft("quarter", {"code": "q2", "residents": 5, "status": "open"}, at="2022-09-02T08:00", program="other"),
        draft("quarter", {"code": "q1", "residents": 12, "status": "shut"}, at="2022-09-05T08:00", id="newer"),
        draft("quarter", {"code": "q1", "residents": 99, "status": "open"}, at="2022-09-12T20:00"),
        draft("quarter", {"code": "q3", "residents": 7, "status": "shut"}, at="2022-09-02T08:00", place=SIPING),
    )
    assert (world.value("residents"), world.value("quarters")) == (24, 1)
    assert (world.value("residents", place=SIPING), world.value("quarters", place=SIPING)) == (7, 0)
    assert world.value("quarters", place=NANGUAN) is None
    assert len(world.facts("residents")) == 3
    world.append(draft("quarter", {}, id="newer", revision=2, withdrawn=True))
    assert (world.value("residents"), world.value("quarters")) == (22, 2)
    # An entity that moved is counted where it is now, and no longer where it was.
    world.append(
        draft("quarter", {"code": "q1", "residents": 3, "status": "open"}, at="2022-09-10T08:00", place=NANGUAN)
    )
    assert (world.value("residents", place=NANGUAN), world.value("residents", place=ERDAO)) == (3, 5)


def test_a_ratio_is_divided_last_and_says_nothing_over_nothing() -> None:
    assert world.append(draft("incident", {"deaths": 0}))
    nothing = world.figure("share")
    assert nothing.value is None
    assert nothing.note.zh
    world.append(check(grade="major", found=2), check(grade="major", found=9), check(grade="minor", place=NANGUAN))
    assert world.value("share").quantize(Decimal("0.01")) == Decimal("66.67")
    assert world.figure("share").facts == 3
    assert world.value("share", place=ERDAO) == 100
    parts = {one.key: one.value for one in queries.breakdown(world.query("share", place=CHANGCHUN), by="child",
                                                            scope=world.EVERYWHERE)}  # fmt: skip
    assert (parts[ERDAO], parts[NANGUAN]) == (100, 0)
    assert parts[GONGZHULING] is None


def test_who_did_it_may_decide_where_it_counts() -> None:
    from yibiao.people import actions as people

    people.add_organisation(code="office-e", name="二道区某局", place=ERDAO)
    world.append(check(place=NANGUAN, organisation="office-e"), check(place=ERDAO, organisation="unknown"))
    assert (world.value("by-office", place=ERDAO), world.value("checks", place=ERDAO)) == (1, 1)
    assert (world.value("by-office"), world.value("checks")) == (1, 2)


def test_a_zero_needs_every_report() -> None:
    named = [{"code": f"u{n}", "unit_name": f"单位{n}", "level": "county"} for n in range(3)]
    where = [ERDAO, ERDAO, SIPING]
    units = [draft("unit", one, place=place, at="2022-01-05T08:00") for one, place in zip(named, where, strict=True)]
    days = ("2022-09-10", "2022-09-11", "2022-09-12")
    reports = [draft("zero", {"unit": f"u{n}"}, at=f"{day}T09:00", place=NANGUAN) for n in range(3) for day in days]
    world.append(*units, *reports[:-1], draft("zero", {"unit": "u0"}, at="2022-09-10T11:00"))
    lacking = world.figure("no-deaths")
    assert lacking.value is None
    assert lacking.coverage is not None
    assert (lacking.coverage.owed, lacking.coverage.filed) == (9, 8)
    assert lacking.coverage.missing == (("单位2", "2022-09-12"),)
    assert "8" in lacking.note.zh
    assert world.value("no-deaths", place=ERDAO) == 0, "its two units have filed, wherever they were"
    assert world.value("no-deaths", place=NANGUAN) is None, "no unit owes a report there"
    full = world.append(reports[-1]._replace(id="late"))
    found = world.figure("no-deaths")
    assert (found.value, found.facts) == (0, 10)
    assert len(world.facts("no-deaths")) == 10
    children = queries.breakdown(world.query("no-deaths"), by="child", scope=world.EVERYWHERE)
    assert {one.key: one.value for one in children if one.facts} == {CHANGCHUN: 0, SIPING: 0}
    world.append(draft("incident", {"deaths": 2, "category": "fire"}), draft("incident", {"deaths": 0}))
    assert world.value("no-deaths") == 1, "an event is stated, however many reports there are"
    assert world.value("no-deaths", as_of=full) == 0
    world.append(draft("zero", {}, id="late", revision=2, withdrawn=True, at="2022-09-12T09:00"))
    assert world.figure("no-deaths").coverage.full is False  # type: ignore[union-attr]


def test_a_zero_by_months_needs_every_month_that_the_year_so_far_touches() -> None:
    world.append(
        draft("unit", {"code": "u", "unit_name": "甲", "level": "county"}, at="2022-01-05T08:00"),
        draft("unit", {"code": "p", "unit_name": "乙", "level": "province"}, at="2022-01-05T08:00"),
        *(draft("zero", {"unit": "u"}, at=f"2022-{month:02}-15T09:00") for month in range(1, 9)),
    )
    lacking = world.figure("no-fires")
    assert lacking.coverage is not None
    assert (lacking.value, lacking.coverage.owed, lacking.coverage.missing) == (None, 9, (("甲", "2022-09"),))
    assert world.value("no-fires", period=Period.month(2022, 8)) == 0
    world.append(draft("zero", {"unit": "u"}, at="2022-09-12T19:00"))
    assert world.value("no-fires") == 0


def test_a_streak_counts_full_months_after_the_last_event() -> None:
    world.append(draft("incident", {"deaths": 1}, at="2022-08-01T00:00"))
    assert world.value("calm") == 8, "from the month in which records begin"
    assert world.value("calm-covered") is None
    world.append(draft("incident", {"deaths": 3}, at="2021-06-30T08:00", id="large"))
    assert world.value("calm") == 8
    world.append(
        draft("incident", {"deaths": 3}, at="2022-06-30T23:00", id="larger"),
        draft("incident", {"deaths": 5}, at="2022-09-20T08:00"),
    )
    assert (world.value("calm"), world.facts("calm")) == (2, ["larger"])
    assert world.value("calm", period=Period.month(2022, 8)) == 2
    assert world.value("calm", period=Period.month(2022, 7)) == 1
    unproved = world.figure("calm-covered")
    assert (unproved.value, unproved.coverage) == (None, unproved.coverage)
    world.append(
        draft("unit", {"code": "u", "unit_name": "甲", "level": "county"}, at="2022-01-05T08:00"),
        *(draft("zero", {"unit": "u"}, at=f"2022-{month:02}-15T09:00") for month in (7, 8)),
    )
    proved = world.figure("calm-covered")
    assert (proved.value, proved.facts, len(world.facts("calm-covered"))) == (2, 3, 3)


def test_a_county_that_moved_counts_where_it_stood_then_or_stands_now() -> None:
    world.append(
        check(place=GONGZHULING_OLD, at="2019-08-01T08:00"), check(place=GONGZHULING, at="2019-08-02T08:00"),
        check(place=GONGZHULING, at="2022-08-01T08:00"), check(place=GONGZHULING_OLD, at="2022-08-02T08:00"),
    )  # fmt: skip
    summer = Period.month(2019, 8)
    then = {place: world.value("checks", place=place, period=summer) for place in (SIPING, CHANGCHUN, JILIN)}
    now = {place: world.value("checks", place=place, period=summer, edition="now") for place in then}
    assert then == {SIPING: 2, CHANGCHUN: 0, JILIN: 2}
    assert now == {SIPING: 0, CHANGCHUN: 2, JILIN: 2}
    later = Period.month(2022, 8)
    assert {place: world.value("checks", place=place, period=later) for place in then} == now
    for code in (GONGZHULING_OLD, GONGZHULING):
        assert world.value("checks", place=code, period=summer) == 2
        assert world.value("checks", place=code, period=summer, edition="now") == 2
    children = queries.breakdown(world.query("checks", period=summer, place=SIPING), by="child", scope=world.EVERYWHERE)
    assert {one.key: one.value for one in children if one.facts} == {GONGZHULING_OLD: 2}


def test_a_code_that_looks_like_a_neighbours_counts_where_the_tree_has_it() -> None:
    inside, stray = "220105001000", "220105002000"
    places.add_below(ERDAO, [PlaceDraft(inside, "样例一街道", "township", ""),
                             PlaceDraft("220105003000", "样例三街道", "township", "")])  # fmt: skip
    places.add_below(SIPING, [PlaceDraft(stray, "样例二街道", "township", "")])
    world.append(check(place=inside), check(place=stray), check(place=stray))
    for _ in ("from the log", "from the columns"):
        assert [world.value("checks", place=place) for place in (ERDAO, CHANGCHUN, SIPING, JILIN)] == [1, 1, 2, 3]
        actions.follow()


def test_parts_by_child_place_with_the_place_itself() -> None:
    world.append(check(place=JILIN), check(place=CHANGCHUN), check(place=ERDAO), check(place=SIPING))
    found = {one.key: one.value for one in queries.breakdown(world.query("checks"), by="child", scope=world.EVERYWHERE)}
    assert (found[CHANGCHUN], found[SIPING], found[JILIN]) == (2, 1, 1)
    assert sum(found.values()) == 4  # type: ignore[arg-type]
    assert len(found) == 10
    names = {one.name for one in queries.dimensions("demo.checks")}
    assert {"grade", "topics", "object"} <= names
    assert not names & {"phone", "found", "occurred_at", "actor"}
    graded = queries.breakdown(world.query("share"), by="grade", scope=world.EVERYWHERE)
    assert [one.key for one in graded] == ["minor", "major", ""]


def test_contributions_come_newest_first_in_pages_with_what_the_rule_looks_at() -> None:
    world.append(*(check(at=f"2022-09-11T{hour:02}:00", found=hour, grade="major", weight="1.50", phone="139")
                   for hour in range(5)))  # fmt: skip
    page = queries.contributions(world.query("weight"), scope=world.EVERYWHERE, number=2, size=2)
    assert (page.total, page.number, [one.occurred_at.hour for one in page.items]) == (5, 2, [2, 1])
    [first, *_] = page.items
    assert (first.amount, dict(first.values)) == (Decimal("1.5"), {"weight": Decimal("1.5"), "grade": "major"})
    assert first.kind == "record.demo.check"
    assert queries.contributions(world.query("weight"), scope=world.EVERYWHERE, number=9, size=2).total == 5
    assert world.value("weight") == Decimal("7.5")


def test_pages_go_back_through_a_long_period_and_leave_nothing_out() -> None:
    days = [1, 2, 2, 3, 90, 91, 150, 150, 151, 199, 199, 200]
    begun = date(2022, 1, 1)
    world.append(*(check(found=day % 2 or None, at=f"{begun + timedelta(days=day)}T09:00") for day in days))
    period = Period.days(begun, begun + timedelta(days=210))
    for id, count in (("checks", 12), ("found", 6), ("ever", 12)):
        query = world.query(id, period=period)
        every = list(queries.all_contributions(query, scope=world.EVERYWHERE))
        for size in (1, 5, 50):
            numbers = range(1, count // size + 2)
            pages = [queries.contributions(query, scope=world.EVERYWHERE, number=n, size=size) for n in numbers]
            assert [one for page in pages for one in page.items] == every
            assert {page.total for page in pages} == {count}


def test_a_page_of_very_many_is_looked_up_in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of several files, some corrected since, and of the log after them; half of them are of one moment.

    The newest of all is of no place.
    """
    days = ["2022-09-11T09:00", "2022-08-31T10:00", "2022-09-11T09:00", "2022-07-01T08:00"]
    world.append(*(check(id=f"{nth}", found=nth, at=day) for nth, day in enumerate(days)))
    world.append(check(found=50, at="2022-09-12T09:00", place=""))
    actions.follow()
    world.append(check(id="0", revision=2, found=7, at=days[0]), check(id="3", revision=2, at=days[1], found=9))
    actions.follow()
    world.append(check(id="1", revision=2, withdrawn=True), check(found=4, at=days[0]), check(found=5, at=days[3]))
    query = world.query("found", period=Period.days(date(2022, 7, 1), date(2022, 9, 30)))
    every = list(queries.all_contributions(query, scope=world.EVERYWHERE))
    assert len(every) == 5
    monkeypatch.setattr(paging, "_MANY", 1)
    for few in (500, -3):
        monkeypatch.setattr(paging, "_FEW", few)
        pages = [queries.contributions(query, scope=world.EVERYWHERE, number=n, size=2) for n in range(1, 4)]
        assert [one for page in pages for one in page.items] == every


def test_the_rule_in_words_follows_the_definition() -> None:
    world.append(check())
    found = queries.explain(world.query("major"), scope=world.EVERYWHERE)
    assert "“等级”是“重大”且“隐患数”不少于2" in found.rule.zh
    assert "“Grade” is “Major” and “Hazards” is at least 2" in found.rule.en
    assert "SELECT" in found.sql
    for one in queries.indicators("demo"):
        told = queries.explain(world.query(one.id), scope=world.EVERYWHERE)
        assert told.rule.zh
        assert told.rule.en
        assert told.steps
