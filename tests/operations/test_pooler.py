"""A site behind PgBouncer, which gives it a connection for one transaction at a time, and fewer than the site asks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from tests import cluster
from tests.desk import served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") != "postgres", reason="a matter of PostgreSQL"),
    pytest.mark.skipif(not shutil.which("pgbouncer"), reason="PgBouncer is not installed"),
]
CONNECTIONS = 2


@contextmanager
def pooled(folder: Path, host: str) -> Iterator[str]:
    """The address of a pooler with few connections to the cluster."""
    (folder / "users").write_text('"yibiao" ""\n')
    (folder / "ini").write_text(
        f"[databases]\n* = host={host}\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = {folder}\n"
        f"auth_type = trust\nauth_file = {folder}/users\npool_mode = transaction\ndefault_pool_size = {CONNECTIONS}\n"
        f"max_client_conn = 500\nlogfile = {folder}/log\n"
    )
    running = subprocess.Popen(cluster._as_owner(["pgbouncer", "-q", str(folder / "ini")]), cwd="/")
    try:
        until = time.monotonic() + 10
        while not (folder / ".s.PGSQL.6432").exists() and time.monotonic() < until:
            time.sleep(0.05)
        yield f"postgres://yibiao@{str(folder).replace('/', '%2F')}:6432/pooled"
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account of the server reaches."""
    made = Path(tempfile.mkdtemp(prefix="yibiao-pooler-"))
    if os.geteuid() == 0:
        shutil.chown(made, "postgres")
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_site_files_seals_follows_and_shows_through_a_pooler(folder: Path, tmp_path: Path) -> None:
    url = os.environ["YIBIAO_TEST_CLUSTER"]
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("CREATE DATABASE pooled")
    with pooled(folder, unquote(urlsplit(url).hostname or "")) as address:
        words = ("bench", "live", "--json", "--seconds", "3", "--rates", "40,0", "--boards", "2", "--database", address)
        done = subprocess.run(
            [sys.executable, "-m", "yibiao.desk.cli", *words],
            env=served.environment(tmp_path) | {"YIBIAO_POOLED": "1"}, cwd=served.ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # It stops by itself unless every board says in the end what was acknowledged.
    found = json.loads(done.stdout)
    assert [one["failed"] for one in found["rounds"]] == [0, 0]
    assert found["rounds"][0]["acknowledged"] > 100
    with psycopg.connect(url, autocommit=True) as line:
        assert line.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = 'pooled'").fetchone() == (0,)
        line.execute("DROP DATABASE pooled")
