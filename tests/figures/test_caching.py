"""What was found once is given again only while it is still true, and only to whom it is open."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.figures import test_oracle as oracle
from tests.figures import world
from tests.figures.world import CHANGCHUN, ERDAO, JILIN, NANGUAN, SIPING, draft
from yibiao.core import moments
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.figures import actions, breakdowns, caching, growing, measures, paging, queries, reading
from yibiao.figures.moving import Kept
from yibiao.figures.types import Query
from yibiao.people import actions as people
from yibiao.people.models import Organisation
from yibiao.people.types import Grant, Scope
from yibiao.places import actions as places
from yibiao.places.types import Change, PlaceDraft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _whatever_is_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of distinct counts are moved on, however few facts there are."""
    monkeypatch.setattr(growing, "LARGE", -1)


ASKED = ("checks", "major", "found", "objects", "items", "readings", "share", "residents", "no-deaths", "calm-covered",
         "this-year", "by-office")  # fmt: skip
PLACES = (JILIN, CHANGCHUN, SIPING, ERDAO)
OTHER = world.TOML.replace("grade = 'major' and found >= 2", "grade = 'major'")
ACTS = ("send", "send", "send", "quarter", "quarter", "unit", "report", "follow", "add", "move", "define", "seal")


@pytest.fixture(autouse=True)
def _kept(_nothing_kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MOST", 10_000)


def quarter(code: str, residents: int, **more: Any) -> Any:
    return draft("quarter", {"code": code, "residents": residents, "status": "open"}, **more)


class Story:
    """What happens, one act after the other, as chance wants it."""

    def __init__(self, steps: list[oracle.Step], seed: int) -> None:
        self.chance = random.Random(seed)
        self.sent = oracle.played(steps)
        self.count = 0
        self.revisions: dict[str, int] = {}

    def act(self) -> None:
        self.count += 1
        getattr(self, f"_{self.chance.choice(ACTS)}")()

    def _send(self) -> None:
        if (one := next(self.sent, None)) is not None:
            world.append(one, seal=self.chance.random() < 0.8)

    def _quarter(self) -> None:
        """One of three quarters as one of a few records tells of it: anew, otherwise, elsewhere or no more."""
        id, hour = self.chance.choice("abcd") + str(self.count // 6), self.chance.randint(0, 23)
        self.revisions[id] = self.revisions.get(id, 0) + 1
        gone = self.revisions[id] > 1 and self.chance.random() < 0.3
        sent = quarter(
            self.chance.choice(("q1", "q2", "q3")), self.chance.randint(0, 9), id=id, revision=self.revisions[id],
            place=self.chance.choice(PLACES), at=f"2022-09-1{self.chance.randint(0, 3)}T{hour:02d}:00", withdrawn=gone,
        )  # fmt: skip
        world.append(sent, seal=self.chance.random() < 0.8)

    def _unit(self) -> None:
        world.append(draft("unit", {"code": f"u{self.count % 2}", "level": "county"}, id=f"u{self.count}"))

    def _report(self) -> None:
        day = self.chance.choice((10, 11, 12))
        world.append(draft("zero", {"unit": f"u{self.count % 2}"}, at=f"2022-09-{day}T09:00"))

    def _follow(self) -> None:
        actions.follow()

    def _seal(self) -> None:
        world.append(draft("incident", {"deaths": self.count % 2}, at="2022-09-11T09:00"))

    def _add(self) -> None:
        # The same place below one parent, then below the other: the edition keeps its number, and its size.
        parent = self.chance.choice((ERDAO, SIPING))
        places.add_below(parent, [PlaceDraft("grid-1", "样例网格", "grid", parent)])
        world.append(draft("check", {"found": 3}, place="grid-1"))

    def _move(self) -> None:
        on, parent = date(2020, 7, self.count), self.chance.choice((CHANGCHUN, SIPING))
        change = Change("move", NANGUAN, parent=parent)
        places.amend(valid_from=on, label="样例", source="样例", changes=[change])

    def _define(self) -> None:
        toml = self.chance.choice((world.TOML, OTHER))
        world.install(world.pack(toml, version=f"1.0.{1 + (toml == OTHER)}"), tree=False)

    def questions(self) -> list[Query]:
        """Few, so that each is asked again after much that may have changed it."""
        picked = [(id, self.chance.choice(PLACES)) for id in ("residents", *self.chance.sample(ASKED, 5))]
        whole = oracle.Period(oracle.START, oracle.START + oracle.timedelta(days=30))
        edition: Any = self.chance.choice(("then", "now"))
        # The holiday ends within a day.
        period = self.chance.choice((whole, world.HOLIDAY))
        asked = [world.query(id, place=place, period=period, edition=edition) for id, place in picked]
        return [*asked, replace(asked[0], as_of=1), replace(asked[1], as_of=2)]


@settings(
    max_examples=databases.examples(4), deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)  # fmt: skip
@given(steps=oracle._steps, seed=st.integers(0, 2**32))
def test_what_is_given_again_is_what_would_be_found_now(steps: list[oracle.Step], seed: int) -> None:
    databases.empty()
    world.install()
    world.append(draft("check", {"object": "a", "found": 1}, id="first"))
    world.append(draft("check", {"object": "b", "found": 2}, id="second"))
    story = Story(steps, seed)
    asked = story.questions()
    for query in asked:
        _compare(query)
    for _ in range(12):
        story.act()
        some = story.chance.sample(asked, 3)
        together = queries.figures(some, scope=world.EVERYWHERE) if story.chance.random() < 0.5 else ()
        for query in some:
            _compare(query)
        assert list(together) == [queries.figure(query, scope=world.EVERYWHERE) for query in some][: len(together)]


def _compare(query: Query) -> None:
    found = queries.figure(query, scope=world.EVERYWHERE)
    question = reading.ask(query, world.EVERYWHERE)
    now = measures.measure(question, question.indicator)
    assert (found.value, found.facts, found.coverage, found.note) == (now.value, now.facts, now.coverage, now.note), (
        query
    )
    assert (found.query, found.as_of) == (query, question.checkpoint)
    behind, (rows, total) = queries.contributions(query, scope=world.EVERYWHERE, size=3), paging.page(question, 3, 0)
    assert behind.total == total
    assert [(one.fact, one.revision, one.position, one.place) for one in behind.items] == [
        (row[2], row[3], row[1], row[5]) for row in rows
    ]
    if found.indicator.measure in ("count", "sum", "distinct", "latest"):
        columns = [one.name for one in queries.dimensions(query.indicator)]
        # Of a stock each day is a question of its own, and is not moved on.
        for by in ("child",) if found.indicator.measure == "latest" else ("child", "day", *columns):
            assert queries.breakdown(query, by=by, scope=world.EVERYWHERE) == breakdowns.slices(question, by), (
                query,
                by,
            )
        at = queries.at_places(query, (ERDAO, SIPING), scope=world.EVERYWHERE)
        assert at == breakdowns.at_places(question, (ERDAO, SIPING))


def test_parts_follow_corrections_withdrawals_and_what_lies_elsewhere() -> None:
    world.install()
    world.append(
        draft("check", {"found": 1}, id="a"), draft("check", {"found": 2}, id="b", place=SIPING, at="2022-09-11T09:00"),
        draft("check", {"found": 4}, id="d", place=JILIN),
    )  # fmt: skip
    of = ("checks", "found", "this-year", "objects")
    asked = [world.query(id, place=place) for id in of for place in (JILIN, ERDAO)]
    for query in asked:
        _compare(query)
    for sent in (
        [draft("check", {"found": 7}, id="a", revision=2, place=NANGUAN, at="2022-09-12T09:00")],
        [draft("check", {"found": 1}, id="c"), draft("check", {}, id="b", revision=2, withdrawn=True)],
        [draft("check", {"found": 9}, place=CHANGCHUN, at="2021-09-10T09:00")],
        [draft("check", {"found": 3}, id="d", revision=2, place=JILIN, program="other")],
    ):
        world.append(*sent)
        for query in asked:
            _compare(query)


def test_several_boards_are_moved_on_at_once() -> None:
    """Different objects at several places and in several periods, told apart from one look at the rows."""
    world.install()
    objects = ({"object": name, "found": 1} for name in ("a", "b", "a", "c"))
    days = ("2022-09-10", "2022-09-11", "2022-09-11", "2022-09-20")
    world.append(*(draft("check", said, id=f"{nth}", at=f"{day}T09:00", place=(ERDAO, SIPING)[nth % 2])
                   for nth, (said, day) in enumerate(zip(objects, days, strict=True))))  # fmt: skip
    spans = [Period.day(date(2022, 9, 11)), Period.month(2022, 9), world.HOLIDAY]
    asked = [world.query(id, place=place, period=span)
             for id in ("objects", "found") for place in (JILIN, ERDAO, SIPING) for span in spans]  # fmt: skip

    def compare() -> None:
        for found in queries.figures(asked, scope=world.EVERYWHERE):
            plain = queries.recounted(found.query, scope=world.EVERYWHERE)
            assert (found.value, found.facts) == (plain.value, plain.facts), found.query

    compare()
    for sent in (
        [draft("check", {"object": "d", "found": 2}, at="2022-09-12T19:00"), draft("check", {"object": "b"})],
        [draft("check", {"object": "c", "found": 1}, id="0", revision=2), draft("check", {}, id="2", revision=2,
                                                                                withdrawn=True)],
        [draft("check", {"object": "e", "found": 1}, at="2022-09-12T21:00", place=SIPING)],
        [draft("check", {"object": "e", "found": 1}, id="1", revision=2, at="2022-09-11T21:00", place=NANGUAN)],
    ):  # fmt: skip
        world.append(*sent)
        compare()


def statements(query: Query, scope: Scope = world.EVERYWHERE) -> int:
    with CaptureQueriesContext(connection) as run:
        queries.figure(query, scope=scope)
    return len(run)


def test_asking_again_costs_three_small_statements() -> None:
    world.install()
    world.append(draft("check", {"found": 1}))
    query = world.query("checks")
    first = statements(query)
    assert statements(query) == 3 < first
    world.append(draft("check", {"found": 1}))
    assert world.value("checks") == 2
    assert statements(query) == 3


def test_the_first_page_of_facts_is_kept_and_those_after_it_are_not() -> None:
    world.install()
    world.append(*(draft("check", {"found": nth}, id=f"r{nth}") for nth in range(5)))
    query = world.query("checks")

    def listed(number: int) -> tuple[int, list[str], int]:
        with CaptureQueriesContext(connection) as run:
            found = queries.contributions(query, scope=world.EVERYWHERE, number=number, size=3)
        return len(run), [one.fact for one in found.items], found.total

    first, facts, total = listed(1)
    assert (listed(1), total) == ((3, facts, 5), 5)
    assert first > 3
    counted, rest, _ = listed(2)
    assert (listed(2), {*facts, *rest}) == ((counted, rest, 5), {f"r{nth}" for nth in range(5)})
    assert counted > 3
    world.append(draft("check", {"found": 9}, id="r9"))
    assert "r9" in listed(1)[1]


def test_each_thing_that_a_figure_rests_on_changes_it() -> None:
    world.install()
    grid = PlaceDraft("grid-1", "样例网格", "grid", ERDAO)
    places.add_below(ERDAO, [grid])
    world.append(
        draft("check", {"grade": "major", "found": 1}, place="grid-1", organisation="body"),
        draft("unit", {"code": "u1", "level": "county"}), draft("incident", {"deaths": 0}),
    )  # fmt: skip
    people.add_organisation(code="body", name="样例机构", place=ERDAO)

    def told() -> list[Any]:
        found = [world.figure(id, place=ERDAO) for id in ("checks", "major", "by-office", "no-deaths")]
        assert [world.figure(one.indicator.id, place=ERDAO) for one in found] == found
        return [found[0].value, found[1].value, found[2].value, found[3].coverage and found[3].coverage.filed]

    assert told() == [1, 0, 1, 0]
    world.append(draft("zero", {"unit": "u1"}))
    assert told() == [1, 0, 1, 1]
    world.install(world.pack(OTHER, version="1.0.1"), tree=False)
    assert told() == [1, 1, 1, 1]
    # The edition keeps its number and its size, and the place stands elsewhere in it.
    places.add_below(NANGUAN, [replace(grid, parent=NANGUAN)])
    assert told() == [0, 0, 1, 1]
    Organisation.objects.filter(code="body").update(place=NANGUAN)
    assert told() == [0, 0, 0, 1]


def test_what_was_sealed_of_other_kinds_changes_nothing_and_is_not_counted_again() -> None:
    world.install()
    first = world.append(draft("check", {"found": 1}))
    query = world.query("checks")
    before = queries.figure(query, scope=world.EVERYWHERE)
    second = world.append(draft("incident", {"deaths": 1}))
    counted = []
    question = reading.admit(query, world.EVERYWHERE)
    _, after = caching.answered(query, world.EVERYWHERE, ("figure",), lambda one: counted.append(one))  # type: ignore[func-returns-value]
    assert (after.value, counted) == (before.value, [])  # type: ignore[attr-defined]
    assert (before.as_of, question.checkpoint.number) == (first, second)
    assert queries.figure(query, scope=world.EVERYWHERE).as_of == second


def test_a_figure_that_somebody_saw_is_closed_to_whom_it_is_not_open() -> None:
    world.install()
    world.append(draft("check", {"found": 1}))
    query = world.query("checks", place=NANGUAN)
    queries.figure(query, scope=world.EVERYWHERE)
    own = Scope("someone", "analyse", (Grant("analyse", ERDAO, frozenset({"*"})),))
    queries.contributions(query, scope=world.EVERYWHERE)
    by_day = lambda one, scope: queries.breakdown(one, by="day", scope=scope)  # noqa: E731
    for read in (queries.figure, queries.coverage, queries.contributions, by_day):
        with pytest.raises(Refusal) as refused:
            read(query, scope=own)
        assert refused.value.codes == ("figures.scope.outside",)
    # Rights follow the tree of today: what moves out of one's place is closed, whatever was seen of it before.
    inside = world.query("checks", place=ERDAO)
    siping = Scope("someone", "analyse", (Grant("analyse", CHANGCHUN, frozenset({"*"})),))
    assert queries.figure(inside, scope=siping).value == 1
    change = Change("move", ERDAO, parent=SIPING)
    places.amend(valid_from=date(2021, 1, 1), label="样例", source="样例", changes=[change])
    with pytest.raises(Refusal):
        queries.figure(inside, scope=siping)


def test_of_a_transaction_that_is_rolled_back_nothing_is_kept() -> None:
    world.install()
    world.append(draft("check", {"found": 1}))
    with transaction.atomic():
        world.append(draft("check", {"found": 1}))
        assert world.value("checks") == 2
        transaction.set_rollback(True)
    assert world.value("checks") == 1
    world.append(draft("check", {"found": 1}), draft("check", {"found": 1}))
    assert world.value("checks") == 3


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MOST", 30)
    world.install()
    world.append(draft("check", {"found": 1}))
    for day in range(1, 29):
        query = replace(world.query("checks"), period=oracle.Period.day(date(2022, 9, day)))
        queries.breakdown(query, by="child", scope=world.EVERYWHERE)
        assert caching._memory._weight == sum(one.weight for one in caching._memory._held.values()) <= 30


def test_parts_of_a_distinct_count_are_moved_on() -> None:
    """By place and by day, with a key that moves and one that goes; none of them is counted anew."""
    world.install()
    places_ = (ERDAO, SIPING, NANGUAN)
    world.append(*(draft("check", {"object": name}, id=f"{nth}", at=f"2022-09-1{nth}T09:00", place=places_[nth % 3])
                   for nth, name in enumerate("abac")))  # fmt: skip
    query = world.query("objects", period=Period.month(2022, 9))
    then = reading.ask(query, world.EVERYWHERE)
    before = {by: breakdowns.slices(then, by) for by in ("child", "day")}
    at = breakdowns.at_places(then, (ERDAO, SIPING))
    world.append(
        draft("check", {"object": "b"}, at="2022-09-10T19:00"), draft("check", {"object": "d"}, place=JILIN),
        draft("check", {"object": "c"}, id="0", revision=2), draft("check", {}, id="2", revision=2, withdrawn=True),
    )  # fmt: skip
    now = reading.ask(query, world.EVERYWHERE)
    for by, move in (("child", growing.by_child), ("day", growing.by_day)):
        assert move([(now, then.upto, before[by])]) == [breakdowns.slices(now, by)], by
    assert growing.at_places([(now, then.upto, at)]) == [breakdowns.at_places(now, (ERDAO, SIPING))]


def test_a_stock_and_its_parts_are_moved_on() -> None:
    """A subject of which more is said, one that moves, one that is new, and a word that was old when it came."""
    world.install()
    world.append(
        quarter("q1", 40, at="2022-09-01T10:00"), quarter("q2", 8, place=SIPING, at="2022-09-02T10:00", id="b"),
        quarter("q3", 5, place=NANGUAN, at="2022-09-02T11:00"), quarter("q4", 3, place=SIPING, at="2022-09-02T12:00"),
    )  # fmt: skip
    query = world.query("residents", period=Period.month(2022, 9))
    for sent in (
        [quarter("q1", 41, at="2022-09-05T10:00")],
        [quarter("q2", 9, place=ERDAO, at="2022-09-06T10:00"), quarter("q5", 2, place=JILIN, at="2022-09-06T10:00")],
        [quarter("q3", 999, at="2022-09-01T08:00"), quarter("q1", 7, at="2022-10-02T08:00")],
        [quarter("q2", 6, place=SIPING, at="2022-09-02T10:00", id="b", revision=2)],
    ):
        then = reading.ask(query, world.EVERYWHERE)
        parts, at = breakdowns.slices(then, "child"), breakdowns.at_places(then, (ERDAO, NANGUAN))
        was = measures.measure(then, then.indicator)
        assert was.value is not None
        world.append(*sent)
        now = reading.ask(query, world.EVERYWHERE)
        assert growing.by_child([(now, then.upto, parts)]) == [breakdowns.slices(now, "child")]
        assert growing.at_places([(now, then.upto, at)]) == [breakdowns.at_places(now, (ERDAO, NANGUAN))]
        moved, is_ = (
            growing.stock(now, then.upto, Kept(then.upto, was.value, was.facts)),
            measures.measure(now, now.indicator),
        )
        assert moved is not None
        assert (moved.value, moved.facts) == (is_.value, is_.facts)


def test_boards_whose_periods_end_alike_share_the_look_at_a_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    world.install()
    world.append(quarter("q1", 40, at="2022-09-01T10:00"), quarter("q2", 8, place=SIPING, at="2022-09-02T10:00"))
    ends = (date(2022, 9, 30), date(2022, 9, 30), date(2022, 9, 3))
    asked = [world.query("residents", period=Period.days(date(2022, 9, 1 + n), end)) for n, end in enumerate(ends)]
    thens = [reading.ask(query, world.EVERYWHERE) for query in asked]
    kept = [(then.upto, breakdowns.slices(then, "child")) for then in thens]
    world.append(quarter("q1", 41, at="2022-09-05T10:00"))
    looks: list[int] = []
    over = reading.over
    monkeypatch.setattr(reading, "over", lambda *said: (looks.append(1), over(*said))[1])
    with moments.shared():
        nows = [reading.ask(query, world.EVERYWHERE) for query in asked]
        moved = growing.by_child([(now, *one) for now, one in zip(nows, kept, strict=True)])
    assert len(looks) == 4, "then and now, for each end"
    assert moved == [breakdowns.slices(now, "child") for now in nows]
    assert moved[0] != moved[2]


def test_a_stock_of_which_perhaps_nothing_is_known_any_more_is_counted_anew() -> None:
    world.install()
    world.append(quarter("q1", 40, at="2022-09-01T10:00", id="a"), quarter("q2", 8, place=SIPING, id="b"))
    query = world.query("residents", period=Period.month(2022, 9))
    then = reading.ask(query, world.EVERYWHERE)
    parts = breakdowns.slices(then, "child")
    world.append(quarter("q2", 8, place=SIPING, id="b", revision=2, withdrawn=True))
    now = reading.ask(query, world.EVERYWHERE)
    assert growing.by_child([(now, then.upto, parts)]) == [None]
    assert {one.key: one.value for one in breakdowns.slices(now, "child")}[SIPING] is None
    _compare(query)
