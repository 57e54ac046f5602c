"""The checked-in reference is what the code says; nothing that the code has is left out of it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.house import ROOT, SOURCE, modules
from yibiao.core.problems import Rule
from yibiao.desk import explained, reference

KIND = re.compile(
    r"(record|pack|program|bulletin|draft|claim|alias|value|people|notice|warning|draw|duty|register|demand)\.[a-z]+(-[a-z]+)*"
)
# Not Yibiao's own: where the terminal keeps its language.
FOREIGN = frozenset({"LC_ALL", "LC_MESSAGES", "LANG"})


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_of_the_reference_is_up_to_date(name: str) -> None:
    path = ROOT / "docs" / "reference" / name
    assert path.is_file(), f"{path.name} is missing: run `make docs`"
    assert path.read_text("utf-8") == reference.page(name), f"{path.name} is stale: run `make docs`"


def test_every_kind_of_fact_is_described() -> None:
    used: set[str] = set()
    for module in modules():
        if module.name in ("desk.explained", "desk.reference"):
            continue
        for node in module.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value):
                used.add(node.value)
    used = {kind for kind in used if not kind.endswith((".toml", ".md", ".json"))}
    assert used == set(explained.FACT_KINDS) - {"record.<form>", "case.<pack>.<lifecycle>"}


def test_every_setting_is_described() -> None:
    assert {name for name, _ in reference.environment(SOURCE)} - FOREIGN == set(explained.SETTINGS)


def test_every_room_with_rules_is_in_the_reference() -> None:
    import importlib

    listed = {rule.code for room in reference.CATALOGUES for rule in reference.rules(room)}
    for module in modules():
        if module.name.endswith("problems") or module.room == "core":
            loaded = importlib.import_module(f"yibiao.{module.name}")
            found = {value.code for value in vars(loaded).values() if isinstance(value, Rule)}
            assert found <= listed, module.name
