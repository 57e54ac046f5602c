"""A writer killed in the middle loses nothing that it acknowledged and leaves a sound log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from yibiao.ledger import actions, queries

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lines", [1, 23, 60])
def test_what_was_acknowledged_survives_kill_9(lines: int) -> None:
    database = {key: str(connection.settings_dict[key]) for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    said: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.writing_until_killed", f"run{lines}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "YIBIAO_TEST_DATABASE": json.dumps(database)},
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        for _ in range(lines):
            said.append(writer.stdout.readline().strip())
        writer.kill()
        said += writer.stdout.read().split()
    assert len(said) >= lines
    assert all(said)
    for id in said:
        assert queries.fact(id) is not None, f"{id} was acknowledged and is gone"
    actions.seal_all()
    verdict = queries.verify()
    assert verdict.sound, verdict.faults
    assert len(said) <= verdict.entries <= len(said) + 1, "at most the one in flight is stored without having been said"
