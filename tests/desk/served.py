"""``yibiao serve`` as a process of its own, on a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(data: Path) -> dict[str, str]:
    """The environment without what the suite set for itself."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("YIBIAO_", "DATABASE_URL"))}
    source = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    settings = {"YIBIAO_DATA": str(data), "DJANGO_SETTINGS_MODULE": "yibiao.site.settings", "PYTHONPATH": source}
    return kept | settings | {"YIBIAO_LANGUAGE": "zh"}


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One ``python -m`` on the folder."""
    return subprocess.run(
        [sys.executable, "-m", *words], env=environment(data), cwd=ROOT, capture_output=True, text=True, check=False
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running site; ``log`` is what it said."""

    def __init__(self, data: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._log = data / "serve.log"
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "yibiao.desk.cli", "serve", "--data", str(data), "--port", str(port)],
                env=environment(data) | {"YIBIAO_LOG_FORMAT": "json"},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.wait()

    @property
    def log(self) -> str:
        return self._log.read_text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/icon.svg", timeout=2):  # noqa: S310 (our own address)
                return True
        except urllib.error.HTTPError:
            raise
        except OSError:
            return False

    def wait(self, seconds: float = 40) -> None:
        until = time.monotonic() + seconds
        while not self.answers():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < until, self.log
            time.sleep(0.2)

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0, self.log
