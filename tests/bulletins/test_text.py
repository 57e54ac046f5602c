"""Citations in a text: how they are read, what they become, and everything that can be wrong with them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yibiao.bulletins import marks, rendering
from yibiao.bulletins.types import Preview
from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.core.texts import Text
from yibiao.figures.types import Coverage, Figure, Indicator, Query

PERIOD = Period.days(date(2022, 9, 10), date(2022, 9, 12))
SETTING = rendering.Setting("p", "p", "220000000000", PERIOD, 7)
KNOWN = {
    "p.visits": (Indicator("visits", "p", Text("检查"), Text(""), "人次", "visits", "count"), Decimal(198), None),
    "p.venues": (Indicator("venues", "p", Text("场所"), Text(""), "个", "distinct", "distinct"), Decimal(28_143), None),
    "p.none": (Indicator("none", "p", Text("占比"), Text(""), "%", "ratio", "ratio"), None, None),
    "p.calm": (Indicator("calm", "p", Text("事故"), Text(""), "起", "zero", "zero"), Decimal(0), Coverage(20, 20)),
    "p.open": (Indicator("open", "p", Text("火灾"), Text(""), "起", "zero", "zero"), None, Coverage(20, 19)),
    "p.hit": (Indicator("hit", "p", Text("灾情"), Text(""), "起", "zero", "zero"), Decimal(2), Coverage(20, 20)),
}


def ask(query: Query) -> Figure:
    if query.indicator not in KNOWN:
        mark = marks.Mark(0, 0, "", query.indicator, "")
        raise refuse(marks.unknown(mark, "p", {ref: each[0] for ref, each in KNOWN.items()}))
    indicator, value, coverage = KNOWN[query.indicator]
    return Figure(query, indicator, value, indicator.unit, 7, 0, coverage)


def render(source: str) -> Preview:
    return rendering.render(source, SETTING, ask)


def test_numbers_are_written_and_stand_where_their_citations_say() -> None:
    made = render("共检查{{ visits | exact }}，场所{{ venues | 万.1 余 }}；{{ visits | 中文 | unit=off }}次。")
    assert made.text == "共检查198人次，场所2.8万余个；一百九十八次。"
    assert [made.text[each.start : each.end] for each in made.citations] == ["198人次", "2.8万余个", "一百九十八"]
    assert [each.value for each in made.citations] == [198, 28_143, 198]
    assert not made.problems


def test_a_zero_is_claimed_only_when_every_report_is_in() -> None:
    made = render("{{ calm | zero | 未接到事故报告 }}，{{ open | zero | 未接到火灾报告 }}。")
    assert made.text == "未接到事故报告，（火灾：应报20份，实报19份，尚不能作零报告）。"
    assert [each.value for each in made.citations] == [0, None]
    assert not made.problems


def test_place_and_period_of_a_citation_may_differ() -> None:
    made = render("{{ visits | exact | place=220100000000 | period=2022-09 }}")
    assert made.citations[0].place == "220100000000"
    assert made.citations[0].period == Period.month(2022, 9)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ hit | zero | 未接到灾情报告 }}", "bulletins.claim.untrue"),
        ("{{ venues | 3万 余 }}", "core.wording.untrue"),
        ("{{ visits | nearly }}", "core.wording.unknown"),
        ("{{ none | .1 }}", "bulletins.figure.no-value"),
        ("{{ visit | exact }}", "bulletins.mark.unknown-indicator"),
        ("{{ calm | exact }}", "bulletins.mark.zero"),
        ("{{ visits | zero | 没有检查 }}", "bulletins.mark.zero"),
        ("{{ visits | zero }}", "bulletins.mark.form"),
        ("{{ | exact }}", "bulletins.mark.form"),
        ("{{ visits | exact | colour=red }}", "bulletins.mark.form"),
        ("{{ visits | exact | period=2022-09-12..2022-09-10 }}", "core.period.backwards"),
        ("{{ visits | exact }", "bulletins.mark.unclosed"),
        ("检查 }} 次", "bulletins.mark.unclosed"),
    ],
)
def test_what_is_wrong_with_a_citation_is_said_with_its_line(source: str, code: str) -> None:
    made = render(f"第一段。\n\n{source}")
    assert [problem.code for problem in made.problems] == [code]
    assert "第 3 行" in made.problems[0].where
    assert not made.citations
    assert source in made.text


def test_an_untrue_wording_comes_with_true_ones() -> None:
    assert "万.1 余（2.8万余个）" in render("{{ venues | 近 万 | unit=on }}{{ venues | 3万 余 }}").problems[0].text()


def test_all_problems_are_found_at_once() -> None:
    made = render("{{ visits | nearly }}{{ visit | exact }}{{ venues | 万 }}{{ hit | zero | 无 }}{{")
    assert len(made.problems) == 4
    assert [each.indicator for each in made.citations] == ["p.venues"]


def test_a_template_is_read_with_its_settings() -> None:
    content = "+++\ntitle = '通报'\nissuer = '办公室'\nnumber = '样例〔2022〕1号'\n+++\n\n检查{{ visits }}。\n"
    template, cited, wrong = marks.template("p", "bulletin.main.md", content.encode())
    assert not wrong
    assert template is not None
    assert (template.id, template.title, template.source) == ("p.main", "通报", "检查{{ visits }}。")
    assert [mark.wording for mark in cited] == ["exact"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("没有设置", "bulletins.template.head"),
        ("+++\ntitle = \n+++\n正文", "bulletins.template.head"),
        ("+++\ntitle = '题'\ncolour = 'red'\n+++\n正文", "bulletins.template.head"),
        ("+++\nissuer = '办'\n+++\n正文", "bulletins.template.head"),
        ("+++\ntitle = '共{{ visits }}'\n+++\n正文", "bulletins.template.title"),
        ("+++\ntitle = '题'\n+++\n\n", "bulletins.template.empty"),
    ],
)
def test_what_is_wrong_with_a_template_names_the_file(content: str, code: str) -> None:
    template, _, wrong = marks.template("p", "bulletin.main.md", content.encode())
    assert template is None
    assert [problem.code for problem in wrong] == [code]
    assert wrong[0].where.startswith("bulletin.main.md")


def test_lines_of_a_template_are_those_of_the_file() -> None:
    _, _, wrong = marks.template("p", "bulletin.main.md", "+++\ntitle = '题'\n+++\n\n正文\n{{ a | b }}\n".encode())
    assert "第 6 行" in wrong[0].where
