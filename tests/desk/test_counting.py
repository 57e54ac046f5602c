"""Many figures at once on the command line, and a lake: the same numbers as one by one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.desk.test_commands import run, told
from tests.desk.world import ERDAO, JILIN, SAFETY, World
from yibiao.core.problems import Refusal
from yibiao.desk.commands import program

SHOWN = ("indicator", "program", "place", "value", "unit", "facts", "as_of")


def test_figures_are_those_that_show_prints(site: World) -> None:
    found = told("figures", "leader-visits", "fatal-accidents", "--program", SAFETY, "--place", JILIN, "--place", ERDAO)
    assert [(one["indicator"].partition(".")[2], one["place"]) for one in found] == [
        ("leader-visits", JILIN), ("leader-visits", ERDAO), ("fatal-accidents", JILIN), ("fatal-accidents", ERDAO),
    ]  # fmt: skip
    for one in found:
        shown = told("figure", "show", one["indicator"], "--place", one["place"])
        assert {key: one[key] for key in SHOWN} == {key: shown[key] for key in SHOWN}
    assert "2  人次  市、县领导带队检查" in run("figures", "leader-visits", "--program", SAFETY).output


@pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="it could")
def test_what_cannot_count_here_is_refused(site: World) -> None:
    with pytest.raises(Refusal) as refused:
        run("figures", "leader-visits", "--program", SAFETY, "--engine", "postgres")
    assert refused.value.codes == ("figures.engine.database",)


def test_a_lake_of_one_site_says_what_the_site_says(site: World, tmp_path: Path) -> None:
    made = told("lake", "publish", str(tmp_path), "--place", JILIN)
    assert made["place"] == JILIN
    shown = told("lake", "figure", str(tmp_path), f"{SAFETY}.leader-visits")
    assert (shown["value"], shown["provinces"], shown["heard"]) == (2, 1, 1)
    assert shown["parts"][0]["root"] == made["checkpoint"]["root"]
    listed = run("lake", "check", str(tmp_path)).output
    assert made["checkpoint"]["root"][:16] in listed
    next(tmp_path.rglob("places-*.json")).write_text("[]")
    done = CliRunner().invoke(program.yibiao, ["lake", "check", str(tmp_path)], standalone_mode=False)
    assert done.exit_code == 1
    assert "places-" in done.output
    assert told("lake", "figure", str(tmp_path), f"{SAFETY}.leader-visits")["value"] is None
