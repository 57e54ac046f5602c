"""The command line: the same answers as the pages, as text and as JSON, with options before or after the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tests.desk.world import ERDAO, JILIN, SAFETY, World
from yibiao.core.problems import Refusal
from yibiao.desk import cli, installing
from yibiao.desk.commands import program, reader
from yibiao.desk.commands.benching import bench
from yibiao.packs import queries as packs


def run(*words: str) -> Result:
    done = CliRunner().invoke(program.yibiao, words, catch_exceptions=True, standalone_mode=False)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def told(*words: str) -> Any:
    return json.loads(run(*words, "--json").output)


def test_show_prints_the_figure(site: World) -> None:
    shown = told("figure", "show", "leader-visits", "--program", SAFETY)
    assert {key: shown[key] for key in ("indicator", "value", "unit", "facts")} == {
        "indicator": f"{SAFETY}.leader-visits", "value": 2, "unit": "人次", "facts": 2,
    }  # fmt: skip
    assert shown["as_of"] >= 1
    assert told("figure", "show", f"{SAFETY}.leader-visits", "--place", ERDAO)["value"] == 1
    assert "2 人次" in run("figure", "show", f"{SAFETY}.leader-visits").output


def test_facts_prints_one_line_each(site: World) -> None:
    lines = run("figure", "facts", "leader-visits", "--program", SAFETY).output.splitlines()
    assert {json.loads(line)["fact"] for line in lines} == {site.inspection, site.elsewhere}


def test_options_stand_before_or_after(site: World) -> None:
    before = CliRunner().invoke(program.yibiao, ["--json", "figure", "list"], standalone_mode=False).output
    assert json.loads(before) == told("figure", "list")


def test_bulletins(site: World) -> None:
    assert [one["id"] for one in told("bulletin", "list")] == [site.bulletin]
    shown = told("bulletin", "show", site.bulletin)
    for one in shown["citations"]:
        assert shown["text"][one["start"] : one["end"]] == one["wording"]
    assert told("bulletin", "verify", site.bulletin)["sound"]


def test_ledger_packs_places(site: World) -> None:
    assert told("ledger", "verify")["sound"]
    assert {one["pack"] for one in told("pack", "list")} == {SAFETY, "night-patrol"}
    assert told("pack", "check", SAFETY)["problems"] == []
    assert ERDAO in [one["code"] for one in told("places", "search", "二道")]


def test_rebuilding_changes_no_figure(site: World) -> None:
    before = told("figure", "show", f"{SAFETY}.hazards")
    run("rebuild", "figures")
    assert told("figure", "show", f"{SAFETY}.hazards") == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("figure", "show", "hazards"), "desk.program.missing"),
        (("figure", "show", f"{SAFETY}.no-such"), "figures.indicator.unknown"),
        (("figure", "show", f"{SAFETY}.hazards", "--place", "999"), "places.place.unknown"),
        (("figure", "show", f"{SAFETY}.hazards", "--from", "soon"), "core.period.unreadable"),
        (("pack", "check", "no-such"), "desk.pack.nowhere"),
        (("bulletin", "show", "no-such"), "bulletins.bulletin.unknown"),
    ],
)
def test_refusals(site: World, words: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        run(*words)
    assert code in refused.value.codes


def test_a_wrong_pack_says_everything_at_once_and_stores_nothing(site: World, tmp_path: Path) -> None:
    folder = tmp_path / "wrong"
    shutil.copytree(installing.locate(SAFETY), folder)
    manifest = folder / "pack.toml"
    installed = [one.version for one in packs.versions(SAFETY)]
    manifest.write_text(manifest.read_text().replace(f'version = "{installed[0]}"', 'version = "9.0.0"'))
    form = folder / "forms" / "inspection.md"
    form.write_text(form.read_text().replace("${inspector} = 'team'", "${nobody} = 'team'"))
    indicators = folder / "indicators.toml"
    indicators.write_text(indicators.read_text().replace("deaths >= 1", "death >= 1", 1))
    bulletin = folder / "bulletin.main.md"
    bulletin.write_text(bulletin.read_text().replace("{{ teams |", "{{ no-such |"))
    with pytest.raises(Refusal) as refused:
        run("pack", "install", str(folder))
    rooms = {code.partition(".")[0] for code in refused.value.codes}
    assert {"forms", "bulletins"} <= rooms
    assert [one.version for one in packs.versions(SAFETY)] == installed


@pytest.mark.parametrize("root", [program.yibiao, reader.yibiao, bench], ids=["program", "reader", "bench"])
def test_a_command_has_the_name_that_it_is_listed_under(root: click.Group) -> None:
    context = click.Context(root)
    names = root.list_commands(context)
    found = [root.get_command(context, name) for name in names]
    assert names == [one.name for one in found if one is not None]
    assert root.get_command(context, "no-such") is None


def test_the_data_folder_is_found_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YIBIAO_DATA", raising=False)
    assert cli.data_folder(["figure", "list", "--data", "a"]) == "a"
    assert cli.data_folder(["--data=b", "serve"]) == "b"
    assert cli.data_folder(["demo"]) == "var/demo"
    assert cli.data_folder(["serve"]) == "var/data"
    monkeypatch.setenv("YIBIAO_DATA", "c")
    assert cli.data_folder(["demo"]) == "c"


def test_the_program_speaks_and_leaves_as_the_terminal_expects(tmp_path: Path) -> None:
    def yibiao(*words: str, language: str = "zh") -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("YIBIAO_", "DATABASE_URL"))}
        return subprocess.run(
            [sys.executable, "-m", "yibiao.desk.cli", *words, "--data", str(tmp_path)],
            env=kept | {"YIBIAO_LANGUAGE": language, "DJANGO_SETTINGS_MODULE": "yibiao.site.settings"},
            capture_output=True,
            text=True,
            check=False,
        )

    machine = yibiao("pack", "check", "no-such", "--json")
    assert machine.returncode == 2
    assert json.loads(machine.stdout)["problems"][0]["code"] == "desk.pack.nowhere"
    english = yibiao("pack", "check", "no-such", language="en")
    assert english.returncode == 2
    assert "no such folder" in english.stderr
    assert JILIN not in english.stderr
