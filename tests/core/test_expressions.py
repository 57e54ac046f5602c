from __future__ import annotations

import sqlite3
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import expressions
from yibiao.core.problems import Refusal

FIELDS = {"grade": "choice", "n": "integer", "kinds": "choices", "on_day": "date", "at": "datetime", "note": "text"}

_names = st.sampled_from(["a", "b", "it's", "x_y", "100%", "中"])
_leaves = st.one_of(
    st.builds(lambda o, v: f"n {o} {v}", st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(-3, 3)),
    st.builds(lambda v: "grade = '{}'".format(v.replace("'", "''")), _names),
    st.builds(lambda v: "grade not in ('z', '{}')".format(v.replace("'", "''")), _names),
    st.builds(lambda v: "selected(kinds, '{}')".format(v.replace("'", "''")), _names),
    st.sampled_from(["note is missing", "note is not missing", "on_day > '2022-09-10'", "n in (1, 2)"]),
)
filters = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not {}".format, inner),
    ),
    max_leaves=8,
)
rows = st.fixed_dictionaries(
    {
        "grade": st.none() | _names,
        "n": st.none() | st.integers(-3, 3),
        "kinds": st.none() | st.lists(_names, unique=True).map(" ".join),
        "on_day": st.none() | st.dates().map(str),
        "note": st.none() | _names,
    }
)


@given(filters, rows)
def test_plain_python_and_sql_agree(text: str, row: dict[str, object]) -> None:
    node = expressions.parse_filter(text, FIELDS)
    columns = ", ".join(f'? AS "{name}"' for name in row)
    where = expressions.sql(node, lambda name: f'"{name}"')
    with sqlite3.connect(":memory:") as database:
        found = database.execute(f"SELECT 1 FROM (SELECT {columns}) WHERE {where}", list(row.values())).fetchone()
    assert expressions.test(node, row) is (found is not None)


def test_times_compare_as_moments() -> None:
    node = expressions.parse_filter("at < '2022-09-12T20:00'", FIELDS)
    assert expressions.test(node, {"at": "2022-09-12T11:59:00+00:00"})
    assert not expressions.test(node, {"at": "2022-09-12T12:00:00+00:00"})
    assert "2022-09-12 12:00:00" in expressions.sql(node, lambda name: name)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("grade = 3", ("core.expression.type",)),
        ("n = '3'", ("core.expression.type",)),
        ("kinds = 'a'", ("core.expression.type",)),
        ("on_day > 'soon'", ("core.expression.type",)),
        ("n > grade", ("core.expression.type",)),
        ("nope = 'x' and n = 'y'", ("core.expression.unknown-name", "core.expression.type")),
        ("grade = 'x", ("core.expression.syntax",)),
        ("grade = 'x\\'", ("core.expression.syntax",)),
        ("__import__('os')", ("core.expression.syntax",)),
        ("n", ("core.expression.syntax",)),
        ("", ("core.expression.syntax",)),
        ("not " * 400 + "n = 1", ("core.expression.syntax",)),
        ("(" * 1900 + "n = 1" + ")" * 1900, ("core.expression.syntax",)),
    ],
)
def test_what_is_no_filter_is_refused_with_every_reason(text: str, codes: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as caught:
        expressions.parse_filter(text, FIELDS)
    assert caught.value.codes == codes


def test_ids_hold_hyphens_and_a_minus_needs_spaces() -> None:
    node = expressions.parse_terms("hazards-found - hazards-fixed * 2")
    assert expressions.names(node) == {"hazards-found", "hazards-fixed"}
    assert expressions.value(node, {"hazards-found": Decimal(9), "hazards-fixed": Decimal(2)}) == 5


@given(st.integers(-99, 99), st.integers(-99, 99), st.integers(-99, 99))
def test_terms_are_reckoned_in_the_usual_order(a: int, b: int, c: int) -> None:
    values: dict[str, Decimal | None] = {"a": Decimal(a), "b": Decimal(b), "c": Decimal(c)}
    assert expressions.value(expressions.parse_terms("a - b * (c + 2) - -1"), values) == a - b * (c + 2) + 1


def test_missing_terms_and_division_by_nothing_have_no_value() -> None:
    node = expressions.parse_terms("a / b")
    assert expressions.value(node, {"a": Decimal(1), "b": Decimal(0)}) is None
    assert expressions.value(node, {"a": Decimal(1)}) is None
