"""Torn, repeated and unfinished paragraphs beside every layout in which nothing is torn."""

from __future__ import annotations

import pytest

from tests.core.faults.tables import rows, types
from yibiao.core import faults
from yibiao.core.reading import read

LEAD = "昨日，县水务局通报河道清淤进展。施工队已完成三处险段的清理，沿岸道路恢复通行。"
BODY = "县水务局抽调技术人员分赴各镇，逐段核对清淤台账，并对施工质量开展复查。各镇同步公示了结果。"
LAST = "下一步，县水务局将继续跟进后续工程，确保汛前全部完工。"


@pytest.mark.parametrize(("text", "expected"), rows("layout"))
def test_the_table(text: str, expected: list[str]) -> None:
    assert types(text) == expected


def test_a_torn_paragraph_is_the_white_space_between() -> None:
    text = f"{LEAD}随后检查组赶赴下游察看\n\n　　水闸启闭设备，并听取了值守人员的汇报。"
    (fault,) = faults.find(read(text))
    assert text[fault.start : fault.end] == "\n\n　　"
    assert fault.as_json() == {
        "type": "torn_paragraph", "start": fault.start, "end": fault.end, "surface": "\n\n　　", "certainty": "certain",
        "note": "段末没有句末标点，应是在句中断开：请与下段相接；若句子已完，请补标点",
        "context": "赶赴下游察看⏎⏎水闸启闭设备",
    }  # fmt: skip


def test_a_word_cut_in_two_is_evidently_torn() -> None:
    text = "为确保汛期安全，各镇水利站全\n\n面检查辖区堤坝，逐处登记造册，发现险情立即上报。"
    (fault,) = faults.find(read(text))
    assert fault.note() == "段落在句中断开，应与下段相接"
    assert fault.note("en") == "The paragraph breaks in mid-sentence; join it with the next one."


def test_a_repeated_paragraph_names_the_first() -> None:
    text = f"{LEAD}\n\n{BODY}\n\n{LEAD}"
    (fault,) = faults.find(read(text))
    assert fault.duplicate_of == (0, len(LEAD))
    assert (fault.start, fault.end) == (len(text) - len(LEAD), len(text))
    assert fault.as_json()["duplicate_of"] == [0, len(LEAD)]
    assert fault.as_json("en")["note"].startswith("The same")


def test_an_unfinished_end_is_its_last_characters() -> None:
    text = f"{BODY}\n\n{LEAD}目前各项扫尾工作正在推进，预计月底前完成全部"
    (fault,) = faults.find(read(text))
    assert fault.surface == "计月底前完成全部"
    assert fault.certainty == "certain"
