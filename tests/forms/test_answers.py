"""Answers held against forms: the outer interface, each refusal beside its success."""

from __future__ import annotations

import time
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.forms import world
from tests.forms.world import NOW, answer, form, public, told
from yibiao.core import canon
from yibiao.core.periods import SHANGHAI
from yibiao.forms import queries

pytestmark = pytest.mark.django_db

TYPES = """
| | type | name | L |
| | text | note | 备注 | Note |
| | integer | count | 数量 | Count |
| | decimal | area | 面积 | Area |
| | date | due | 期限 | Due |
| | dateTime | seen_at | 时间 | Seen at |
| | time | opens | 开门 | Opens |
| | select_one yes-no | open | 是否营业 | Open |
| | select_multiple kind | kinds | 类别 | Kinds |
| | geopoint | spot | 位置 | Spot |
| | image | photo | 照片 | Photo |
| choices |
| | list_name | name | L |
| | yes-no | yes | 是 | Yes |
| | yes-no | no | 否 | No |
| | kind | fire | 消防 | Fire |
| | kind | road | 道路 | Road |
"""


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("note", "  两处“隐患” \n", "两处“隐患”"),
        ("count", "12", 12),
        ("count", 12.0, 12),
        ("count", -3, -3),
        ("area", "12.50", Decimal("12.50")),
        ("area", 28.6, Decimal("28.6")),
        ("due", "2022/9/3", "2022-09-03"),
        ("due", date(2022, 9, 3), "2022-09-03"),
        ("due", "2022年9月3日", "2022-09-03"),
        ("seen_at", "2022-09-10T01:00:00Z", "2022-09-10T09:00:00+08:00"),
        ("seen_at", "2022-09-10 09:00", "2022-09-10T09:00:00+08:00"),
        ("seen_at", datetime(2022, 9, 10, 9, tzinfo=SHANGHAI), "2022-09-10T09:00:00+08:00"),
        ("opens", "8:05", "08:05"),
        ("open", "yes", "yes"),
        ("kinds", ["road", "fire", "road"], ["fire", "road"]),
        ("kinds", "road", ["road"]),
        ("spot", "43.88 125.35", "43.88 125.35"),
        ("photo", "a.jpg", "a.jpg"),
    ],
)
def test_values_are_kept_in_their_type(name: str, given: Any, kept: Any) -> None:
    found = public(form(TYPES), **{name: given})
    assert found == {name: kept}
    assert type(found[name]) is type(kept)
    canon.dumps(found)


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("note", ["x"], "type"),
        ("note", "\ud800", "type"),
        ("note", "长" * 10_001, "too-long"),
        ("count", "1.5", "type"),
        ("count", "１２个", "type"),
        ("count", True, "type"),
        ("count", 10**30, "type"),
        ("area", "NaN", "type"),
        ("area", float("inf"), "type"),
        ("area", "1e5", "type"),
        ("due", "2022-02-30", "type"),
        ("due", "昨天", "type"),
        ("due", 20220903, "type"),
        ("seen_at", "2022-09-10", "type"),
        ("seen_at", "0001-01-01T00:00:00Z", "type"),
        ("seen_at", "2022-09-10T25:00", "type"),
        ("opens", "24:00", "type"),
        ("open", "maybe", "choice"),
        ("open", ["yes"], "type"),
        ("kinds", ["fire", "sea"], "choice"),
        ("kinds", [1], "type"),
        ("kinds", {"fire": 1}, "type"),
        ("spot", "91 0", "type"),
        ("photo", "../a.jpg", "type"),
        ("nothing", "x", "unknown"),
        ("nothing", "", "unknown"),
    ],
)
def test_a_wrong_value_is_refused_with_one_problem(name: str, given: Any, code: str) -> None:
    checked = answer(form(TYPES), **{name: given})
    assert [problem.code for problem in checked.problems] == [f"forms.answer.{code}"]
    for language in ("zh", "en"):
        text = checked.problems[0].text(language)
        text.encode("utf-8")
        assert "{" not in text.replace("{'fire': 1}", "")


def test_no_answer_is_absent_and_never_zero() -> None:
    assert public(form(TYPES), note="  ", count="", area=None, kinds=[], open="") == {}


RULES = """
| | type | name | L | required | relevant | constraint | M |
| | integer | found | 发现 | Found | yes | | . >= 0 | 不能小于 0 | Not below 0 |
| | integer | fixed | 已改 | Fixed | ${found} > 0 | | . <= ${found} | 不能多于发现数 | No more than were found |
| | text | why | 原因 | Why | yes | ${fixed} < ${found} | | | |
| | date | on_day | 日期 | Day | | | . <= today() | 不能晚于今天 | Not after today |
| | text | code | 代码 | Code | | | regex(., '[A-Z]{2}[0-9]{3}') | | |
"""


