"""Submissions as phones send them, and clients that send them as fast as they are answered.

Only plain sockets: the sending process must cost the machine, which it shares with the server, as little as it can.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

FORM: Final = "bench.visit@bench"
PLACE: Final = "220105000000"
BOUNDARY: Final = "yibiao-bench"
PATIENCE: Final = 60.0
_PIECE: Final = 64 * 1024
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TEXT: Final = "检查人员入户走访，逐项核对用电、用气和消防设施，现场讲解注意事项并登记台账。"
_TEMPLATE: Final = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n'
    "Content-Type: text/xml\r\n\r\n"
    f'<data id="{FORM}" version="1"><place>{PLACE}</place><occurred_at>2022-09-10T09:30:00.000+08:00</occurred_at>'
    "<object>样例 {number}</object><sector>mine</sector><trade>coal</trade><topics>fire power</topics>"
    "<hazards>{hazards}</hazards><people>3</people><area>12.5</area><measure>{text}</measure>"
    "<remark>{long}</remark><advice>{long}</advice><meta><instanceID>uuid:{id}</instanceID></meta></data>\r\n"
    f"--{BOUNDARY}--\r\n"
)


@dataclass(frozen=True, slots=True)
class Load:
    """What some clients saw: acknowledged submissions, how long each waited, and whatever went wrong."""

    clients: int
    count: int
    seconds: float
    waits: tuple[float, ...]
    failed: int

    def wait(self, share: float) -> float:
        """The wait in milliseconds that a share of the submissions did not exceed."""
        return 1000 * sorted(self.waits)[min(len(self.waits) - 1, int(share * len(self.waits)))] if self.waits else 0.0


@dataclass(frozen=True, slots=True)
class Filled:
    """One submission: twelve answers, about three kilobytes."""

    id: bytes
    body: bytes


def sending(number: int) -> Filled:
    id = str(uuid.uuid4())
    text = _TEMPLATE.format(number=number, hazards=number % 9 + 1, text=_TEXT, long=_TEXT * 11, id=id)
    return Filled(id.encode(), text.encode())


class Phone:
    """One that keeps its connection, and opens it anew after it broke."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._address = (host, port)
        self._line: socket.socket | None = None
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nX-OpenRosa-Version: 1.0\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: "
        ).encode()

    def post(self, filled: Filled) -> bool:
        """Sends one submission; whether it was acknowledged under its own id."""
        try:
            if self._line is None:
                self._line = socket.create_connection(self._address, timeout=PATIENCE)
                self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._line.sendall(b"%b%d\r\n\r\n%b" % (self._head, len(filled.body), filled.body))
            answer = self._answer(self._line)
        except OSError:
            self.close()
            return False
        return answer.startswith(b"HTTP/1.1 201 ") and filled.id in answer

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _answer(self, line: socket.socket) -> bytes:
        """A whole answer; one without a length, or one that ends early, is a broken connection."""
        answer = line.recv(_PIECE)
        while answer:
            head = answer.find(b"\r\n\r\n")
            told = _LENGTH.search(answer, 0, head) if head > 0 else None
            if told is not None and len(answer) >= head + 4 + int(told[1]):
                return answer
            if (head > 0 and told is None) or not (more := line.recv(_PIECE)):
                break
            answer += more
        raise ConnectionError


def load(host: str, port: int, path: str, *, clients: int, seconds: float) -> Load:
    """Clients that each send one submission after the other."""
    waits: list[list[float]] = [[] for _ in range(clients)]
    failed = [0] * clients
    stop = time.perf_counter() + seconds
    prepared = [[sending(number) for number in range(50)] for _ in range(clients)]
    begun = time.perf_counter()
    threads = [
        threading.Thread(
            target=_send, args=(Phone(host, port, path), stop, prepared[index], waits[index], failed, index)
        )
        for index in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begun
    every = tuple(wait for mine in waits for wait in mine)
    return Load(clients, len(every), taken, every, sum(failed))


def _send(phone: Phone, stop: float, ready: Sequence[Filled], waits: list[float], failed: list[int], of: int) -> None:
    number = 0
    while time.perf_counter() < stop:
        filled = ready[number] if number < len(ready) else sending(number)
        number += 1
        begun = time.perf_counter()
        if phone.post(filled):
            waits.append(time.perf_counter() - begun)
        else:
            failed[of] += 1
    phone.close()


def main(words: Sequence[str]) -> dict[str, Any]:
    """One load, as a process of its own; its CPU time is not the server's, but taken from the same machine."""
    host, port, path, clients, seconds = words
    found = load(host, int(port), path, clients=int(clients), seconds=float(seconds))
    return {
        "clients": found.clients,
        "acknowledged": found.count,
        "failed": found.failed,
        "per_second": round(found.count / found.seconds, 1),
        "p50_ms": round(found.wait(0.5), 2),
        "p99_ms": round(found.wait(0.99), 2),
        "client_cpu_ms": round(1000 * time.process_time() / max(1, found.count), 2),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(main(sys.argv[1:])))
