"""A lake in a store of objects keeps the promises of one in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import databases
from tests.figures import world
from tests.figures.test_copies import FETCHED, KEYS, bucket
from tests.figures.test_engines import on
from tests.figures.test_lake import first_site, rolled, second_site, state
from tests.figures.world import CHANGCHUN, ERDAO, JILIN, SIPING, draft
from yibiao.core import clock
from yibiao.core.problems import Refusal
from yibiao.figures import actions, keeping, lake, queries, shelves
from yibiao.figures.engines.loopback import Cluster
from yibiao.figures.lake import ManifestIn

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="a lake is files and has no database"),
]
MEMORY = "memory://lake"
ASKED = [
    (id, place) for id in ("checks", "found", "topics", "objects", "readings", "major") for place in (JILIN, ERDAO)
]


def published(*lakes: Path | str) -> None:
    """Two of nine parts in each of some lakes, seen from a site that has no facts of its own."""
    for place, fill in ((CHANGCHUN, first_site), (SIPING, second_site)):
        fill()
        for one in lakes:
            actions.publish(one, place)
        databases.empty()
    world.install()


@pytest.fixture
def memory() -> Iterator[Any]:
    held = pytest.importorskip("fsspec").filesystem("memory")
    yield held
    held.rm("/", recursive=True)


def kept() -> list[Path]:
    return [one for one in shelves.of(MEMORY).folder.rglob("*") if one.is_file()]


def read_there(place: str) -> str:
    """What a cluster finds of the checks of a part."""
    shelf = shelves.of(MEMORY, anew=True)
    manifest = ManifestIn.model_validate(json.loads(shelf.read(f"{place}/{lake.MANIFEST}")))
    source = next(one for one in keeping.sources() if one.kind == "record.demo.check")
    try:
        lake.held(shelf, manifest, source, ("0000-00", "9999-99"))
    except lake.Damaged as wrong:
        return wrong.why
    return "sound"


def rows_of(memory: Any, place: str) -> str:
    """A file with facts of a part."""
    return next(
        path for path in sorted(memory.find(f"/lake/{place}")) if "demo.check/2022" in path and "history" not in path
    )


def test_what_is_counted_is_that_of_a_folder(memory: Any, tmp_path: Path) -> None:
    published(tmp_path / "lake", MEMORY)
    for id, place in ASKED:
        far, near = (rolled(one, id, place=place) for one in (MEMORY, tmp_path / "lake"))
        assert (far.value, far.facts, far.note) == (near.value, near.facts, near.note), (id, place)
        assert [(one.place, one.state, one.root) for one in far.parts] == [
            (one.place, one.state, one.root) for one in near.parts
        ]
    assert rolled(MEMORY, "checks").value == 4
    assert rolled(MEMORY, "major").value is None, "seven cities were not heard"
    assert {one.place for one in queries.lake(MEMORY) if one.heard} == {CHANGCHUN, SIPING}
    assert {one.state for one in queries.lake("memory://nothing")} == {"missing"}


def test_only_what_is_new_goes_there_and_what_is_named_no_more_goes(memory: Any) -> None:
    second_site()
    actions.publish(MEMORY, SIPING)
    assert rolled(MEMORY, "found", place=SIPING).value == 9
    before = {path: memory.created(path) for path in memory.find("/lake") if path.endswith(".parquet")}
    world.append(draft("check", {"found": 5}, place=SIPING))
    actions.publish(MEMORY, SIPING)
    assert all(memory.created(path) == at for path, at in before.items())
    assert rolled(MEMORY, "found", place=SIPING).value == 14
    actions.rebuild()
    for _ in range(2):
        actions.publish(MEMORY, SIPING)
    assert not any(memory.exists(path) for path in before)
    assert rolled(MEMORY, "found", place=SIPING).value == 14


def test_what_is_damaged_lacking_or_torn_is_named(memory: Any) -> None:
    published(MEMORY)
    path = rows_of(memory, SIPING)
    whole = memory.cat_file(path)
    memory.pipe_file(path, whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    assert rolled(MEMORY, "checks").value == 2
    assert state(rolled(MEMORY, "checks"), SIPING).state == "damaged"
    memory.pipe_file(path, whole)
    assert rolled(MEMORY, "checks").value == 4
    memory.rm_file(path)
    # What was fetched while it was right is right for ever; that it is lacking there is said by a check.
    assert rolled(MEMORY, "checks").value == 4
    assert {one.place for one in queries.lake(MEMORY) if one.heard} == {CHANGCHUN}
    assert read_there(CHANGCHUN) == "sound"
    assert read_there(SIPING).startswith(path.removeprefix(f"/lake/{SIPING}/"))
    memory.pipe_file(path, b"damaged")
    # To machines that read there themselves what is kept here says nothing, and stays.
    assert read_there(SIPING) == path.removeprefix(f"/lake/{SIPING}/")
    assert rolled(MEMORY, "checks").value == 4
    memory.rm_file(path)
    for one in kept():
        one.unlink()
    assert state(rolled(MEMORY, "checks"), SIPING).why.startswith(path.removeprefix(f"/lake/{SIPING}/"))
    manifest = memory.cat_file(f"/lake/{CHANGCHUN}/{lake.MANIFEST}")
    memory.pipe_file(f"/lake/{CHANGCHUN}/{lake.MANIFEST}", manifest[:-10])
    assert state(rolled(MEMORY, "checks"), CHANGCHUN).state == "unreadable"


def test_a_part_that_nobody_may_read_is_lacking_and_a_store_that_is_away_is_said(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(MEMORY)
    read = type(memory).cat_file

    def closed(self: Any, path: str, **more: Any) -> bytes:
        if SIPING in path:
            raise PermissionError("Forbidden")
        found: bytes = read(self, path, **more)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(type(memory), "cat_file", closed)
        found = rolled(MEMORY, "checks")
    assert found.value == 2
    assert (state(found, SIPING).state, state(found, SIPING).why) == ("unreadable", "Forbidden")

    def away(*_: Any, **__: Any) -> None:
        raise ConnectionError("nobody there at ftp://user:hidden@host/lake")

    for act in (lambda: rolled(MEMORY, "checks"), lambda: queries.lake(MEMORY)):
        with monkeypatch.context() as patch:
            patch.setattr(type(memory), "ls", away)
            with pytest.raises(Refusal) as refused:
                act()
        assert refused.value.codes == ("figures.copies.unreachable",)
        assert "hidden" not in refused.value.problems[0].text("en")


def test_what_is_kept_is_bounded(memory: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    published(MEMORY)
    assert rolled(MEMORY, "checks").value == 4
    held = set(kept())
    assert held
    stale = next(iter(held)).parent / "of-an-older-manifest.parquet"
    stale.write_bytes(b"")
    settings.YIBIAO_LAKE_MB = 0
    assert rolled(MEMORY, "checks").value == 4
    assert {*held, stale} == set(kept()), "what was used within the hour stays"
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(hours=2))
    settings.YIBIAO_LAKE_MB = 20_000
    assert rolled(MEMORY, "checks").value == 4
    assert held == set(kept()), "what no manifest names goes"
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(hours=4))
    settings.YIBIAO_LAKE_MB = 0
    assert rolled(MEMORY, "checks", place=SIPING).value == 2
    assert {one.relative_to(shelves.of(MEMORY).folder).parts[0] for one in kept()} == {SIPING}


@pytest.mark.slow
def test_duckdb_and_spark_count_over_a_lake_in_an_object_store(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bucket(monkeypatch) as where:
        published(FETCHED, tmp_path / "lake")
        told = [(f"spark.executorEnv.{name}", value) for name, value in (KEYS | {"AWS_ENDPOINT_URL": where}).items()]
        there = Cluster(cluster.master, (*cluster.settings, *told))
        for id, place in ASKED:
            near = rolled(tmp_path / "lake", id, place=place)
            assert rolled(FETCHED, id, place=place).value == near.value, (id, place)
            assert rolled(FETCHED, id, place=place, engine=on(there)).value == near.value, (id, place)
        assert {one.place for one in queries.lake(FETCHED) if one.heard} == {CHANGCHUN, SIPING}
        held = pytest.importorskip("s3fs").S3FileSystem(skip_instance_cache=True)
        facts = (path for path in held.find(f"columns/site/{SIPING}") if "demo.check/2022" in path)
        held.pipe_file(next(path for path in facts if "history" not in path), b"damaged")
        found = rolled(FETCHED, "checks", engine=on(there))
        assert (found.value, state(found, SIPING).state) == (2, "damaged")
