"""Doubled words and hedges said twice, beside the words that are doubled rightly and the hedges that stand alone."""

from __future__ import annotations

import pytest

from tests.core.faults.tables import rows, types
from yibiao.core import faults
from yibiao.core.reading import read


@pytest.mark.parametrize(("text", "expected"), rows("wording"))
def test_the_table(text: str, expected: list[str]) -> None:
    assert types(text) == expected


@pytest.mark.parametrize(
    ("text", "surface", "certainty", "words"),
    [
        ("护河队清理了下游的的漂浮物。", "的的", "certain", "“的”重复"),
        ("全县超过300人以上参与清淤。", "超过300人以上", "style", "“超过”与“以上”"),
        ("沿岸近500余户受益。", "近500余户", "style", "“近”与“余”"),
        ("护河队劝返1237余人。", "1237余人", "suspect", "1237是准确数"),
    ],
)
def test_a_fault_says_where_and_what(text: str, surface: str, certainty: str, words: str) -> None:
    (fault,) = faults.find(read(text))
    assert (fault.surface, fault.certainty) == (surface, certainty)
    assert text[fault.start : fault.end] == surface
    assert words in fault.note()
    assert fault.note("en") != fault.note("zh")
