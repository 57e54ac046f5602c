"""One catalogue of problems per room; each says what the rule is and what to do, in two languages."""

from __future__ import annotations

import importlib
import re
from functools import cache

import pytest

from tests.architecture.house import ROOMS, SOURCE, modules
from yibiao.core.problems import Rule

HAN = re.compile(r"[\u4e00-\u9fff]")
WITH_CATALOGUE = [room for room in ROOMS if (SOURCE / room / "problems.py").is_file()]


@cache
def catalogue(room: str) -> tuple[Rule, ...]:
    """The rules of a room; core knows no framework and keeps each rule beside the mathematics that refuses."""
    own = [module.name for module in modules() if module.room == room]
    names = own if room == "core" else [name for name in own if name.rpartition(".")[2] == "problems"]
    found = {}
    for name in names:
        for value in vars(importlib.import_module(f"yibiao.{name}")).values():
            if isinstance(value, Rule):
                found[id(value)] = value
    return tuple(sorted(found.values(), key=lambda rule: rule.code))


def every_rule() -> list[tuple[str, Rule]]:
    return [(room, rule) for room in WITH_CATALOGUE for rule in catalogue(room)]


@pytest.mark.parametrize(("room", "rule"), every_rule(), ids=lambda part: getattr(part, "code", part))
def test_a_rule_is_complete(room: str, rule: Rule) -> None:
    assert re.fullmatch(rf"{room}\.[a-z0-9-]+\.[a-z0-9-]+", rule.code), f"{rule.code} is not a code of {room}"
    for text in (rule.zh, rule.do_zh):
        filled = re.fullmatch(r"\{\w+_zh\}", text)
        assert filled or HAN.search(text), f"{rule.code}: no Chinese in {text!r}"
    for text in (rule.en, rule.do_en):
        assert text.strip(), f"{rule.code}: English is missing"
        assert not HAN.search(re.sub(r"“[^”]*”", "", text)), f"{rule.code}: Chinese in {text!r}"
    assert 400 <= rule.status < 600


def test_codes_are_unique() -> None:
    codes = [rule.code for _, rule in every_rule()]
    assert len(codes) == len(set(codes)), sorted(code for code in codes if codes.count(code) > 1)


def test_no_catalogue_is_empty() -> None:
    for room in WITH_CATALOGUE:
        assert catalogue(room), f"{room}/problems.py is empty"
