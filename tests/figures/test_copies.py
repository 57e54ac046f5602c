"""Columns copied to where a cluster sees them: only what is new, nothing lost on the way, and enough to count with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from operator import eq, ge, gt, le, lt
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.figures import world
from tests.figures.test_engines import EVERY, counted, filled, on
from tests.figures.world import ERDAO, JILIN, draft
from yibiao.core.problems import Refusal
from yibiao.figures import actions, copies, queries, store
from yibiao.figures.answering import IN_PROCESS
from yibiao.figures.engines import fetching
from yibiao.figures.engines.border import Engine
from yibiao.figures.engines.loopback import Cluster
from yibiao.figures.models import Segment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="the files are the same"),
]
MEMORY, S3, FETCHED = "memory://columns", "s3a://columns/site", "s3://columns/site"
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-to-be-told", "AWS_DEFAULT_REGION": "us-east-1",
}  # fmt: skip


@pytest.fixture
def memory() -> Any:
    fsspec = pytest.importorskip("fsspec")
    held = fsspec.filesystem("memory")
    yield held
    held.rm("/", recursive=True)


def listed(held: Any) -> copies.CatalogueIn:
    return copies.read(held.cat_file(f"/columns/{copies.CATALOGUE}").decode(), MEMORY)


def test_only_what_is_new_is_copied_and_what_nobody_reads_goes(memory: Any) -> None:
    filled()
    first = actions.copy(MEMORY)
    assert (first.new, first.files, first.removed, first.position) == (first.files, first.files, 0, 20)
    assert {path.removeprefix("/columns/") for path in memory.find("/columns")} == {
        copies.CATALOGUE, *(one.path for one in listed(memory).files),
    }  # fmt: skip
    assert queries.copies(MEMORY) == ()
    assert (again := actions.copy(MEMORY)).new == 0 < again.files
    world.append(draft("check", {"found": 9}))
    more = actions.copy(MEMORY)
    assert (more.new, more.position) == (1, 21)
    before = {one.path for one in listed(memory).files}
    actions.rebuild()
    assert (anew := actions.copy(MEMORY)).new == anew.files
    # Whoever read the list before still finds its files; the time after they are gone.
    assert all(memory.exists(f"/columns/{path}") for path in before)
    assert actions.copy(MEMORY).removed == len(before)
    assert not any(memory.exists(f"/columns/{path}") for path in before)
    assert queries.copies(MEMORY) == ()


def test_what_is_damaged_is_found_and_a_list_that_was_changed_is_refused(memory: Any) -> None:
    filled()
    actions.copy(MEMORY)
    one, other = (file.path for file in listed(memory).files[:2])
    whole = memory.cat_file(f"/columns/{one}")
    memory.pipe_file(f"/columns/{one}", bytes([whole[0] ^ 1]) + whole[1:])
    memory.rm_file(f"/columns/{other}")
    assert set(queries.copies(MEMORY)) == {one, other}
    text = memory.cat_file(f"/columns/{copies.CATALOGUE}").decode()
    for wrong in (text.replace('"position":20', '"position":19'), text[:-9], "[]"):
        memory.pipe_file(f"/columns/{copies.CATALOGUE}", wrong.encode())
        for act in (queries.copies, actions.copy):
            with pytest.raises(Refusal) as refused:
                act(MEMORY)
            assert refused.value.codes == ("figures.copies.unreadable",)


def test_a_file_that_was_damaged_on_the_site_is_no_sound_copy(memory: Any) -> None:
    filled()
    one = store.root() / Segment.objects.filter(source="record.demo.check").values_list("path", flat=True)[0]
    held = one.read_bytes()
    one.write_bytes(held[:40] + bytes([held[40] ^ 1]) + held[41:])
    actions.copy(MEMORY)
    assert queries.copies(MEMORY) == (str(one.relative_to(store.root())),)


def test_figures_from_copies_are_those_of_the_site_whatever_happened_since(memory: Any) -> None:
    numbers = filled()
    actions.copy(MEMORY)
    engine = replace(IN_PROCESS, supply=copies.Supply(listed(memory)), ready=False)

    def compare(ids: tuple[str, ...]) -> None:
        for nth, id in enumerate(ids):
            more = {"place": (JILIN, ERDAO)[nth % 2], "as_of": (*numbers, None)[nth % 4]}
            assert counted(id, engine, **more) == counted(id, IN_PROCESS, **more), (id, more)

    compare(EVERY[::2])
    numbers[2] = world.append(
        draft("check", {"object": "shop", "grade": "major", "found": 4}), draft("check", {}, id="r1", revision=3),
        draft("check", {}, id="r3", revision=2, withdrawn=True),
    )  # fmt: skip
    actions.follow()
    # Compaction takes rows out of the files of the site; the copies are as they were, and so is what follows them.
    world.settle()
    compare((*EVERY[1::2], "found", "readings"))
    actions.rebuild()
    with pytest.raises(Refusal) as refused:
        copies.current(listed(memory), MEMORY)
    assert refused.value.codes == ("figures.copies.old",)


def test_without_fsspec_or_a_store_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    world.install()
    if "fsspec" in sys.modules or _there():
        with pytest.raises(Refusal) as refused:
            actions.copy("no-such-store://columns")
        assert refused.value.codes == ("figures.copies.unreachable",)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(Refusal) as refused:
        actions.copy(MEMORY)
    assert refused.value.codes == ("figures.copies.missing",)


def test_what_a_store_says_in_errors_of_its_own_is_told(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the libraries for object stores are no OSErrors: no credentials, nobody at the address."""

    class NoCredentialsError(Exception):
        pass

    def refusing(*_: object, **__: object) -> None:
        raise NoCredentialsError("Unable to locate credentials")

    filled()
    actions.copy(MEMORY)
    monkeypatch.setattr(type(memory), "cat_file", refusing)
    for act in (actions.copy, queries.copies):
        with pytest.raises(Refusal) as refused:
            act(MEMORY)
        assert refused.value.codes == ("figures.copies.unreachable",)
        assert "Unable to locate credentials" in refused.value.problems[0].text("en")


