"""The measurements of ``yibiao bench live``: from the answer to a phone until the board says it."""

from __future__ import annotations

import http.client
import json
import math
import re
import statistics
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from yibiao.desk.bench import ingest

PATIENCE: Final = 30.0
# So many streams may one person open.
OF_ONE: Final = 6
# All visits are of one day of the first board's period, which is of so many days.
FIRST: Final = date(2022, 8, 25)
LEAST: Final = 30
_VALUE: Final = re.compile(r'data-indicator="bench.visits"[^>]*>([\d,]+)<')


class Watcher(threading.Thread):
    """An open board: when it was told of how many visits, by its key figure and by its map.

    Each looks back one day further than the one before, so that no two are the same and every visit is news to all.
    """

    def __init__(self, port: int, session: str, nth: int) -> None:
        super().__init__(daemon=True)
        self.heard: dict[str, list[tuple[float, int]]] = {"visits": [], ":map": []}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2 * PATIENCE)
        period = f"from={FIRST - timedelta(days=nth)}&until={FIRST + timedelta(days=LEAST)}"
        asked = f"program=bench&indicator=visits&seen=0&{period}"
        self._connection.request("GET", f"/board/events/?{asked}", headers={"Cookie": f"sessionid={session}"})
        self._answer = self._connection.getresponse()
        if self._answer.status != 200:
            raise RuntimeError(f"the board answered {self._answer.status}")

    def run(self) -> None:
        while line := self._answer.readline():
            if line.startswith(b"data: "):
                pieces = json.loads(line[6:])["pieces"]
                for part, heard in self.heard.items():
                    if found := _VALUE.search(pieces.get(part, "")):
                        heard.append((time.monotonic(), int(found[1].replace(",", ""))))

    @property
    def counts(self) -> set[int]:
        """What its parts say, of which there is one number in the end."""
        return {heard[-1][1] if heard else 0 for heard in self.heard.values()}


def run(folder: Path, database: str, *, rates: Sequence[float], seconds: float, boards: int) -> dict[str, Any]:
    """Every rate, in one run on one database.

    Units: rates per second; waits in milliseconds, from the answer to a submission until an event that surely counts
    it, in the key figure and in the ``map``; CPU of the server's processes per submission.
    """
    around = ingest.environment(folder, database)
    world = ingest.child(around, "yibiao.desk.bench.watched", str(math.ceil(boards / OF_ONE)))
    path = f"/openrosa/key/{world['token']}/submission"
    rounds: list[dict[str, Any]] = []
    with ingest.served(around, folder) as (port, server):
        watchers = [Watcher(port, world["sessions"][nth // OF_ONE], nth) for nth in range(boards)]
        for watcher in watchers:
            watcher.start()
        stored = len(_paced(port, path, 20, 2.0)["answered"])
        for rate in rates:
            before = ingest.cpu(server)
            _await(watchers, stored)
            sent = _paced(port, path, rate, seconds)
            stored += len(sent["answered"])
            _await(watchers, stored)
            used = ingest.cpu(server) - before
            rounds.append(_round(rate, sent, watchers, stored - len(sent["answered"])) | {
                "cpu_ms": round(1000 * used / max(1, len(sent["answered"])), 2),
            })  # fmt: skip
    return {"database": world["database"], "boards": boards, "figures": 6, "rounds": rounds}


def _paced(port: int, path: str, rate: float, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "yibiao.desk.bench.pacing", str(port), path, str(rate), str(seconds)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    answered = sorted((acknowledged, started) for started, acknowledged in found["sent"] if acknowledged)
    started = sorted(started for started, _ in found["sent"])
    return {"seconds": found["seconds"], "answered": answered, "started": started}


def _await(watchers: Sequence[Watcher], count: int) -> None:
    until = time.monotonic() + PATIENCE
    while any(min(watcher.counts) < count for watcher in watchers) and time.monotonic() < until:
        time.sleep(0.05)
    for watcher in watchers:
        if watcher.counts != {count}:
            raise AssertionError(f"the board says {watcher.counts}, {count} were acknowledged")


def _round(rate: float, sent: Mapping[str, Any], watchers: Sequence[Watcher], before: int) -> dict[str, Any]:
    figures, map_ = (
        _summed([
            wait for one in watchers for wait in waits_of(sent["answered"], sent["started"], one.heard[part], before)
        ])
        for part in ("visits", ":map")
    )  # fmt: skip
    return {
        "asked_per_second": rate,
        "acknowledged": len(sent["answered"]),
        "failed": len(sent["started"]) - len(sent["answered"]),
        "per_second": round(len(sent["answered"]) / sent["seconds"], 1),
        **figures,
        "map": map_,
    }


def _summed(waits: Sequence[float]) -> dict[str, int | None]:
    if not waits:
        return {"p50_ms": None, "p95_ms": None, "max_ms": None}
    ranked = sorted(waits)
    nth = ranked[int(0.95 * (len(ranked) - 1))]
    middle = statistics.median(ranked)
    return {"p50_ms": round(1000 * middle), "p95_ms": round(1000 * nth), "max_ms": round(1000 * ranked[-1])}


def waits_of(
    answered: Sequence[tuple[float, float]], started: Sequence[float], heard: Sequence[tuple[float, int]], before: int
) -> list[float]:
    """How long after its answer each submission was surely counted.

    An event that counts as many as had been begun when a submission was answered counts it, or one that was begun
    after its answer and so stands behind it in the log: either way it is counted.
    """
    counts = [count for _, count in heard]
    found = []
    for acknowledged, _ in answered:
        begun = bisect_left(started, acknowledged)
        event = bisect_left(counts, before + begun)
        # The last of a round wait for no more than there are.
        event = min(event, bisect_left(counts, before + len(answered)))
        found.append(max(0.0, heard[event][0] - acknowledged))
    return found
