"""The table of intervals, a case per row, and the proof that writing uses it backwards."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import quantities, wording
from yibiao.core.problems import Refusal

WORDINGS = [
    "exact", "中文", "万", "万.1", "万.2", "亿.1", ".1", "余", "多", "近", "超",
    "逾", "约", "左右", "以上", "至少", "万 余",
    "万.1 余",
    "近 万", "超 万", "约 万.1", "近 100", "300 余", "超 1000万", "近 45万", "亿.1 余",
]  # fmt: skip


@given(
    st.integers(0, 10**10) | st.decimals(0, 10**6, places=3),
    st.sampled_from(WORDINGS),
    st.sampled_from(["", "个", "人次", "%"]),
)
def test_whatever_is_written_is_true(value: int | Decimal, text: str, unit: str) -> None:
    exact = Decimal(value)
    try:
        phrase = wording.write(exact, wording.parse(text), unit)
    except Refusal:
        return
    assert exact in wording.interval(phrase)


@given(st.integers(0, 10**11))
def test_every_offer_can_be_written(value: int) -> None:
    offered = wording.phrases(Decimal(value), "人")
    assert offered[0] == ("exact", f"{value}人")
    assert len({phrase for _, phrase in offered}) <= len(offered)


@given(st.integers(0, 10**12 - 1))
def test_chinese_numerals_read_back(value: int) -> None:
    assert Decimal(value) in wording.interval(wording.chinese(Decimal(value)))


@pytest.mark.parametrize(
    ("value", "text", "unit", "phrase"),
    [
        (198, "exact", "人次", "198人次"),
        (28_143, "万.1 余", "个", "2.8万余个"),
        (449_321, "近 万", "人", "近45万人"),
        (398_600, "万.2", "个", "39.86万个"),
        (23, "余", "家", "20余家"),
        (64, "多", "栋", "60多栋"),
        (97, "近 100", "场", "近100场"),
        (97, "近", "场", "近100场"),
        (10_234, "万 余", "人次", "1万余人次"),
        (10_234_567, "超 万", "人次", "超1000万人次"),
        (10_234_567, "超 1000万", "人次", "超1000万人次"),
        (14, "exact", "个月", "14个月"),
        (14, "中文", "个月", "十四个月"),
        (2, "中文", "个", "两个"),
        (12, "中文", "", "十二"),
        (62_500, "万.1", "人次", "6.2万人次"),
        (63_500, "万.1", "人次", "6.4万人次"),
        (412, "近", "家", "近420家"),
        (300, "以上", "人", "300人以上"),
        (1268, "余", "处", "1200余处"),
    ],
)
def test_phrases(value: int, text: str, unit: str, phrase: str) -> None:
    assert wording.write(Decimal(value), wording.parse(text), unit) == phrase


@pytest.mark.parametrize(
    ("value", "text"),
    [(27_900, "2.8万 余"), (28_000, "2.8万 余"), (100, "近 100"), (89, "近 100"), (300, "300 余"), (400, "300 余"),
     (10**7, "超 1000万"),
     (0, "近"), (20, "余"), (4, "万"), (0, "余")],
)  # fmt: skip
def test_untrue_wordings_are_refused_with_true_ones(value: int, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        wording.write(Decimal(value), wording.parse(text), "个")
    assert caught.value.codes == ("core.wording.untrue",)
    assert f"exact（{value}个）" in caught.value.problems[0].text()


@pytest.mark.parametrize(
    ("phrase", "inside", "outside"),
    [
        ("198人次", ["198"], ["197", "199"]),
        ("39.86万个", ["398550", "398649"], ["398549", "398650"]),
        ("14.5%", ["14.45", "14.549"], ["14.44", "14.55"]),
        ("15%", ["14.5", "15.4"], ["14.4", "15.5"]),
        ("2.8万余个", ["28001", "28999"], ["28000", "29000"]),
        ("270余万", ["2700001"], ["2700000", "2800000"]),
        ("300余场", ["301", "399"], ["300", "400"]),
        ("20万余人", ["205000"], ["200000", "210000"]),
        ("近45万人", ["440000", "449999"], ["439999", "450000"]),
        ("近100场", ["90", "99"], ["89", "100"]),
        ("超1000万人次", ["10000001"], ["10000000"]),
        ("不少于60%", ["60", "99"], ["59.9"]),
        ("300人以上", ["300"], ["299"]),
        ("约100人", ["90", "110"], ["89", "111"]),
        ("约1.3万人", ["12350", "13650"], ["12349", "13651"]),
        ("零", ["0"], ["1"]),
        ("0", ["0"], ["0.1"]),
        ("100%", ["100"], ["99.9"]),
        ("1,237人次", ["1237"], ["1236"]),
    ],
)
def test_the_interval_of_a_phrase(phrase: str, inside: list[str], outside: list[str]) -> None:
    interval = wording.interval(phrase)
    assert all(Decimal(value) in interval for value in inside)
    assert not any(Decimal(value) in interval for value in outside)


@pytest.mark.parametrize("text", ["", "foo", "近 近", "exact 余", "万 45万", "45", "万.1 .2", "近 超"])
def test_unknown_wordings_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        wording.parse(text)
    assert caught.value.codes == ("core.wording.unknown",)


def test_phrases_without_a_number_are_refused() -> None:
    with pytest.raises(Refusal):
        wording.interval("许多人")


def test_a_share_of_a_third_is_not_written_exactly() -> None:
    third = Decimal(100) / 3
    with pytest.raises(Refusal):
        wording.write(third, wording.parse("exact"), "%")
    assert wording.write(third, wording.parse(".1"), "%") == "33.3%"


def test_units() -> None:
    assert quantities.unit("矿次").counts == "visits"
    assert quantities.compatible("户", "家")
    assert quantities.compatible("台次", "辆次")
    assert not quantities.compatible("人", "人次")
    assert not quantities.compatible("户", "户次")


@pytest.mark.parametrize(
    ("measure", "kind", "unit", "codes"),
    [
        ("count", "visits", "人次", []),
        ("distinct", "distinct", "家", []),
        ("latest", "stock", "户", []),
        ("streak", "streak", "个月", []),
        ("ratio", "ratio", "%", []),
        ("distinct", "distinct", "人次", ["core.quantity.unit"]),
        ("count", "visits", "人", ["core.quantity.unit"]),
        ("sum", "distinct", "人次", ["core.quantity.kind", "core.quantity.unit"]),
        ("guess", "flow", "处", ["core.quantity.measure"]),
        ("ratio", "ratio", "人", ["core.quantity.unit"]),
        ("streak", "streak", "次", ["core.quantity.unit"]),
    ],
)
def test_which_measures_kinds_and_units_fit(measure: str, kind: str, unit: str, codes: list[str]) -> None:
    assert [problem.code for problem in quantities.fits(measure, kind, unit)] == codes
