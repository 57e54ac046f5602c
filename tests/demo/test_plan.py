"""The plan by itself: fitted, believable, the same every time. No database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.demo.page import PAGE
from tests.demo.recount import BY_ACTS, BY_FORMS, RECOUNTS, WINDOWS, Book
from yibiao.desk.demo import codes, happy
from yibiao.desk.demo.plan import Plan, largest_remainder, moments, parts
from yibiao.desk.demo.programs import PROGRAMS
from yibiao.desk.demo.world import World
from yibiao.ledger.types import Fact
from yibiao.places.types import Place


@pytest.fixture(scope="module")
def world() -> World:
    """Sixty counties under nine prefectures, by code alone."""
    sizes = {"2201": 11, "2202": 9, "2203": 5, "2204": 4, "2205": 7, "2206": 6, "2207": 5, "2208": 5, "2224": 8}
    prefectures = [Place(f"{code}00000000", code, "prefecture", "220000000000", 1, 0, 0) for code in sizes]
    erdao = {4: "05"}
    counties = [
        Place(f"{code}{erdao.get(each, f'{each + 20:02d}') if code == '2201' else f'{each + 1:02d}'}000000",
              f"县{code}{each}", "county", f"{code}00000000", 1, 0, 0)
        for code, count in sizes.items()
        for each in range(count)
    ]  # fmt: skip
    return World(prefectures, counties)


@pytest.fixture(scope="module")
def plans(world: World) -> dict[str, Plan]:
    return {program: plan(world) for program, plan in PROGRAMS.items()}


def standing(plan: Plan) -> Book:
    """What would stand in the ledger once everything was sent, corrected and withdrawn."""
    right = {each.id: each.answers for each in plan.corrections}
    gone = {each.id for each in plan.withdrawals}
    facts = []
    for position, each in enumerate(plan.samples, 1):
        answers = right.get(each.id, each.answers)
        if each.id not in gone:
            at = datetime.fromisoformat(answers["occurred_at"])
            payload = {"answers": answers}
            facts.append(
                Fact(
                    f"record.{each.form}",
                    each.id,
                    1,
                    plan.program,
                    answers["place"],
                    "",
                    "",
                    "",
                    at,
                    at,
                    payload,
                    False,
                    "",
                    position,
                )
            )
    return Book(plan.program, *WINDOWS[plan.program], tuple(facts))


@pytest.mark.parametrize("asked", [one for one in PAGE if one.ref not in BY_ACTS], ids=lambda asked: asked.ref)
def test_the_plan_adds_up_to_the_page(asked, plans: dict[str, Plan]) -> None:
    book = standing(plans[asked.ref.partition(".")[0]])
    assert asked.low <= BY_FORMS.get(asked.ref, RECOUNTS[asked.ref])(book) <= asked.high


def test_the_same_seed_gives_the_same_plan(world: World, plans: dict[str, Plan]) -> None:
    for program, plan in PROGRAMS.items():
        again = plan(world)
        assert again.samples == plans[program].samples
        assert again.corrections == plans[program].corrections


def test_some_forms_are_wrong_doubled_or_sent_twice(plans: dict[str, Plan]) -> None:
    assert sum(len(plan.corrections) for plan in plans.values()) >= 15
    assert sum(len(plan.withdrawals) for plan in plans.values()) >= 8
    assert sum(len(plan.sent_again()) for plan in plans.values()) >= 40
    for plan in plans.values():
        by_id = {each.id: each.answers for each in plan.samples}
        assert len(by_id) == len(plan.samples)
        assert all(by_id[each.id] != each.answers for each in plan.corrections)


def test_some_work_is_joint(plans: dict[str, Plan]) -> None:
    joint = Counter(each.form for plan in plans.values() for each in plan.samples if each.answers.get("participants"))
    assert joint["holiday-safety.sector-check"] > 50
    assert joint["holiday-safety.inspection"] == 27


@pytest.mark.parametrize("program", ["holiday-safety", "night-patrol", "cyber-week", "community-desk"])
def test_every_hour_of_the_window_has_facts(program: str, plans: dict[str, Plan]) -> None:
    start, end = WINDOWS[program]
    hours = {fact.occurred_at.replace(minute=0, second=0) for fact in standing(plans[program]).facts}
    assert {start + timedelta(hours=each) for each in range(int((end - start) / timedelta(hours=1)))} <= hours


def test_old_and_weak_quarters_hold_in_every_county(world: World, plans: dict[str, Plan]) -> None:
    book = standing(plans["happy-community"])
    county = {f["code"]: f["code"][:6] for f in book.forms("quarter")}
    known = Counter(county.values())
    weak = Counter(county[f["quarter"]] for f in book.forms("weak"))
    assert set(known) == {place.code[:6] for place in world.of_changchun()}
    assert all(weak[code] * 100 >= count for code, count in known.items())
    for level, seats in happy.QUOTA.items():
        named = Counter(county[f["quarter"]] for f in book.forms("award") if f["level"] == level)
        old = Counter(county[f["quarter"]] for f in book.forms("award") if f["level"] == level and f["old"] == "yes")
        quota = {f["place"][:6]: f["places"] for f in book.forms("quota") if f["level"] == level}
        assert named == quota
        assert sum(quota.values()) == seats
        assert all(old[code] * 100 >= 60 * count for code, count in named.items())


def test_no_name_looks_like_a_real_person(plans: dict[str, Plan]) -> None:
    names = [
        each.answers["person_name"] for plan in plans.values() for each in plan.samples if "person_name" in each.answers
    ]
    assert names
    assert all(name.startswith("样例·") for name in names)


@given(some.integers(0, 5000), some.lists(some.floats(0.1, 10), min_size=1, max_size=40), some.integers(0, 99))
def test_parts_add_up(total: int, weights: list[float], seed: int) -> None:
    found = parts(total + len(weights), weights, Random(seed), least=1)
    assert sum(found) == total + len(weights)
    assert min(found) >= 1


def test_parts_refuses_what_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        parts(3, [1.0] * 4, Random(0), least=1)


def test_largest_remainder() -> None:
    assert largest_remainder(10, [47, 16, 15.8, 12, 6.1, 3.1]) == [5, 2, 1, 1, 1, 0]


def test_moments_reach_every_hour() -> None:
    start, end = WINDOWS["night-patrol"]
    found = moments(start, end, 100, Random(1), busy=(20,))
    assert len(found) == 100
    assert len({each.replace(minute=0) for each in found}) == 72
    assert found == sorted(found)


def test_credit_codes() -> None:
    for known in ("91350100M000100Y43", "91512081MA62K0260E", "11320000MB151840XJ", "9131000063159284XQ"):
        assert codes.check_character(known[:17]) == known[17]
    made = {codes.credit_code("220105000000", each) for each in range(1, 900)}
    assert len(made) == 899
    assert all(len(code) == 18 for code in made)