def test_the_rules_of_a_form_hold_on_the_server() -> None:
    made = form(RULES)
    assert public(made, found=3, fixed=3, why="不该留下") == {"found": 3, "fixed": 3}
    assert public(made, found=0) == {"found": 0}
    assert told(answer(made)) == [("required", "发现")]
    assert told(answer(made, found=2)) == [("required", "已改")]
    wrong = answer(made, found=2, fixed=3, code="ab1")
    assert told(wrong) == [("constraint", "已改"), ("constraint", "代码")]
    assert wrong.problems[0].text() == "已改：不能多于发现数。请核对后改正。"
    assert wrong.problems[0].text("en").endswith("No more than were found. Check it and correct it.")
    assert told(answer(made, found=2, fixed=1)) == [("required", "原因")]
    (why,) = answer(made, found=2, fixed=1).problems
    assert why.text("en") == "Why: An answer is required. Answer “Why”."
    assert told(answer(made, found="两个")) == [("type", "发现")]


def test_today_is_the_day_in_shanghai() -> None:
    made = form(RULES)
    # 16:30 UTC on the 10th is half past midnight of the 11th in Shanghai.
    late = datetime.fromisoformat("2022-09-10T16:30:00+00:00")
    assert not told(answer(made, late, found=0, on_day="2022-09-11"))
    assert told(answer(made, late, found=0, on_day="2022-09-12")) == [("constraint", "日期")]
    early = datetime.fromisoformat("2022-09-10T15:59:00+00:00")
    assert told(answer(made, early, found=0, on_day="2022-09-11")) == [("constraint", "日期")]


REPEATS = """
| | type | name | L | required | relevant | calculation | constraint |
| | begin_group | head | 基本情况 | Basics | | | | |
| | integer | floors | 层数 | Floors | | | | |
| | end_group | | | | | | | |
| | begin_repeat | hazards | 隐患清单 | Hazards | | ${floors} > 0 | | |
| | select_one order | disposal | 处置 | Order | yes | | | |
| | date | deadline | 整改期限 | Deadline | yes | ${disposal} = 'later' | | |
| | integer | cost | 费用 | Cost | | | | . <= 100 * ${floors} |
| | calculate | number | | | | | position(..) | |
| | calculate | twice | | | | | ${cost} * 2 | |
| | begin_repeat | photos | 照片 | Photos | | | | |
| | text | caption | 说明 | Caption | yes | | | |
| | calculate | label | | | | | concat(${number}, '-', position(..), ${caption}) | |
| | end_repeat | | | | | | | |
| | end_repeat | | | | | | | |
| | calculate | how_many | | | | | count(${hazards}) | |
| | calculate | total | | | | | sum(${twice}) + 0.5 | |
| | calculate | later | | | | | count(${hazards}[disposal = 'later']) | |
| | calculate | second | | | | | indexed-repeat(${cost}, ${hazards}, 2) | |
| | calculate | spoken | | | | | join('、', ${cost}) | |
| choices |
| | list_name | name | L |
| | order | now | 立即 | Now |
| | order | later | 限期 | Later |
"""


def test_repeats_are_computed_and_judged_item_by_item() -> None:
    made = form(REPEATS)
    found = public(
        made,
        floors=2,
        how_many=99,
        hazards=[
            {"disposal": "now", "deadline": "2022-09-12", "cost": 5, "photos": [{"caption": "甲"}, {"caption": "乙"}]},
            {"disposal": "later", "deadline": "2022-09-12", "cost": "7", "number": 7},
        ],
    )
    assert found["hazards"] == [
        {
            "disposal": "now", "cost": 5, "number": 1, "twice": 10,
            "photos": [{"caption": "甲", "label": "1-1甲"}, {"caption": "乙", "label": "1-2乙"}],
        },
        {"disposal": "later", "deadline": "2022-09-12", "cost": 7, "number": 2, "twice": 14},
    ]  # fmt: skip
    assert (found["how_many"], found["later"], found["second"]) == (2, 1, 7)
    assert found["total"] == Decimal("24.5")
    assert found["spoken"] == "5、7"


