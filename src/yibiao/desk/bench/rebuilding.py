"""A process of its own that makes every cube of a site, so that nothing else counts in its memory."""

from __future__ import annotations

import json
import resource
import time

import django


def main() -> None:
    """Prints what it took: seconds of time and of the processor, and the most megabytes that the process held."""
    django.setup()
    # Rooms have tables, which stand only now.
    from yibiao.figures import actions

    used, begun = time.process_time(), time.perf_counter()
    actions.follow()
    taken = {"seconds": time.perf_counter() - begun, "cpu_seconds": time.process_time() - used}
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({name: round(value, 1) for name, value in taken.items()} | {"memory_mb": held}))


if __name__ == "__main__":
    main()