def test_a_damaged_copy_is_named_and_is_made_again_once_the_list_is_gone(memory: Any) -> None:
    filled()
    actions.copy(MEMORY)
    first, second = (one.path for one in listed(memory).files[:2])
    memory.pipe_file(f"/columns/{first}", b"damaged")
    memory.rm_file(f"/columns/{second}")
    assert set(queries.copies(MEMORY)) == {first, second}
    memory.rm_file(f"/columns/{copies.CATALOGUE}")
    assert (again := actions.copy(MEMORY)).new == again.files
    assert queries.copies(MEMORY) == ()


def test_row_groups_that_are_not_fetched_have_no_row_that_is_asked_for(tmp_path: Path) -> None:
    places = [f"22{nth:04d}" for nth in range(0, 1000, 7)]
    days = [date(2022, 9, 1 + nth * 5 % 29) for nth in range(len(places))]
    columns = {"place": places, "day": days, "named.so": [nth if nth % 3 else None for nth in range(len(places))]}
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=20)
    held = pq.ParquetFile(tmp_path / "rows.parquet")
    bounds: list[list[fetching.Bound]] = [
        [("GreaterThanOrEqual", "place", "220300"), ("LessThanOrEqual", "place", "220499")],
        [("EqualTo", "place", "220007")], [("GreaterThan", "place", "220995")],
        [("LessThan", "named.so", 21)], [("EqualTo", "place", 7)], [],
    ]  # fmt: skip
    found = [fetching.chosen(held.metadata, one) for one in bounds]
    assert found == [[2, 3], [0], [], [0, 1], [*range(8)], [*range(8)]]
    for asked, groups in zip(bounds, found, strict=True):
        for nth in {*range(8)} - {*groups}:
            rows = held.read_row_group(nth).to_pylist()
            tests = {"GreaterThanOrEqual": ge, "GreaterThan": gt, "LessThan": lt, "LessThanOrEqual": le, "EqualTo": eq}
            told = [(tests[kind], name, value) for kind, name, value in asked]
            assert not any(
                all(row[name] is not None and test(row[name], value) for test, name, value in told) for row in rows
            )


