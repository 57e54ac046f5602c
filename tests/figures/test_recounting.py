"""What is kept ready is held against what it was made from, and said where it differs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.figures import world
from tests.figures.world import JILIN, NANGUAN, SIPING, draft
from yibiao.core.periods import SHANGHAI
from yibiao.figures import actions, compacting, filling, follow, geography, queries, recounting, store
from yibiao.figures.engines import duckdb, parquet
from yibiao.figures.models import Cell, Cube, Projection, Recount, Segment
from yibiao.places import actions as places
from yibiao.places.types import PlaceDraft

pytestmark = pytest.mark.django_db
NIGHT = datetime(2022, 9, 20, 2, 30, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _world(_own_columns: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "CUBED", 0)
    world.install()
    items = [{"disposal": "at-once", "persons": 2}, {"disposal": "later"}]
    world.append(draft("check", {"found": 2, "object": "a", "hazards": items}, id="one"))
    world.append(draft("check", {"found": 3, "weight": "1.50", "topics": ["gas", "fire"]}, id="two", place=SIPING))
    world.append(draft("check", {"found": 4, "object": "b"}, id="one", revision=2))
    world.append(draft("check", id="two", revision=2, withdrawn=True, place=SIPING), draft("incident", {"deaths": 0}))
    actions.follow()


def _segment(name: str = "record.demo.check") -> Segment:
    return Segment.objects.get(source=name)


def _write(sql: str, name: str = "record.demo.check") -> None:
    """Other rows in place of those of the file of checks."""
    held = _segment(name)
    path = store.root() / held.path
    made = parquet.store(path, sql.format(rows=f"SELECT * FROM {duckdb.read([path])}"), parquet.names([path]))
    Segment.objects.filter(pk=held.pk).update(sha256=made.sha256)


def test_all_is_well_while_columns_are_what_the_log_says() -> None:
    verdict = actions.verify()
    assert (verdict.differences, verdict.astray, verdict.sound) == ((), (), True)
    at, wrong = queries.recounts()
    assert at is not None
    assert wrong == 0


@pytest.mark.parametrize(
    ("sql", "held", "wrong"),
    [
        ("SELECT * FROM ({rows}) AS r WHERE revision = 1", 2, 1),
        ("SELECT * FROM ({rows}) AS r UNION ALL SELECT * FROM ({rows}) AS s WHERE revision = 2", 4, 1),
        ("SELECT * REPLACE (CASE WHEN found = 3 THEN 30 ELSE found END AS found) FROM ({rows}) AS r", 3, 1),
    ],
)
def test_a_fact_that_is_lacking_doubled_or_changed_in_the_columns_is_told(sql: str, held: int, wrong: int) -> None:
    _write(sql)
    [astray] = actions.verify().astray
    assert (astray.kind, astray.held, astray.logged, astray.wrong) == ("record.demo.check", held, 3, wrong)
    assert queries.recounts()[1] >= 1
    actions.rebuild()
    assert actions.verify().sound


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("SELECT * FROM ({rows}) AS r WHERE position > (SELECT MIN(position) FROM ({rows}) AS s)", 1),
        ("SELECT * FROM ({rows}) AS r UNION ALL SELECT * FROM ({rows}) AS s", 2),
        ("SELECT * REPLACE (superseded + 1 AS superseded) FROM ({rows}) AS r", 2),
    ],
)
def test_a_correction_that_is_lacking_doubled_or_of_another_fact_is_told(sql: str, wrong: int) -> None:
    _write(sql, "record.demo.check/_superseded")
    [astray] = actions.verify().astray
    assert (astray.kind, astray.held, astray.logged, astray.wrong) == ("record.demo.check", 3, 3, wrong)
    actions.rebuild()
    assert actions.verify().sound


def test_one_byte_that_flipped_is_found_wherever_it_lies(caplog: pytest.LogCaptureFixture) -> None:
    held = _segment()
    path = store.root() / held.path
    whole = path.read_bytes()
    for at in (0, len(whole) // 3, 2 * len(whole) // 3, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        [astray] = recounting.against_log(store.active())
        assert (astray.kind, astray.held, astray.logged, astray.damaged) == ("record.demo.check", 0, 3, 1)
        assert compacting.settle(store.active(), held.source) == 0, "merging does not hide it"
    assert f"as it was written: {held.path}" in caplog.text
    # No cube that is right is counted anew from what is wrong.
    cells = list(Cell.objects.order_by("pk").values())
    assert not actions.verify().sound
    Recount.objects.all().delete()
    assert (recounting.nightly(NIGHT), queries.recounts()[1]) == (1, 1)
    assert list(Cell.objects.order_by("pk").values()) == cells
    path.unlink()
    assert [one.damaged for one in recounting.against_log(store.active())] == [1]
    actions.rebuild()
    assert actions.verify().sound


def test_a_little_is_recounted_every_night_and_each_thing_once(caplog: pytest.LogCaptureFixture) -> None:
    assert recounting.nightly(NIGHT.replace(hour=12)) == 0
    everything = 1 + len(filling.wanted(store.active()))
    Cell.objects.filter(place=JILIN).update(total="7", days="10:1:7")
    Recount.objects.all().delete()
    seen, now = 0, NIGHT
    while more := recounting.nightly(now):
        seen, now = seen + more, now + timedelta(minutes=1)
        Recount.objects.update(at=now)
    assert seen == everything
    assert queries.recounts()[1] == len(caplog.records) > 0
    assert recounting.nightly(now) == 0
    assert recounting.nightly(NIGHT + timedelta(days=1)) == everything
    assert queries.recounts()[1] == 0, "what differed was made again"


def test_what_was_wrong_of_an_indicator_that_is_no_more_is_told_no_longer() -> None:
    Cell.objects.filter(place=JILIN).update(total="7", days="10:1:7")
    assert not actions.verify().sound
    assert queries.recounts()[1] > 0
    Recount.objects.filter(wrong=0).delete()
    [found, *_] = Recount.objects.exclude(what=recounting.COLUMNS)
    Recount.objects.exclude(pk=found.pk).delete()
    Recount.objects.filter(pk=found.pk).update(what="of a version before")
    assert recounting.nightly(NIGHT) > 1
    assert queries.recounts()[1] == 0


def test_a_cube_that_is_moved_on_while_it_is_looked_at_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world.append(draft("check", {"found": 9, "object": "c"}, id="three"))
    cells, moved = filling._cells, []

    def later(cube: Cube, *which: object) -> filling.Cells:
        # As a follower of another process does just then.
        if not moved:
            moved.append(cube.pk)
            actions.follow()
        return cells(cube, *which)  # type: ignore[arg-type]

    monkeypatch.setattr(filling, "_cells", later)
    assert recounting.nightly(NIGHT) > 1
    assert (bool(moved), queries.recounts()[1]) == (True, 0)


def test_a_cube_of_a_tree_that_has_changed_since_is_not_held_against_the_tree_of_today() -> None:
    places.add_below(NANGUAN, [PlaceDraft("grid-1", "样例网格", "grid", NANGUAN)])
    # As in a process that begins now.
    geography._climbs.clear()
    stale = set(Cube.objects.values_list("tree", flat=True))
    assert recounting.nightly(NIGHT) > 1
    assert queries.recounts()[1] == 0
    assert geography.newest(store.active().token) not in stale
    assert set(Cube.objects.values_list("tree", flat=True)) == stale, "whoever keeps them makes them anew"


def test_a_rebuild_begins_with_nothing_recounted() -> None:
    actions.verify()
    actions.rebuild()
    assert queries.recounts() == (None, 0)
    assert Projection.objects.count() == 2
    assert follow.step() == 0
