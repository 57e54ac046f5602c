"""A small site has PostgreSQL alone: the same answers as from columns and cubes, and no file beside the database."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from tests.figures import world
from tests.figures.test_engines import EVERY, filled
from tests.figures.world import ERDAO, JILIN, SIPING, draft
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.figures import actions, keeping, queries, staging, store
from yibiao.figures.models import Cell, Segment
from yibiao.figures.types import Query

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") != "postgres", reason="PostgreSQL serves")
MONTH = Period.days(date(2022, 9, 1), date(2022, 9, 30))
PARTS = (("topics", "topics"), ("checks", "child"), ("objects", "day"), ("weight", "grade"), ("found", "day"))


def answers(numbers: list[int]) -> dict[str, Any]:
    """All that pages ask: figures then and now, their parts, and the facts behind them."""
    asked = [world.query(id, place=(JILIN, ERDAO)[nth % 2]) for nth, id in enumerate(EVERY)]
    asked += [replace(world.query(id, place=SIPING, period=MONTH), as_of=numbers[0]) for id in ("checks", "objects")]
    every = world.EVERYWHERE
    found: dict[str, Any] = {repr(one): queries.figure(one, scope=every) for one in asked}
    for id, by in PARTS:
        found[f"{id} by {by}"] = queries.breakdown(world.query(id), by=by, scope=every)
    for id in ("checks", "items", "objects", "share", "no-deaths"):
        found[f"behind {id}"] = queries.contributions(world.query(id), scope=every, size=3)
    found["places"] = queries.at_places(world.query("found"), (ERDAO, SIPING), scope=every)
    found["months"] = queries.by_month(world.query("checks", period=MONTH), (ERDAO, SIPING), scope=every)
    found["difference"] = queries.difference(world.query("found"), numbers[0], numbers[-1], scope=every)
    return found


@on_postgres
def test_postgresql_alone_gives_what_columns_and_cubes_give(settings: LazySettings, tmp_path: Path) -> None:
    numbers = filled()
    served = answers(numbers)
    settings.YIBIAO_FIGURES_ENGINE = "postgres"
    assert queries.serving() == "postgres"
    segments = set(Segment.objects.values_list("path", flat=True))
    assert answers(numbers) == served
    world.append(draft("check", {"object": "shop", "found": 3}), draft("unit", {"code": "u3", "level": "county"}))
    assert queries.status().position < queries.status().sealed
    assert (actions.follow() > 0, actions.follow()) == (True, 0)
    assert queries.status().position == queries.status().sealed
    assert actions.rebuild() == queries.status().sealed
    now = answers(numbers)
    assert now != served
    # Whoever goes back to columns takes them up where they stood.
    assert set(Segment.objects.filter(projection=store.active()).values_list("path", flat=True)) == set() != segments
    settings.YIBIAO_FIGURES_ENGINE = "duckdb"
    actions.follow()
    assert answers(numbers) == now


@on_postgres
def test_a_site_that_began_with_postgresql_has_no_file_and_no_cube(settings: LazySettings, tmp_path: Path) -> None:
    settings.YIBIAO_FIGURES_ENGINE = "postgres"
    numbers = filled()
    answers(numbers)
    assert (Segment.objects.count(), Cell.objects.count(), list(tmp_path.rglob("*.parquet"))) == (0, 0, [])
    actions.follow()
    assert actions.verify().sound
    check = next(one for one in keeping.sources() if one.name == "check")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE figures_staged.{staging._rows(store.active(), check)} SET found = 9 WHERE fact = 'r3'")
    assert [(one.kind, one.wrong) for one in actions.verify().astray] == [("record.demo.check", 1)]
    actions.rebuild()
    # What says that a revision is no longer the newest: without it both are counted.
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM figures_staged.{staging._rows(store.active(), check)}_gone")
    assert [(one.kind, one.held, one.wrong) for one in actions.verify().astray] == [("record.demo.check", 6, 2)]
    actions.rebuild()
    assert actions.verify().sound
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE figures_staged.{staging._rows(store.active(), check)}_gone")
    assert queries.figure(world.query("checks"), scope=world.EVERYWHERE).value == 4
    actions.follow()
    assert actions.verify().sound


@pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="SQLite cannot serve")
def test_sqlite_is_refused(settings: LazySettings) -> None:
    world.install()
    world.append(draft("check", {"found": 1}))
    settings.YIBIAO_FIGURES_ENGINE = "postgres"
    asked: Query = world.query("checks")
    for read in (queries.figure, queries.contributions):
        with pytest.raises(Refusal) as refused:
            read(asked, scope=world.EVERYWHERE)
        assert refused.value.codes == ("figures.engine.database",)
