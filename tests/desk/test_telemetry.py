"""Numbers that go to an OpenTelemetry collector are those of ``/metrics``, as a reader of protobuf finds them."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from yibiao.desk import metrics, telemetry

pytestmark = pytest.mark.django_db
Message = dict[int, list[Any]]


def message(content: bytes) -> Message:
    """The fields of a message by number; what is within stays bytes."""
    found: Message = {}
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = content[at]
            value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
            if byte < 0x80:
                return value

    while at < len(content):
        number, wire = divmod(varint(), 8)
        if wire == 0:
            value: Any = varint()
        else:
            size = 8 if wire == 1 else varint()
            value, at = content[at : at + size], at + size
        found.setdefault(number, []).append(value)
    return found


def double(content: bytes) -> float:
    return float(struct.unpack("<d", content)[0])


def labels(attributes: list[bytes]) -> str:
    pairs = (message(one) for one in attributes)
    said = {one[1][0].decode(): message(one[2][0])[1][0].decode() for one in pairs}
    return ",".join(f'{key}="{value}"' for key, value in sorted(said.items()))


def numbers(body: bytes) -> Iterator[tuple[str, str, float]]:
    """Every number of a request, named as Prometheus names it."""
    [resource] = message(body)[1]
    [scope] = message(resource)[2]
    for one in map(message, message(scope)[2]):
        name = one[1][0].decode()
        for point in map(message, message((one.get(5) or one.get(7) or [b""])[0]).get(1, [])):
            yield name, labels(point.get(7, [])), double(point[4][0])
        for point in map(message, message((one.get(9) or [b""])[0]).get(1, [])):
            counts = struct.unpack(f"<{len(point[6][0]) // 8}Q", point[6][0])
            bounds = struct.unpack(f"<{len(point[7][0]) // 8}d", point[7][0])
            said = labels(point.get(9, []))
            yield f"{name}_sum", said, double(point[5][0])
            yield f"{name}_count", said, struct.unpack("<Q", point[4][0])[0]
            for n, bound in enumerate((*bounds, float("inf"))):
                at = f'le="{"+Inf" if bound == float("inf") else bound}"'
                yield f"{name}_bucket", ",".join(sorted(filter(None, [at, *said.split(",")]))), sum(counts[: n + 1])


def scraped() -> dict[tuple[str, str], float]:
    """The same, from the text."""
    found = {}
    for line in metrics.text().decode().splitlines():
        if not line.startswith("#"):
            head, _, value = line.rpartition(" ")
            name, _, said = head.partition("{")
            found[name, ",".join(sorted(filter(None, said.rstrip("}").split(","))))] = float(value)
    return found


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]], list[int]]]:
    """A receiver on loopback: what came, and with what it answers."""
    came: list[tuple[str, dict[str, str], bytes]] = []
    answers: list[int] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop() if answers else 200)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", came, answers
        server.shutdown()


def sent() -> None:
    assert telemetry.send() == 0
    for one in telemetry._sending:
        one.join(5)


def test_a_collector_gets_every_number_of_metrics(collector: Any, settings: Any, tmp_path: Any) -> None:
    address, came, _ = collector
    settings.DATA, settings.YIBIAO_OTLP = tmp_path, f"{address}/within#sample-token"
    metrics.count_request("desk_record", "GET", 200, 0.003)
    metrics.count_request("desk_record", "GET", 404, 0.3)
    metrics.count_request("api:send", "POST", 201, 20)
    sent()
    [(path, headers, body)] = came
    assert (path, headers["Content-Type"]) == ("/within/v1/metrics", "application/x-protobuf")
    assert headers["Authorization"] == "Bearer sample-token"
    found = {(name, said): value for name, said, value in numbers(body)}
    expected = {key: value for key, value in scraped().items() if not key[0].endswith("_created")}
    assert found.keys() == expected.keys()
    # These go on between one look and the next.
    moving = {key for key in found if key[0] == "yibiao_disk_free_bytes" or key[0].endswith("_lag_seconds")}
    assert {key: found[key] for key in found.keys() - moving} == {key: expected[key] for key in found.keys() - moving}
    assert found["yibiao_requests_total", 'method="GET",route="desk_record",status="404"'] >= 1


def test_a_collector_that_is_not_set_refuses_or_is_away(
    collector: Any, settings: Any, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    address, came, answers = collector
    settings.DATA, settings.YIBIAO_OTLP = tmp_path, ""
    sent()
    assert not came
    settings.YIBIAO_OTLP = address
    answers.append(503)
    sent()
    settings.YIBIAO_OTLP = "http://127.0.0.1:1#secret-token"
    sent()
    assert [record.getMessage() for record in caplog.records] == [
        "the collector refused the numbers with status 503", "the collector did not answer: ConnectionRefusedError"
    ]  # fmt: skip
