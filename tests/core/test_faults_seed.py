"""The annotated page and bulletins: every fault that a program can find, and no false one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yibiao.core import faults
from yibiao.core.reading import read

SEED = Path(__file__).parents[3] / "shared" / "seed"
# What no program can find: it takes knowledge of the world, or of what was left out.
FOR_PEOPLE = {
    "missing_char", "suspect_equal_values", "wrong_order", "missing_unit", "headless_caption", "suspect_grammar",
    "suspect_wording", "partial_article",
}  # fmt: skip
# 二〇二二年 in a headline is a custom that the annotation itself allows.
CUSTOM = {"二〇二二年"}

pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason="the seed is not here")


def defects() -> Iterator[dict[str, Any]]:
    for line in (SEED / "defects.jsonl").read_text("utf-8").splitlines():
        defect = json.loads(line)
        if defect["type"] not in FOR_PEOPLE and defect["surface"] not in CUSTOM:
            yield defect


def bulletins() -> list[Path]:
    return sorted((SEED / "bulletins").glob("*.txt")) if SEED.is_dir() else []


def meets(fault: faults.Fault, defect: dict[str, Any]) -> bool:
    return fault.type == defect["type"] and fault.start < defect["end"] and defect["start"] < fault.end


def test_every_mechanical_defect_of_the_page_is_found() -> None:
    found = faults.find(read((SEED / "page.txt").read_text("utf-8")))
    missed = [defect for defect in defects() if not any(meets(fault, defect) for fault in found)]
    assert not missed
    assert len(list(defects())) >= 16


def test_no_fault_of_the_page_is_false() -> None:
    found = faults.find(read((SEED / "page.txt").read_text("utf-8")))
    assert [fault for fault in found if not any(meets(fault, defect) for defect in defects())] == []


def test_certainty_agrees_with_the_annotation() -> None:
    for fault in faults.find(read((SEED / "page.txt").read_text("utf-8"))):
        (defect,) = [defect for defect in defects() if meets(fault, defect)]
        assert fault.certainty == defect["certainty"]
        assert set(fault.as_json()) >= {"type", "start", "end", "surface", "certainty", "note"}


@pytest.mark.parametrize("path", bulletins(), ids=lambda path: path.stem)
def test_a_clean_bulletin_has_no_fault(path: Path) -> None:
    assert faults.find(read(path.read_text("utf-8"))) == ()
