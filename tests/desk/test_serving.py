"""The running site: sealed within a second, started again when its server dies, whole again after kill -9."""

from __future__ import annotations

import base64
import http.client
import http.cookiejar
import json
import math
import os
import re
import signal
import socket
import sqlite3
import threading
import time
import urllib.parse
import urllib.request
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError

from tests.desk import served
from tests.desk.served import Served
from tests.desk.test_observing import counted
from tests.desk.world import ERDAO, PASSWORD, SAFETY, inspection
from yibiao.desk import serving, streams
from yibiao.desk.followers import CLOCKS, FOLLOWERS, Follower


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


def test_a_follower_that_fails_stops_neither_the_others_nor_the_site(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stepped: list[str] = []

    def step(name: str, failure: Exception | None = None) -> int:
        stepped.append(name)
        if failure is not None:
            raise failure
        return 0

    def table(*failures: Exception | None) -> dict[str, float]:
        rows = [Follower(str(n), (), partial(step, str(n), one), 0.0) for n, one in enumerate(failures)]
        monkeypatch.setattr(serving, "FOLLOWERS", tuple(rows))
        monkeypatch.setattr(serving, "CLOCKS", ())
        return dict.fromkeys((one.name for one in rows), 0.0) | {serving.TELEMETRY.name: math.inf}

    due = table(ValueError("damaged"), IntegrityError("twice"), None)
    for _ in range(2):
        serving._follow(due, 1.0, threading.Event())
    assert stepped == ["0", "1", "2", "2"], "what failed waits"
    assert [record.getMessage() for record in caplog.records] == [
        f"the follower {n} failed and is tried again" for n in (0, 1)
    ]
    # A database that is away is everybody's.
    with pytest.raises(OperationalError):
        serving._follow(table(OperationalError("away"), None), 1.0, threading.Event())


def test_whoever_waits_for_another_program_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scanner or a mail server that hangs must not hold up deadlines and figures."""
    ended, free, stepped = threading.Event(), threading.Event(), threading.Event()

    def hang() -> int:
        free.wait(30)
        return 0

    def step() -> int:
        stepped.set()
        return 0

    monkeypatch.setattr(serving, "FOLLOWERS", (Follower("slow", (), hang, 0.0, waits=True),))
    monkeypatch.setattr(serving, "CLOCKS", (Follower("quick", (), step, 0.0),))
    threads = serving._begun(ended, 1.0)
    try:
        assert stepped.wait(10)
        assert len(threads) == 3
    finally:
        ended.set()
        free.set()
        for one in threads:
            one.join(10)
    assert not any(one.is_alive() for one in threads)
    assert {one.name for one in (*FOLLOWERS, *CLOCKS) if one.waits} == {"senders", "scanner"}


def children(of: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{of}/task/{of}/children").read_text().split()]


def told(folder: Path, *words: str) -> str:
    done = served.run(folder, "yibiao.desk.cli", *words, "--data", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_web_server_that_dies_is_started_again_and_nobody_serves_its_folder_twice(folder: Path) -> None:
    site = Served(folder, served.free_port())
    again = served.run(folder, "yibiao.desk.cli", "serve", "--data", str(folder), "--port", str(served.free_port()))
    assert again.returncode == 2
    assert "desk.serve.already" in again.stderr
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


@pytest.mark.slow
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


def test_an_open_board_is_told_holds_no_thread_and_ends_with_its_session(folder: Path) -> None:
    site = Served(folder, served.free_port())
    cookie = enter(site.address, "bianshen")
    asked_in_plain_letters(site.address)
    page = ask(site.address, f"/board/?program={SAFETY}", cookie)
    seen = int(re.search(r'data-seen="([0-9]+)"', page.read().decode())[1])  # type: ignore[index]
    # As many as one person may open, and more than that are refused.
    boards = [ask(site.address, f"/board/events/?program={SAFETY}&seen={seen}", cookie) for _ in range(streams.OF_ONE)]
    assert ask(site.address, f"/board/events/?program={SAFETY}", cookie).status == 503
    filed = time.monotonic()
    assert file(site.address)
    event = [boards[0].readline().decode() for _ in range(6)]
    told = json.loads(next(line for line in event if line.startswith("data: ")).removeprefix("data: "))
    assert told["checkpoint"] > seen
    assert "leader-visits" in told["pieces"]
    assert time.monotonic() - filed < 5
    # One who goes makes room.
    boards.pop().close()
    until = time.monotonic() + 5
    while (again := ask(site.address, f"/board/events/?program={SAFETY}", cookie)).status != 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert told_of(folder, "DELETE FROM django_session") >= 1
    assert any(line.startswith(b"event: bye") for line in boards[0])
    assert any(line.startswith(b"event: bye") for line in again)
    stopped_in_order(site)


def asked_in_plain_letters(address: str) -> None:
    """An address with Chinese that nobody escaped is one as any other."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall("GET /nowhere/张三?q=李四 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert line.recv(65536).startswith(b"HTTP/1.1 404")


def stopped_in_order(site: Served) -> None:
    """Told to stop, it ends what is open, takes what is nearly there and cuts what is not; nobody is just hung up."""
    cookie = enter(site.address, "bianshen")
    board = ask(site.address, f"/board/events/?program={SAFETY}&seen=1", cookie)
    assert board.readline() == b"retry: 3000\n"
    host, port = site.address.removeprefix("http://").split(":")
    head = b"POST /openrosa/key/none/submission HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"
    nearly, never = (socket.create_connection((host, int(port)), timeout=30) for _ in range(2))
    for line in (nearly, never):
        # It was answered once: the server has taken the connection.
        line.sendall(b"HEAD /icon.svg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        line.sendall(head)
    time.sleep(0.5)
    site.process.terminate()
    time.sleep(0.3)
    nearly.sendall(b"x" * 9)
    # A page would load itself anew on "bye"; a stream that merely ends is asked for again.
    assert b"bye" not in board.read()
    assert nearly.recv(100).startswith(b"HTTP/1.1 403")
    assert never.recv(100).startswith(b"HTTP/1.1 408")
    assert site.process.wait(timeout=20) == 0, site.log
    assert "refused to gracefully stop" not in site.log


def enter(address: str, username: str) -> str:
    """The cookie of somebody who has signed in."""
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    page = browser.open(f"{address}/account/login/").read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)[1]  # type: ignore[index]
    sent = urllib.parse.urlencode({"login": username, "password": PASSWORD, "csrfmiddlewaretoken": token}).encode()
    browser.open(f"{address}/account/login/", sent)
    return "; ".join(f"{one.name}={one.value}" for one in cookies)


def ask(address: str, path: str, cookie: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
    return connection.getresponse()


def told_of(folder: Path, statement: str) -> int:
    with sqlite3.connect(folder / "yibiao.sqlite3", timeout=20) as database:
        return database.execute(statement).rowcount
