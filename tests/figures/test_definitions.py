"""A wrong indicators.toml says all that is wrong with it, where, and what to do."""

from __future__ import annotations

from datetime import date

import pytest

from tests.figures import world
from tests.figures.world import indicator
from yibiao.core.problems import Refusal
from yibiao.figures import definitions, queries

pytestmark = pytest.mark.django_db


def found(toml: str, language: str = "zh") -> list[tuple[str, str]]:
    """(code, where) of each problem."""
    _, _, problems = world.read(world.pack(toml))
    for problem in problems:
        for each in ("zh", "en"):
            assert "{" not in problem.text(each)
    return [(problem.code, problem.place(language)) for problem in problems]


def codes(toml: str) -> list[str]:
    return [code for code, _ in found(toml)]


def test_what_is_right_is_kept_word_for_word() -> None:
    _, defined, problems = world.read(world.pack())
    assert problems == []
    assert definitions.load(definitions.dump(defined)) == defined
    one = defined.indicator("no-fires")
    assert one is not None
    assert (one.ref, one.coverage, one.window, one.rule_source) == ("demo.no-fires", "monthly", "year-to-date", "样例")
    assert one.valid_from == date(2022, 1, 1)
    assert not {"phone"} & {column.name for source in defined.sources for column in source.columns}


def test_all_problems_come_at_once_each_with_its_line() -> None:
    toml = "\n".join([
        indicator("a", "count", source="nowhere"),
        indicator("b", "sum", source="check", of="fuond"),
        indicator("c", "count", source="check", filter="grade = 3"),
    ])  # fmt: skip
    assert found(toml) == [
        ("figures.source.unknown", "indicators.toml 第 1 行“a”"),
        ("figures.field.unknown", "indicators.toml 第 10 行“b”"),
        ("core.expression.type", "indicators.toml 第 20 行“c”"),
    ]
    assert [place for _, place in found(toml, "en")] == [
        "indicators.toml line 1 “a”", "indicators.toml line 10 “b”", "indicators.toml line 20 “c”",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (indicator("a", "count", source="check/nothing"), "figures.source.unknown"),
        (indicator("a", "sum", source="check", of="grade"), "figures.field.not-number"),
        (indicator("a", "sum", source="check"), "figures.definitions.needed"),
        (indicator("a", "count", source="check", of="found"), "figures.definitions.unused"),
        (indicator("a", "distinct", "个", "distinct", source="check", of="phone"), "figures.field.personal"),
        (indicator("a", "count", source="check", filter="phone = '139'"), "figures.field.personal"),
        (indicator("a", "count", source="check", filter="nothing = 1"), "core.expression.unknown-name"),
        (indicator("a", "count", source="check", filter="grade = "), "core.expression.syntax"),
        (indicator("a", "count", source="check", filter="topics = 'gas'"), "core.expression.type"),
        (indicator("a", "count", source="check", kind="stock"), "core.quantity.kind"),
        (indicator("a", "median", source="check"), "core.quantity.measure"),
        (indicator("a", "count", unit="人", source="check"), "core.quantity.unit"),
        (indicator("a", "zero", "起", "zero", source="incident"), "figures.definitions.needed"),
        (indicator("a", "zero", "起", "zero", source="incident", coverage="none"), "figures.coverage.unknown"),
        (indicator("a", "streak", "个月", "streak", source="incident", of="2015"), "figures.streak.month"),
        (indicator("a", "expr", terms="b + 1"), "figures.terms.unknown"),
        (indicator("a", "expr", terms="1 + a"), "figures.terms.cycle"),
        (indicator("a", "expr", terms="b + 1") + indicator("b", "expr", terms="a * 2"), "figures.terms.cycle"),
        (indicator("a", "expr", terms="1 +"), "core.expression.syntax"),
        (indicator("b", "count", source="check") + indicator("a", "ratio", "%", "ratio", terms="b * b"),
         "figures.terms.ratio"),
        (indicator("a", "count", source="check") * 2, "figures.definitions.repeated"),
        (indicator("a", "count", source="check", sauce="x"), "figures.definitions.shape"),
        (indicator("A b", "count", source="check"), "figures.definitions.shape"),
        (indicator("a", "count", source="check", window="always"), "figures.definitions.shape"),
        (indicator("a", "count", source="check", part_of="whole"), "figures.terms.unknown"),
        ("[[coverage]]\nid = 'a'\nform = 'zero'\nregister = 'none'\nunit = 'unit'\nevery = 'day'\n"
         "label = { zh = '报', en = 'r' }", "figures.coverage.register"),
        ("[[check]]\nid = 'a'\nlabel = { zh = '核', en = 'c' }\nequal = 'a + b'", "figures.check.equal"),
        ("[[indicator]", "figures.definitions.unreadable"),
        ("[indicators]", "figures.definitions.shape"),
        ("indicator = 3", "figures.definitions.shape"),
    ],
)  # fmt: skip
def test_each_rule_refuses(block: str, code: str) -> None:
    assert codes(block)[:1] == [code]


def test_a_version_is_frozen() -> None:
    world.install()
    world.install(tree=False)
    with pytest.raises(Refusal) as refused:
        world.install(world.pack(world.TOML.replace("found >= 2", "found >= 1")), tree=False)
    assert refused.value.codes == ("figures.definitions.changed",)
    assert queries.indicator("demo.major").filter == "grade = 'major' and found >= 2"
    with pytest.raises(Refusal) as refused:
        queries.indicator("demo.nothing")
    assert refused.value.status == 404
