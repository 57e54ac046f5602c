"""The web server as a process of its own, for what only a real one can show."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connections

from tests.desk.served import ROOT, environment, free_port
from tests.records.openrosa.conftest import BOUNDARY, OPENROSA


class Server:
    """A world of its own, served. ``kill`` leaves no process a moment to tidy up."""

    module = "tests.records.openrosa.building"

    def __init__(self, folder: Path, database: str = "") -> None:
        self.environment = environment(folder) | ({"DATABASE_URL": database} if database else {})
        self.built = self.run("build")
        self.path = f"/openrosa/key/{self.built['token']}"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "web.log"

    def run(self, word: str) -> dict[str, Any]:
        command = [sys.executable, "-m", self.module, word]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def start(self) -> None:
        words = ("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1")
        command = [sys.executable, "-m", "yibiao.desk.web", *words]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        until = time.monotonic() + 60
        while True:
            try:
                if self.send(b"", method="HEAD")[0] == 204:
                    return
            except OSError:
                pass
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        assert self.process is not None
        for number in (self.process.pid, *self._below(self.process.pid)):
            os.kill(number, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=20)

    def send(self, body: bytes, *, method: str = "POST", timeout: float = 30) -> tuple[int, str]:
        """One request on a connection of its own: the status and what was said."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = OPENROSA | {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        try:
            connection.request(method, f"{self.path}/submission", body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def head(self, length: int | None, **more: str) -> bytes:
        """The head of a post, to be followed by whatever a test likes."""
        lines = {"Host": f"127.0.0.1:{self.port}", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        lines |= {} if length is None else {"Content-Length": str(length)}
        said = "".join(f"{name}: {value}\r\n" for name, value in {**lines, **more}.items())
        return f"POST {self.path}/submission HTTP/1.1\r\n{said}\r\n".encode()

    def open(self, *parts: bytes) -> socket.socket:
        """A connection on which these bytes were sent."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        for part in parts:
            made.sendall(part)
        return made

    def _below(self, process: int) -> list[int]:
        try:
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        except OSError:
            return []
        return [number for child in children for number in (int(child), *self._below(int(child)))]


def database_of(name: str) -> str:
    """A fresh PostgreSQL database on the suite's cluster, or nothing where the suite runs on SQLite."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return ""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    settings = connection.settings_dict
    return f"postgres://{settings['USER']}@{quote(settings['HOST'], safe='')}/{name}"
