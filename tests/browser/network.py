"""A bad network: between a browser and the site, off and on at will, cutting uploads where a test says."""

from __future__ import annotations

import re
import socket
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

UPLOAD = b"POST /field/api/submissions"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Network:
    """``cut`` arms it: an upload ends after that share of it; 1 means that the answer is lost.

    ``plan`` arms it for one upload after the other: a share, or None for one that goes through.
    """

    def __init__(self, port: int) -> None:
        self.on, self.cuts = True, 0
        self._target, self._share, self._times = port, 0.0, 0
        self._planned: deque[float | None] = deque()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, share: float, times: int) -> None:
        with self._lock:
            self._share, self._times = share, times

    def plan(self, shares: Iterable[float | None]) -> None:
        with self._lock:
            self._planned = deque(shares)

    @property
    def planned(self) -> int:
        """How many uploads of the plan have not come yet."""
        return len(self._planned)

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.on:
                    threading.Thread(target=self._carry, args=(client,), daemon=True).start()
                else:
                    client.close()

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as server:
            line = _Line(client, server)
            threading.Thread(target=line.back, daemon=True).start()
            while self.on and (data := client.recv(16_384)):
                share = self._armed() if data.startswith(UPLOAD) else None
                if share is not None:
                    line.cut(data, share)
                    return
                server.sendall(data)

    def _armed(self) -> float | None:
        with self._lock:
            if self._planned:
                share = self._planned.popleft()
            else:
                self._times -= 1
                share = self._share if self._times >= 0 else None
            self.cuts += share is not None
            return share


class _Line:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server, self.dead = client, server, False

    def back(self) -> None:
        with suppress(OSError):
            while data := self.server.recv(16_384):
                if self.dead:
                    break
                self.client.sendall(data)
            self.client.close()

    def cut(self, data: bytes, share: float) -> None:
        """Lets a share of the body through and hangs up; with the whole body, waits until the server has answered."""
        while b"\r\n\r\n" not in data:
            data += self.client.recv(16_384)
        self.dead = True
        found = _LENGTH.search(data)
        assert found
        whole = data.index(b"\r\n\r\n") + 4 + int(found[1])
        left = int(whole * share)
        self.server.sendall(data[:left])
        left -= len(data)
        while left > 0 and (data := self.client.recv(min(16_384, left))):
            self.server.sendall(data)
            left -= len(data)
        if share == 1:
            threading.Event().wait(1.0)
