"""Counts for Prometheus and whatever reads its text, an OpenTelemetry collector for one.

Each web process counts for itself, in files of a folder that all of them share; whoever is asked adds them up. How far
the site is behind is read from the database at the moment of asking.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from yibiao.core import clock
from yibiao.desk.health import contents
from yibiao.figures import queries as figures
from yibiao.ledger import queries as ledger
from yibiao.notices import queries as notices
from yibiao.records import queries as records

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# The variable by which the library knows the folder; it must be set before a process imports the library.
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
# Posts to these bring records in: phones, pages, the field app, programs, sheets, citizens.
SUBMITTING: Final = frozenset({
    "openrosa_submission", "openrosa_key_submission", "records_enter", "records_take", "desk_field_submissions",
    "api:send", "desk_report", "open311_requests",
})  # fmt: skip
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_own: Final = CollectorRegistry()
_REQUESTS: Final = Counter("yibiao_requests", "Requests answered.", ["route", "method", "status"], registry=_own)
_SECONDS: Final = Histogram(
    "yibiao_request_seconds", "Time until the answer began.", ["route"], buckets=_BUCKETS, registry=_own
)
_SUBMISSIONS: Final = Counter(
    "yibiao_submissions", "Requests that bring records in.", ["route", "outcome"], registry=_own
)
_FIGURES: Final = Histogram(
    "yibiao_figure_seconds", "Time to find a figure or its parts.", ["asked"], buckets=(0.001, *_BUCKETS), registry=_own
)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Counts a request; ``status`` 0 is one that broke off."""
    for counter in _counters(route, method, status):
        counter.inc()
    _timer(route).observe(seconds)


@lru_cache(maxsize=2_000)
def _counters(route: str, method: str, status: int) -> tuple[Counter, ...]:
    """What counts a request; looking for it by its labels costs more than counting."""
    counted = _REQUESTS.labels(route, method, str(status))
    if method != "POST" or route not in SUBMITTING:
        return (counted,)
    return counted, _SUBMISSIONS.labels(route, "accepted" if 200 <= status < 400 else "refused")


@lru_cache(maxsize=2_000)
def _timer(route: str) -> Histogram:
    return _SECONDS.labels(route)


@contextmanager
def timed(asked: str) -> Iterator[None]:
    """Notes how long figures take."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        _FIGURES.labels(asked).observe(time.perf_counter() - begun)


def shared() -> dict[str, str]:
    """An empty folder for the counts of all web processes, as the environment that they are started with."""
    shutil.rmtree(folder(), ignore_errors=True)
    folder().mkdir(parents=True)
    return {SHARED: str(folder())}


def folder() -> Path:
    """Where the web processes of this site count."""
    return Path(settings.DATA) / "metrics"


def text(counted: Path | None = None) -> bytes:
    """Everything, as Prometheus reads it; ``counted`` are the counts of other processes, in a folder."""
    files = counted or os.environ.get(SHARED)
    registry = CollectorRegistry() if files else _own
    if files:
        MultiProcessCollector(registry, str(files))  # type: ignore[no-untyped-call]
    standing = CollectorRegistry()
    standing.register(_Standing())
    return generate_latest(registry) + generate_latest(standing)


class _Standing(Collector):
    """How far sealer, followers and queues have come, from the database."""

    def collect(self) -> Iterator[Metric]:
        newest = ledger.checkpoint()
        facts = CounterMetricFamily("yibiao_facts_sealed", "Facts with a position in the log.")
        facts.add_metric([], newest.size if newest else 0)
        yield facts
        pending, seconds = contents.seal_lag()
        yield GaugeMetricFamily("yibiao_facts_pending", "Facts that wait for their position.", pending)
        yield GaugeMetricFamily("yibiao_seal_lag_seconds", "Since when the oldest of them waits.", seconds)
        behind = GaugeMetricFamily("yibiao_follower_lag_facts", "Sealed facts not yet taken.", labels=["follower"])
        since = GaugeMetricFamily("yibiao_follower_lag_seconds", "Since when the first waits.", labels=["follower"])
        for lag in contents.lags():
            behind.add_metric([lag.name], lag.behind)
            since.add_metric([lag.name], lag.seconds)
        yield behind
        yield since
        columns = figures.status()
        yield GaugeMetricFamily("yibiao_column_files", "Files of the columns.", columns.segments)
        yield GaugeMetricFamily("yibiao_column_bytes", "Bytes of the columns.", columns.bytes)
        at, wrong = figures.recounts()
        yield GaugeMetricFamily("yibiao_recount_differences", "What the last nightly recount found wrong.", wrong)
        if at is not None:
            age = max(0.0, (clock.now() - at).total_seconds())
            yield GaugeMetricFamily("yibiao_recount_age_seconds", "How long ago that was.", age)
        box = notices.outbox()
        yield GaugeMetricFamily("yibiao_messages_waiting", "Messages that wait to leave the site.", box.waiting)
        yield GaugeMetricFamily("yibiao_messages_given_up", "Messages that could not be delivered.", box.given_up)
        yield GaugeMetricFamily("yibiao_files_unscanned", "Files that wait for the scanner.", records.unscanned())
        free = shutil.disk_usage(settings.DATA).free
        yield GaugeMetricFamily("yibiao_disk_free_bytes", "Room in the data folder.", free)
