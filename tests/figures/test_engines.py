"""PostgreSQL and Spark give what DuckDB gives and plain Python says, whatever happened to the facts."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.figures import test_oracle as oracle
from tests.figures import world
from tests.figures.world import CHANGCHUN, ERDAO, GONGZHULING, JILIN, NANGUAN, SIPING, draft
from yibiao.core.periods import Period
from yibiao.figures import actions, breakdowns, queries, reading
from yibiao.figures.engines.border import Engine

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRES = os.environ.get("YIBIAO_TEST_DB") == "postgres"
on_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="it counts in the site's PostgreSQL")
EVERY = (*oracle.ASKED, "items-at-once", "by-office", "this-year", "ever", "quarters", "residents", "rest", "no-deaths",
         "no-fires", "calm", "calm-covered")  # fmt: skip


def counted(id: str, engine: Engine, **more: Any) -> tuple[Any, ...]:
    """All that an engine says of a figure."""
    found = queries.recounted(world.query(id, **more), scope=world.EVERYWHERE, engine=engine)
    return found.value, found.facts, found.coverage, found.note


def same(engine: Engine, id: str, **more: Any) -> None:
    plain = queries.engine("duckdb")
    assert counted(id, engine, **more) == counted(id, plain, **more), (id, more)


def cut(id: str, by: str, engine: Engine, **more: Any) -> tuple[Any, ...]:
    question = replace(reading.ask(world.query(id, **more), world.EVERYWHERE), kept=False, engine=engine)
    return breakdowns.slices(question, by)


def filled() -> list[int]:
    """Facts of every form: corrected, withdrawn, of joint work, of places that moved, before and after checkpoints."""
    numbers = []
    world.install()
    check = {"object": "shop", "grade": "major", "found": 3, "weight": "12.5", "topics": ["fire", "gas"]}
    hazards = [{"disposal": "at-once", "persons": 2}, {"disposal": "later"}]
    numbers.append(
        world.append(
            draft("unit", {"code": "u1", "unit_name": "样例甲", "level": "county"}, place=ERDAO),
            draft("unit", {"code": "u2", "unit_name": "样例乙", "level": "county"}, place=SIPING),
            draft("check", {**check, "hazards": hazards}, id="r1"),
            draft("check", {**check, "object": "mine's", "grade": "minor"}, place=GONGZHULING, id="r2"),
            draft(
                "check", {"object": "shop", "found": 0, "topics": []}, place=NANGUAN, id="r3", participants=["a", "b"]
            ),
            draft("quarter", {"code": "q1", "residents": 40, "status": "open"}, at="2022-08-01T10:00"),
            draft("zero", {"unit": "u1"}, at="2022-09-10T18:00"),
        )
    )
    actions.follow()
    numbers.append(
        world.append(
            draft("check", {**check, "found": 5, "weight": "0.0001"}, id="r1", revision=2, at="2022-09-11T23:59:59"),
            draft("check", {**check, "object": ""}, place=SIPING, id="r4", at="2022-09-12T00:00"),
            draft("quarter", {"code": "q1", "residents": 42, "status": "shut"}, at="2022-09-11T10:00"),
            draft("quarter", {"code": "q2", "residents": 8, "status": "open"}, place=SIPING, at="2022-09-11T10:00"),
            draft("incident", {"category": "fire", "deaths": 3}, place=SIPING, at="2022-05-03T10:00"),
            *(draft("zero", {"unit": unit}, at=f"2022-09-1{day}T18:00") for unit in ("u1", "u2") for day in (1, 2)),
        )
    )
    actions.follow()
    world.settle()
    last = [draft("check", check, id="r2", revision=2, withdrawn=True), draft("check", check)]
    return [*numbers, world.append(*last)]


PERIODS = (
    world.HOLIDAY, Period.days(date(2022, 9, 1), date(2022, 9, 30)), Period.days(date(2018, 1, 1), date(2018, 12, 31)),
)  # fmt: skip


def compare(engine: Engine, numbers: list[int]) -> None:
    for id in EVERY:
        for place in (JILIN, ERDAO):
            same(engine, id, place=place, as_of=numbers[-1])
    for id in oracle.ASKED:
        same(engine, id, place=CHANGCHUN, as_of=numbers[0])
        same(engine, id, place=SIPING, period=PERIODS[1], as_of=numbers[1], edition="now")
        same(engine, id, place=JILIN, period=PERIODS[2])
    plain = queries.engine("duckdb")
    for id, by in (("topics", "topics"), ("checks", "child"), ("objects", "day"), ("weight", "grade")):
        assert cut(id, by, engine) == cut(id, by, plain), (id, by)


@on_postgres
def test_postgresql_gives_what_duckdb_gives() -> None:
    compare(queries.engine("postgres"), filled())


@pytest.mark.slow
def test_spark_gives_what_duckdb_gives() -> None:
    pytest.importorskip("pyspark")
    compare(queries.engine("spark", master="local[2]"), filled())
