"""Requests of another endpoint over HTTP on loopback: what is served is what our own endpoint says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.citizens.conftest import PROGRAM, QUARTER, World, reported, settle
from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.citizens import actions as citizens
from yibiao.citizens import models
from yibiao.citizens.types import Pushed
from yibiao.core import clock
from yibiao.core.problems import Refusal
from yibiao.desk.commands.open311 import open311


@contextmanager
def served(body: bytes, asked: list[str], status: int = 200) -> Iterator[str]:
    """Another system's endpoint; ``asked`` takes the addresses that it was asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(f"{self.path}?{said}")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/open311/v2"
    finally:
        server.shutdown()
        server.server_close()


def ours(world: World) -> bytes:
    """What our own endpoint says of two accepted reports."""
    for service, summary in (("repair", "楼道灯报修"), ("noise", "夜间施工")):
        _, taken = reported(service=service)
        cases.move(taken.case, "accept", {"summary": summary}, by=world.by)
    return Client().get("/open311/v2/requests.json").content


def test_each_request_comes_once(world: World) -> None:
    asked: list[str] = []
    body = ours(world)
    with served(body, asked) as address:
        first = citizens.pull(address, PROGRAM)
        again = citizens.pull(address, PROGRAM)
    assert (first.taken, first.known, first.refused) == (2, 0, {})
    assert (again.taken, again.known) == (0, 2)
    settle()
    told = {one["description"]: one for one in json.loads(body)}
    lines = known.page(scope=world.all, program=PROGRAM, at=clock.now(), lifecycle="report", size=100).items
    pulled = [known.case(one.id, scope=world.all) for one in lines if "127.0.0.1" in one.title]
    assert {(one.answers["service"], one.answers["means"], one.place) for one in pulled} == {
        ("repair", "open311", QUARTER), ("noise", "open311", QUARTER),
    }  # fmt: skip
    for one in pulled:
        there = told[one.title.partition("（")[0]]
        assert there["service_request_id"] in one.title
        assert one.standing.occurred_at.isoformat(timespec="seconds") == there["requested_datetime"]
    since, until = (parse_qs(urlsplit(one).query)["start_date"][0] for one in asked)
    assert since < until, "the second pull begins where the first ended"


def test_the_other_side_is_told_once_per_change(world: World) -> None:
    base = {"requested_datetime": "2026-11-01T08:00:00+08:00", "service_code": "repair", "lat": 43.88, "long": 125.35}
    body = json.dumps([{**base, "service_request_id": "R-7", "description": "示例路面塌陷"}]).encode()
    asked: list[str] = []
    with served(body, asked) as address:
        assert citizens.pull(address, PROGRAM).taken == 1
        settle()
        assert citizens.push(address, PROGRAM) == Pushed(0, 0), "nobody has accepted it"
        case = models.Fetched.objects.get(source=address, number="R-7").case
        for move, answers in (("accept", {}), ("summarise", {"summary": "路面"}), ("dispatch", {})):
            cases.move(case, move, answers, by=world.by)
            citizens.push(address, PROGRAM, key="sample-key")
        for move, answers in (("handle", {"answer": "已填平"}), ("visit", {"satisfied": "yes"})):
            cases.move(case, move, answers, by=world.by)
        later = clock.now() + timedelta(days=61)
        told = [citizens.push(address, PROGRAM, at=at) for at in (None, later, later)]
    assert told == [Pushed(1, 0), Pushed(0, 1), Pushed(0, 0)], "once more, unchanged, and over"
    sent = [parse_qs(urlsplit(one).query) for one in asked if "servicerequestupdates.json" in one]
    assert [(one["status"], one["description"]) for one in sent] == [
        (["OPEN"], ["已受理"]), (["OPEN"], ["处置中"]), (["CLOSED"], ["办结：已填平"]),
    ]  # fmt: skip
    assert {one["service_request_id"][0] for one in sent} == {"R-7"}
    assert len({one["update_id"][0] for one in sent}) == 3
    assert sent[0]["api_key"] == ["sample-key"]


def test_what_is_not_taken_is_told_again(world: World) -> None:
    base = {"requested_datetime": "2026-11-01T08:00:00+08:00", "service_code": "repair"}
    body = json.dumps([{**base, "service_request_id": "R-8", "description": "示例路面塌陷"}]).encode()
    with served(body, []) as address:
        citizens.pull(address, PROGRAM)
    settle()
    row = models.Fetched.objects.get(number="R-8")
    cases.move(row.case, "accept", {}, by=world.by)
    with pytest.raises(Refusal) as refused:
        citizens.push(address, PROGRAM)
    assert refused.value.codes == ("citizens.push.unsent",)
    for status, told in ((403, 0), (500, 0), (302, 0), (200, 1)):
        with served(b"no such key", [], status) as other:
            models.Fetched.objects.filter(pk=row.pk).update(source=other)
            result = CliRunner().invoke(open311, ["push", "--to", other, "--program", PROGRAM, "--json"])
        assert json.loads(result.output)["told"] == told
        assert ("R-8" in json.loads(result.output)["refused"]) == (not told), result.output


def test_codes_are_mapped_and_what_is_wrong_is_told(world: World) -> None:
    base = {"requested_datetime": "2026-11-01T08:00:00+08:00", "service_code": "001", "extra": [1], "lat": 43.88,
            "long": 125.35}  # fmt: skip
    body = json.dumps([
        {**base, "service_request_id": 7, "description": "示例路面塌陷"},
        {**base, "service_request_id": "8", "description": None, "service_name": "示例"},
        {**base, "service_request_id": "9", "description": "示例" * 600},
    ]).encode()  # fmt: skip
    with served(body, []) as address:
        result = CliRunner().invoke(
            open311, ["pull", "--from", address, "--program", PROGRAM, "--service", "001=safety", "--json"]
        )
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert (told["taken"], list(told["refused"])) == (2, ["9"])
    settle()
    lines = known.page(scope=world.all, program=PROGRAM, at=clock.now(), lifecycle="report", size=100).items
    assert {known.case(one.id, scope=world.all).answers["service"] for one in lines} == {"safety"}


@pytest.mark.parametrize(("body", "status"), [(b"<html>", 200), (b'[{"a": 1}]', 200), (b"[]", 500), (b"[]", 302)])
def test_an_endpoint_that_answers_otherwise(world: World, body: bytes, status: int) -> None:
    with served(body, [], status) as address, pytest.raises(Refusal) as refused:
        citizens.pull(address, PROGRAM)
    assert refused.value.codes == ("citizens.pull.unread",)
    assert not models.Pull.objects.exists(), "where it failed it begins again"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://example.com/", "example.com", "http://"])
def test_other_addresses_are_refused(world: World, address: str) -> None:
    with pytest.raises(Refusal) as refused:
        citizens.pull(address, PROGRAM)
    assert refused.value.codes == ("citizens.pull.address",)
