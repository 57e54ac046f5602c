"""A process of its own that makes every cube of a site, so that nothing else counts in its memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import django


def main() -> None:
    """Prints what it took: seconds of time and of the processor, and the most megabytes that the process held."""
    django.setup()
    # Rooms have tables, which stand only now.
    from yibiao.figures import actions

    used, begun = time.process_time(), time.perf_counter()
    actions.follow()
    taken = {"seconds": time.perf_counter() - begun, "cpu_seconds": time.process_time() - used}
    print(
        json.dumps({name: round(value, 1) for name, value in taken.items()} | {"memory_mb": most_held() // 1_000_000})
    )


def most_held() -> int:
    """The most bytes that this process ever held, with the files that it maps (programs and their libraries).

    What the system tells of a process's use counts the one that began it, as large as that was by then.
    """
    told = Path("/proc/self/status")
    if told.is_file():
        for line in told.read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
