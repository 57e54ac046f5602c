"""Every figure a second way: random facts, corrections, checkpoints, places and periods, against plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.figures import world
from tests.figures.world import CHANGCHUN, ERDAO, GONGZHULING, JILIN, NANGUAN, SIPING
from yibiao.core import expressions, indicators
from yibiao.core.periods import SHANGHAI, Period
from yibiao.figures import actions, queries
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2022, 9, 1, tzinfo=SHANGHAI)
BELOW = {
    JILIN: {JILIN, CHANGCHUN, SIPING, ERDAO, NANGUAN, GONGZHULING},
    CHANGCHUN: {CHANGCHUN, ERDAO, NANGUAN, GONGZHULING},
    SIPING: {SIPING},
    ERDAO: {ERDAO},
}
FIELDS = {"grade": "choice", "found": "integer", "weight": "decimal", "topics": "choices", "object": "text",
          "disposal": "choice", "persons": "integer", "day": "date", "occurred_at": "datetime"}  # fmt: skip

_answers = st.fixed_dictionaries(
    {},
    optional={
        "object": st.sampled_from(["a", "b", "c"]),
        "grade": st.sampled_from(["minor", "major"]),
        "found": st.integers(0, 5),
        "weight": st.decimals(0, 100, places=2).map(str),
        "topics": st.lists(st.sampled_from(["fire", "gas"]), unique=True),
        "hazards": st.lists(
            st.fixed_dictionaries(
                {"disposal": st.sampled_from(["at-once", "later"])}, optional={"persons": st.integers(0, 3)}
            ),
            max_size=3,
        ),
    },
)


@dataclass(frozen=True)
class Step:
    """One act on one of a few records: filed, corrected or withdrawn; then perhaps a checkpoint and a follower."""

    record: int
    answers: dict[str, Any]
    place: str
    hours: int
    withdrawn: bool
    seal: bool
    follow: bool
    compact: bool


_steps = st.lists(
    st.builds(
        Step,
        record=st.integers(0, 5),
        answers=_answers,
        place=st.sampled_from(world.PLACES),
        hours=st.integers(0, 400),
        withdrawn=st.booleans(),
        seal=st.booleans(),
        follow=st.booleans(),
        compact=st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


def played(steps: Sequence[Step]) -> Iterator[world.FactDraft]:
    """The facts that the steps make; a withdrawn record stays withdrawn."""
    revisions: dict[int, int] = {}
    gone: set[int] = set()
    for step in steps:
        if step.record in gone:
            yield world.draft("incident", {"deaths": 0})
            continue
        revision = revisions[step.record] = revisions.get(step.record, 0) + 1
        withdrawn = step.withdrawn and revision > 1
        gone |= {step.record} if withdrawn else set()
        yield world.draft(
            "check", step.answers, place=step.place, at=START + timedelta(hours=step.hours), id=f"r{step.record}",
            revision=revision, withdrawn=withdrawn,
        )  # fmt: skip


def rows(facts: Sequence[Fact], repeat: str = "") -> list[dict[str, Any]]:
    """The rows of the newest revisions, as the columns should hold them."""
    newest = {fact.id: fact for fact in facts if fact.kind == "record.demo.check"}
    found = []
    for fact in newest.values():
        if fact.withdrawn:
            continue
        answers = fact.payload["answers"]
        local = fact.occurred_at.astimezone(SHANGHAI)
        head = {"fact": fact.id, "position": fact.position, "place": fact.place, "subject": fact.subject,
                "occurred_at": fact.occurred_at, "day": local.date().isoformat()}  # fmt: skip
        items = answers.get(repeat, []) if repeat else [{}]
        found += [{**answers, **head, **item, "item": index} for index, item in enumerate(items)]
    return found


def expected(id: str, facts: Sequence[Fact], place: str, period: Period) -> Decimal | None:
    """The value by the definition, with the thirty lines of core.indicators."""
    one = queries.indicator(f"demo.{id}")
    if one.measure == "ratio":
        above, below = (expected(term, facts, place, period) for term in ("major", "checks"))
        assert above is not None
        assert below is not None
        return indicators.ratio(above, below)
    held = rows(facts, one.source.partition("/")[2])
    test = expressions.parse_filter(one.filter, FIELDS) if one.filter else None
    if one.measure == "latest":
        known = [row for row in held if row["occurred_at"] < period.until]
        known = [row for row in indicators.newest(known, one.per) if row["place"] in BELOW[place]]
        known = [row for row in known if row.get(one.of) is not None]
        return indicators.total(indicators.passing(known, test), one.of) if known else None
    inside = [row for row in held if row["place"] in BELOW[place] and period.contains(row["occurred_at"])]
    inside = indicators.passing(inside, test)
    if one.measure == "sum":
        return indicators.total(inside, one.of)
    if id == "topics":
        return Decimal(len({topic for row in inside for topic in row.get("topics", ())}))
    return indicators.distinct(inside, one.of) if one.measure == "distinct" else indicators.count(inside)


ASKED = ("checks", "major", "gas", "found", "weight", "objects", "object-days", "topics", "items", "items-later",
         "persons", "readings", "share")  # fmt: skip


@settings(max_examples=databases.examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=_steps,
    from_=st.integers(0, 300),
    hours=st.integers(1, 300),
    place=st.sampled_from(sorted(BELOW)),
    asked=st.lists(st.sampled_from(ASKED), min_size=4, max_size=4, unique=True),
)
def test_figures_equal_the_oracle_at_every_checkpoint(
    steps: list[Step], from_: int, hours: int, place: str, asked: list[str]
) -> None:
    databases.empty()
    world.install()
    begin = START + timedelta(hours=from_)
    period = Period(begin, begin + timedelta(hours=hours))
    sealed: list[int] = []
    for step, draft in zip(steps, played(steps), strict=True):
        number = world.append(draft, seal=step.seal)
        sealed += [number] if number else []
        if step.follow:
            actions.follow()
        if step.compact:
            world.settle()
    sealed.append(world.append(world.draft("incident", {"deaths": 0})))
    for number in sorted({sealed[0], sealed[len(sealed) // 2], sealed[-1]}):
        _compare(asked, number, place, period)
    pinned = {(number, id): _value(id, number, place, period) for number in sealed for id in asked}
    actions.follow()
    assert pinned == {(number, id): _value(id, number, place, period) for number, id in pinned}
    actions.rebuild()
    assert pinned == {(number, id): _value(id, number, place, period) for number, id in pinned}


def _value(id: str, number: int, place: str, period: Period) -> Decimal | None:
    return world.value(id, as_of=number, place=place, period=period)


def _compare(asked: Sequence[str], number: int, place: str, period: Period) -> None:
    checkpoint = ledger.checkpoint(number)
    assert checkpoint is not None
    facts = list(ledger.entries(0, checkpoint.size))
    for id in asked:
        found = world.figure(id, as_of=number, place=place, period=period)
        wanted = expected(id, facts, place, period)
        assert found.value == wanted or (
            found.value is not None and wanted is not None and abs(found.value - wanted) < Decimal("1e-20")
        ), (id, number, found.value, wanted)
        behind = list(queries.all_contributions(found.query, scope=world.EVERYWHERE))
        assert found.facts == len({one.fact for one in behind})
        if id not in ("share", "topics") and found.value is not None:
            assert sum((one.amount or 0 for one in behind), Decimal()) == found.value
        if found.indicator.measure in ("count", "sum", "distinct"):
            days = queries.breakdown(found.query, by="day", scope=world.EVERYWHERE)
            parts = queries.breakdown(found.query, by="child", scope=world.EVERYWHERE)
            whole = [sum(one.value or 0 for one in cut) for cut in (days, parts)]
            if found.indicator.measure == "distinct":
                assert found.value is not None
                assert all(each >= found.value for each in whole)
            else:
                assert whole == [found.value, found.value], id
