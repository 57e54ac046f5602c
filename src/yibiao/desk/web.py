"""The web server, in processes that do not outlive the one that started them: ``python -m yibiao.desk.web``."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import threading
import time

from django.core.wsgi import get_wsgi_application
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from yibiao.desk import buffering, gathering

# Those that wait for the same commit hold one each.
THREADS = 24
LOOK_PAUSE = 0.3
COLLECTED_AFTER = 10_000
GRACE = 3.0


def main() -> None:
    """Serves until a signal comes or the parent is gone."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--host", required=True)
    reader.add_argument("--port", type=int, required=True)
    reader.add_argument("--workers", type=int, required=True)
    asked = reader.parse_args()
    end_with_parent()
    Server(
        f"{__spec__.name}:application",
        address=asked.host,
        port=asked.port,
        workers=asked.workers,
        interface=Interfaces.RSGI,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=5,
    ).serve()


def end_with_parent() -> None:
    """Ends this process soon after its parent: one that was killed cannot say so, and its port must not stay taken."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_PAUSE)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


if __name__ == "__main__":
    main()
else:
    # A worker of the server imports this module for its application.
    end_with_parent()
    django_application = get_wsgi_application()

    # The rooms can be imported only after that.
    from yibiao.desk import observing
    from yibiao.records.intake.openrosa import entry, gathered

    application = buffering.Site(
        observing.around(entry.before(django_application)),
        THREADS,
        gathering.Gathering(gathered.takes, observing.each(gathered.answers)),
    )
    # What stands by now is in use for as long as the process is: to walk through it for garbage in circles, while a
    # list of a thousand records is read, would cost a fifth of taking them.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)
