"""``yibiao bench safety`` fills a folder of its own, measures every page, and counts what it compares twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DROPPED = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "YIBIAO_DATA")
SMALL = ("bench", "safety", "--cases", "20", "--units", "3", "--days", "3", "--rounds", "1", "--json")


def yibiao(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
    command = [sys.executable, "-c", "from yibiao.desk.cli import main; main()", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_the_pages_of_safety_work_are_measured(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    done = yibiao(tmp_path, *SMALL, "--data", str(tmp_path / "world"), "--write", str(page))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["world"] == {"open_cases": 20, "units": 3, "days": 3}
    assert {"my day", "board", "cases", "coverage", "chasing", "one case"} <= set(told["pages"])
    assert all(one["ms"] > 0 and one["queries"] > 0 and one["bytes"] > 1000 for one in told["pages"].values())
    # Nine reports were owed; every ninth is left out.
    assert told["beside"]["coverage of every unit and day"]["found"] == 8
    assert told["beside"]["cases in one state"]["found"] == 20
    assert page.read_text("utf-8").count("yibiao bench safety: begin") == 1

    again = yibiao(tmp_path, *SMALL, "--data", str(tmp_path / "world"))
    assert again.returncode == 2
    assert json.loads(again.stdout)["problems"][0]["code"] == "desk.bench.taken"


@pytest.mark.slow
def test_figures_are_measured_both_ways(tmp_path: Path) -> None:
    """It stops by itself where figures, columns and hand-written statements disagree."""
    small = ("bench", "figures", "--facts", "3000", "--rounds", "1", "--json")
    page = tmp_path / "benchmarks.md"
    done = yibiao(tmp_path, *small, "--data", str(tmp_path / "province"), "--write", str(page))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["facts"] == 3000
    assert told["built"]["places"] > 13_000
    assert told["single"]["province, 60 days"]["value"] > 0
    assert told["distinct"]["province, 45 days"]["value"] > told["distinct"]["county, 45 days"]["value"]
    assert told["grid"]["cells"] == 60 * (1 + 15 + 15 * 14)
    assert page.read_text("utf-8").count("yibiao bench figures 3000: begin") == 1

    again = yibiao(tmp_path, *small, "--data", str(tmp_path / "province"))
    assert json.loads(again.stdout)["problems"][0]["code"] == "desk.bench.taken"


@pytest.mark.slow
def test_lists_and_searches_of_a_register_are_measured(tmp_path: Path) -> None:
    words = ("bench", "entities", "--count", "1000", "--rounds", "1", "--json", "--data", str(tmp_path / "world"))
    done = yibiao(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    asked = told["questions"]
    assert told["built"]["count"] == 1000
    assert all(one["ms"] > 0 for one in asked.values())
    assert [asked[name]["found"] for name in ("first page", "last page", "a name that none has")] == [50, 50, 0]
    # The one in the middle has a twin.
    assert (asked["one name"]["found"], asked["part of a key"]["found"]) == (2, 1)
    assert asked["page of the desk"]["found"] == 50
