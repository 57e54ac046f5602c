"""What holds of every text, whatever stands in it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.reading import tables
from tests.core.test_wording import WORDINGS
from yibiao.core import wording
from yibiao.core.problems import Refusal
from yibiao.core.reading import CLAIMS, Reading, Run, quantity, read

_DIGITS = re.compile(r"\d+")
# What rules of the reader look at, so that texts made of it come near to them.
PIECES = (

    *"0123456789零〇一二两三四五六七八九十百千万亿廿卅半几数余多来近超约第每满元人个次年月日时分秒级成倍大路号",
    *".,，。；、:：-—~～/%％‰()（）〔〕《》+×*·#w \n\u3000", "1,234", "2022年", "24小时", "分之", "百分之",
    "个月", "个百分点", "人次", "以上", "不少于", "3至5", "GB/T 1", "9月1日", "检查", "其中", "同比", "分别",
    "的", "电话", "120", "3.5万",
)  # fmt: skip
QUOTES = '“”"‘’「」『』《》〈〉'
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NEAR = st.lists(st.sampled_from((*PIECES, *QUOTES)), max_size=30).map("".join)
UNQUOTED = st.lists(st.sampled_from([piece for piece in PIECES if piece not in QUOTES]), max_size=24).map("".join)
DIGITS = st.text(st.characters(categories=["Nd", "No", "Nl"]), max_size=60)
TEXTS = ANY | NEAR | DIGITS


def accounted(reading: Reading) -> None:
    """Every span is what it says, none overlaps another, and no digit is left out."""
    text, end = reading.text, 0
    for run in reading.runs:
        assert end <= run.start <= run.num_start < run.num_end <= run.end <= len(text)
        assert (run.surface, run.num) == (text[run.start : run.end], text[run.num_start : run.num_end])
        assert (run.value is None, run.interval is None, run.precision is None) == (run.claim is not True,) * 3
        end = run.end
    for digits in _DIGITS.finditer(text):
        assert any(run.start <= digits.start() and digits.end() <= run.end for run in reading.runs), digits


def said(run: Run, offset: int = 0) -> tuple[object, ...]:
    return (run.start + offset, run.end + offset, run.surface, run.value, run.interval, run.unit, run.hedge, run.kind)


@given(TEXTS)
def test_every_numeral_of_any_text_is_accounted_for(text: str) -> None:
    accounted(read(text))


@given(TEXTS)
def test_every_run_of_any_text_can_be_told(text: str) -> None:
    for run in read(text).runs:
        assert json.loads(json.dumps(run.as_json()))["surface"] == run.surface
        assert run.claim is not True or run.kind in CLAIMS
        assert run.value is None or run.precision == "hedged" or run.holds(run.value)


@given(TEXTS, st.integers(0, 10**30) | st.decimals(0, 10**6, places=3))
def test_whether_any_phrase_holds_can_be_told(text: str, value: int | Decimal) -> None:
    found = quantity(text)
    assert found is None or found.holds(Decimal(value)) in (True, False)


@given(st.text(st.characters(exclude_categories=["Cs", "Nd", "Nl", "No", "Lo"]), max_size=60))
def test_a_text_without_numerals_has_no_run(text: str) -> None:
    assert read(text).runs == ()


@given(UNQUOTED, UNQUOTED)
def test_two_texts_are_read_as_each_by_itself(first: str, second: str) -> None:
    first += "。\n"
    both = [said(run) for run in read(first + second).claims()]
    apart = [said(run) for run in read(first).claims()]
    assert both == apart + [said(run, len(first)) for run in read(second).claims()]


ROWS = [row for row in (*tables.claims(), *tables.others()) if not row.fault]


@given(st.lists(st.sampled_from(ROWS), max_size=12))
def test_the_rows_of_the_tables_are_read_the_same_in_one_text(rows: list[tables.Row]) -> None:
    apart, offset = [], 0
    for row in rows:
        apart += [said(run, offset) for run in read(row.text + "\n").claims()]
        offset += len(row.text) + 1
    assert [said(run) for run in read("".join(row.text + "\n" for row in rows)).claims()] == apart


VALUES = st.integers(0, 10**8) | st.decimals(0, 10**6, places=3)


@given(VALUES, st.sampled_from(WORDINGS), st.sampled_from(["个", "人次", "户", "处", "公斤"]))
def test_what_is_written_is_read_back(value: int | Decimal, text: str, unit: str) -> None:
    exact = Decimal(value)
    assume(not (text == "中文" and value == 1))  # 一个 describes and counts nothing
    try:
        phrase = wording.write(exact, wording.parse(text), unit)
    except Refusal:
        return
    assert any(run.holds(exact) for run in read(f"共检查{phrase}。").claims()), phrase


@given(VALUES, st.sampled_from(["个", "人次", "户", "处", "公斤"]))
def test_every_offer_is_read_back(value: int | Decimal, unit: str) -> None:
    exact = Decimal(value)
    for _, phrase in wording.phrases(exact, unit):
        (run,) = read(f"共检查{phrase}。").claims()
        assert run.holds(exact), phrase
        assert run.surface == phrase


@pytest.mark.parametrize("digits", ["1", "9", "０", "٣", "१", "0"])
def test_a_very_long_number_is_one_run(digits: str) -> None:
    text = digits * 100_000
    (run,) = read(text).runs
    assert (run.start, run.end) == (0, len(text))
    for said in (f"检查{text}家。", f"{text}.5", f"{text}万人", f"约{text}人"):
        accounted(read(said))


# Each is repeated many times; a rule whose cost grows with the square does not come back from the long ones.
LONG = ("一", "1:", "第", "“", "1、", "(1")
REPEATED = (
    "一", "十", "零", "万", "几", "半", "数十", "百分之", "分之", "一点", "三五", "1", "1,", "9,", "1.",
    "1.1.", "1、", "8、", "1:", "1：", "3：4", "1∶", "1-", "1—", "-1", "1/", "1+", "1×", "1*", "1·", "1~",
    "1至", "1到", "1 ", "1 家", "1 234 ", "1,234,567,", "，1", "\n1", "\n一、", "(1", "（一）", "〔",
    "〔2022〕", "第", "第1", "第一", "每1", "满1", "近", "近1", "约", "不少于", "不少于的", "以上1", "1以上",
    "余1", "1余", "1多", "1人", "1个半", "其中1人", "分别为1人、2人", "同比1%", "“", "“1", "“一", "”1", "“1”",
    "“1、", "《1", "A1", "1A", "GB/T 1", "AB", "电话", "电话1", "编号1", "110", "24小时", "7×24", "2022年",
    "9月1日至", "1日、", "1年1月1日", "一月一日", "一二三四五六七八九", "在领域", "检查企业1家，", "\u3000",
    "@1", "的",
)  # fmt: skip


@pytest.mark.parametrize(
    ("piece", "size"),
    [
        *((piece, 10_000) for piece in REPEATED),
        *((piece, 60_000) for piece in LONG),
    ],
)
def test_a_long_repetition_is_read_to_its_end(piece: str, size: int) -> None:
    reading = read((piece * (size // len(piece) + 1))[:size])
    spans = [(run.start, run.end) for run in reading.runs]
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    digits = sum(sign.isdecimal() for sign in reading.text)
    assert sum(sign.isdecimal() for run in reading.runs for sign in run.surface) == digits