def test_a_problem_in_a_repeat_says_which_item() -> None:
    checked = answer(
        form(REPEATS),
        floors=1,
        hazards=[{"disposal": "later"}, {"disposal": "never", "cost": 101, "photos": [{}, {"name": "x"}]}],
    )
    assert told(checked) == [
        ("unknown", "隐患清单 第 2 项 › 照片 第 2 项"),
        ("required", "隐患清单 第 1 项 › 整改期限"),
        ("choice", "隐患清单 第 2 项 › 处置"),
        ("constraint", "隐患清单 第 2 项 › 费用"),
        ("required", "隐患清单 第 2 项 › 照片 第 1 项 › 说明"),
        ("required", "隐患清单 第 2 项 › 照片 第 2 项 › 说明"),
    ]
    assert checked.problems[1].values["field"] == "deadline"
    assert (checked.problems[1].values["repeat"], checked.problems[1].values["index"]) == ("hazards", 0)


def test_a_repeat_that_does_not_apply_is_dropped_with_its_items() -> None:
    found = public(form(REPEATS), floors=0, hazards=[{"cost": 5}])
    assert "hazards" not in found
    assert found["how_many"] == 0


@pytest.mark.parametrize("given", ["x", {"disposal": "now"}, ["x"], 7])
def test_a_repeat_is_a_list_of_items(given: Any) -> None:
    assert told(answer(form(REPEATS), floors=1, hazards=given)) == [("type", "隐患清单")]


def test_items_have_a_limit() -> None:
    assert told(answer(form(REPEATS), floors=1, hazards=[{}] * 1001)) == [("too-long", "隐患清单")]


COUNTED = """
| | type | name | L | repeat_count |
| | integer | people | 人数 | People | |
| | begin_repeat | members | 成员 | Members | ${people} |
| | text | nick | 称呼 | Name | |
| | end_repeat | | | | |
"""


def test_a_counted_repeat_has_that_many_items() -> None:
    made = form(COUNTED)
    assert public(made, people=2, members=[{}, {"nick": "甲"}])["members"] == [{}, {"nick": "甲"}]
    assert told(answer(made, people=2, members=[{}])) == [("repeat-count", "成员")]


CASCADE = """
| | type | name | L | choice_filter | relevant |
| | select_one city | city | 市 | City | | |
| | select_one county | county | 县 | County | city = ${city} | ${city} != '' |
| | begin_repeat | stops | 站点 | Stops | | |
| | select_one city | from_city | 出发市 | From | | |
| | select_multiple county | passed | 途经县 | Passed | city = current()/../from_city or city = ${city} | |
| | end_repeat | | | | | |
| choices |
| | list_name | name | L | city |
| | city | cc | 长春 | Changchun | |
| | city | jl | 吉林 | Jilin | |
| | county | erdao | 二道 | Erdao | cc |
| | county | nanguan | 南关 | Nanguan | cc |
| | county | panshi | 磐石 | Panshi | jl |
"""


def test_a_cascade_holds_on_the_server() -> None:
    made = form(CASCADE)
    assert public(made, city="cc", county="erdao") == {"city": "cc", "county": "erdao"}
    wrong = answer(made, city="cc", county="panshi")
    assert told(wrong) == [("choice", "县")]
    assert wrong.problems[0].text() == "县：“panshi”不在可选范围内。请从选项中选择：二道、南关。"
    assert public(made, county="erdao") == {}
    kept = [{"from_city": "jl", "passed": ["erdao", "panshi"]}]
    assert public(made, city="cc", stops=kept)["stops"] == kept
    assert told(answer(made, city="cc", stops=[{"passed": ["panshi", "erdao"]}])) == [
        ("choice", "站点 第 1 项 › 途经县")
    ]


ROLES = """
| | type | name | L | required | bind::yibiao:role | bind::yibiao:personal | appearance |
| | text | place | 地点 | Place | yes | place | | place |
| | dateTime | occurred_at | 时间 | Time | | occurred_at | | |
| | text | number | 编号 | Number | | subject | | |
| | text | participants | 参加单位 | Together with | | participants | | organisations |
| | text | phone | 电话 | Phone | yes | | yes | |
| | begin_repeat | people | 人员 | People | | | | |
| | text | full_name | 姓名 | Name | | | yes | |
| | integer | age | 年龄 | Age | | | | |
| | end_repeat | | | | | | | |
"""


def test_roles_are_taken_out_and_personal_answers_set_apart() -> None:
    people = [{"full_name": "张三", "age": 40}, {"age": 41}]
    checked = answer(
        form(ROLES), place="220105000000", occurred_at="2022-09-10T09:00", number="N1", participants="A  B A",
        phone="000", people=people,
    )  # fmt: skip
    assert not checked.problems
    assert (checked.place, checked.subject, checked.participants) == ("220105000000", "N1", ("A", "B"))
    assert checked.occurred_at == datetime(2022, 9, 10, 9, tzinfo=SHANGHAI)
    assert checked.personal == {"phone": "000", "people": [{"full_name": "张三"}, {}]}
    assert checked.public["people"] == [{"age": 40}, {"age": 41}]
    assert "张三" not in canon.dumps(checked.public)
    assert answer(form(ROLES), place="p", phone="1").occurred_at == NOW


