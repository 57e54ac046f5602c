"""A copy of the running site and the way back: same roots, same figures, and what is damaged is refused."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test import override_settings

from tests.figures import world
from tests.figures.test_oracle import ASKED
from yibiao.core.problems import Refusal
from yibiao.desk import saving
from yibiao.figures import actions
from yibiao.ledger import queries as ledger

pytestmark = pytest.mark.django_db(transaction=True)
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="the database of PostgreSQL is not in the copy")


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Path:
    data = settings.DATA = tmp_path / "data"
    (data / "attachments" / "ab").mkdir(parents=True)
    (data / "attachments" / "ab" / "photo").write_bytes(b"sample")
    (data / "personal.key").write_bytes(b"key")
    (data / "static").mkdir()
    (data / "static" / "page.css").write_bytes(b"made again")
    world.install()
    world.append(*(world.draft("check", {"object": f"o{n % 3}", "found": n}) for n in range(9)))
    actions.follow()
    return tmp_path


def figures() -> dict[str, Any]:
    return {id: world.value(id) for id in ASKED}


@contextmanager
def elsewhere(data: Path) -> Iterator[None]:
    """The default connection points at the database of another data folder, which need not exist yet."""
    held = connections["default"].settings_dict
    kept = held["NAME"]
    connection.close()
    data.mkdir()
    held["NAME"] = str(data / saving.DATABASE)
    try:
        with override_settings(DATA=data):
            yield
    finally:
        connection.close()
        held["NAME"] = kept


@sqlite_only
def test_a_copy_made_while_facts_arrive_comes_back_whole(site: Path) -> None:
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        try:
            while not stop.is_set():
                world.append(world.draft("check", {"object": "o9", "found": 1}))
                begun.set()
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(20)
    try:
        saved = saving.save(site / "copy", keys=False)
    finally:
        stop.set()
        writer.join()
    assert saved.number >= 2
    assert (saved.database, saved.files) == (True, 1), "keys, columns and what is made again are not in it"
    at = {id: world.value(id, as_of=saved.number) for id in ASKED}
    checkpoint = ledger.checkpoint(saved.number)
    assert checkpoint is not None
    assert checkpoint.root == saved.root
    with elsewhere(site / "new"):
        assert saving.restore(site / "copy") == saved
        newest = ledger.checkpoint()
        assert newest is not None
        assert (newest.number, newest.size, newest.root) == (saved.number, saved.size, saved.root)
        assert ledger.verify().sound
        assert figures() == at
        assert actions.verify().sound
        assert ledger.guarded(), "the copy refuses changes as well"
        assert (site / "new" / "attachments" / "ab" / "photo").read_bytes() == b"sample"
        with pytest.raises(Refusal, match="已经有数据"):
            saving.restore(site / "copy")


@sqlite_only
def test_a_copy_in_which_somebody_changed_a_fact_is_refused(site: Path) -> None:
    saving.save(site / "copy", keys=False)
    with sqlite3.connect(site / "copy" / saving.DATABASE) as held:
        held.execute("DROP TRIGGER ledger_entry_no_update")
        held.execute("UPDATE ledger_entry SET payload = replace(payload, '\"found\":8', '\"found\":9')")
    held.close()
    with elsewhere(site / "new"), pytest.raises(Refusal) as refused:
        saving.restore(site / "copy")
    assert "desk.backup.damaged" in refused.value.codes


def test_another_log_than_that_of_the_copy_is_refused(site: Path) -> None:
    saving.save(site / "copy", keys=False)
    manifest = site / "copy" / saving.MANIFEST
    said = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**said, "root": "0" * 64}))
    if connection.vendor == "sqlite":
        with elsewhere(site / "new"), pytest.raises(Refusal) as refused:
            saving.restore(site / "copy")
    else:
        (site / "new").mkdir()
        with override_settings(DATA=site / "new"), pytest.raises(Refusal) as refused:
            saving.restore(site / "copy")
    assert "desk.backup.other" in refused.value.codes


def test_where_nothing_can_be_saved_or_restored(site: Path) -> None:
    (site / "full").mkdir()
    (site / "full" / "x").touch()
    with pytest.raises(Refusal) as refused:
        saving.save(site / "full", keys=True)
    assert "desk.backup.taken" in refused.value.codes
    with pytest.raises(Refusal) as refused:
        saving.restore(site / "full")
    assert "desk.backup.none" in refused.value.codes
    saved = saving.save(site / "keyed", keys=True)
    assert saved.database is (connection.vendor == "sqlite")
    assert (site / "keyed" / "personal.key").read_bytes() == b"key"
    assert (site / "keyed").stat().st_mode & 0o077 == 0
    assert Path(django_settings.DATA).is_dir()
