"""Facts that a room declares count like those of forms: newest revision, as of, withdrawn, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from tests.figures import world
from tests.figures.world import EVERYWHERE, indicator
from yibiao.core.texts import Text
from yibiao.figures import actions, columns, definitions, queries
from yibiao.forms import actions as forms
from yibiao.forms import queries as form_files
from yibiao.packs.types import Declared, DeclaredColumn, PackVersion
from yibiao.places import actions as places

pytestmark = pytest.mark.django_db

STATES = (("found", Text("发现", "Found")), ("closed", Text("销号", "Closed")))
HAZARD = Declared(
    "case:hazard",
    "case.demo.hazard",
    Text("隐患", "Hazards"),
    (
        DeclaredColumn("state", "choice", Text("状态", "State"), STATES),
        DeclaredColumn("round", "integer", Text("第几轮", "Round")),
        DeclaredColumn("closed_on", "date", Text("销号日期", "Closed on")),
        DeclaredColumn("place", "text", Text("与标准列同名", "Named like a standard column")),
    ),
)
TOML = "\n".join([
    indicator("hazards", "count", "个", "flow", source="case:hazard"),
    indicator("closed", "count", "个", "flow", source="case:hazard", filter="state = 'closed'"),
    indicator("rounds", "sum", "次", "visits", source="case:hazard", of="round"),
    indicator("share", "ratio", "%", "ratio", terms="closed / hazards"),
])  # fmt: skip


def install() -> None:
    files = world.pack(TOML)
    published, problems = form_files.check(files)
    assert not problems
    defined, found = queries.check(files, published, (HAZARD,))
    assert [problem.text() for problem in found] == []
    assert definitions.load(definitions.dump(defined)) == defined
    version = PackVersion(files.id, files.version, files.title, files.digest, datetime.now(UTC), True)
    with transaction.atomic():
        forms.publish(version, published)
        actions.define(version, defined)
    places.install_jilin()


def step(id: str, revision: int, answers: Mapping[str, Any], **more: Any) -> world.FactDraft:
    made = world.draft("hazard", answers, id=id, revision=revision, subject=id, **more)
    return made._replace(kind=HAZARD.kind)


def test_a_case_counts_by_its_newest_revision_and_as_of_any_checkpoint() -> None:
    install()
    first = world.append(step("a", 1, {"state": "found", "round": 1}), step("b", 1, {"state": "found", "round": 1}))
    second = world.append(step("a", 2, {"state": "closed", "round": 2, "closed_on": "2022-09-20"}))
    world.append(step("b", 2, {"state": "found"}, withdrawn=True))
    assert [world.value("hazards", as_of=number) for number in (first, second, None)] == [2, 2, 1]
    assert [world.value("closed", as_of=number) for number in (first, second, None)] == [0, 1, 1]
    assert [world.value("rounds", as_of=number) for number in (first, second, None)] == [2, 3, 2]
    assert world.value("share") == 100
    assert world.facts("closed") == ["a"]


def test_the_labels_of_a_declared_choice_are_said() -> None:
    install()
    world.append(step("a", 1, {"state": "closed"}), step("b", 1, {"state": "found"}))
    assert "“状态”是“销号”" in queries.explain(world.query("closed"), scope=EVERYWHERE).rule.zh
    parts = queries.breakdown(world.query("hazards"), by="state", scope=EVERYWHERE)
    assert [(part.key, part.label, part.value) for part in parts] == [("found", "发现", 1), ("closed", "销号", 1)]
    assert [one.name for one in queries.dimensions("demo.hazards") if one.choices] == ["state"]


def test_a_declared_source_cannot_hide_a_standard_column_and_an_unknown_one_is_named() -> None:
    source = columns.declared(HAZARD)
    assert [column.name for column in source.columns].count("place") == 1
    files = world.pack(indicator("a", "count", "个", "flow", source="case:nothing"))
    published, _ = form_files.check(files)
    _, found = queries.check(files, published, (HAZARD,))
    assert [problem.code for problem in found] == ["figures.source.unknown"]
    assert "case:hazard" in found[0].text()
