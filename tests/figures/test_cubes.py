"""The cube says what the columns and plain Python say, whatever happened since it was built."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.figures import test_oracle as oracle
from tests.figures import world
from tests.figures.world import ERDAO, GONGZHULING, JILIN, NANGUAN, PROGRAM, SIPING, draft
from yibiao.core.periods import Period
from yibiao.figures import actions, cells, counting, cubes, filling, queries, reading, store
from yibiao.figures.models import Cell, Cube
from yibiao.ledger import queries as ledger

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = ("checks", "major", "gas", "found", "weight", "objects", "object-days", "topics", "items", "items-later",
         "persons")  # fmt: skip
FIRST = date(2022, 9, 1)


@pytest.fixture(autouse=True)
def _of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cubes of what has few rows too."""
    monkeypatch.setattr(filling, "CUBED", 0)


def days(first: int, count: int) -> Period:
    return Period.days(FIRST + timedelta(days=first), FIRST + timedelta(days=first + count - 1))


def kept(id: str, *, place: str, period: Period, as_of: int | None = None) -> tuple[Decimal, int] | None:
    """What the cube says, None where it cannot say anything."""
    query = world.query(id, place=place, period=period, as_of=as_of)
    question = reading.ask(query, world.EVERYWHERE)
    return cubes.figure(question, question.indicator)


# A failing example takes minutes to make smaller, and is small already.
@settings(
    max_examples=databases.examples(6), deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)  # fmt: skip
@given(
    steps=oracle._steps,
    first=st.integers(0, 12),
    count=st.integers(1, 40),
    place=st.sampled_from(sorted(oracle.BELOW)),
    asked=st.lists(st.sampled_from(ASKED), min_size=5, max_size=5, unique=True),
)
def test_the_cube_equals_the_oracle_as_facts_are_corrected_and_withdrawn(
    steps: list[oracle.Step], first: int, count: int, place: str, asked: list[str]
) -> None:
    databases.empty()
    world.install()
    period, begun = days(first, count), False
    for step, sent in zip(steps, oracle.played(steps), strict=True):
        number = world.append(sent, seal=step.seal)
        if step.follow and number:
            actions.follow()
            begun = True
        if number and begun:
            _compare(asked[:2], place, period)
    world.append(draft("incident", {"deaths": 0}))
    actions.follow()
    _compare(asked, place, period)
    assert actions.verify().sound


def _compare(asked: list[str], place: str, period: Period) -> None:
    newest = ledger.checkpoint()
    assert newest is not None
    facts = list(ledger.entries(0, newest.size))
    for id in asked:
        found = kept(id, place=place, period=period)
        if found is None:
            # Nothing of its source was in the columns when the follower came by.
            assert not Cube.objects.filter(digest=_digest(id)).exists()
            continue
        plain = queries.recounted(world.query(id, place=place, period=period), scope=world.EVERYWHERE)
        assert found == (plain.value, plain.facts), id
        assert found[0] == oracle.expected(id, facts, place, period), id
        assert world.value(id, place=place, period=period) == found[0]


def _digest(id: str) -> str:
    question = reading.ask(world.query(id), world.EVERYWHERE)
    return cubes.digest(question.indicator, reading.source_of(question, question.indicator.source), ())


