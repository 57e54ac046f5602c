"""Whatever the text, the faults lie in it, their records are JSON, and the time is in proportion to its length."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import faults
from yibiao.core.faults import paragraphs
from yibiao.core.reading import read

WORDS = (
    "的 了 在 和 检查 隐患 整改 其中 其他 共计 合格率 由 提高到 一是 二是 等 3 １２ 1237 六 万 亿 余 多 % 个 处 人次 "
    "大 方面 超过 以上 近 左右 ， 。 ； ： 、 “ ” （ ） 《 》 - | # A 县水务局通报河道清淤进展，各镇均已完成。 下一步，"
)
GAPS = ("\n", "\n\n", "\r\n", "\t", "　　", " ", "\x00", "\u2028", "\ufeff", "😀")
PIECES = st.sampled_from([*WORDS.split(), *GAPS])


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200))
def test_spans_lie_in_the_text(text: str) -> None:
    found = faults.find(read(text))
    for fault in found:
        assert 0 <= fault.start < fault.end <= len(text)
        for span in (fault.related, fault.duplicate_of):
            assert span is None or 0 <= span[0] < span[1] <= len(text)
        assert json.loads(json.dumps(dict(fault.values))) == fault.values
        assert fault.certainty in ("certain", "suspect", "style")
        for language in ("zh", "en"):
            assert "{" not in fault.note(language)
            assert json.loads(json.dumps(fault.as_json(language), ensure_ascii=False))["start"] == fault.start
    assert list(found) == sorted(found, key=lambda fault: (fault.start, fault.end, fault.type))


@given(st.text(st.sampled_from("一二，。“”（）《》\n \r\t3"), max_size=120))
def test_paragraphs_cover_what_is_written(text: str) -> None:
    parts = paragraphs.paragraphs(text)
    assert all(one.end <= other.start for one, other in pairwise(parts))
    left = list(text)
    for part in parts:
        left[part.start : part.end] = [" "] * (part.end - part.start)
    assert not "".join(left).strip()


def test_every_kind_has_both_languages() -> None:
    for kind in faults.KINDS:
        assert re.search(r"[\u4e00-\u9fff]", kind.zh)
        assert not re.search(r"[\u4e00-\u9fff]", kind.en)
        assert set(re.findall(r"\{\w+\}", kind.zh)) == set(re.findall(r"\{\w+\}", kind.en))


@pytest.mark.parametrize(
    "text",
    [
        "检查水库30座，" * 20_000,
        "的" * 200_000,
        "县水务局通报河道清淤进展，各镇均已完成年度任务。\n\n" * 8_000,
        "（" * 200_000,
        "3个方面：" * 20_000,
        "各镇、" * 60_000,
        " " * 200_000 + "县",
        "\n" * 200_000,
        "一是清淤；二是护岸；三项措施：一是" * 5_000,
    ],
    ids=["counts", "doubled", "repeated", "brackets", "colons", "one list", "blanks", "lines", "ordinals"],
)
def test_long_repetitions_are_looked_through_to_their_end(text: str) -> None:
    """A quadratic rule would not come to an end here; how fast it is, ``yibiao bench check`` says."""
    found = faults.find(read(text))
    assert all(0 <= fault.start <= fault.end <= len(text) for fault in found)
