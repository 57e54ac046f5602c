"""``yibiao doctor``: each thing that can be wrong is named with its place and a remedy, and all else is well."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.utils import translation

from tests.figures import world
from yibiao.core import clock
from yibiao.desk import metrics
from yibiao.desk.commands.doctor import doctor
from yibiao.desk.commands.ledger import ledger as ledger_command
from yibiao.desk.health import database
from yibiao.figures import actions, store
from yibiao.figures.models import Recount
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.ledger import triggers
from yibiao.records.intake.openrosa import keys

pytestmark = pytest.mark.django_db
# The suite's PostgreSQL runs without fsync, and without a pack that opens a program.
KNOWN = {"database.durable"} if connection.vendor == "postgresql" else set()


def run(*words: str) -> Result:
    return CliRunner().invoke(doctor, words, standalone_mode=False, catch_exceptions=False)


def seen() -> dict[str, dict[str, Any]]:
    return {one["code"]: one for one in json.loads(run("--json").stdout)}


def faults() -> set[str]:
    return {code for code, one in seen().items() if one["mark"] == "fault"} - {"contents.programs", "machine.pages"}


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Any:
    settings.DATA = tmp_path
    world.install()
    world.append(*(world.draft("check", {"found": n}) for n in range(3)))
    actions.follow()
    # Two facts tell of the tree of places.
    for name in ("cases", "duty", "notices"):
        ledger.advance(name, 5)
    return settings


def test_all_is_well(site: Any) -> None:
    assert faults() == KNOWN
    found = seen()
    assert all(one["remedy"] == "" for one in found.values() if one["mark"] == "good")
    assert all(one["remedy"] for one in found.values() if one["mark"] != "good")
    assert found["ledger.checkpoint"]["seen"] == "存证点 1，共 5 条事实"
    assert found["columns.files"]["seen"] == "3 行，1 个文件，缺 0 个，无主 0 个"
    assert found["figures.engine"]["seen"] == "duckdb：数据列和立方"
    assert found["follower.figures"]["seen"] == "落后 0 条，0 秒"
    with translation.override("en"):
        text = run().stdout
    assert "✓ Sealing [ledger]: 0 facts wait, the oldest for 0 s" in text
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_it_ends_with_1_where_something_is_wrong(site: Any) -> None:
    site.ALLOWED_HOSTS = ["*"]
    done = run()
    assert done.return_value == 1
    assert "✗ 主机名 [YIBIAO_HOSTS]：*  → 请写明网站的名称，不要用 *。" in done.stdout


def test_a_missing_or_cut_file_of_the_columns_and_an_orphan(site: Any) -> None:
    (path,) = store.root().rglob("*.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert "columns.files" in faults()
    path.unlink()
    found = seen()["columns.files"]
    assert path.name in found["seen"]
    assert "yibiao rebuild figures" in found["remedy"]
    path.with_suffix(".other").write_bytes(b"half")
    assert "无主 1 个" in seen()["columns.files"]["seen"]
    path.write_bytes(whole)
    assert faults() == KNOWN


def test_a_file_of_the_columns_in_which_a_bit_was_turned(site: Any) -> None:
    (path,) = store.root().rglob("*.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
    assert faults() - KNOWN == {"columns.content"}
    with translation.override("en"):
        found = seen()["columns.content"]
    assert found["seen"].startswith("1 files read back, 1 damaged")
    assert path.name in found["seen"]
    actions.rebuild()
    assert faults() == KNOWN, "the remedy is one"


def test_a_disk_that_is_nearly_full(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, mark in ((0.4, "fault"), (4.0, "odd"), (40.0, "good")):
        used = shutil.disk_usage(site.DATA)._replace(free=int(free * (1 << 30)))
        monkeypatch.setattr(shutil, "disk_usage", lambda _, used=used: used)
        found = seen()["machine.disk"]
        assert (found["mark"], found["seen"]) == (mark, f"可用 {free} GB")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked")
def test_a_clock_that_nobody_sets_is_worth_knowing(site: Any) -> None:
    found = seen()["machine.clock"]
    assert found["mark"] in {"good", "odd"}
    assert found["seen"] == ("有服务在校时" if found["mark"] == "good" else "没有服务在校时")


def test_settings_with_which_it_cannot_begin_are_said(tmp_path: Path) -> None:
    """A database that has no such name, and a disk without room for the key; nothing half is left behind."""
    begin = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    main = "from yibiao.desk.cli import main; main()"
    for named, before, why in (("bogus", "", "://"), ("", begin, "File too large")):
        given = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(
            [sys.executable, "-c", before + main, "doctor", "--json", "--data", str(tmp_path / f"of{named}")],
            env=given | {"DATABASE_URL": named}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        (told,) = json.loads(done.stdout)["problems"]
        assert told["code"] == "desk.settings.unfit"
        assert why in told["rule"]["zh"]
    assert list((tmp_path / "of").iterdir()) == []


def test_files_of_columns_that_were_replaced_are_nothing_to_worry_about(site: Any) -> None:
    (path,) = store.root().rglob("*.parquet")
    path.unlink()
    assert "columns.files" in faults()
    actions.rebuild()
    assert faults() == KNOWN, "the remedy is one"
    assert seen()["columns.files"]["seen"] == "3 行，1 个文件，缺 0 个，无主 0 个"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a matter of PostgreSQL")
def test_an_archive_that_a_quiet_site_does_not_reach_is_worth_knowing(site: Any) -> None:
    held = {"archive_mode": "on", "archive_command": "cp %p /archive/%f", "archive_timeout": "300"}
    assert database._archive(held).mark == "good"
    assert "archive_timeout" in database._archive(held | {"archive_timeout": "0"}).remedy
    assert database._archive(held | {"archive_command": ""}).mark == "odd"


def test_the_nightly_recount_must_have_been_and_have_found_nothing(site: Any) -> None:
    assert (seen()["columns.recounted"]["mark"], "yibiao_recount_age_seconds" in metrics.text().decode()) == (
        "good", False,
    )  # fmt: skip
    assert actions.verify().sound
    assert seen()["columns.recounted"]["mark"] == "good"
    Recount.objects.update(at=clock.now() - timedelta(hours=49))
    found = seen()["columns.recounted"]
    assert (found["mark"], "一点到五点" in found["remedy"]) == ("odd", True)
    Recount.objects.update(wrong=2)
    found = seen()["columns.recounted"]
    assert (found["mark"], "yibiao rebuild figures" in found["remedy"]) == ("fault", True)
    told = metrics.text().decode()
    assert "yibiao_recount_differences 2.0" in told
    assert float(told.split("\nyibiao_recount_age_seconds ")[1].split()[0]) > 48 * 3600


def test_what_waits_too_long(site: Any) -> None:
    world.append(world.draft("check", {}), seal=False)
    assert faults() == KNOWN, "a fact of this moment may wait"
    world.append(world.draft("check", {}), seal=True)
    found = seen()
    assert (found["follower.cases"]["mark"], found["follower.cases"]["seen"]) == ("good", "落后 2 条，0 秒")
    begun = clock.now()
    clock.keep(clock.Pace(begun + timedelta(hours=2), begun + timedelta(days=1), begun, 1.0))
    try:
        world.append(world.draft("check", {}), seal=False)
        assert faults() - KNOWN == {
            "follower.cases", "follower.duty", "follower.notices", "follower.figures", "settings.replay"
        }  # fmt: skip
        clock.keep(clock.Pace(begun + timedelta(hours=3), begun + timedelta(days=1), begun, 1.0))
        assert "ledger.sealer" in faults()
    finally:
        clock.keep(None)


def test_a_log_that_the_database_no_longer_guards(site: Any) -> None:
    triggers.remove(connection)
    assert faults() - KNOWN == {"database.guarded"}
    triggers.install(connection)
    assert faults() == KNOWN


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite the log is one table")
def test_a_log_that_soon_has_no_part_for_what_comes(site: Any) -> None:
    assert seen()["database.partitions"]["mark"] == "good"
    sequence = "pg_get_serial_sequence('ledger_entry', 'id')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval({sequence}), setval({sequence}, {log.partitions()[-1].end - 5})")
        [(last, _)] = cursor.fetchall()
        try:
            found = seen()["database.partitions"]
            assert found["mark"] == "odd"
            assert "yibiao ledger partitions" in found["remedy"]
            told = CliRunner().invoke(
                ledger_command, ["partitions", "--json"], standalone_mode=False, catch_exceptions=False
            )
            assert json.loads(told.stdout)["made"] == 2
            assert seen()["database.partitions"]["mark"] == "good"
        finally:
            cursor.execute(f"SELECT setval({sequence}, {last})")


def test_a_key_that_others_can_read(site: Any) -> None:
    key = site.DATA / "personal.key"
    key.write_bytes(b"x")
    key.chmod(0o640)
    assert faults() - KNOWN == {"machine.key.personal"}
    key.chmod(0o600)
    assert faults() == KNOWN


def test_a_file_of_form_keys_that_cannot_be_used(site: Any) -> None:
    file = site.DATA / "forms.pem"
    site.YIBIAO_FORM_KEYS = str(file)
    assert faults() - KNOWN == {"machine.key.forms"}
    assert seen()["machine.key.forms"]["seen"] == "表单的密钥文件不能用：读不到。"
    keys.make(file, renew=False)
    assert seen()["machine.key.forms"]["mark"] == "good"
    file.chmod(0o644)
    with translation.override("en"):
        assert "others may read it" in seen()["machine.key.forms"]["seen"]


def test_settings_that_are_unsafe_where_others_reach_the_site(site: Any) -> None:
    site.ALLOWED_HOSTS = ["yibiao.example"]
    assert seen()["settings.https"]["mark"] == "odd"
    site.SECURE_SSL_REDIRECT = True
    assert (seen()["settings.https"]["mark"], seen()["settings.proxies"]["mark"]) == ("good", "odd")
    site.SECRET_KEY = "short"
    assert faults() - KNOWN == {"settings.secret"}


def test_durability_is_read_from_the_database_itself(site: Any) -> None:
    found = seen()
    if connection.vendor == "postgresql":
        assert found["database.durable"]["seen"] == "fsync=off"
        assert abs(float(found["database.clock"]["seen"].split()[1])) < 1
        assert found["database.archive"]["mark"] == "odd"
    else:
        assert found["database.durable"]["seen"] == "journal_mode=wal, synchronous=2"
    assert found["database.version"]["mark"] == "good"


def test_a_scanner_and_a_mail_server_that_answer_or_do_not(site: Any) -> None:
    site.YIBIAO_SENDERS = {**site.YIBIAO_SENDERS, "email": "email"}
    with answering({b"zPING\0": b"PONG\0"}) as port:
        site.YIBIAO_SCANNER = f"clamd://127.0.0.1:{port}"
        assert seen()["channels.scanner"]["mark"] == "good"
    site.EMAIL_HOST, site.EMAIL_PORT = "127.0.0.1", port
    site.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert faults() - KNOWN == {"channels.scanner", "channels.email"}


@contextmanager
def answering(answers: dict[bytes, bytes]) -> Iterator[int]:
    """A server on loopback that knows an answer to what it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(answers[line.recv(100)])

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()
