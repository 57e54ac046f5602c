"""Submissions at a steady rate, whatever the server makes of it: ``python -m yibiao.desk.bench.pacing``.

Only the standard library: the sending process must cost the machine as little as it can.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from yibiao.desk.bench.arrivals import Phone, sending

CLIENTS: Final = 24


def main(words: Sequence[str]) -> dict[str, Any]:
    """When each submission was begun and when it was acknowledged, by the clock that all processes share.

    The rate is in submissions a second, 0 for as many as are answered.
    """
    port, path, rate, seconds = int(words[0]), words[1], float(words[2]), float(words[3])
    numbers = itertools.count()
    sent: list[tuple[float, float | None]] = []
    begun = time.monotonic()

    def send() -> None:
        phone = Phone("127.0.0.1", port, path)
        while True:
            number = next(numbers)
            filled = sending(number)
            due = begun + number / rate if rate else time.monotonic()
            if due > begun + seconds or time.monotonic() > begun + seconds:
                break
            time.sleep(max(0.0, due - time.monotonic()))
            started = time.monotonic()
            acknowledged = phone.post(filled)
            sent.append((started, time.monotonic() if acknowledged else None))
        phone.close()

    threads = [threading.Thread(target=send) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": time.monotonic() - begun, "sent": sent}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
