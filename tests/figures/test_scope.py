"""Who may see which figure: every read, inside and outside of a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.figures import world
from tests.figures.world import CHANGCHUN, ERDAO, HOLIDAY, JILIN, NANGUAN, PROGRAM, SIPING, draft
from yibiao.core.problems import Refusal
from yibiao.figures import queries
from yibiao.figures.types import Query
from yibiao.people.types import Grant, Right, Scope

pytestmark = pytest.mark.django_db


def scope(place: str, right: Right = "analyse", program: str = PROGRAM) -> Scope:
    return Scope("someone", right, (Grant(right, place, frozenset({program})),))


READS: dict[str, Callable[[Query, Scope], Any]] = {
    "figure": lambda query, scope: queries.figure(query, scope=scope),
    "breakdown": lambda query, scope: queries.breakdown(query, by="child", scope=scope),
    "contributions": lambda query, scope: queries.contributions(query, scope=scope),
    "all_contributions": lambda query, scope: list(queries.all_contributions(query, scope=scope)),
    "difference": lambda query, scope: queries.difference(query, 1, 1, scope=scope),
    "explain": lambda query, scope: queries.explain(query, scope=scope),
    "coverage": lambda query, scope: queries.coverage(query, scope=scope),
    "partitions": lambda query, scope: queries.partitions("demo", query.program, query.place, HOLIDAY, scope=scope),
}


@pytest.fixture(autouse=True)
def _world(_own_columns: None) -> None:
    world.install()
    world.append(draft("check", {"phone": "139", "found": 1}))


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    ("held", "asked"),
    [(scope(JILIN), JILIN), (scope(JILIN), ERDAO), (scope(CHANGCHUN), ERDAO), (scope(ERDAO), ERDAO),
     (scope(JILIN, program="*"), ERDAO), (scope(CHANGCHUN), world.GONGZHULING_OLD)],
)  # fmt: skip
def test_inside(read: str, held: Scope, asked: str) -> None:
    READS[read](world.query("checks", place=asked), held)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    ("held", "asked"),
    [(scope(ERDAO), NANGUAN), (scope(ERDAO), CHANGCHUN), (scope(SIPING), world.GONGZHULING_OLD), (scope(SIPING), JILIN),
     (scope(JILIN, program="other"), ERDAO), (scope(JILIN, right="fill"), ERDAO), (scope(JILIN, right="manage"), ERDAO),
     (Scope("nobody", "analyse", ()), ERDAO), (scope(ERDAO), "999999999999")],
)  # fmt: skip
def test_outside(read: str, held: Scope, asked: str) -> None:
    with pytest.raises(Refusal) as refused:
        READS[read](world.query("checks", place=asked), held)
    assert refused.value.codes == ("figures.scope.outside",)
    assert refused.value.status == 403


def test_personal_answers_reach_no_contribution() -> None:
    [one] = queries.all_contributions(world.query("found"), scope=world.EVERYWHERE)
    assert dict(one.values) == {"found": 1}
    assert "phone" not in queries.explain(world.query("found"), scope=world.EVERYWHERE).sql
    assert "phone" not in {column.name for column in queries.dimensions("demo.found")}


@pytest.mark.parametrize(
    ("ask", "code", "status"),
    [
        (lambda: world.value("nothing"), "figures.indicator.unknown", 404),
        (lambda: world.value("checks", as_of=99), "ledger.checkpoint.unknown", 404),
        (lambda: queries.breakdown(world.query("checks"), by="phone", scope=world.EVERYWHERE),
         "figures.breakdown.unavailable", 422),
        (lambda: queries.breakdown(world.query("calm"), by="category", scope=world.EVERYWHERE),
         "figures.breakdown.unavailable", 422),
        (lambda: world.value("checks", place="999999999999", scope=Scope("", "analyse", (
            Grant("analyse", "999999999999", frozenset("*")),))), "places.place.unknown", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(ask: Callable[[], Any], code: str, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        ask()
    assert (refused.value.codes, refused.value.status) == ((code,), status)
