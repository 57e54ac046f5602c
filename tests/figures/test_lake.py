"""Several sites publish into one lake: the whole is what all of them hold, and what is lacking is said."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import databases
from tests.figures import test_oracle as oracle
from tests.figures import world
from tests.figures.world import CHANGCHUN, ERDAO, GONGZHULING, GONGZHULING_OLD, JILIN, NANGUAN, SIPING, draft
from yibiao.core.problems import Refusal
from yibiao.figures import actions, lake, queries, shelves
from yibiao.figures.engines.border import Engine
from yibiao.figures.lake import ManifestIn
from yibiao.figures.types import Part, Rollup
from yibiao.ledger import queries as ledger
from yibiao.places import actions as places
from yibiao.places.types import PlaceDraft

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="a lake is files and has no database"),
]
STREET = "220105001000"


def rolled(folder: Path, id: str, *, hours: float = 36, engine: Engine | None = None, **more: Any) -> Rollup:
    counting = engine or queries.engine("duckdb")
    late = timedelta(hours=hours)
    return queries.rollup(folder, world.query(id, **more), scope=world.EVERYWHERE, late=late, engine=counting)


def state(found: Rollup, place: str) -> Part:
    return next(one for one in found.parts if one.place == place)


def first_site() -> list[Any]:
    """Of 长春: corrected, withdrawn, at a place that the nation does not know, and one person seen in 四平 as well."""
    world.install()
    places.add_below(ERDAO, [PlaceDraft(STREET, "样例街道", "township", "")])
    world.append(
        draft("check", {"object": "one", "found": 2, "topics": ["fire"]}, id="a"),
        draft("check", {"object": "two", "found": 3}, place=NANGUAN, id="b"),
        draft("check", {"object": "three", "found": 4, "topics": ["fire"]}, place=STREET),
    )
    actions.follow()
    world.append(draft("check", {"object": "one", "found": 7, "topics": ["gas"]}, id="a", revision=2))
    world.append(draft("check", {"object": "two", "found": 3}, place=NANGUAN, id="b", revision=2, withdrawn=True))
    actions.follow()
    return list(ledger.entries(0, 100))


def second_site() -> list[Any]:
    """Of 四平, whose log has the same positions."""
    world.install()
    world.append(draft("check", {"object": "one", "found": 1}, place=SIPING, at="2022-09-10T09:00", id="a"))
    world.append(draft("check", {"object": "four", "found": 9}, place=SIPING, id="c"))
    actions.follow()
    world.append(draft("check", {"object": "four", "found": 8}, place=SIPING, id="c", revision=2))
    return list(ledger.entries(0, 100))


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Path, list[list[Any]]]:
    """A lake with two of nine parts, seen from a site that has no facts of its own."""
    folder = tmp_path / "lake"
    folder.mkdir()
    held = []
    for place, fill in ((CHANGCHUN, first_site), (SIPING, second_site)):
        held.append(fill())
        actions.publish(folder, place)
        databases.empty()
    world.install()
    return folder, held


def test_a_figure_over_a_lake_is_that_of_all_sites(shared: tuple[Path, list[list[Any]]]) -> None:
    folder, held = shared
    # The street is not known to plain Python either: it counts where the district does.
    sites = [[replace(fact, place=ERDAO if fact.place == STREET else fact.place) for fact in facts] for facts in held]
    for id in ("checks", "found", "topics"):
        for place in (JILIN, CHANGCHUN, SIPING, ERDAO):
            found = rolled(folder, id, place=place)
            wanted = sum(oracle.expected(id, facts, place, world.HOLIDAY) or 0 for facts in sites)
            if id != "topics":
                assert found.value == wanted, (id, place)
    assert rolled(folder, "objects").value == 3, "the one who was seen in both cities is one"
    assert rolled(folder, "topics").value == 2
    assert rolled(folder, "readings").value == 7 + 4 + 8, "the newest of each object; the two cities saw the same one"
    everywhere = rolled(folder, "checks")
    assert len(everywhere.parts) == 9
    assert {one.place for one in everywhere.parts if one.heard} == {CHANGCHUN, SIPING}
    assert {one.state for one in everywhere.lacking} == {"missing"}
    heard = state(everywhere, CHANGCHUN)
    assert (heard.checkpoint, heard.size) == (3, len(held[0]))
    assert "counts as two" in everywhere.note.en, "what both file is said to count twice"
    assert "under one key counts as one" in rolled(folder, "objects").note.en
    alone = rolled(folder, "checks", place=ERDAO)
    assert [one.place for one in alone.parts] == [CHANGCHUN]
    assert not alone.note.zh


def test_a_part_says_where_codes_of_the_past_count_today(shared: tuple[Path, list[list[Any]]]) -> None:
    folder, _ = shared
    held = ManifestIn.model_validate(json.loads((folder / CHANGCHUN / lake.MANIFEST).read_bytes()))
    known = dict(lake.listed(shelves.of(folder), held, lake.PLACES))
    assert (known[GONGZHULING_OLD], known[STREET], known[ERDAO]) == (GONGZHULING, ERDAO, CHANGCHUN)


def test_nothing_is_no_zero_while_a_part_is_lacking(shared: tuple[Path, list[list[Any]]]) -> None:
    folder, _ = shared
    assert rolled(folder, "major").value is None, "seven cities were not heard"
    assert rolled(folder, "major", place=SIPING).value == 0
    assert rolled(folder, "checks").value == 4
    late = rolled(folder, "checks", hours=1e-9)
    assert late.value is None
    assert state(late, SIPING).state == "late"


def test_a_damaged_file_is_named_and_none_of_its_part_counts(shared: tuple[Path, list[list[Any]]]) -> None:
    folder, _ = shared
    assert {one.place for one in queries.lake(folder) if one.heard} == {CHANGCHUN, SIPING}
    file = next(
        path for path in (folder / SIPING).rglob("*.parquet") if "demo.check" in str(path) and "_super" not in str(path)
    )
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink()
    file.write_bytes(content)
    found = rolled(folder, "checks")
    assert found.value == 2
    assert state(found, SIPING).state == "damaged"
    assert state(found, SIPING).why in str(file)
    assert {one.place for one in queries.lake(folder) if one.heard} == {CHANGCHUN}
    file.unlink()
    assert state(rolled(folder, "checks"), SIPING).state == "damaged"


def _rewritten(folder: Path, place: str, **changes: Any) -> None:
    path = folder / place / lake.MANIFEST
    content = json.loads(path.read_bytes()) | changes
    content["digest"] = lake.digest(content)
    path.write_text(json.dumps(content))


def test_a_manifest_must_say_what_it_said(shared: tuple[Path, list[list[Any]]]) -> None:
    folder, _ = shared
    path = folder / SIPING / lake.MANIFEST
    sound = path.read_bytes()
    path.write_bytes(sound.replace(b'"number": 3', b'"number": 4', 1))
    assert state(rolled(folder, "checks"), SIPING).state == "damaged"
    path.write_bytes(sound[:-10])
    assert state(rolled(folder, "checks"), SIPING).state == "unreadable"
    path.write_bytes(sound)
    assert state(rolled(folder, "checks"), SIPING).state == "heard"
    held = ManifestIn.model_validate(json.loads(sound))
    _rewritten(folder, SIPING, checkpoint=held.checkpoint.model_dump() | {"root": "0" * 64})
    assert state(rolled(folder, "checks"), SIPING).state == "forked", "another root at the same size"
    _rewritten(folder, SIPING, checkpoint=held.checkpoint.model_dump() | {"size": 1})
    assert state(rolled(folder, "checks"), SIPING).state == "forked", "a log does not become shorter"
    file = held.files[0].model_dump() | {"path": f"../{CHANGCHUN}/{lake.MANIFEST}"}
    _rewritten(folder, SIPING, checkpoint=held.checkpoint.model_dump(), files=[file])
    assert state(rolled(folder, "items"), SIPING).state in ("heard", "damaged")
    assert [one.state for one in queries.lake(folder) if one.place == SIPING] == ["damaged"]


def test_what_is_published_later_extends_what_was_seen(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    folder.mkdir()
    second_site()
    before = actions.publish(folder, SIPING)
    assert rolled(folder, "found", place=SIPING).value == 9
    kept = {path: path.stat().st_mtime_ns for path in (folder / SIPING).rglob("*.parquet")}
    world.append(draft("check", {"found": 5}, place=SIPING))
    after = actions.publish(folder, SIPING)
    assert after.checkpoint.size > before.checkpoint.size
    assert all(path.stat().st_mtime_ns == changed for path, changed in kept.items()), "files that stay are not copied"
    assert rolled(folder, "found", place=SIPING).value == 14
    _rewritten(folder, SIPING, before=[one.model_dump() | {"path": ["0" * 64]} for one in after.before])
    lake.remember([before])
    assert state(rolled(folder, "found", place=SIPING), SIPING).state == "forked"


def test_facts_of_other_places_and_places_that_overlap_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    folder.mkdir()
    world.install()
    with pytest.raises(Refusal) as refused:
        actions.publish(folder, SIPING)
    assert refused.value.codes == ("figures.lake.empty",)
    world.append(draft("check", {"found": 2}, place=SIPING), draft("check", {"found": 2}, place=GONGZHULING))
    with pytest.raises(Refusal) as refused:
        actions.publish(folder, SIPING)
    assert refused.value.codes == ("figures.lake.outside",)
    actions.publish(folder, JILIN)
    assert rolled(folder, "found").value == Decimal(4)
    shutil.copytree(folder / JILIN, folder / SIPING)
    with pytest.raises(Refusal) as refused:
        rolled(folder, "found")
    assert refused.value.codes == ("figures.lake.overlap",)
