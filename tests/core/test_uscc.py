"""The check characters of unified social credit codes, and names that say the same."""

from __future__ import annotations

import pytest

from yibiao.core import alike, uscc


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "91512081MA62K0260E", "11320000MB151840XJ", "9131000063159284XQ"]
)
def test_right_codes_raise_no_doubt(code: str) -> None:
    assert uscc.doubts(code) == ()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("91350100M000100Y4Z", ("shape",)),
        ("91350211M0000XUF46", ("last",)),
        ("91350100M000100Y53", ("inner", "last")),
        ("91350100M000100Y4", ("shape",)),
        ("", ("shape",)),
        ("91350100m000100y43", ("shape",)),
    ],
)
def test_wrong_codes(code: str, found: tuple[str, ...]) -> None:
    assert uscc.doubts(code) == found


def test_the_live_code_that_fails_computes_as_published() -> None:
    assert uscc.last("91350211M0000XUF46") == "R"


def test_any_single_slip_is_noticed() -> None:
    """31 is prime: one wrong character always shows."""
    code = "91350100M000100Y43"
    for place in range(18):
        for char in uscc.ALPHABET:
            if char != code[place]:
                assert uscc.doubts(code[:place] + char + code[place + 1 :])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("示例（长春）有限责任公司", "示例(长春) 有限公司"),
        ("ＡＢＣ 商店", "abc商店"),
        ("示例股份有限公司", "示例　股份有限责任公司"),
        ("示例·一号", "示例一号"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert alike.folded(one) == alike.folded(other)


@pytest.mark.parametrize(("one", "other"), [("示例有限公司", "示例股份有限公司"), ("示例一店", "示例二店")])
def test_names_that_are_two(one: str, other: str) -> None:
    assert alike.folded(one) != alike.folded(other)


def test_a_code_is_written_in_capitals_without_spaces() -> None:
    assert uscc.plain(" 91220105ma0y １b2c3d ") == "91220105MA0Y1B2C3D"
