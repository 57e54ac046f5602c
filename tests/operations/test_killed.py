"""Follower, compactor and sealer are killed with -9: the log stays sound and every figure exact, with nobody's help."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from tests.figures import world
from tests.figures.test_oracle import ASKED, BELOW, expected
from tests.operations import load
from yibiao.core.periods import SHANGHAI, Period
from yibiao.figures import actions, queries, store
from yibiao.figures.models import Segment
from yibiao.ledger import queries as ledger

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("YIBIAO_KILL_ROUNDS", "3"))
VICTIMS = ("seal", "follow", "compact")
SEPTEMBER = Period(datetime(2022, 9, 1, tzinfo=SHANGHAI), datetime(2022, 10, 1, tzinfo=SHANGHAI))
PART = Period(datetime(2022, 9, 8, tzinfo=SHANGHAI), datetime(2022, 9, 17, 12, tzinfo=SHANGHAI))
Order = Callable[..., str]


@pytest.fixture
def order(settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Order]:
    """Gives an order to the program of the roles, which works on this test's database and columns."""
    settings.DATA = tmp_path  # type: ignore[attr-defined]
    for module, name, value in load.SMALL:
        monkeypatch.setattr(module, name, value)
    world.install()
    database = {key: str(connection.settings_dict[key]) for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    environment = {"YIBIAO_TEST_DATABASE": json.dumps(database), "YIBIAO_TEST_COLUMNS": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.operations.roles"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, **environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, text=True,
    ) as program:  # fmt: skip
        assert program.stdin is not None
        assert program.stdout is not None
        said, heard = program.stdin, program.stdout

        def give(*words: object) -> str:
            said.write(" ".join(map(str, words)) + "\n")
            said.flush()
            return heard.readline().strip()

        yield give
        said.close()


def sound() -> None:
    """The log, the columns, what is kept ready, and files that nobody commits."""
    verdict = ledger.verify()
    assert verdict.sound, verdict.faults
    exact(ASKED)
    assert actions.verify().sound, "what is kept ready is what is counted"
    actions.sweep(grace=0)
    on_disk = {str(path.relative_to(store.root())) for path in store.root().rglob("*") if path.is_file()}
    assert on_disk == set(Segment.objects.values_list("path", flat=True))
    exact(ASKED[:3])


def exact(asked: tuple[str, ...]) -> None:
    """Every figure as plain Python counts it from the log, now and as of an earlier checkpoint."""
    newest = ledger.checkpoint()
    assert newest is not None
    for number in {newest.number, newest.number // 2 + 1}:
        at = ledger.checkpoint(number)
        assert at is not None
        facts = list(ledger.entries(0, at.size))
        for nth, id in enumerate(asked):
            place, period = sorted(BELOW)[nth % len(BELOW)], (SEPTEMBER, PART)[nth % 2]
            found = world.value(id, as_of=number, place=place, period=period)
            assert found == expected(id, facts, place, period), (id, number, place, period)


def settled(seconds: float = 60) -> None:
    """Waits until the processes have sealed and taken everything."""
    until = time.monotonic() + seconds
    while ledger.counts().pending or queries.status().behind:
        assert time.monotonic() < until, (ledger.counts(), queries.status())
        time.sleep(0.05)


def kill_in_turn(order: Order, rounds: int) -> None:
    """A writer never rests; of the others one is killed after a random moment, and another one takes its place."""
    dice = random.Random(f"{rounds}-{os.environ.get('YIBIAO_KILL_SEED', '')}")
    writer = order("start", "write", 1)
    running = {role: order("start", role, 0) for role in VICTIMS}
    for n in range(rounds * len(VICTIMS)):
        role = VICTIMS[n % len(VICTIMS)]
        time.sleep(dice.uniform(0.0, 0.25))
        assert order("kill", running[role]) == "killed", role
        running[role] = order("start", role, n)
        if n % 15 == 14:
            # A writer is one of many: it is killed too, and there is time to look at everything.
            assert order("kill", writer) == "killed"
            settled()
            exact(ASKED)
            writer = order("start", "write", n)
    assert order("kill", writer) == "killed"
    settled()
    for role, number in running.items():
        assert order("kill", number) == "killed", role
    sound()


def test_killed_at_random_moments(order: Order) -> None:
    """A few rounds here; ``YIBIAO_KILL_ROUNDS=30`` asks for thirty."""
    kill_in_turn(order, ROUNDS)


@pytest.mark.slow
def test_thirty_rounds_of_each(order: Order) -> None:
    kill_in_turn(order, 30)


def die_at_points(order: Order, after: Callable[[int], int], looked: int = 1) -> None:
    """Whoever dies between any two statements, or at any file, leaves nothing that the next one does not mend.

    All figures are counted again after every ``looked``-th death.
    """
    dice, revisions = random.Random(5), dict[str, int]()
    world.append(*load.drafts(dice, 60, revisions))
    while actions.follow():
        pass
    for role in (*VICTIMS, "rebuild"):
        point, answer, deaths = 0, "killed", 0
        while answer == "killed":
            for _ in range(3 if role == "compact" else 1):
                world.append(*load.drafts(dice, 3, revisions), seal=role != "seal")
                if role == "compact":
                    actions.follow()
            answer = order("die", role, point)
            point, deaths = after(point), deaths + 1
            if deaths % looked == 0:
                exact(ASKED[:2])
            # Else each would have more to do than the one before, and the last point would never come.
            assert order("die", role, 10**6) == "done 0"
        assert answer == "done 0", (role, point)
        assert point > 10, role
        exact(ASKED)
    assert order("die", "seal", 10**6) == "done 0"
    while actions.follow():
        pass
    sound()


def test_killed_at_some_points_of_the_work(order: Order) -> None:
    die_at_points(order, lambda point: point * 3 + 4)


@pytest.mark.slow
def test_killed_at_every_point_of_the_work(order: Order) -> None:
    die_at_points(order, lambda point: point + 1, looked=10)
