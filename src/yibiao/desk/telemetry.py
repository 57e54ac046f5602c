"""What ``/metrics`` says, sent to an OpenTelemetry collector: OTLP 1 over HTTP, in protobuf.

**Source** OTLP specification 1, "OTLP/HTTP".
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.metrics.v1 import metrics_pb2 as messages
from opentelemetry.proto.metrics.v1.metrics_pb2 import ResourceMetrics, ScopeMetrics
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from yibiao import __version__
from yibiao.desk import metrics

TIMEOUT: Final = 10.0
_CUMULATIVE: Final = messages.AGGREGATION_TEMPORALITY_CUMULATIVE
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
    scope = InstrumentationScope(name="yibiao.desk.metrics", version=__version__)
    # Since when something is counted is told with it.
    known = (one for one in families if one.samples and not one.name.endswith("_created"))
    told = ScopeMetrics(scope=scope, metrics=[_metric(one, begun, at) for one in known])
    whose = Resource(attributes=_labels({"service.name": "yibiao", "service.version": __version__}))
    request = ExportMetricsServiceRequest(resource_metrics=[ResourceMetrics(resource=whose, scope_metrics=[told])])
    return bytes(request.SerializeToString())


def _metric(one: Metric, begun: int, at: int) -> messages.Metric:
    name = f"{one.name}_total" if one.type == "counter" else one.name
    unit = next((short for word, short in _UNITS.items() if one.name.endswith(f"_{word}")), "1")
    found = messages.Metric(name=name, description=one.documentation, unit=unit)
    if one.type == "histogram":
        found.histogram.aggregation_temporality = _CUMULATIVE
        found.histogram.data_points.extend(_histograms(one, begun, at))
        return found
    if one.type == "counter":
        found.sum.aggregation_temporality, found.sum.is_monotonic = _CUMULATIVE, True
    points = found.sum.data_points if one.type == "counter" else found.gauge.data_points
    for sample in one.samples:
        if sample.name == name:
            held = _labels(sample.labels)
            points.add(start_time_unix_nano=begun, time_unix_nano=at, as_double=sample.value, attributes=held)
    return found


def _histograms(one: Metric, begun: int, at: int) -> Iterator[messages.HistogramDataPoint]:
    """A point for each set of labels; Prometheus adds buckets up, OTLP has each for itself."""
    held: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for sample in one.samples:
        labels = tuple(sorted((key, value) for key, value in sample.labels.items() if key != "le"))
        held.setdefault(labels, []).append(sample)
    for labels, samples in held.items():
        buckets = sorted((float(each.labels["le"]), each.value) for each in samples if each.name.endswith("_bucket"))
        counts = [int(upto - before) for (_, upto), (_, before) in zip(buckets, [(0.0, 0.0), *buckets], strict=False)]
        yield messages.HistogramDataPoint(
            start_time_unix_nano=begun, time_unix_nano=at, count=sum(counts), bucket_counts=counts,
            sum=next(each.value for each in samples if each.name.endswith("_sum")),
            explicit_bounds=[bound for bound, _ in buckets[:-1]], attributes=_labels(dict(labels)),
        )  # fmt: skip


def _labels(labels: Mapping[str, str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in labels.items()]


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