@pytest.mark.parametrize("small", [0, 1_000_000])
def test_what_is_fetched_is_what_lies_there(memory: Any, monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    monkeypatch.setattr(fetching, "SMALL", small)
    ids = [uuid4() for _ in range(50)]
    held = pa.table({
        "fact": [None] * 49 + ["by hand"], "place": [f"22{nth:02d}" for nth in range(50)], "found": range(50),
        "fact.uuid": pa.array([one.bytes for one in ids], pa.uuid()),
    })  # fmt: skip
    with memory.open("/columns/rows.parquet", "wb") as file:
        pq.write_table(held, file, row_group_size=10)
    wanted = pa.schema([("fact.uuid", pa.binary()), ("place", pa.string()), ("fact", pa.string())])

    def fetched(*bounds: fetching.Bound) -> list[dict[str, Any]]:
        found = fetching.batches("memory://columns/rows.parquet", wanted, bounds)
        return [row for batch in found for row in batch.to_pylist()]

    everything = fetched()
    assert [(row["fact.uuid"], row["place"]) for row in everything] == [
        (one.bytes, f"22{nth:02d}") for nth, one in enumerate(ids)
    ]
    assert [row["fact"] for row in everything][-2:] == [None, "by hand"]
    some = fetched(("GreaterThanOrEqual", "place", "2225"), ("LessThanOrEqual", "place", "2231"))
    assert some == (everything if small else everything[20:40])
    assert fetched(("EqualTo", "place", "23")) == (everything if small else [])


def test_the_word_of_an_address_says_who_reads_it_and_passwords_are_not_told() -> None:
    by_hadoop = ("/mnt/columns", "file:///mnt/columns", "hdfs://name/columns", "s3a://bucket/columns", "gs://bucket")
    assert not any(map(fetching.fetched, by_hadoop))
    assert all(map(fetching.fetched, ("s3://bucket/columns", "gcs://bucket", "abfs://box/columns", "memory://columns")))
    told = fetching.hidden("at ftp://one:two@host/x and abfss://box@host/y: none")
    assert told == "at ftp://one:…@host/x and abfss://box@host/y: none"
    with pytest.raises(Refusal) as refused:
        actions.copy("no-such-store://one:two@host/columns")
    assert "two" not in refused.value.problems[0].text("en")


@pytest.mark.slow
def test_an_object_store_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interface of S3, spoken by its usual client to a server on the loopback."""
    store_ = pytest.importorskip("s3fs")
    with bucket(monkeypatch):
        filled()
        first = actions.copy(S3)
        assert (first.new, first.position) == (first.files, 20)
        world.append(draft("check", {"found": 9}))
        assert actions.copy(S3).new == 1
        assert queries.copies(S3) == ()
        there = store_.S3FileSystem(skip_instance_cache=True)
        held = copies.read(there.cat_file(f"columns/site/{copies.CATALOGUE}").decode(), S3)
        assert {path.removeprefix("columns/site/") for path in there.find("columns")} == {
            copies.CATALOGUE, *(one.path for one in held.files),
        }  # fmt: skip
        there.pipe_file(f"columns/site/{held.files[0].path}", b"damaged")
        store_.S3FileSystem.clear_instance_cache()
        assert queries.copies(S3) == (held.files[0].path,)
    for act in (actions.copy, queries.copies):
        with pytest.raises(Refusal) as refused:
            act(S3)
        assert refused.value.codes == ("figures.copies.unreachable",)


def _there() -> bool:
    try:
        import fsspec  # noqa: F401
    except ImportError:
        return False
    return True


@pytest.mark.slow
def test_spark_counts_from_copies_without_a_file_of_the_site(tmp_path: Path, cluster: Cluster) -> None:
    pytest.importorskip("fsspec")
    root = f"file://{tmp_path}/elsewhere"
    numbers = filled()
    with pytest.raises(Refusal) as refused:
        on(cluster, "s3a://columns/site")
    # Without the package for it, that is what is said, and what needs none.
    assert refused.value.codes == ("figures.engine.package",)
    assert "S3AFileSystem" in refused.value.problems[0].text("en")
    assert "s3://" in refused.value.problems[0].text("en")
    ways: tuple[dict[str, Any], ...] = ({"place": JILIN}, {"place": ERDAO}, {"as_of": numbers[0]})
    asked = [(id, ways[nth % 3]) for nth, id in enumerate(EVERY)]
    found = [counted(id, IN_PROCESS, **more) for id, more in asked]
    actions.copy(root)
    store.root().rename(tmp_path / "away")
    engine = on(cluster, root)
    assert [counted(id, engine, **more) for id, more in asked] == found
    (tmp_path / "away").rename(store.root())
    world.append(draft("check", {"found": 5}))
    actions.follow()
    world.settle()
    store.root().rename(tmp_path / "away")
    value = counted("found", on(cluster, root))[0]
    (tmp_path / "away").rename(store.root())
    assert value == counted("found", IN_PROCESS)[0]
    actions.rebuild()
    with pytest.raises(Refusal) as refused:
        on(cluster, root)
    assert refused.value.codes == ("figures.copies.old",)


@contextmanager
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that speaks as S3 does, on the loopback; this process knows where and as whom."""
    server, store_ = pytest.importorskip("moto.server"), pytest.importorskip("s3fs")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    try:
        where = "http://{}:{}".format(*running.get_host_and_port())
        monkeypatch.setenv("AWS_ENDPOINT_URL", where)
        store_.S3FileSystem.clear_instance_cache()
        # What lies there outlasts its server.
        urlopen(Request(f"{where}/moto-api/reset", method="POST")).close()  # noqa: S310
        admit(where, "inf")
        yield where
    finally:
        running.stop()


def admit(where: str, asked: str) -> None:
    """So many times a server answers whoever asks; afterwards those alone who have a key."""
    plain = {"Content-Type": "text/plain"}
    urlopen(Request(f"{where}/moto-api/reset-auth", asked.encode(), plain, method="POST")).close()  # noqa: S310


@pytest.mark.slow
def test_workers_fetch_from_an_object_store(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ways: tuple[dict[str, Any], ...] = ({"place": JILIN}, {"place": ERDAO}, {"as_of": 1})
    asked = [(id, ways[nth % 3]) for nth, id in enumerate(EVERY[::3])]
    # Of every file the row groups are chosen, however small it is.
    monkeypatch.setattr(fetching, "SMALL", 0)
    with bucket(monkeypatch) as where:
        told = [(f"spark.executorEnv.{name}", value) for name, value in (KEYS | {"AWS_ENDPOINT_URL": where}).items()]
        there = replace(cluster, settings=(*cluster.settings, *told))
        filled()
        found = [counted(id, IN_PROCESS, **more) for id, more in asked]
        actions.copy(S3)
        store.root().rename(tmp_path / "away")
        engine = on(there, FETCHED)
        assert [counted(id, engine, **more) for id, more in asked] == found
        (tmp_path / "away").rename(store.root())
        world.append(draft("check", {"found": 5}))
        assert counted("found", on(there, FETCHED)) == counted("found", IN_PROCESS)
        held = pytest.importorskip("s3fs").S3FileSystem(skip_instance_cache=True)
        held.rm_file(next(path for path in held.find("columns") if path.endswith(".check/2022-09/19-20.parquet")))
        capfd.readouterr()
        assert "FileNotFoundError" in refusal(engine, "found")
        # From here on whoever asks needs a key that the store knows.
        admit(where, "0")
        assert "PermissionError" in refusal(engine, "found")
        with pytest.raises(Refusal) as refused:
            on(there, FETCHED)
        assert refused.value.codes == ("figures.copies.unreachable",)
    assert "ClientError" in (said := refusal(engine, "found")) or "Connect" in said
    assert "Traceback" not in (out := "".join(capfd.readouterr()))
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in out


def refusal(engine: Engine, id: str) -> str:
    """What is said of a figure that a cluster cannot count: one line."""
    with pytest.raises(Refusal) as refused:
        counted(id, engine)
    assert refused.value.codes == ("figures.engine.failed",)
    said = refused.value.problems[0].text("en")
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in said
    print(said)
    return said
