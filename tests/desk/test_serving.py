"""The running site: sealed within a second, started again when its server dies, whole again after kill -9."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from tests.desk import served
from tests.desk.served import Served
from tests.desk.test_observing import counted
from tests.desk.world import ERDAO, PASSWORD, SAFETY, inspection


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("served")
    made = served.run(data, "tests.browser.prepare")
    assert made.returncode == 0, made.stderr
    return data


def file(address: str) -> str | None:
    """Files one inspection through the API; its id if it was acknowledged."""
    draft = inspection(ERDAO, "示例二道")
    body = json.dumps({"id": draft.id, "form": draft.form, "program": SAFETY, "answers": dict(draft.answers)})
    who = base64.b64encode(f"erdao:{PASSWORD}".encode()).decode()
    asked = urllib.request.Request(  # noqa: S310 (our own address)
        f"{address}/api/submissions",
        data=body.encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Basic {who}"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return draft.id if draft.id in answer.read().decode() else None
    except (OSError, http.client.HTTPException):
        return None


def children(of: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{of}/task/{of}/children").read_text().split()]


def told(folder: Path, *words: str) -> str:
    done = served.run(folder, "yibiao.desk.cli", *words, "--data", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_web_server_that_dies_is_started_again(folder: Path) -> None:
    site = Served(folder, served.free_port())
    assert file(site.address)
    (server,) = children(site.process.pid)
    os.kill(server, signal.SIGKILL)
    time.sleep(1)
    site.wait()
    assert children(site.process.pid) != [server]
    assert file(site.address)
    # What the process before had counted is not lost, and each request is a line of the log.
    counts = f"{site.address}/metrics"
    with urllib.request.urlopen(counts, timeout=5) as answer:  # noqa: S310 (our own address)
        assert counted(answer.read().decode(), "yibiao_submissions_total", outcome="accepted") == 2
        id = answer.headers["X-Request-ID"]
    site.stop()
    told = [json.loads(line) for line in site.log.splitlines() if line.startswith("{")]
    assert [(line["route"], line["status"]) for line in told if line.get("request") == id] == [("desk_metrics", 200)]
    assert sum(line.get("route") == "api:send" for line in told) == 2


def test_nobody_serves_a_folder_twice(folder: Path) -> None:
    port = served.free_port()
    site = Served(folder, port)
    again = served.run(folder, "yibiao.desk.cli", "serve", "--data", str(folder), "--port", str(served.free_port()))
    assert again.returncode == 2
    assert "desk.serve.already" in again.stderr
    site.stop()


def test_kill_9_while_writing_loses_nothing_that_was_acknowledged(folder: Path) -> None:
    port = served.free_port()
    site = Served(folder, port)
    filed: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            if id := file(site.address):
                filed.append(id)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    while len(filed) < 12:
        time.sleep(0.1)
    for victim in (*_offspring(site.process.pid), site.process.pid):
        os.kill(victim, signal.SIGKILL)
    stop.set()
    for writer in writers:
        writer.join()
    site.process.wait()

    again = Served(folder, port)
    time.sleep(1.5)
    facts = told(folder, "figure", "facts", f"{SAFETY}.leader-visits").splitlines()
    assert set(filed) <= {json.loads(line)["fact"] for line in facts}
    assert json.loads(told(folder, "ledger", "verify", "--json"))["sound"]
    again.stop()


def test_a_killed_parent_leaves_no_server_behind(folder: Path) -> None:
    port = served.free_port()
    site = Served(folder, port)
    site.process.kill()
    site.process.wait()
    until = time.monotonic() + 10
    while site.answers() and time.monotonic() < until:
        time.sleep(0.2)
    again = Served(folder, port)
    again.stop()


def _offspring(of: int) -> list[int]:
    return [one for child in children(of) for one in (child, *_offspring(child))]
