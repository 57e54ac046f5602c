"""A newer form leaves older records as they are, and a correction may move one to it."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from tests.records.conftest import PACK, VISIT, World, install, visit
from yibiao.core.problems import Refusal
from yibiao.people import queries as people
from yibiao.records import actions, queries

pytestmark = pytest.mark.usefixtures("sites")


def test_records_keep_their_version_until_a_correction_names_a_newer_one(world: World, tmp_path: Path) -> None:
    old, scope = visit(), people.scope(world.clerk.key, "fill")
    actions.receive(old, by=world.warrant())
    copytree(PACK, tmp_path / "watch")
    for file, before, after in (
        ("pack.toml", 'version = "1.0.0"', 'version = "1.1.0"'),
        ("forms/visit.md", "| watch.visit | 巡查记录   | 1 ", "| watch.visit | 巡查记录   | 2 "),
        ("forms/visit.md", ". <= 999", ". <= 9"),
    ):
        path = tmp_path / "watch" / file
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))
    install(tmp_path / "watch")
    many = {**old.answers, "hazards": 50}
    actions.correct(old.id, many, reason="少数了", by=world.warrant())
    assert queries.record(old.id, scope=scope).form_version == "1"
    with pytest.raises(Refusal) as wrong:
        actions.correct(old.id, {**many, "hazards": 51}, reason="换新表", by=world.warrant(), form_version="2")
    assert wrong.value.codes == ("forms.answer.constraint",)
    actions.correct(old.id, {**many, "hazards": 8}, reason="换新表", by=world.warrant(), form_version="2")
    assert queries.record(old.id, scope=scope).form_version == "2"
    fresh = visit(hazards=3)
    actions.receive(fresh, by=world.warrant())
    assert queries.record(fresh.id, scope=scope).form_version == "2"
    assert queries.page(scope=scope, form=VISIT).total == 2
    # Sent again after the newer form came, the first content is still the same record.
    assert actions.receive(old, by=world.warrant()).repeated
