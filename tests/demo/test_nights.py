"""The nights of the patrol: who was on post, what was returned, and that no return moves a figure."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from tests.demo.conftest import Demo
from yibiao.cases import queries as cases
from yibiao.core.periods import Period, midnight
from yibiao.desk.demo import nights, patrol
from yibiao.desk.demo.world import ERDAO, NANGUAN, PROVINCE
from yibiao.desk.operating import everything
from yibiao.duty import queries as duty
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Query

pytestmark = [pytest.mark.django_db]
PATROL = "night-patrol"


def figure(id: str, period: Period) -> Figure:
    return figures.figure(Query(f"{PATROL}.{id}", PATROL, PROVINCE, period), scope=everything())


def test_every_squad_came_and_went_or_was_called_off(demo: Demo) -> None:
    held = demo.books[PATROL].cases("deployment")
    states = {one["state"] for one in held}
    assert states == {"stood-down", "cancelled"}
    assert sum(one["state"] == "cancelled" for one in held) == patrol.SPARES
    assert len(demo.books[PATROL].newest("zone", "code")) == len({one["zone"] for one in held})


def test_police_on_post_is_a_stock_of_one_night(demo: Demo) -> None:
    book = demo.books[PATROL]
    for night in patrol.NIGHTS:
        found = figure("police-on-post", Period.day(night))
        at = midnight(night) + timedelta(hours=21)
        covering = [
            one["police"]
            for one in book.cases("deployment")
            if one["state"] == "stood-down" and one["occurred_at"] <= at < datetime.fromisoformat(one["ends"])
        ]
        returned = [form["on_post"] for form in book.forms("night-return") if form["occurred_at"][:10] == str(night)]
        assert found.value == sum(returned) == sum(covering)
        assert found.coverage is not None
        assert (found.coverage.owed, found.coverage.filed) == (60, 60)
    # Over three nights it is that of the last one, never their sum.
    window = Period(midnight(patrol.NIGHTS[0]), midnight(patrol.NIGHTS[-1] + timedelta(days=1)))
    assert figure("police-on-post", window).value == sum(returned)


def test_returns_agree_with_a_recount_but_where_a_slip_is_told(demo: Demo) -> None:
    """The facts of each county and night, counted without any indicator."""
    book = demo.books[PATROL]
    counted: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in book.cases("deployment"):
        if one["state"] == "stood-down":
            for name in ("police", "vehicles", "mass"):
                counted[one["number"][:6], one["starts"][:10]][name] += one[name]
    for form in book.forms("session"):
        counted[form["place"][:6], form["occurred_at"][:10]]["leaflets"] += form["leaflets"]
        counted[form["place"][:6], form["occurred_at"][:10]]["sessions"] += 1
    for form in book.forms("venue-check"):
        for row in form["venues"]:
            counted[form["place"][:6], form["occurred_at"][:10]]["hazards"] += row["fixed"] + row["ordered"]
    off = []
    for form in book.forms("night-return"):
        key = (form["unit"], form["occurred_at"][:10])
        for name in ("police", "vehicles", "mass", "leaflets", "sessions", "hazards"):
            if form[name] != counted[key][name]:
                off.append((*key, name, form[name] - counted[key][name]))
    assert off == [(NANGUAN[:6], "2022-09-11", "leaflets", 200)]


def test_a_few_returns_are_late_and_one_was_sent_back(demo: Demo) -> None:
    held = duty.matrix(PATROL, nights.TOPIC, scope=everything(), at=midnight(patrol.NIGHTS[-1] + timedelta(days=2)))
    assert (held.owed, held.filed) == (180, 180)
    assert 0 < held.late < 30
    returns = demo.books[PATROL].cases("return")
    assert sum(one["round"] == 2 for one in returns) == 1
    assert {one["state"] for one in returns} == {"approved", "filed"}
    line = cases.of_records([nights.record_of(ERDAO, patrol.NIGHTS[1])], "return", scope=everything())
    steps = [step.move for one in line.values() for step in cases.timeline(one.id, scope=everything())]
    assert [step for step in steps if step != "corrected"] == ["opened", "send-back", "refile", "approve"]
