"""The process that works on one very large upload: ``python -m yibiao.records.intake.apart``, told what to do by its
standard input."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from yibiao.people.types import Warrant
from yibiao.records.intake.crew import Site


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: without a ``mode`` the upload is checked, else taken."""

    site: Site
    upload: str
    mode: str
    warrants: tuple[Warrant, ...]


def launch(upload: str, mode: str, warrants: Sequence[Warrant]) -> None:
    """Starts the process; what becomes of its work stands in the job of the upload."""
    order = Order(Site.here(), upload, mode, tuple(warrants))
    around = {**os.environ, "YIBIAO_DATA": order.site.data}
    started = subprocess.Popen([sys.executable, "-m", __name__], env=around, stdin=subprocess.PIPE)
    # Somebody has to wait for it, or it would stay in the table of processes.
    threading.Thread(target=started.communicate, args=(pickle.dumps(order),), daemon=True).start()


def main() -> None:
    # Only who started this process writes there.
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301
    order.site.enter()
    from yibiao.records.intake import sheet

    sheet.work(order.upload, order.mode, order.warrants)


if __name__ == "__main__":
    main()
