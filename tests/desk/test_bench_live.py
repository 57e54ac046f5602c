"""``yibiao bench live`` measures a real server and a real stream; here only that every number is there and adds up."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.desk import served
from yibiao.desk.bench.live import waits_of


def test_a_submission_waits_for_the_first_event_that_surely_counts_it() -> None:
    # Three begun at 0, 1 and 2 and answered at 3, 4 and 9; the third may have been stored before the second.
    answered, started = [(3.0, 0.0), (4.0, 1.0), (9.0, 2.0)], [0.0, 1.0, 2.0]
    heard = [(5.0, 11), (6.0, 12), (10.0, 13)]
    assert waits_of(answered, started, heard, 10) == [7.0, 6.0, 1.0]
    # One after the other there is no doubt which is counted.
    assert waits_of([(1.0, 0.5), (3.0, 2.5)], [0.5, 2.5], [(1.5, 11), (3.25, 12)], 10) == [0.5, 0.25]


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="it brings a database of its own")
def test_the_waits_of_a_board_as_json(tmp_path: Path) -> None:
    words = ("bench", "live", "--json", "--seconds", "2", "--rates", "20,0", "--boards", "2")
    done = served.run(tmp_path, "yibiao.desk.cli", *words)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    steady, most = found["rounds"]
    assert (steady["failed"], most["failed"], found["boards"]) == (0, 0, 2)
    assert 30 <= steady["acknowledged"] <= 41
    assert most["acknowledged"] > 0
    for one in (steady, most):
        for waits in (one, one["map"]):
            assert 0 <= waits["p50_ms"] <= waits["p95_ms"] <= waits["max_ms"]
        assert one["cpu_ms"] > 0
