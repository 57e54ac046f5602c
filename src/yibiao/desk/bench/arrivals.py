"""Submissions as phones send them, and clients that send them as fast as they are answered. Only the standard library:
the sending process must cost the machine as little as it can."""

from __future__ import annotations

import http.client
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

FORM: Final = "bench.visit@bench"
PLACE: Final = "220105000000"
BOUNDARY: Final = "yibiao-bench"
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


def sending(number: int) -> bytes:
    """One submission: twelve answers, about three kilobytes."""
    text = _TEMPLATE.format(number=number, hazards=number % 9 + 1, text=_TEXT, long=_TEXT * 11, id=uuid.uuid4())
    return text.encode()


def load(host: str, port: int, path: str, *, clients: int, seconds: float) -> Load:
    """Clients that each send one submission after the other."""
    waits: list[list[float]] = [[] for _ in range(clients)]
    failed = [0] * clients
    stop = time.perf_counter() + seconds
    prepared = [[sending(number) for number in range(50)] for _ in range(clients)]
    begun = time.perf_counter()
    threads = [
        threading.Thread(target=_send, args=(host, port, path, stop, prepared[index], waits[index], failed, index))
        for index in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begun
    every = tuple(wait for mine in waits for wait in mine)
    return Load(clients, len(every), taken, every, sum(failed))


def post(connection: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Sends one submission; whether it was acknowledged. A connection that broke is opened anew by the next."""
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
    except OSError:
        connection.close()
        return False
    return answer.status == 201


def _send(
    host: str, port: int, path: str, stop: float, ready: Sequence[bytes], waits: list[float], failed: list[int], of: int
) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-OpenRosa-Version": "1.0"}
    connection = http.client.HTTPConnection(host, port, timeout=60)
    number = 0
    while time.perf_counter() < stop:
        body = ready[number] if number < len(ready) else sending(number)
        number += 1
        begun = time.perf_counter()
        if post(connection, path, body, headers):
            waits.append(time.perf_counter() - begun)
        else:
            failed[of] += 1
    connection.close()


def main(words: Sequence[str]) -> dict[str, Any]:
    """One load, as a process of its own; its CPU time is not the server's."""
    host, port, path, clients, seconds = words
    found = load(host, int(port), path, clients=int(clients), seconds=float(seconds))
    return {
        "clients": found.clients,
        "acknowledged": found.count,
        "failed": found.failed,
        "per_second": round(found.count / found.seconds, 1),
        "p50_ms": round(found.wait(0.5), 2),
        "p99_ms": round(found.wait(0.99), 2),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(main(sys.argv[1:])))
