"""What ``/metrics`` says, sent to an OpenTelemetry collector: OTLP 1 over HTTP, in protobuf.

Four messages and their numbers are all that is needed of the protocol, so that no library is.
**Source** opentelemetry-proto 1, ``metrics.proto`` and ``metrics_service.proto``; OTLP specification 1, "OTLP/HTTP".
"""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from yibiao import __version__
from yibiao.desk import metrics

TIMEOUT: Final = 10.0
CUMULATIVE: Final = 2
_UNITS: Final = {"seconds": "s", "bytes": "By"}
log = logging.getLogger(__name__)
_begun: Final = time.time_ns()
_sending: list[Thread] = []


def send() -> int:
    """Sends everything as it is now, without waiting for the answer; nothing where no collector is set. Always 0."""
    if settings.YIBIAO_OTLP and not any(one.is_alive() for one in _sending):
        counted = metrics.folder() if metrics.folder().is_dir() else None
        told = metrics.text(counted).decode()
        body = encoded(text_string_to_metric_families(told), begun=_begun, at=time.time_ns())
        # In a thread, since a collector that is away must keep nobody waiting.
        _sending[:] = [Thread(target=_post, args=(settings.YIBIAO_OTLP, body), name="yibiao-otlp", daemon=True)]
        _sending[0].start()
    return 0


def encoded(families: Iterable[Metric], *, begun: int, at: int) -> bytes:
    """An ``ExportMetricsServiceRequest``. Units: nanoseconds since 1970."""
    resource = _part(1, _attribute(1, "service.name", "yibiao") + _attribute(1, "service.version", __version__))
    scope = _part(1, _text(1, "yibiao.desk.metrics") + _text(2, __version__))
    times = _fixed(2, begun) + _fixed(3, at)
    # Since when something is counted is told with it.
    known = (one for one in families if one.samples and not one.name.endswith("_created"))
    told = b"".join(_part(2, _metric(one, times)) for one in known)
    return _part(1, resource + _part(2, scope + told))


def _metric(one: Metric, times: bytes) -> bytes:
    name = f"{one.name}_total" if one.type == "counter" else one.name
    unit = next((short for word, short in _UNITS.items() if one.name.endswith(f"_{word}")), "1")
    head = _text(1, name) + _text(2, one.documentation) + _text(3, unit)
    if one.type == "histogram":
        return head + _part(9, b"".join(_part(1, point) for point in _histograms(one, times)) + _number(2, CUMULATIVE))
    points = b"".join(
        _part(1, times + _double(4, sample.value) + _labels(7, sample.labels))
        for sample in one.samples
        if sample.name == name
    )
    if one.type == "counter":
        return head + _part(7, points + _number(2, CUMULATIVE) + _number(3, 1))
    return head + _part(5, points)


def _histograms(one: Metric, times: bytes) -> Iterator[bytes]:
    """A point for each set of labels; Prometheus adds buckets up, OTLP has each for itself."""
    held: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for sample in one.samples:
        labels = tuple(sorted((key, value) for key, value in sample.labels.items() if key != "le"))
        held.setdefault(labels, []).append(sample)
    for labels, samples in held.items():
        buckets = sorted((float(each.labels["le"]), each.value) for each in samples if each.name.endswith("_bucket"))
        total = next(each.value for each in samples if each.name.endswith("_sum"))
        counts = [int(upto - before) for (_, upto), (_, before) in zip(buckets, [(0.0, 0.0), *buckets], strict=False)]
        bounds = [bound for bound, _ in buckets[:-1]]
        yield (
            times + _fixed(4, sum(counts)) + _double(5, total) + _part(6, struct.pack(f"<{len(counts)}Q", *counts))
            + _part(7, struct.pack(f"<{len(bounds)}d", *bounds)) + _labels(9, dict(labels))
        )  # fmt: skip


def _labels(number: int, labels: Mapping[str, str]) -> bytes:
    return b"".join(_attribute(number, key, value) for key, value in labels.items())


def _attribute(number: int, key: str, value: str) -> bytes:
    return _part(number, _text(1, key) + _part(2, _text(1, value)))


def _text(number: int, value: str) -> bytes:
    return _part(number, value.encode())


def _part(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _fixed(number: int, value: int) -> bytes:
    return _varint(number << 3 | 1) + struct.pack("<Q", value)


def _double(number: int, value: float) -> bytes:
    return _varint(number << 3 | 1) + struct.pack("<d", value)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _post(address: str, body: bytes) -> None:
    """``https://host:4318#token``: the token goes as a bearer. Redirects are not followed."""
    asked = urlsplit(address)
    kind = HTTPSConnection if asked.scheme == "https" else HTTPConnection
    line = kind(asked.hostname or "", asked.port or 4318, timeout=TIMEOUT)
    headers = {"Content-Type": "application/x-protobuf"}
    if asked.fragment:
        headers["Authorization"] = f"Bearer {asked.fragment}"
    try:
        line.request("POST", f"{asked.path.rstrip('/')}/v1/metrics", body, headers)
        status = line.getresponse().status
        if status >= 300:
            log.warning("the collector refused the numbers with status %s", status)
    except (OSError, HTTPException) as failure:
        log.warning("the collector did not answer: %s", type(failure).__name__)
    finally:
        line.close()
