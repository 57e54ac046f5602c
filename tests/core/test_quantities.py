"""Units that may be compared, and what one is in another."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import quantities


@pytest.mark.parametrize(
    ("value", "unit_from", "unit_to", "told"),
    [
        ("3", "万元", "元", "30000"),
        ("33060800", "元", "万元", "3306.08"),
        ("2", "亿元", "万元", "20000"),
        ("1.5", "公顷", "平方米", "15000"),
        ("1", "公顷", "亩", "15"),
        ("2", "小时", "分钟", "120"),
        ("90", "分钟", "个小时", "1.5"),
        ("8.1", "克", "公斤", "0.0081"),
        ("12", "户", "家", "12"),
    ],
)
def test_a_value_in_another_unit(value: str, unit_from: str, unit_to: str, told: str) -> None:
    converted = quantities.convert(Decimal(value), unit_from, unit_to)
    assert converted is not None
    assert converted.quantize(Decimal("0.000001")) == Decimal(told)


@pytest.mark.parametrize(
    ("one", "other"), [("人", "人次"), ("元", "吨"), ("个月", "天"), ("%", "个"), ("矿次", "户次")]
)
def test_what_cannot_be_compared_is_not_converted(one: str, other: str) -> None:
    assert quantities.convert(Decimal(1), one, other) is None
    assert not quantities.compatible(one, other)


@given(st.sampled_from(sorted(quantities.UNITS)), st.sampled_from(sorted(quantities.UNITS)), st.integers(0, 10**9))
def test_there_and_back(one: str, other: str, value: int) -> None:
    there = quantities.convert(Decimal(value), one, other)
    assert (there is not None) == quantities.compatible(one, other)
    if there is not None:
        back = quantities.convert(there, other, one)
        assert back is not None
        assert abs(back - value) <= Decimal("0.001")


@pytest.mark.parametrize(
    ("symbol", "told"),
    [("起", ""), ("个", ""), ("人次", "times"), ("矿次", "times"), ("个月", "months"), ("%", "%"), ("‰", "‰")],
)
def test_a_unit_is_said_in_english_where_english_says_one(symbol: str, told: str) -> None:
    assert quantities.said(symbol, "en") == told
    assert quantities.said(symbol, "zh") == symbol
    assert quantities.headed("Amount", symbol, "en") == (f"Amount ({told})" if told else "Amount")
    assert quantities.headed("数量", symbol, "zh") == f"数量（{symbol}）"
    assert quantities.headed("数量", "", "zh") == "数量"
