"""services.toml: what is wrong with one is said before it is installed; what it says decides what is open."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.citizens.conftest import PROGRAM, SHIWEI, World, proof, told
from yibiao.citizens import actions as citizens
from yibiao.citizens import problems, queries
from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.desk import installing


def findings(folder: Path, name: str, old: str, new: str) -> set[str]:
    """What a check of the shipped pack says once one of its files reads otherwise."""
    copy = folder / "pack"
    shutil.copytree(installing.locate(PROGRAM), copy)
    path = copy / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return {problem.code for problem in installing.check(copy).problems}


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("services.toml", "[reports]", "[reports", problems.FILE.code),
        ("services.toml", 'form = "report"', 'form = "report"\nmore = 1', problems.FILE.code),
        ("services.toml", 'code = "noise"', 'code = "safety"', problems.FILE.code),
        ("services.toml", 'limit = "5wd"', 'limit = "soon"', "core.span.unreadable"),
        ("services.toml", 'form = "report"', 'form = "complaint"', problems.UNFIT.code),
        ("services.toml", 'lifecycle = "report"', 'lifecycle = "none"', problems.UNFIT.code),
        ("services.toml", 'code = "noise"', 'code = "flood"', problems.UNFIT.code),
        ("services.toml", 'position = "spot"', 'position = "address"', problems.UNFIT.code),
        ("services.toml", '"photo_3"', '"address"', problems.UNFIT.code),
        ("services.toml", 'summary = "summary"', 'summary = "none"', problems.UNFIT.code),
        ("services.toml", 'name = "reporter_name"', 'name = "address"', problems.PRIVACY.code),
        ("services.toml", 'address = "address"', 'address = "reporter_phone"', problems.PRIVACY.code),
        ("lifecycles.toml", 'sets = { promised_at = "" }', "", problems.PROMISE.code),
        ("lifecycles.toml", '{ move = "remark" }', '{ move = "none" }', "core.lifecycle.unknown-name"),
        ("lifecycles.toml", 'undo = "separate"', 'undo = "none"', "core.lifecycle.unknown-name"),
        ("lifecycles.toml", 'near = "position"', 'near = "none"', "core.lifecycle.unknown-name"),
        ("lifecycles.toml", 'within = "15d"', 'within = "long"', "core.span.unreadable"),
    ],
)
def test_what_is_wrong_is_found(world: World, tmp_path: Path, name: str, old: str, new: str, code: str) -> None:
    assert code in findings(tmp_path, name, old, new)


def test_a_service_is_open_while_it_is_valid(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = queries.counter(SHIWEI)
    assert len(queries.services(counter)) == 7
    before = datetime(2022, 2, 28, 23, 59, tzinfo=SHANGHAI)
    assert queries.services(counter, before) == ()
    assert len(queries.services(counter, before + timedelta(minutes=1))) == 7
    monkeypatch.setattr(clock, "now", lambda: before)
    with pytest.raises(Refusal) as refused:
        citizens.report_openly(told(), proof=proof())
    assert refused.value.codes == (problems.CLOSED.code,)
