"""Expressions: the functions one by one, and arithmetic against a plain oracle."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.world import NOW
from yibiao.core.texts import Text
from yibiao.forms.types import Choice
from yibiao.forms.xpath import tree
from yibiao.forms.xpath.ast import ExpressionError
from yibiao.forms.xpath.compiler import Compiler
from yibiao.forms.xpath.functions import FUNCTIONS, SPECIAL, UNREPEATABLE
from yibiao.forms.xpath.parser import MAX_LENGTH, parse

MOMENT = tree.Moment(NOW, NOW.date())


def world() -> tuple[Compiler, tree.Scope]:
    """A form with a number, a text, a choice, a missing answer and a repeat of two items."""
    root = tree.root()
    root.child("n", "field", "number")
    root.child("text", "field", "text")
    root.child("none", "field", "number")
    root.child("colour", "field", "text", "colours")
    root.child("rows", "repeat", "text").child("m", "field", "number")
    scope = tree.Scope(MOMENT)
    scope.values |= {"n": 5, "text": "a b", "colour": "red"}
    scope.items["rows"] = [tree.Scope(MOMENT, scope, index) for index in range(2)]
    for inner, value in zip(scope.items["rows"], (10, 20), strict=True):
        inner.values["m"] = value
    return Compiler(root, {"colours": (Choice("red", Text("红"), {"warm": "1"}),)}), scope


def run(source: str) -> Any:
    compiler, scope = world()
    return compiler.compile(source, compiler.root).run(scope, None)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 div 2", Decimal("3.5")),
        ("-7 mod 3", -1),
        ("7 mod -3", 1),
        ("1 div 0 > 10", True),
        ("0 div 0 = 0 div 0", False),
        ("0.1 + 0.2 = 0.3", True),
        ("- - 2", 2),
        ("1 < 2 < 3", True),
        ("/data/n + 1", 6),
        ("/data/none + 1", None),
        ("/data/none = ''", True),
        ("/data/none = 0", False),
        ("/data/none != 0", True),
        ("/data/n != ''", True),
        ("/data/n = '5'", True),
        ("'b' > 'a'", False),
        ("true() and not(false())", True),
        ("'' or 'x'", True),
        ("selected(/data/text, 'b')", True),
        ("selected(/data/text, 'a b')", False),
        ("selected-at(/data/text, 1)", "b"),
        ("selected-at(/data/text, 2)", ""),
        ("count-selected(/data/text)", 2),
        ("count(/data/rows)", 2),
        ("sum(/data/rows/m)", 30),
        ("min(/data/rows/m)", 10),
        ("max(/data/rows/m, 99)", 99),
        ("max(/data/none)", None),
        ("sum(/data/rows/m, /data/none)", 30),
        ("/data/rows/m = 20", True),
        ("count(/data/rows[m > 15])", 1),
        ("sum(/data/rows[position() = 2]/m)", 20),
        ("string(/data/rows[2]/m)", "20"),
        ("count(/data/rows[m > /data/n * 3])", 1),
        ("indexed-repeat(/data/rows/m, /data/rows, 2)", 20),
        ("indexed-repeat(/data/rows/m, /data/rows, 3)", ""),
        ("if(/data/n > 3, 'big', 'small')", "big"),
        ("coalesce(/data/none, 'x')", "x"),
        ("string-length('十委')", 2),
        ("regex('ab12', '[a-z]+[0-9]+')", True),
        ("regex('ab12!', '[a-z]+[0-9]+')", False),
        ("int(-2.7)", -2),
        ("round(2.5)", 3),
        ("round(3.14159, 2)", Decimal("3.14")),
        ("round(1250, -2)", 1300),
        ("number('x')", None),
        ("number(' 12 ')", 12),
        ("number('1e3')", None),
        ("string(2.50)", "2.5"),
        ("string(number('x'))", "NaN"),
        ("concat('a', 1, true())", "a1true"),
        ("join('-', /data/rows/m)", "10-20"),
        ("substr('abcdef', 1, 3)", "bc"),
        ("substr('abcdef', -2)", "ef"),
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 0, 3)", "12"),
        ("substring-before('a=b', '=')", "a"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("contains('十委社区', '社区') and starts-with('abc', 'ab')", True),
        ("jr:choice-name(/data/colour, '/data/colour')", "红"),
        ("string(instance('colours')/root/item[name = /data/colour]/warm)", "1"),
        ("string(instance('colours')/root/item[name = 'red']/label)", "红"),
        ("today() = '2022-09-11'", True),
        ("date('2022-09-10') < today()", True),
        ("now() > today()", True),
        ("'' < today()", False),
        ("today() - date('2022-09-01')", 10),
        ("date(today() + 1) = date('2022-09-12')", True),
        ("format-date('2022-09-05', '%Y/%m/%e %%')", "2022/09/5 %"),
        ("format-date-time(now(), '%H:%M')", "09:30"),
        ("decimal-date-time('1970-01-02T12:00:00+08:00')", Decimal("1.5")),
        ("checklist(1, 1, true(), false())", True),
        ("once('x')", "x"),
        ("boolean-from-string('true')", True),
        ("pow(2, 10)", 1024),
        ("pow(10, 10000000)", None),
    ],
)
def test_expressions_mean_what_odk_means(source: str, result: Any) -> None:
    found = run(source)
    assert found == result
    assert isinstance(found, bool) == isinstance(result, bool)
    assert not isinstance(found, float)


@pytest.mark.parametrize(
    ("source", "code", "position"),
    [
        ("1 +", "syntax", 4),
        ("(1", "syntax", 3),
        ("1 2", "syntax", 3),
        ("a ! b", "syntax", 3),
        ("'open", "syntax", 1),
        ("/data/missing", "unknown-name", 7),
        ("../n", "unknown-name", 1),
        ("//n", "unsupported", 1),
        ("/data/*", "unsupported", 7),
        ("@id", "unsupported", 1),
        ("child::n", "unsupported", 1),
        ("uuid()", "unrepeatable", 1),
        ("1 + pulldata('a', 'b', 'c', 'd')", "unsupported", 5),
        ("explode()", "unknown-function", 1),
        ("selected(1)", "arguments", 1),
        ("count(1)", "arguments", 1),
        ("regex('a', '(')", "pattern", 1),
        ("instance('towns')/root/item/name", "unknown-list", 1),
        ("instance('colours')/root/item/hue", "unknown-column", 31),
        ("1 + " * MAX_LENGTH + "1", "too-long", MAX_LENGTH),
        ("(" * 100 + "1" + ")" * 100, "too-long", 60),
    ],
)
def test_a_slip_is_placed(source: str, code: str, position: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        run(source)
    assert refused.value.code == code
    if code != "too-long":
        assert refused.value.position == position


# A plain oracle: fractions for exact arithmetic, and XPath's rules written out once more without sharing any code.
NUMBERS = st.one_of(st.integers(-999, 999), st.decimals(-99, 99, places=2))


def written(value: Any) -> str:
    return f"({value})" if value < 0 else str(value)


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> tuple[str, Fraction]:
    if depth == 0 or draw(st.booleans()):
        value = draw(NUMBERS)
        return written(value), Fraction(value)
    sign = draw(st.sampled_from("+-*"))
    (left, one), (right, other) = draw(sums(depth - 1)), draw(sums(depth - 1))
    result = {"+": one + other, "-": one - other, "*": one * other}[sign]
    return f"({left} {sign} {right})", result


@given(sums())
def test_arithmetic_is_exact(pair: tuple[str, Fraction]) -> None:
    source, wanted = pair
    assert Fraction(run(source)) == wanted


@given(NUMBERS, NUMBERS, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
def test_comparisons_are_those_of_numbers(one: Any, other: Any, sign: str) -> None:
    left, right = Fraction(one), Fraction(other)
    wanted = {
        "=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
        ">=": left >= right,
    }[sign]  # fmt: skip
    assert run(f"{written(one)} {sign} {written(other)}") is wanted
    assert run(f"'{one}' {sign} {written(other)}") is wanted


@given(st.integers(-999, 999), st.integers(-99, 99).filter(bool))
def test_the_remainder_has_the_sign_of_the_dividend(one: int, other: int) -> None:
    quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
    assert run(f"{written(one)} mod {written(other)}") == one - quotient * other


@given(NUMBERS, st.sampled_from(["=", "<", "<=", ">", ">="]))
def test_nothing_equals_or_orders_with_a_missing_number(value: Any, sign: str) -> None:
    assert run(f"/data/none {sign} {written(value)}") is False
    assert run(f"/data/none != {written(value)}") is True


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused(source: str) -> None:
    with contextlib.suppress(ExpressionError):
        parse(source)


def test_the_manual_lists_every_function() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "guide-for-pack-authors.zh-CN.md").read_text()
    missing = [name for name in (*FUNCTIONS, *SPECIAL, *UNREPEATABLE) if f"`{name}`" not in manual]
    assert missing == []
