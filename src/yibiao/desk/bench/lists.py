"""Lists of records as another system sends them to the JSON API, by several senders at once, each list answered before
the next: ``python -m yibiao.desk.bench.lists PORT SESSION SENDERS LISTS``."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from typing import Any, Final

# The API takes no more at a time.
LIST: Final = 1_000
PATIENCE: Final = 60.0
_TOKEN: Final = "y" * 32


def main(words: Sequence[str]) -> dict[str, Any]:
    """What some senders saw who sent so many lists together; the CPU time of this process is theirs."""
    port, session, senders, lists = words
    bodies = [_body() for _ in range(int(lists))]
    counted: list[int] = []
    made = time.process_time()
    begun = time.perf_counter()
    threads = [
        threading.Thread(target=_send, args=(int(port), session, bodies[index :: int(senders)], counted))
        for index in range(int(senders))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    return {
        "senders": int(senders),
        "rows": sum(counted),
        "failed": len(bodies) - len(counted),
        "per_second": round(sum(counted) / seconds),
        "client_cpu_us": round(1e6 * (time.process_time() - made) / max(1, sum(counted)), 1),
    }


def record(number: int) -> dict[str, Any]:
    """A record with an id of its own, as the API takes it."""
    answers = {
        "place": "220105000000", "occurred_at": "2022-09-10T09:30:00+08:00", "object": f"样例 {number}",
        "sector": "mine", "trade": "coal", "topics": ["fire"], "hazards": number % 9 + 1, "people": 3, "area": "12.5",
        "measure": "立即整改", "remark": "样例" * 40, "advice": "样例" * 40,
    }  # fmt: skip
    return {"id": str(uuid.uuid4()), "form": "bench.visit", "program": "bench", "answers": answers}


def _body() -> bytes:
    return json.dumps([record(number) for number in range(LIST)], ensure_ascii=False).encode()


def _send(port: int, session: str, bodies: Sequence[bytes], counted: list[int]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    cookies = f"sessionid={session}; csrftoken={_TOKEN}"
    heads = {"Content-Type": "application/json", "Cookie": cookies, "X-CSRFToken": _TOKEN}
    for body in bodies:
        line.request("POST", "/api/submissions", body, heads)
        answer = line.getresponse()
        told = answer.read()
        if answer.status == 201:
            counted.append(sum(not one["repeated"] for one in json.loads(told)))
    line.close()


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
