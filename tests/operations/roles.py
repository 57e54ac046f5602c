"""A program that has loaded everything and forks one process for each role, so that starting one costs a moment.

It reads orders, one a line, and answers each with one line: ``start ROLE SEED`` gives the number of the process;
``kill PID`` kills it with -9 and waits for it; ``die ROLE POINT`` lets the role work once in a process that kills
itself at a point of its work, and says whether it came to that point or was done before.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.figures.killed_settings"

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from tests.figures import world  # noqa: E402
from tests.operations.load import SMALL, drafts  # noqa: E402
from yibiao.figures import compacting, follow, store  # noqa: E402
from yibiao.ledger import actions as ledger  # noqa: E402

Role = Callable[[random.Random], object]


def write(dice: random.Random) -> None:
    revisions: dict[str, int] = {}
    while True:
        world.append(*drafts(dice, dice.randint(1, 6), revisions), seal=False)
        time.sleep(0.01)


def seal(_dice: random.Random) -> object:
    return ledger.seal(limit=25)


def take(_dice: random.Random) -> object:
    return follow.step(limit=60)


def compact(_dice: random.Random) -> object:
    projection = store.active()
    return compacting.compact(projection) + sum(compacting.settle(projection, name) for name in ("record.demo.check",))


def rebuild(_dice: random.Random) -> object:
    return follow.rebuild()


ROLES: dict[str, Role] = {"write": write, "seal": seal, "follow": take, "compact": compact, "rebuild": rebuild}


def again(role: Role, dice: random.Random) -> None:
    while True:
        if not role(dice):
            time.sleep(0.01)


def dying(role: Role, point: int) -> None:
    """Works once, and dies at the n-th of: before a statement, after it, before a file is written, renamed, removed."""
    passed = 0

    def come_by() -> None:
        nonlocal passed
        passed += 1
        if passed > point:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        come_by()
        found = execute(sql, params, many, context)
        come_by()
        return found

    folder = str(settings.DATA)

    def heard(event: str, given: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.remove", "os.mkdir", "open") and str(given[0]).startswith(folder):
            come_by()

    sys.addaudithook(heard)
    with connection.execute_wrapper(statement):
        role(random.Random(point))


def forked(work: Callable[[], object]) -> int:
    """A process that does the work and ends without tidying up after this one."""
    number = os.fork()
    if number:
        return number
    status = 1
    try:
        work()
        status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)


def obey(order: list[str], running: set[int]) -> str:
    match order:
        case ["start", name, seed]:
            number = forked(lambda: again(ROLES[name], random.Random(seed)))
            running.add(number)
            return str(number)
        case ["kill", number]:
            os.kill(int(number), signal.SIGKILL)
            running.discard(int(number))
            _, status = os.waitpid(int(number), 0)
            return "killed" if os.WIFSIGNALED(status) else f"had ended with {os.waitstatus_to_exitcode(status)}"
        case ["die", name, point]:
            _, status = os.waitpid(forked(lambda: dying(ROLES[name], int(point))), 0)
            return "killed" if os.WIFSIGNALED(status) else f"done {os.waitstatus_to_exitcode(status)}"
    raise ValueError(order)


def main() -> None:
    for module, name, value in SMALL:
        setattr(module, name, value)
    running: set[int] = set()
    try:
        for line in sys.stdin:
            print(obey(line.split(), running), flush=True)
    finally:
        for number in running:
            os.kill(number, signal.SIGKILL)


if __name__ == "__main__":
    main()
