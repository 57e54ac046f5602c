"""The tables of packs: what is wrong with one is told with its line, its key and why, in two languages."""

from __future__ import annotations

import pickle
import re

import pytest

from yibiao.bulletins import marks
from yibiao.cases import inputs as lifecycles
from yibiao.citizens import inputs as services
from yibiao.core.problems import Problem
from yibiao.draws import plans as draws
from yibiao.duty import inputs as duty
from yibiao.figures import inputs as figures
from yibiao.notices import plans as notices

NOTICES = """\
# Kinds of notices.
source = "样例"

[[kind]]
id = "notice"
label = { zh = "通知" }
due_hours = 48

[[kind]]
id = "Letter"
label = { zh = "函", en = "Letter", fr = "Lettre" }
due_hours = "two"
colour = "red"
"""
DRAWS = """\
[[draw]]
id = "sites"
label = { zh = "工地" }
objects = "site"
inspectors = "inspector"
employer = "unit"
each = 1
source = "样例"
valid_from = "2022/9/1"
risk = "risk"

[[draw.share]]
risk = "low"
label = { zh = "低" }
percent = 5

[[draw.share]]
risk = "high"
label = { zh = "高" }
percent = 500
"""
DUTY = """\
[[obligation]]
topic = "zero"
label = { zh = "零报告", en = "Zero report" }
form = "zero"
register = "unit"
unit = "unit"
every = "day"
due = "8pm"
escalate = "soon"

[[obligation]]
topic = "more"
"""
LIFECYCLE = """\
[[lifecycle]]
id = "hazard"
label = { zh = "隐患", en = "Hazard" }
valid_from = 2022-09-01
source = "样例"
start = "open"
move = []

[[lifecycle.state]]
id = "open"
label = { zh = "待整改", en = "Open" }
due = [{ field = "due", span = "15d" }, { field = "due", days = 3 }]
"""


def told(problems: list[Problem]) -> list[tuple[str, ...]]:
    """Each as where, key and why, in Chinese and in English."""
    return [
        (one.place("zh"), one.place("en"), str(one.values["key"]), str(one.values["why"]), str(one.values["why_en"]))
        for one in problems
    ]


def test_a_list_names_its_entry_and_the_line_of_the_key() -> None:
    assert told(notices.read(NOTICES.encode())[1]) == [
        (
            "notices.toml 第 10 行“Letter”", "notices.toml line 10 “Letter”", "id",
            "只能用小写字母、数字和连字符，以字母开头", "only lower-case letters, digits and hyphens, a letter first",
        ),
        ("notices.toml 第 11 行“Letter”", "notices.toml line 11 “Letter”", "label.fr", "没有这一项", "unknown key"),
        (
            "notices.toml 第 12 行“Letter”", "notices.toml line 12 “Letter”", "due_hours",
            "要写整数，不加引号", "must be a whole number without quotes",
        ),
        ("notices.toml 第 13 行“Letter”", "notices.toml line 13 “Letter”", "colour", "没有这一项", "unknown key"),
    ]  # fmt: skip


def test_a_list_within_a_list_names_both() -> None:
    assert told(draws.read(DRAWS.encode())[1]) == [
        ("draws.toml 第 7 行“sites”", "draws.toml line 7 “sites”", "each", "不能小于 2", "must be at least 2"),
        (
            "draws.toml 第 9 行“sites”", "draws.toml line 9 “sites”", "valid_from",
            "要写成 2022-09-01 这样的日期", "must be a date such as 2022-09-01",
        ),
        (
            "draws.toml 第 20 行“sites”", "draws.toml line 20 “sites”", "share.high.percent",
            "不能大于 100", "must be at most 100",
        ),
    ]  # fmt: skip


def test_a_key_of_several_kinds_is_told_once_and_a_missing_one_at_its_entry() -> None:
    found = told(duty.parse(DUTY.encode())[1])
    assert [(where, key, why) for where, _, key, why, _ in found[:2]] == [
        ("duty.toml 第 8 行“zero”", "due", "要写成时刻 20:00，或者 12h、3d、2wd"),
        ("duty.toml 第 9 行“zero”", "escalate", "要写成 12h、3d 或 2wd（小时、天、工作日）"),
    ]
    assert {where for where, *_ in found[2:]} == {"duty.toml 第 11 行“more”"}
    assert [(key, why) for _, _, key, why, _ in found[2:4]] == [("label", "缺这一项"), ("form", "缺这一项")]


def test_what_is_no_table_of_blocks_is_told_beside_what_is_wrong_with_each() -> None:
    problems = lifecycles.parse(f"lifecycles = 1\n{LIFECYCLE}".encode())[1]
    assert told(problems) == [
        ("lifecycles.toml 第 1 行", "lifecycles.toml line 1", "lifecycles", "只能有 lifecycle",
         "only lifecycle may stand here"),
        ("lifecycles.toml 第 13 行“hazard”", "lifecycles.toml line 13 “hazard”", "state.open.due.2.days",
         "没有这一项", "unknown key"),
    ]  # fmt: skip


def test_the_head_of_a_template_is_told_by_the_lines_of_its_file() -> None:
    _, _, problems = marks.template("p", "bulletin.day.md", "+++\ntitle = '题'\nissuer = 3\n+++\n正文".encode())
    assert told(problems) == [
        ("bulletin.day.md 第 3 行", "bulletin.day.md line 3", "issuer", "要用引号括起的文字", "must be text in quotes")
    ]


@pytest.mark.parametrize(
    ("content", "where", "why"),
    [
        (b"a = 1\nb =\n", "第 2 行", "写法不对"),
        ("标题 = 1".encode("gb18030"), "", "文件要存成 UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_by_every_room(content: bytes, where: str, why: str) -> None:
    found: list[Problem] = []
    figures.parse(content, found)
    readings = [
        found, lifecycles.parse(content)[1], duty.parse(content)[1], draws.read(content)[1], notices.read(content)[1],
        services.parse(content)[1],
    ]  # fmt: skip
    for problems in readings:
        (problem,) = problems
        assert problem.place().endswith(where)
        assert why in problem.text()
        assert not re.search("[\u4e00-\u9fff]", problem.text("en"))


def test_a_place_keeps_its_english_on_its_way_between_processes() -> None:
    (first, *_) = notices.read(NOTICES.encode())[1]
    again = pickle.loads(pickle.dumps(first))  # noqa: S301 our own
    assert again == first
    assert again.place("en") == "notices.toml line 10 “Letter”"
