"""Columns: crashes, orphans, rebuilding, merging, many readers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import Sum

from tests.figures import world
from tests.figures.world import draft
from yibiao.figures import actions, compacting, follow, queries, store
from yibiao.figures.models import Projection, Segment

ROOT = Path(__file__).parents[2]
ASKED = ("checks", "found", "objects", "items", "topics", "readings", "share", "no-deaths", "calm")


def some(count: int, start: int = 0) -> list[world.FactDraft]:
    return [
        draft(
            "check",
            {"object": f"o{n % 7}", "found": n % 5, "grade": ("minor", "major")[n % 2], "topics": ["gas"],
             "hazards": [{"disposal": "later", "persons": 1}] * (n % 3)},
            id=f"c{n}", place=world.PLACES[n % 6], at=f"2022-09-{10 + n % 2}T{n % 20:02}:00",
        )
        for n in range(start, start + count)
    ]  # fmt: skip


def answers() -> dict[tuple[str, int], Any]:
    """Every figure at every checkpoint."""
    newest = world.figure("checks").as_of
    return {(id, number): world.value(id, as_of=number) for id in ASKED for number in range(1, newest + 1)}


def files() -> set[str]:
    return {str(path.relative_to(store.root())) for path in store.root().rglob("*.parquet")}


def history() -> dict[tuple[str, int], Any]:
    """A little log with corrections and withdrawals across segments, and all its figures."""
    world.install()
    for start in range(0, 60, 20):
        world.append(*some(20, start))
        actions.follow()
        world.append(
            draft("check", {"found": 100}, id=f"c{start}", revision=2),
            draft("check", {}, id=f"c{start + 1}", revision=2, withdrawn=True),
        )
    return answers()


@pytest.mark.django_db(transaction=True)
def test_rebuilding_from_nothing_gives_identical_figures() -> None:
    before = history()
    token = Projection.objects.get(slot=store.ACTIVE).token
    said: list[tuple[int, int]] = []
    sealed = queries.status().sealed
    assert actions.rebuild(lambda done, of: said.append((done, of))) == sealed
    assert said[-1] == (sealed, sealed)
    assert answers() == before
    assert Projection.objects.get(slot=store.ACTIVE).token != token
    status = queries.status()
    assert (status.position, status.sealed, status.behind) == (sealed, sealed, 0)
    assert Projection.objects.count() == 2, "readers that began before still find what they listed"
    assert actions.sweep(grace=0) > 0
    assert Projection.objects.count() == 1
    assert files() == set(Segment.objects.values_list("path", flat=True))
    assert answers() == before


@pytest.mark.django_db(transaction=True)
def test_orphans_are_swept_and_what_is_committed_stays() -> None:
    before = history()
    orphan = store.root() / Projection.objects.get().token / "record.demo.check" / "2022-09" / "1-999.parquet"
    orphan.write_bytes(b"half a file")
    draft_file = orphan.with_suffix(".parquet.0.tmp")
    draft_file.write_bytes(b"")
    assert answers() == before, "a file without a manifest row does not exist"
    assert actions.sweep() == 0, "it might be about to be committed"
    assert actions.sweep(grace=0) == 2
    assert not orphan.exists()
    assert answers() == before


@pytest.mark.django_db(transaction=True)
def test_kill_9_between_files_and_commit_loses_and_doubles_nothing() -> None:
    before = history()
    database = {key: str(connection.settings_dict[key]) for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    held = files()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.figures.following_until_killed"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "YIBIAO_TEST_DATABASE": json.dumps(database),
            "YIBIAO_TEST_COLUMNS": str(settings.DATA),
        },
        stdout=subprocess.PIPE,
        text=True,
    ) as follower:
        assert follower.stdout is not None
        assert follower.stdout.readline().strip() == "written"
        follower.kill()
    assert files() > held, "the files were written"
    assert queries.status().behind == 2, "and nothing was committed"
    assert answers() == before
    assert actions.follow() == 2
    assert answers() == before
    actions.sweep(grace=0)
    assert answers() == before
    assert files() == set(Segment.objects.values_list("path", flat=True))


@pytest.mark.django_db(transaction=True)
def test_of_two_followers_one_takes_the_facts() -> None:
    world.install()
    world.append(*some(30))
    late = store.active()
    assert actions.follow() == queries.status().sealed
    assert follow._take(late, follow.BATCH, follow.layout()) == 0
    assert world.value("checks") == 30


@pytest.mark.django_db(transaction=True)
def test_small_segments_are_merged() -> None:
    world.install()
    for n in range(12):
        world.append(
            *some(5, 5 * n), *([draft("check", {}, id=f"c{5 * n - 1}", revision=2, withdrawn=True)] if n else [])
        )
        actions.follow()
    mine = Segment.objects.filter(source="record.demo.check")
    assert mine.count() <= compacting.MANY
    assert sum(mine.values_list("rows", flat=True)) == 60
    assert queries.status().rows == 60 + 11 + 60
    expected = answers()
    assert expected["checks", 12] == 49
    actions.sweep(grace=0)
    assert answers() == expected


@pytest.mark.django_db(transaction=True)
def test_files_replaced_just_now_stay_for_their_readers_however_old_they_are() -> None:
    history()
    ago = time.time() - 30 * 86_400
    for path in store.root().rglob("*.parquet"):
        os.utime(path, (ago, ago))
    listed = set(Segment.objects.values_list("path", flat=True))
    assert world.settle() == 4
    assert len(listed - set(Segment.objects.values_list("path", flat=True))) == 4
    assert actions.sweep() == 0, "who listed them a moment ago has not opened them yet"
    assert listed <= files()
    assert actions.sweep(grace=0) == 4


@pytest.mark.django_db(transaction=True)
def test_what_was_superseded_leaves_the_live_files_and_no_figure_of_any_time_changes() -> None:
    before = history()
    assert world.settle() == 4, "two files of facts and two of their items held something superseded"
    mine = Segment.objects.filter(source="record.demo.check")
    held = dict(mine.values("history").annotate(rows=Sum("rows")).values_list("history", "rows"))
    assert held == {False: 60 + 2 - 4, True: 4}, "the last two corrections are still in the tail"
    assert answers() == before
    actions.follow()
    assert world.settle() == 2
    assert answers() == before
    assert world.settle() == 0
    actions.sweep(grace=0)
    assert files() == set(Segment.objects.values_list("path", flat=True))
    assert answers() == before
    # Histories are put together, and again at the same position: never under the name of a file that is committed, or
    # whoever is killed in between would leave there what is not.
    for _ in range(2):
        committed = set(Segment.objects.filter(history=True).values_list("path", flat=True))
        for name in set(mine.values_list("source", flat=True)):
            compacting._replace(store.active(), list(Segment.objects.filter(source=name, history=True)))
        assert committed.isdisjoint(
            Segment.objects.filter(history=True, source__in=mine.values("source")).values_list("path", flat=True)
        )
    assert answers() == before


@pytest.mark.django_db(transaction=True)
def test_a_column_of_a_newer_form_version_reads_as_missing_in_older_files() -> None:
    world.install()
    world.append(draft("check", {"found": 2}))
    actions.follow()
    newer = world.CHECK.replace("| | text | phone", "| | integer | fixed | 已整改 | Fixed | | | | |\n| | text | phone")
    toml = world.TOML + world.indicator("fixed", "sum", "个", "flow", source="check", of="fixed")
    world.install(world.pack(toml, version="1.1.0", form_version="2", check=newer), tree=False)
    world.append(draft("check", {"found": 3, "fixed": 2}))
    assert (world.value("found"), world.value("fixed"), world.figure("fixed").facts) == (5, 2, 1)
    actions.follow()
    assert (world.value("found"), world.value("fixed")) == (5, 2)
    assert len(queries.indicators("demo")) == len(queries.version("demo", "1.0.0").indicators) + 1  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_many_readers_at_once_while_facts_arrive() -> None:
    world.install()
    for start in range(0, 40, 10):
        world.append(*some(10, start))
        actions.follow()
    wanted = {id: world.value(id, as_of=3) for id in ASKED}

    def read(n: int) -> list[bool]:
        try:
            return [world.value(id, as_of=3) == wanted[id] for id in ASKED[n % 3 :]]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(read, n) for n in range(24)]
        for start in range(40, 70, 10):
            world.append(*some(10, start))
            actions.follow()
        actions.rebuild()
        assert all(all(one.result()) for one in found)
    assert world.value("checks") == 70
