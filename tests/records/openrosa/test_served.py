"""Clients that vanish, dawdle or send too much, and a server that is killed: against a real one."""

from __future__ import annotations

import http.client
import os
import random
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.records.openrosa.conftest import filled, new_id, xml
from tests.records.openrosa.server import Server, database_of

ROUNDS = int(os.environ.get("YIBIAO_KILL_ROUNDS", "3"))


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with django_db_blocker.unblock():
        database = database_of(f"openrosa_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    made = Server(tmp_path_factory.mktemp("openrosa"), database)
    made.start()
    yield made
    made.stop()


def whole(server: Server) -> set[str]:
    """The ids of all records, none of which may be there by halves."""
    found = server.run("look")
    assert found["sound"]
    assert found["incoming"] == 0
    assert found["facts"] == len(found["records"])
    assert all(counts == [1, 1, 1] for counts in found["records"].values()), found["records"]
    return set(found["records"])


def well(server: Server) -> None:
    """A next phone is served, and at once."""
    begun = time.monotonic()
    assert server.send(filled(xml(new_id())))[0] == 201
    assert time.monotonic() - begun < 10


def ids(count: int) -> list[str]:
    return [new_id().removeprefix("uuid:") for _ in range(count)]


def test_twenty_that_vanish_before_the_answer(server: Server) -> None:
    gone = ids(20)
    for id in gone:
        body = filled(xml(id))
        server.open(server.head(len(body)), body).close()
    well(server)
    before = whole(server)
    for id in gone:
        assert server.send(filled(xml(id)))[0] == 201
    assert whole(server) - before == set(gone) - before


def test_4_27_bodies_cut_at_every_tenth(server: Server) -> None:
    before = whole(server)
    for tenth in range(10):
        (id,) = ids(1)
        body = filled(xml(id, measure="立即整改" * 500))
        server.open(server.head(len(body)), body[: len(body) * tenth // 10]).close()
        # The other end says that it is done, and waits for the answer.
        half = server.open(server.head(len(body)), body[: len(body) * tenth // 10])
        half.shutdown(socket.SHUT_WR)
        half.close()
    well(server)
    assert len(whole(server) - before) == 1


def test_a_body_without_a_length_comes_in_pieces(server: Server) -> None:
    (id,) = ids(1)
    body = filled(xml(id))
    pieces = b"".join(
        f"{len(body[at : at + 100]):x}\r\n".encode() + body[at : at + 100] + b"\r\n" for at in range(0, len(body), 100)
    )
    with server.open(server.head(None, **{"Transfer-Encoding": "chunked"}), pieces, b"0\r\n\r\n") as made:
        assert made.recv(4096).startswith(b"HTTP/1.1 201")


def test_two_hundred_megabytes_are_refused_unread(server: Server) -> None:
    with server.open(server.head(200_000_000), b"x" * 1_000) as made:
        assert made.recv(4096).startswith(b"HTTP/1.1 413")
    endless = server.open(server.head(None, **{"Transfer-Encoding": "chunked"}))
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with endless:
        try:
            for _ in range(200):
                endless.sendall(chunk)
            answer = endless.recv(4096)
        except OSError:
            answer = b"HTTP/1.1 4"
        # The server may close before the answer is read; it never goes on reading.
        assert not answer or answer.startswith(b"HTTP/1.1 4")
    well(server)
    assert server.run("look")["incoming"] == 0


def test_those_who_dawdle_keep_nobody_waiting(server: Server) -> None:
    body = filled(xml(new_id()))
    slow = [server.open(server.head(len(body)), body[:10]) for _ in range(40)]
    try:
        well(server)
        for one in slow:
            one.sendall(body[10:11])
        well(server)
    finally:
        for one in slow:
            one.close()
    well(server)


def test_4_25_killed_under_load_whoever_was_told_so_is_there_once(server: Server) -> None:
    """Three rounds here; ``YIBIAO_KILL_ROUNDS=45`` asks for more. Every third is an order to stop."""
    told: list[str] = []

    def send(stop: threading.Event) -> None:
        while not stop.is_set():
            (id,) = ids(1)
            try:
                if server.send(filled(xml(id)), timeout=10)[0] == 201:
                    told.append(id)
            except (OSError, http.client.HTTPException):
                continue

    for round in range(ROUNDS):
        stop = threading.Event()
        threads = [threading.Thread(target=send, args=(stop,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(random.Random(round).uniform(0.3, 1.5))
        server.stop() if round % 3 == 2 else server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        server.start()
    found = whole(server)
    assert told
    assert set(told) <= found
    assert len(told) == len(set(told))
