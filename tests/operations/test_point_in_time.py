"""PostgreSQL back to a moment before a mistake: base backup, archived WAL, recovery; the same roots and figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests import cluster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") != "postgres", reason="a matter of PostgreSQL"),
]
ROOT = Path(__file__).parents[2]


def tool(name: str, *words: str) -> None:
    cluster._run([str(cluster.binaries() / name), *words])


@contextmanager
def running(folder: Path, *options: str) -> Iterator[str]:
    """A server on the folder, as operators start one: with all that makes it survive a power cut."""
    settings = " ".join([f"-k {folder.parent} -c listen_addresses=''", *(f"-c {option}" for option in options)])
    tool("pg_ctl", "-D", str(folder), "-w", "-l", f"{folder}.log", "-o", settings, "start")
    try:
        yield f"postgres://yibiao@{quote(str(folder.parent), safe='')}/postgres"
    finally:
        tool("pg_ctl", "-D", str(folder), "-m", "fast", "-w", "stop")


def run(url: str, data: Path, *words: str) -> Any:
    """What a program on the database says, as JSON."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YIBIAO_")}
    environment = kept | {
        "DATABASE_URL": url, "YIBIAO_DATA": str(data), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "yibiao.site.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def asked(url: str, sql: str) -> Any:
    with psycopg.connect(url, autocommit=True) as line:
        row = line.execute(sql).fetchone()  # type: ignore[call-overload]
        return row and row[0]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account of the server reaches; the suite's temporary folders are for their owner alone."""
    made = Path(tempfile.mkdtemp(prefix="yibiao-moment-"))
    (made / "archive").mkdir()
    if os.geteuid() == 0:
        for one in (made, made / "archive"):
            shutil.chown(one, "postgres")
    yield made
    shutil.rmtree(made)


def test_back_to_a_moment_before_a_mistake(folder: Path, tmp_path: Path) -> None:
    data, archive = tmp_path / "data", folder / "archive"
    tool("initdb", "-D", str(folder / "first"), "-U", "yibiao", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    keeping = (
        "archive_mode=on",
        f"'archive_command=test ! -f {archive}/%f && cp %p {archive}/%f'",
        "wal_level=replica",
    )
    with running(folder / "first", *keeping) as url:
        run(url, data, "tests.operations.telling", "0", "20")
        tool("pg_basebackup", "-h", str(folder), "-U", "yibiao", "-D", str(folder / "base"), "-X", "none", "-c", "fast")
        good = run(url, data, "tests.operations.telling", "20", "20")
        run(url, data, "yibiao.desk.cli", "backup", str(tmp_path / "files"), "--json")
        moment = asked(url, "SELECT clock_timestamp()::text")
        wrong = run(url, data, "tests.operations.telling", "40", "20")
        assert wrong["root"] != good["root"]
        assert wrong["figures"] != good["figures"]
        asked(url, "SELECT pg_switch_wal()::text")

    # The machine is gone; what is left are the base backup, the archive and the copy of the files.
    shutil.rmtree(folder / "first")
    (folder / "base" / "recovery.signal").touch()
    if os.geteuid() == 0:
        shutil.chown(folder / "base" / "recovery.signal", "postgres")
    back = (
        f"'restore_command=cp {archive}/%f %p'", f"'recovery_target_time={moment}'", "recovery_target_action=promote",
        "archive_mode=off",
    )  # fmt: skip
    with running(folder / "base", *back) as url:
        new = tmp_path / "new"
        said = run(url, new, "yibiao.desk.cli", "restore", str(tmp_path / "files"), "--json")
        assert (said["number"], said["root"]) == (good["number"], good["root"])
        assert run(url, new, "tests.operations.telling", "0", "0") == good
        verdict = run(url, new, "yibiao.desk.cli", "ledger", "verify", "--json")
        assert (verdict["sound"], verdict["entries"]) == (True, good["size"])
        found = run(url, new, "yibiao.desk.cli", "figure", "verify", "--json")
        assert found == {"cubes": [], "columns": []}
        # Life goes on from there.
        assert run(url, new, "tests.operations.telling", "40", "20")["figures"] == wrong["figures"]
