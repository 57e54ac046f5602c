"""Entities that were merged count as one from the merge on, and as two again once it is undone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests import databases
from tests.figures import world
from tests.records.conftest import CHANGCHUN, ERDAO
from tests.records.town import GOOD, KEPT, ODD, THIRD, Town, check, firm
from yibiao.core.periods import Period, midnight
from yibiao.desk import followers, installing
from yibiao.figures import actions as figures
from yibiao.figures import cubes, filling, merging, queries, reading
from yibiao.figures.types import Query
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.records import actions
from yibiao.records import queries as records

EVERYWHERE = world.EVERYWHERE
KEPT_PACK = Path(__file__).parents[1] / "records" / "kept"
DAYS = Period(midnight(world.HOLIDAY.from_.date()), midnight(world.HOLIDAY.until.date()))
TOML = "".join(
    [
        world.indicator("firms", "distinct", "家", "distinct", source="check", of="firm"),
        world.indicator("firm-days", "distinct", "个", "distinct", source="check", of="firm|day"),
        world.indicator("known", "latest", "家", "stock", source="firm"),
        world.indicator("staff", "latest", "人", "stock", source="firm", of="staff"),
        world.indicator("checks", "count", source="check"),
    ]
)


def asked(id: str, as_of: int | None = None) -> Query:
    return Query(f"{KEPT}.{id}", KEPT, CHANGCHUN, DAYS, as_of)


def counted(as_of: int | None = None) -> dict[str, int]:
    """Every figure, and every engine that is here says the same."""
    found: dict[str, int] = {}
    engines = ["duckdb", *(["postgres"] if os.environ.get("YIBIAO_TEST_DB") == "postgres" else [])]
    for id in ("firms", "firm-days", "known", "staff", "checks"):
        query = asked(id, as_of)
        found[id] = int(queries.figure(query, scope=EVERYWHERE).value or 0)
        for name in engines:
            again = queries.recounted(query, scope=EVERYWHERE, engine=queries.engine(name))
            assert again.value == found[id], (id, name)
    return found


def by_hand(town: Town) -> dict[str, int]:
    """The same from the records, each asked in the register which entity it speaks of now."""

    def key(code: str) -> str:
        return records.entity_at("firm", code, scope=town.scope, program=KEPT).key

    listed = records.each(scope=town.scope, program=KEPT, form=f"{KEPT}.check")
    about = [(key(one.answers["firm"]), one.answers["occurred_at"][:10]) for one in listed]
    live = records.entities("firm", scope=town.scope, program=KEPT)
    return {"firms": len({one for one, _ in about}), "firm-days": len(set(about)), "known": len(live),
            "staff": sum(one.data.get("staff", 0) for one in live), "checks": len(about)}  # fmt: skip


def sealed() -> int:
    ledger.seal_all()
    checkpoint = log.checkpoint()
    assert checkpoint is not None
    return checkpoint.number


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("merged") / KEPT
    with databases.built_once("merged", lambda: build(folder), django_db_blocker, tmp_path_factory) as made:
        yield made


@pytest.fixture
def town(built: Town) -> Iterator[Town]:
    with databases.rolled_back():
        yield built


def build(folder: Path) -> Town:
    made = Town()
    shutil.copytree(KEPT_PACK, folder)
    manifest = (folder / "pack.toml").read_text("utf-8").replace("1.0.0", "1.1.0")
    (folder / "pack.toml").write_text(manifest, "utf-8")
    (folder / "indicators.toml").write_text(TOML, "utf-8")
    installing.install(folder)
    for code, name, staff in ((GOOD, "示例甲厂", 10), (THIRD, "示例甲厂（新）", 12), (ODD, "示例乙厂", 7)):
        actions.receive(firm(code, name, staff=staff), by=made.fill())
    for code, day in ((GOOD, "10"), (GOOD, "11"), (THIRD, "11"), (THIRD, "11"), (ODD, "10")):
        actions.receive(check(code, occurred_at=f"2022-09-{day}T09:00:00+08:00"), by=made.fill())
    return made


def test_a_merge_restates_and_its_undoing_too(town: Town) -> None:
    before = sealed()
    first = {"firms": 3, "firm-days": 4, "known": 3, "staff": 29, "checks": 5}
    assert counted() == first == by_hand(town)
    ruling = actions.merge("firm", kept=GOOD, merged=THIRD, reason="同一家", by=town.rule())
    after = sealed()
    assert counted() == {"firms": 2, "firm-days": 3, "known": 2, "staff": 19, "checks": 5}
    assert {**counted(), "staff": 0} == {**by_hand(town), "staff": 0}
    assert counted(before) == first, "what was said then stays as it was"
    followers.catch_up()
    assert counted() == {"firms": 2, "firm-days": 3, "known": 2, "staff": 19, "checks": 5}
    # The figure opens to the same records, and says which of them are the reason.
    opened = list(queries.all_contributions(asked("firms"), scope=EVERYWHERE))
    assert (len(opened), sum(int(one.amount or 0) for one in opened)) == (5, 2)
    changed = queries.difference(asked("firms"), before, after, scope=EVERYWHERE)
    about = {records.record(id, scope=town.scope).answers["firm"] for id in changed}
    assert about == {THIRD}
    assert queries.difference(asked("checks"), before, after, scope=EVERYWHERE) == ()
    assert "合并" in queries.explain(asked("firms"), scope=EVERYWHERE).rule.zh
    assert "合并" not in queries.explain(asked("firms", before), scope=EVERYWHERE).rule.zh
    actions.undo(ruling.id, reason="看错了", by=town.rule())
    sealed()
    assert counted() == first == by_hand(town)


def test_a_chain_of_merges_ends_at_one(town: Town) -> None:
    actions.merge("firm", kept=THIRD, merged=ODD, reason="先合一次", by=town.rule())
    actions.merge("firm", kept=GOOD, merged=THIRD, reason="再合一次", by=town.rule())
    sealed()
    assert (counted()["firms"], counted()["firm-days"], counted()["known"]) == (1, 2, 1)
    assert by_hand(town)["firms"] == 1
    slices = queries.breakdown(asked("firms"), by="child", scope=EVERYWHERE)
    assert [(one.key, int(one.value or 0)) for one in slices if one.value] == [(ERDAO, 1)]


def test_a_cube_counts_what_was_merged_as_one_until_the_next_merge(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "CUBED", 0)
    monkeypatch.setattr(filling, "PAUSE", 0.0)

    def kept() -> list[int | None]:
        found = []
        for id in ("firms", "firm-days", "checks"):
            question = reading.ask(asked(id), EVERYWHERE)
            figure = cubes.figure(question, question.indicator)
            found.append(None if figure is None else int(figure[0]))
        return found

    sealed()
    followers.catch_up()
    assert kept() == [3, 4, 5]
    ruling = actions.merge("firm", kept=GOOD, merged=THIRD, reason="同一家", by=town.rule())
    sealed()
    assert kept() == [None, None, 5], "what it has was counted apart; the columns say it meanwhile"
    assert counted()["firms"] == 2
    followers.catch_up()
    assert kept() == [2, 3, 5]
    actions.receive(check(ODD, occurred_at="2022-09-11T09:00:00+08:00"), by=town.fill())
    actions.receive(check(THIRD, occurred_at="2022-09-10T09:00:00+08:00"), by=town.fill())
    sealed()
    moved = [by_hand(town)[id] for id in ("firms", "firm-days", "checks")]
    assert kept() == moved == [2, 4, 7]
    followers.catch_up()
    assert kept() == moved
    assert figures.verify().sound
    monkeypatch.setattr(filling, "PAUSE", 300.0)
    actions.merge("firm", kept=GOOD, merged=ODD, reason="也是", by=town.rule())
    sealed()
    followers.catch_up()
    assert kept() == [None, None, 7], "whoever merges many waits for the last of them"
    assert counted()["firms"] == 1
    actions.undo(ruling.id, reason="看错了", by=town.rule())
    monkeypatch.setattr(filling, "PAUSE", 0.0)
    sealed()
    followers.catch_up()
    assert kept() == [by_hand(town)[id] for id in ("firms", "firm-days", "checks")]


def test_a_lake_counts_as_one_what_a_part_of_it_merged(town: Town, tmp_path: Path) -> None:
    def rolled() -> list[int]:
        figures.publish(tmp_path, CHANGCHUN)
        found = [queries.rollup(tmp_path, asked(id), scope=EVERYWHERE) for id in ("firms", "known", "checks")]
        return [int(one.value or 0) for one in found]

    sealed()
    assert rolled() == [3, 3, 5]
    ruling = actions.merge("firm", kept=GOOD, merged=THIRD, reason="同一家", by=town.rule())
    sealed()
    assert rolled() == [2, 2, 5]
    actions.undo(ruling.id, reason="看错了", by=town.rule())
    sealed()
    assert rolled() == [3, 3, 5]


def test_what_several_logs_merged_is_one_by_way_of_each_other() -> None:
    first = {"firm": (("b", "a"), ("c", "a")), "shop": (("b", "x"),)}
    second = {"firm": (("c", "d"), ("f", "e"))}
    joined = merging.joined([first, second])
    assert joined == {"firm": (("b", "a"), ("c", "a"), ("d", "a"), ("f", "e")), "shop": (("x", "b"),)}
    assert merging.joined([second, first])["firm"] == joined["firm"]
