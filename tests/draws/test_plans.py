"""Plans of inspections: an unannounced one is hidden from the places it names until it begins; recusals keep away."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest

from tests.draws.conftest import CHANGCHUN, ERDAO, SAFETY, SCHEME, SIPING, World, filed
from yibiao.core.draws import Recusal
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.draws import actions, queries
from yibiao.ledger import actions as ledger
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Grant, Scope


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


BEFORE, BEGUN = moment("2022-09-19T23:59"), moment("2022-09-20T00:00")


def plan(world: World, number: str, manner: str, *, last: str = "2022-09-28", places: str = ERDAO) -> None:
    filed("inspection-plan", {
        "number": number, "plan_name": f"示例{number}", "manner": manner, "first": "2022-09-20", "last": last,
        "places": places, "planned": 3, "place": CHANGCHUN,
    }, world.warrant(world.city, "fill"))  # fmt: skip


def county() -> Scope:
    people.add_organisation(code="ed", name="示例二道局", place=ERDAO)
    person = people.add_person(
        username="erdao", name="示例丙", password="Chun-Tian-2022", organisation="ed", role="示例岗",
        grants=[Grant("analyse", ERDAO, frozenset({SAFETY}))], sample=True,
    )  # fmt: skip
    return rights.scope(person.key, "analyse")


def seen(scope: Scope, at: datetime) -> set[str]:
    return {one.number for one in queries.plans_for(SAFETY, scope=scope, at=at)}


def test_an_unannounced_plan_is_hidden_from_the_place_inspected_until_it_begins(world: World) -> None:
    plan(world, "示1", "open")
    plan(world, "示2", "covert")
    plan(world, "示3", "covert", places=SIPING)
    erdao = county()
    assert seen(erdao, BEFORE) == {"示1"}
    assert seen(erdao, BEGUN) == {"示1", "示2"}, "what begins is known; what is about another place never"
    assert seen(world.scope(world.city), BEFORE) == {"示1", "示2", "示3"}, "who plans knows"
    assert seen(world.scope(world.other), BEFORE) == set()
    assert seen(world.scope(world.other), BEGUN) == {"示3"}
    assert {one.number for one in queries.open_plans(SAFETY)} == {"示1"}, "only what is told beforehand is published"


@pytest.mark.parametrize(
    ("last", "places", "said"), [("2022-09-19", ERDAO, "第一天"), ("2022-09-28", "二道区", "12 位区划代码")]
)
def test_a_plan_that_cannot_be_is_refused(world: World, last: str, places: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        plan(world, "示1", "open", last=last, places=places)
    assert said in str(refused.value)


def test_who_is_recused_is_not_drawn_for_that_object(world: World) -> None:
    by = world.warrant(world.city)
    subject = "91220105YB00000000"  # of the class of which all are drawn
    kept_away = [Recusal(f"示检{n:03d}", subject, "亲属在该企业任职") for n in range(4)]
    made = actions.prepare(SAFETY, SCHEME, "示例抽查", by=by, recusals=kept_away)
    assert len(made.frozen.recusals) == 4
    ledger.seal_all()
    outcome = actions.draw(made.id, by=by).outcome
    assert outcome is not None
    drawn = next(one for one in outcome.drawn if one.subject == subject)
    assert set(drawn.inspectors) == {"示检004", "示检005"}


@pytest.mark.parametrize("wrong", [("示检999", "91220105YB00000000"), ("示检000", str(uuid.UUID(int=7)))])
def test_a_recusal_of_a_stranger_is_refused(world: World, wrong: tuple[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        actions.prepare(SAFETY, SCHEME, "示例抽查", by=world.warrant(world.city), recusals=[Recusal(*wrong, "亲属")])
    assert refused.value.codes == ("core.draw.recusal",)
