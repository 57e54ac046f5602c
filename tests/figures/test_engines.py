"""PostgreSQL and Spark give what DuckDB gives and plain Python says, whatever happened to the facts."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.architecture.house import ROOT
from tests.figures import test_oracle as oracle
from tests.figures import world
from tests.figures.world import CHANGCHUN, ERDAO, GONGZHULING, JILIN, NANGUAN, SIPING, draft
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.figures import actions, breakdowns, queries, reading, staging
from yibiao.figures.engines import dialects, postgres
from yibiao.figures.engines.border import Engine
from yibiao.figures.engines.loopback import Cluster
from yibiao.ledger import queries as ledger

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRES = os.environ.get("YIBIAO_TEST_DB") == "postgres"
on_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="it counts in the site's PostgreSQL")
EVERY = (*oracle.ASKED, "items-at-once", "by-office", "this-year", "ever", "quarters", "residents", "rest", "no-deaths",
         "no-fires", "calm", "calm-covered")  # fmt: skip


def counted(id: str, engine: Engine, **more: Any) -> tuple[Any, ...]:
    """All that an engine says of a figure."""
    found = queries.recounted(world.query(id, **more), scope=world.EVERYWHERE, engine=engine)
    return found.value, found.facts, found.coverage, found.note


def on(cluster: Cluster, files: str = "") -> Engine:
    return queries.engine("spark", master=cluster.master, settings=cluster.settings, files=files)


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


_tests = st.sampled_from([
    "grade = 'major'", "found >= 2", "found is missing", "selected(topics, 'gas')", "weight < 50.5",
    "day >= '2022-09-05'", "object in ('a', 'c')", "occurred_at < '2022-09-09T12:00'", "found in (1, 3)",
    "object > 'a'",
])  # fmt: skip
_filters = st.recursive(
    _tests,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not ({})".format, inner)
    ),
    max_leaves=3,
)
_measures = st.one_of(
    st.fixed_dictionaries({"measure": st.just("count"), "source": st.sampled_from(["check", "check/hazards"])}),
    st.fixed_dictionaries(
        {"measure": st.just("sum"), "source": st.just("check"), "of": st.sampled_from(["found", "weight"])}
    ),
    st.fixed_dictionaries(
        {
            "measure": st.just("distinct"),
            "source": st.just("check"),
            "of": st.sampled_from(["object", "object|day", "place"]),
        }
    ),
    st.fixed_dictionaries(
        {"measure": st.just("latest"), "source": st.just("check"), "of": st.just("found"), "per": st.just("object")}
    ),
)
_packs = st.lists(st.tuples(_measures, st.one_of(st.just(""), _filters)), min_size=3, max_size=6)
random = given(
    steps=oracle._steps, pack=_packs, place=st.sampled_from(sorted(oracle.BELOW)), from_=st.integers(0, 300),
    hours=st.integers(1, 300),
)  # fmt: skip


def tried(many: int) -> settings:
    # A failing example takes minutes to make smaller, and is small already.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), phases=phases)


def played(
    name: str, steps: list[oracle.Step], pack: list[tuple[dict[str, str], str]], place: str, from_: int, hours: int,
    **more: Any,
) -> None:  # fmt: skip
    """Random facts, counted by random indicators at two checkpoints: by DuckDB, by an engine, and by plain Python."""
    databases.empty()
    unit = {"sum": ("个", "flow"), "distinct": ("个", "distinct"), "latest": ("个", "stock"), "count": ("次", "visits")}
    texts = []
    for n, (full, test) in enumerate(pack):
        one = full | ({"filter": test} if test else {})
        measure = one.pop("measure")
        texts.append(world.indicator(f"r{n}", measure, *unit[measure], **one))
    world.install(world.pack("\n".join(texts)))
    engine, begin = queries.engine(name, **more), oracle.START + timedelta(hours=from_)
    period, sealed = Period(begin, begin + timedelta(hours=hours)), []
    for step, sent in zip(steps, oracle.played(steps), strict=True):
        sealed += [number] if (number := world.append(sent, seal=step.seal)) else []
        if step.follow:
            actions.follow()
        if step.compact:
            world.settle()
    sealed.append(world.append(draft("incident", {"deaths": 0})))
    for number in {sealed[0], sealed[-1]}:
        newest = ledger.checkpoint(number)
        assert newest is not None
        facts = list(ledger.entries(0, newest.size))
        for n in range(len(pack)):
            asked: dict[str, Any] = {"as_of": number, "place": place, "period": period}
            same(engine, f"r{n}", **asked)
            found = counted(f"r{n}", engine, **asked)[0]
            assert found == oracle.expected(f"r{n}", facts, place, period), (texts[n], number)


@on_postgres
@tried(2)
@random
def test_postgresql_counts_what_plain_python_counts(**example: Any) -> None:
    played("postgres", **example)


@pytest.mark.slow
@on_postgres
@tried(60)
@random
def test_postgresql_counts_so_for_very_many_examples(**example: Any) -> None:
    played("postgres", **example)


@pytest.mark.slow
def test_spark_gives_what_duckdb_gives(cluster: Cluster) -> None:
    compare(on(cluster), filled())
    with pytest.raises(Refusal) as refused:
        counted("checks", on(cluster, "/nowhere"))
    assert refused.value.codes == ("figures.engine.failed",)


@pytest.mark.slow
@tried(6)
@random
def test_spark_counts_what_plain_python_counts(cluster: Cluster, **example: Any) -> None:
    played("spark", master=cluster.master, settings=cluster.settings, **example)


@on_postgres
def test_tables_of_columns_that_are_no_more_are_dropped() -> None:
    world.install()
    world.append(draft("check", {"found": 2}))
    engine = queries.engine("postgres")
    staging.sweep()
    assert counted("found", engine)[0] == 2
    listed = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'figures_staged'"
    held = postgres.run(listed)[0][0]
    actions.rebuild()
    assert staging.sweep() == 0, "the projection that was replaced is kept for readers that began before"
    world.append(draft("check", {"found": 5}))
    assert counted("found", engine)[0] == 7
    actions.sweep(0)
    assert postgres.run(listed)[0][0] == held == 4, "the rows, what is superseded, the tree, and how far each is"
    assert counted("found", engine)[0] == 7


@pytest.mark.skipif(ON_POSTGRES, reason="it could")
def test_sqlite_cannot_count_by_postgresql() -> None:
    with pytest.raises(Refusal) as refused:
        queries.engine("postgres")
    assert refused.value.problems[0].code == "figures.engine.database"


def test_every_mark_has_a_reason_and_is_written_for_every_engine() -> None:
    page = (ROOT / "docs" / "scale.md").read_text()
    for mark in dialects.MARKS:
        assert mark.why
        assert f"| {mark.name} | {mark.why} |" in page, f"docs/scale.md lacks the mark {mark.name}"