@pytest.mark.parametrize("together", [counting.TOGETHER, 2])
def test_a_key_is_counted_once_wherever_and_however_often_it_was_seen(
    monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """Also where only so many rows, and the months of no more, are looked through at a time."""
    monkeypatch.setattr(counting, "TOGETHER", together)
    monkeypatch.setattr(counting, "MONTHLY", together)
    world.install()
    for place, day in ((ERDAO, 1), (NANGUAN, 2), (ERDAO, 5), (SIPING, 5), (SIPING, 30)):
        for name in ("one", "two"):
            world.append(draft("check", {"object": name}, place=place, at=f"2022-09-{day:02}T09:00"))
    world.append(draft("check", {"object": "one"}, place=GONGZHULING, at="2022-10-01T09:00"))
    actions.follow()
    for place, count in ((JILIN, 40), (JILIN, 2), (ERDAO, 3), (SIPING, 35), (NANGUAN, 40)):
        for first in range(0, 31, 3):
            period = days(first, count)
            plain = queries.recounted(world.query("objects", place=place, period=period), scope=world.EVERYWHERE)
            assert kept("objects", place=place, period=period) == (plain.value, plain.facts), (place, first, count)
    text = Cell.objects.get(place=JILIN, month="2022-09", cube__digest=_digest("objects")).seen
    assert cells.seen_entries(text) == {(1, 0): 2, (2, 1): 2, (5, 3): 2, (30, 25): 2}


def test_keys_sealed_after_the_cube_are_added_and_those_corrected_are_taken_back() -> None:
    world.install()
    for id, name in (("a", "one"), ("b", "one"), ("c", "two"), ("d", "three")):
        world.append(draft("check", {"object": name}, id=id, place=ERDAO, at="2022-09-05T09:00"))
    actions.follow()
    world.append(draft("check", {"object": "four"}, place=NANGUAN, at="2022-09-06T09:00"))
    world.append(draft("check", {"object": "one"}, place=SIPING, at="2022-09-06T09:00"))
    world.append(draft("check", {"object": "four"}, id="b", revision=2, place=ERDAO, at="2022-09-05T09:00"))
    world.append(draft("check", {"object": "five"}, id="c", revision=2, place=ERDAO, at="2022-09-20T09:00"))
    world.append(
        draft("check", {"object": "three"}, id="d", revision=2, withdrawn=True, place=ERDAO, at="2022-09-05T09:00")
    )
    for place, first, count, value in (
        (JILIN, 0, 30, 3), (ERDAO, 0, 30, 3), (ERDAO, 4, 1, 2), (SIPING, 0, 30, 1), (NANGUAN, 0, 30, 1),
        (JILIN, 0, 10, 2), (JILIN, 19, 1, 1),
    ):  # fmt: skip
        period = days(first, count)
        plain = queries.recounted(world.query("objects", place=place, period=period), scope=world.EVERYWHERE)
        assert kept("objects", place=place, period=period) == (plain.value, plain.facts), (place, first, count)
        assert plain.value == value, (place, first, count)


@pytest.mark.parametrize("cubed", [True, False])
def test_months_at_many_places_at_once_are_the_figures_of_each(monkeypatch: pytest.MonkeyPatch, cubed: bool) -> None:
    monkeypatch.setattr(filling, "CUBED", 0 if cubed else 10**9)
    world.install()
    for nth, (place, at) in enumerate(((ERDAO, "2022-01-31"), (ERDAO, "2022-09-01"), (SIPING, "2022-09-30"),
                                       (GONGZHULING, "2022-10-01"), (ERDAO, "2022-11-01"))):  # fmt: skip
        answers = {"object": f"o{nth % 2}", "found": nth + 1, "grade": "major"}
        world.append(draft("check", answers, id=f"f{nth}", place=place, at=f"{at}T09:00"))
    actions.follow()
    world.append(draft("check", {"object": "o9", "found": 9}, id="f1", revision=2, at="2022-09-01T09:00"))
    period, places = Period.days(date(2022, 1, 1), date(2022, 10, 2)), [JILIN, ERDAO, SIPING, GONGZHULING]
    for id in ("found", "objects", "this-year"):
        grid = queries.by_month(world.query(id, period=period), places, scope=world.EVERYWHERE)
        assert set(grid) == {(place, f"2022-{month:02}") for place in places for month in range(1, 11)}
        for (place, month), value in grid.items():
            if month in ("2022-02", "2022-03", "2022-04", "2022-05", "2022-06", "2022-07"):
                continue  # nothing was filed in these
            assert value == world.value(id, place=place, period=Period.month(2022, int(month[5:]))), (id, place, month)


def test_what_a_cube_cannot_say_is_counted_from_the_columns() -> None:
    world.install()
    world.append(draft("check", {"found": 2}, id="a"), draft("check", {"found": 3}, id="b"))
    actions.follow()
    number = world.append(draft("check", {"found": 5}, id="a", revision=2))
    actions.follow()
    whole = days(9, 2)
    assert kept("found", place=JILIN, period=whole) == (8, 2)
    assert kept("found", place=JILIN, period=whole, as_of=number - 1) is None, "the cube is past that checkpoint"
    assert world.value("found", period=whole, as_of=number - 1) == 5
    assert kept("by-office", place=JILIN, period=whole) is None
    assert kept("readings", place=JILIN, period=whole) is None
    assert kept("found", place=JILIN, period=Period.days(date(2013, 5, 1), date(2013, 5, 2))) is None, "another tree"


def test_a_period_that_ends_within_a_day_is_known_where_nothing_lies_after_its_end() -> None:
    """The holiday ends on the twelfth at eight in the evening."""
    world.install()
    world.append(draft("check", {"found": 2, "object": "one"}), draft("check", {"found": 3, "object": "two"}))
    actions.follow()

    def said(id: str) -> tuple[Decimal, int] | None:
        plain = queries.recounted(world.query(id, period=world.HOLIDAY), scope=world.EVERYWHERE)
        together = queries.figures([world.query(id, period=world.HOLIDAY)], scope=world.EVERYWHERE)[0]
        assert (together.value, together.facts) == (plain.value, plain.facts)
        found = kept(id, place=JILIN, period=world.HOLIDAY)
        assert found in (None, (plain.value, plain.facts))
        return found

    assert (said("found"), said("objects")) == ((5, 2), (2, 2))
    world.append(draft("check", {"found": 4, "object": "two"}, at="2022-09-12T19:59"))
    assert (said("found"), said("objects")) == ((9, 3), (2, 3))
    world.append(draft("check", {"found": 8, "object": "ten"}, at="2022-09-13T09:00"))
    assert (said("found"), said("objects")) == ((9, 3), (2, 3))
    world.append(draft("check", {"found": 6, "object": "six"}, id="late", at="2022-09-12T20:00"))
    assert (said("found"), said("objects")) == (None, None)
    world.append(draft("check", {"found": 6, "object": "six"}, id="late", revision=2, at="2022-09-12T19:00"))
    actions.follow()
    # The cube knows that something happened on the twelfth, and not at what time.
    assert (said("found"), said("objects")) == (None, None)
    assert world.value("found", period=world.HOLIDAY) == 15


def test_a_cube_that_is_wrong_is_named_and_mended() -> None:
    world.install()
    world.append(draft("check", {"found": 2}), draft("check", {"found": 3}, place=SIPING))
    actions.follow()
    assert actions.verify().sound
    Cell.objects.filter(place=SIPING, cube__digest=_digest("found")).update(total="7", days="10:1:7")
    [wrong] = actions.verify().differences
    assert (wrong.indicator, wrong.program, wrong.place, wrong.month) == ("demo.found", PROGRAM, SIPING, "2022-09")
    assert (wrong.kept, wrong.counted) == (7, 3)
    assert actions.verify().sound
    assert kept("found", place=SIPING, period=days(9, 1)) == (3, 1)


def test_a_cube_follows_a_new_numbering_of_the_tree() -> None:
    from yibiao.places import actions as places
    from yibiao.places.types import PlaceDraft

    world.install()
    world.append(draft("check", {"found": 2}))
    actions.follow()
    assert kept("checks", place=JILIN, period=days(9, 1)) == (1, 1)
    places.add_below(ERDAO, [PlaceDraft("220105001000", "样例街道", "township", "")])
    assert kept("checks", place=JILIN, period=days(9, 1)) is None
    world.append(draft("check", {"found": 1}, place="220105001000"))
    assert world.value("checks", period=days(9, 1)) == 2
    actions.follow()
    assert kept("checks", place=ERDAO, period=days(9, 1)) == (2, 2)
    assert kept("checks", place="220105001000", period=days(9, 1)) == (1, 1)
    assert Cube.objects.filter(projection=store.active()).values("tree").distinct().count() == 1


@pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") != "postgres", reason="SQLite needs no such look")
def test_the_database_knows_of_a_cube_as_soon_as_it_is_built() -> None:
    world.install()
    for nth in range(40):
        world.append(draft("check", {"found": nth}, place=(ERDAO, SIPING)[nth % 2]), seal=nth == 39)
    actions.follow()

    def known() -> set[int]:
        sql = "SELECT most_common_vals::text::bigint[] FROM pg_stats WHERE tablename = 'figures_cell' AND attname = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, ["cube_id"])
            found = cursor.fetchone()
        return set(found[0] or ()) if found else set()

    assert known() == set(Cell.objects.values_list("cube_id", flat=True))
    Cube.objects.all().delete()
    actions.follow()
    assert known() == set(Cell.objects.values_list("cube_id", flat=True)) != set()
