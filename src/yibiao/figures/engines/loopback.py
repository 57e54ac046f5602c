"""A throw-away Spark cluster on the loopback: one master and some workers, each a process of its own.

It shows on one machine what a cluster does: statements and rows go to other processes, which read the files themselves.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yibiao.figures.engines import spark

BEGINS: Final = 120.0
# Of each worker; the other third is what a Java process needs beside its heap.
MEMORY, HEAP = "1g", "700m"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the master is, and what a session is told that wants one core of each worker."""

    master: str
    settings: tuple[tuple[str, str], ...]


@contextmanager
def started(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster, once all workers have told the master that they are there; the session on it ends before it does.

    Raises ImportError where PySpark is not installed, RuntimeError with the end of the log where it did not begin.
    """
    import pyspark

    home, port = Path(pyspark.__file__).parent, _free()
    master, log = f"spark://127.0.0.1:{port}", folder / "master.log"
    running = [_begin(home, folder, log, "master.Master", "--port", str(port))]
    try:
        _wait(running, log, "Starting Spark master", 1)
        for number in range(1, workers + 1):
            own = folder / f"worker-{number}"
            said = ("--cores", "1", "--memory", MEMORY, "--work-dir", str(own), master)
            running.append(_begin(home, folder, folder / f"worker-{number}.log", "worker.Worker", *said))
        _wait(running, log, "Registering worker", workers)
        yield Cluster(master, (("spark.executor.memory", HEAP), ("spark.cores.max", str(workers))))
    finally:
        spark.stop()
        for process in reversed(running):
            process.terminate()
        for process in running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _begin(home: Path, folder: Path, log: Path, name: str, *said: str) -> subprocess.Popen[bytes]:
    known = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder / "spill")}
    known |= {"SPARK_DAEMON_MEMORY": "256m"}
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1"]
    with log.open("wb") as out:
        return subprocess.Popen(
            [*command, "--webui-port", "0", *said], env=os.environ | known, stdout=out, stderr=out, cwd=folder
        )


def _wait(running: list[subprocess.Popen[bytes]], log: Path, word: str, times: int) -> None:
    until = time.monotonic() + BEGINS
    while log.read_text(errors="replace").count(word) < times:
        if time.monotonic() > until or any(process.poll() is not None for process in running):
            raise RuntimeError(f"the cluster did not begin:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
