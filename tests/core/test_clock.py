"""The clock of a replay: it begins where it is told to, runs at its speed, and is the real one otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from yibiao.core import clock
from yibiao.core.clock import Pace
from yibiao.core.periods import SHANGHAI

START = datetime(2022, 9, 9, tzinfo=SHANGHAI)
END = datetime(2022, 9, 14, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _real_time_again() -> Iterator[None]:
    yield
    clock.keep(None)


def test_without_a_replay_it_is_the_real_time() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_replay_shows_its_own_days_at_its_own_speed() -> None:
    begun = datetime.now(UTC) - timedelta(seconds=60)
    clock.keep(Pace(START, END, begun, 3600))
    assert timedelta(hours=60) <= clock.now() - START < timedelta(hours=110)
    assert clock.now().tzinfo is UTC


def test_what_is_over_is_not_waited_for() -> None:
    pace = Pace(START, END, datetime.now(UTC), 60)
    assert pace.until(START - timedelta(days=1)) == timedelta(0)
    assert timedelta(minutes=50) < pace.until(START + timedelta(hours=60)) <= timedelta(minutes=60)


def test_after_its_end_it_goes_like_the_real_time() -> None:
    begun = datetime.now(UTC) - timedelta(seconds=130)
    clock.keep(Pace(START, END, begun, 3600))
    assert timedelta(seconds=10) <= clock.now() - END < timedelta(minutes=1)


def test_other_processes_read_the_same_pace() -> None:
    pace = Pace(START, END, datetime.now(UTC), 600.0)
    assert Pace.read(str(pace)) == pace
    with pytest.raises(ValueError):
        Pace.read("tomorrow at noon")