def test_what_is_computed_follows_what_it_reads_whatever_the_order() -> None:
    made = form(
        """
        | | type | name | L | relevant | calculation |
        | | calculate | c | | | | ${b} + 1 |
        | | calculate | b | | | ${a} > 1 | ${a} * 2 |
        | | integer | a | 甲 | A | | |
        | | begin_group | g | 组 | G | ${c} > 5 | |
        | | text | inner | 内 | Inner | | |
        | | end_group | | | | | |
        | | calculate | said | | | | if(${inner} != '', ${inner}, '无') |
        """
    )
    assert public(made, a=3, inner="x") == {"c": 7, "b": 6, "a": 3, "inner": "x", "said": "x"}
    assert public(made, a=1, inner="x") == {"a": 1, "said": "无"}
    assert public(made, inner="x") == {"said": "无"}


def test_field_states_say_what_a_page_must_show() -> None:
    states = {
        (state.repeat, state.index, state.name): state
        for state in queries.field_states(
            form(CASCADE), {"city": "cc", "county": "panshi", "stops": [{}, {"from_city": "jl"}]}, NOW
        )
    }
    assert states["", 0, "county"].choices == ("erdao", "nanguan")
    assert [problem.code for problem in states["", 0, "county"].problems] == ["forms.answer.choice"]
    assert states["stops", 1, "passed"].choices == ("erdao", "nanguan", "panshi")
    assert states["stops", 0, "passed"].choices == ("erdao", "nanguan")
    empty = {state.name: state for state in queries.field_states(form(RULES), {"found": "x"}, NOW)}
    assert empty["found"].required
    assert [problem.code for problem in empty["found"].problems] == ["forms.answer.type"]
    assert not empty["fixed"].problems
    assert not empty["why"].relevant
    assert not empty["why"].required
    computed = {state.name: state.value for state in queries.field_states(form(REPEATS), {"floors": 1}, NOW)}
    assert computed["how_many"] == 0


def test_an_entity_is_told_by_its_key_and_label() -> None:
    made = form(
        """
        | | type | name | L | save_to |
        | | text | code | 代码 | Code | |
        | | text | title | 名称 | Title | title |
        | | integer | floors | 层数 | Floors | floors |
        | entities |
        | | list_name | label | key |
        | | building | concat(${title}, '号楼') | ${code} |
        """
    )
    assert made.entity is not None
    assert (made.entity.register, made.entity.saves) == ("building", ("title", "floors"))
    found = queries.entity_value(made, public(made, code="B7", title="七", floors=6), now=NOW)
    assert found is not None
    assert (found.register, found.key, found.label) == ("building", "B7", "七号楼")
    assert found.data == {"title": "七", "floors": 6}
    assert queries.entity_value(made, {"title": "七"}, now=NOW) is None


def test_three_thousand_checks_a_second() -> None:
    rows = "".join(f"| | integer | n{number} | 数 | N | yes | . >= 0 and . < 100 |\n" for number in range(11))
    choices = "| choices |\n| | list_name | name | L |\n| | yn | yes | 是 | Yes |\n"
    last = "| | select_one yn | sure | 确定 | Sure | yes | |\n"
    made = form(f"| | type | name | L | required | constraint |\n{rows}{last}{choices}")
    answers = {f"n{number}": number for number in range(11)} | {"sure": "yes"}
    assert not answer(made, **answers).problems
    begun = time.process_time()
    for _ in range(3_000):
        queries.check_answers(made, answers, now=NOW)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(("asked", "said"), [("at.floors", []), ("at.place", []), ("at.lifts", ["forms.known.rule"])])
def test_only_what_a_register_keeps_can_be_filled_in(asked: str, said: list[str]) -> None:
    keeper = """
        | | type | name | L | save_to |
        | | text | code | 编号 | Code | |
        | | integer | floors | 层数 | Floors | floors |
        | | integer | lifts | 电梯 | Lifts | |
        | entities |
        | | list_name | label | key |
        | | building | ${code} | ${code} |
    """
    visit = f"""
        | | type | name | L | bind::yibiao:register | bind::yibiao:prefill |
        | | text | at | 楼栋 | Building | building | |
        | | text | known | 已知 | Known | | {asked} |
    """
    whole = {"building": world.whole(keeper, name="building"), "visit": world.whole(visit)}
    _, found = queries.check(world.pack(**whole))
    assert [problem.rule.code for problem in found] == said
    assert not said or "不存“lifts”" in found[0].text()
