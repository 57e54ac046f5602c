"""Messages reach a gateway over HTTP: signed, once, within a time, and what fails is seen by whom it concerns."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any

import pytest
from django.utils import timezone

from tests.notices.conftest import CHANGCHUN, World, draft
from tests.notices.test_inbox import seal
from yibiao.notices import actions, models, queries, senders

SECRET = "example-signing-key"
NUMBER = "13900000000"


@dataclass
class Gateway:
    """A gateway that runs, and answers as a test tells it to."""

    url: str = ""
    answer: int = 200
    wait: float = 0.0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    state = Gateway()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            sleep(state.wait)
            self.send_response(state.answer)
            if state.answer == 302:
                self.send_header("Location", state.url + "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    settings.YIBIAO_SENDERS = {"sms": "sms-webhook"}
    settings.YIBIAO_GATEWAYS = {"sms": (state.url, SECRET)}
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def pressed(world: World) -> World:
    actions.set_addresses(world.city.key, {"sms": NUMBER})
    actions.issue(draft(CHANGCHUN), by=world.warrant(world.province, "review"))
    seal()
    return world


def test_a_gateway_gets_one_signed_message(pressed: World, gateway: Gateway) -> None:
    assert actions.deliver() == 1
    assert actions.deliver() == 0, "sent once"
    ((headers, body),) = gateway.got
    held = json.loads(body)
    assert (held["to"], held["channel"]) == (NUMBER, "sms")
    assert held["text"].startswith("请签收：")
    proof = hmac.new(SECRET.encode(), headers["x-yibiao-timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["x-yibiao-signature"] == f"sha256={proof}"
    assert queries.faults_of(pressed.city.key) == ()


@pytest.mark.parametrize("answer", [302, 400, 429, 503])
def test_what_a_gateway_does_not_take_is_tried_again_and_told(pressed: World, gateway: Gateway, answer: int) -> None:
    gateway.answer = answer
    assert actions.deliver() == 1
    assert len(gateway.got) == 1, "a redirect is not followed"
    (fault,) = queries.faults_of(pressed.city.key)
    assert (fault.channel, fault.fault, fault.tries, fault.given_up) == ("sms", "GatewayError", 1, False)
    gateway.answer = 204
    models.Delivery.objects.update(next_at=timezone.now())
    assert actions.deliver() == 1
    assert queries.faults_of(pressed.city.key) == ()
    ids = {json.loads(body)["id"] for _, body in gateway.got}
    assert len(ids) == 1, "the same message keeps its number"


def test_the_tries_have_an_end(pressed: World, gateway: Gateway) -> None:
    gateway.answer = 500
    for _ in range(5):
        models.Delivery.objects.exclude(next_at=None).update(next_at=timezone.now())
        assert actions.deliver() == 1
    assert actions.deliver() == 0
    (fault,) = queries.faults_of(pressed.city.key)
    assert (fault.tries, fault.given_up) == (5, True)


def test_a_gateway_that_hangs_is_left(pressed: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "TIMEOUT", 0.1)
    gateway.wait = 1.0
    assert actions.deliver() == 1
    assert models.Attempt.objects.get().fault in ("TimeoutError", "URLError")


def test_nothing_about_a_person_is_kept_of_a_failure(
    pressed: World, gateway: Gateway, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    gateway.answer = 500
    actions.deliver()
    said = capsys.readouterr().out + capsys.readouterr().err + caplog.text + models.Attempt.objects.get().fault
    for secret in (NUMBER, SECRET, "示例"):
        assert secret not in said
