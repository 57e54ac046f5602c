"""The measurements of ``yibiao bench ingest``: a server, a database and clients in processes of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

TICK: Final = os.sysconf("SC_CLK_TCK")
PATIENCE: Final = 60.0
# So many send lists at once, and so many lists for each second that phones send.
SENDERS: Final = (1, 2, 4)
LISTS: Final = 4
# More processes than this would only wait for each other.
MOST_WORKERS: Final = 4


def run(
    folder: Path, database: str, *, clients: Sequence[int], seconds: float, stored: int, sheet: int
) -> dict[str, Any]:
    """Every measurement, in one run on one database.

    Units: rates per second; waits in milliseconds; CPU of the server's and the database's processes per submission.
    """
    around = environment(folder, database)
    world = child(around, "yibiao.desk.bench.world", str(stored))
    rounds: list[dict[str, Any]] = []
    with served(around, folder) as (port, server):
        watched = [server, *([world["postmaster"]] if world["postmaster"] else [])]
        path = f"/openrosa/key/{world['token']}/submission"
        for count in clients:
            # The first requests of a process compile the form and fill caches.
            _load(port, path, count, min(2.0, seconds))
            before = sum(cpu(process) for process in watched)
            found = _load(port, path, count, seconds)
            used = sum(cpu(process) for process in watched) - before
            found["cpu_ms"] = round(1000 * used / max(1, found["acknowledged"]), 2)
            rounds.append(found)
        lists = [_lists(around, port, world["session"], count, seconds, watched) for count in SENDERS]
    # The same with a web process for each core, as a site has them to which others send long lists.
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    with served(around, folder, workers) as (port, server):
        watched[0] = server
        spread = [_lists(around, port, world["session"], count, seconds, watched) for count in SENDERS]
    return {
        "database": world["database"],
        "stored_before": world["stored"],
        "rounds": rounds,
        "raw": child(around, "yibiao.desk.bench.world", "raw"),
        "bulk": world["bulk"],
        "senders": child(around, "yibiao.desk.bench.world", "senders", world["person"], *map(str, SENDERS)),
        "lists": lists,
        "spread": {"workers": workers, "lists": spread},
        "sheet": child(around, "yibiao.desk.bench.sheets", str(sheet), world["person"]) if sheet else None,
    }


def _lists(
    around: Mapping[str, str], port: int, session: str, senders: int, seconds: float, watched: Sequence[int]
) -> dict[str, Any]:
    """Lists that some senders send over the API; CPU of the server's and the database's processes per row."""
    words = ("yibiao.desk.bench.lists", str(port), session, str(senders))
    # Some for each web process: its first requests compile the form and fill caches.
    child(around, *words, str(4 * senders))
    before = sum(cpu(process) for process in watched)
    found = child(around, *words, str(max(senders, round(seconds * LISTS))))
    used = sum(cpu(process) for process in watched) - before
    return {**found, "cpu_us": round(1e6 * used / max(1, found["rows"]), 1)}


def cpu(process: int) -> float:
    """CPU seconds of a process and all below it, those that have ended too."""
    total, waiting = 0.0, [process]
    while waiting:
        number = waiting.pop()
        try:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            below = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15]) / TICK
        waiting += [int(child) for child in below]
    return total


def _load(port: int, path: str, clients: int, seconds: float) -> dict[str, Any]:
    words = ("127.0.0.1", str(port), path, str(clients), str(seconds))
    command = [sys.executable, "-m", "yibiao.desk.bench.arrivals", *words]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def child(around: Mapping[str, str], module: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, env=around, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def environment(folder: Path, database: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    mine = {"YIBIAO_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "yibiao.site.settings"}
    return kept | mine | ({"DATABASE_URL": database} if database else {})


@contextmanager
def served(around: Mapping[str, str], folder: Path, workers: int = 1) -> Iterator[tuple[int, int]]:
    """The site as an operator runs it, with its sealing and its followers; its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    asked = ("--data", str(folder), "--port", str(port), "--workers", str(workers))
    command = [sys.executable, "-m", "yibiao.desk.cli", "serve", *asked]
    with (folder / "serve.log").open("w") as log:
        server = subprocess.Popen(command, env=around, stdout=log, stderr=log)
        try:
            _await(port, server)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(timeout=30)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/icon.svg", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not answer; see serve.log")
