"""What was found good once is not judged again: it must make no difference to anything that is said or kept."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.databases import examples
from tests.forms.world import NOW, pack, whole
from yibiao.core import canon
from yibiao.forms import checking, queries
from yibiao.forms.types import Checked, FormVersion

KINDS = """
| | type | name | L | required | relevant | constraint | M | choice_filter | calculation | bind::yibiao:personal |
| | text | code | 代码 | Code | yes | | regex(., '[A-Z]{2}[0-9]+') | 应为字母和数字 | Letters, digits | | | |
| | integer | found | 发现 | Found | yes | | . >= 0 and . <= 999 | 0 至 999 | 0 to 999 | | | |
| | integer | fixed | 已改 | Fixed | | ${found} > 0 | . <= ${found} | 不能多 | Not more | | | |
| | decimal | area | 面积 | Area | | | . > 0 | 应大于 0 | Above 0 | | | |
| | date | on_day | 日期 | Day | | | . <= today() | 不能晚 | Not later | | | |
| | dateTime | at | 时间 | Time | | | | | | | | |
| | time | hour | 时刻 | Hour | | | | | | | | |
| | select_one city | city | 市 | City | | | | | | | | |
| | select_one county | county | 县 | County | | ${city} != '' | | | | city=${city} | | |
| | select_multiple county | passed | 途经 | Passed | | | count-selected(.) < 3 | 至多两个 | Two at most | | | |
| | text | phone | 电话 | Phone | | | string-length(.) = 11 | 11 位 | 11 digits | | | yes |
| | calculate | twice | | | | | | | | | ${found} * 2 | |
| | begin_repeat | stops | 站点 | Stops | | | | | | | | |
| | select_one city | stop | 市 | City | yes | | . != ../../city | 不同 | Another | | | |
| | integer | days | 天 | Days | | | . > 0 | 应大于 0 | Above 0 | | | |
| | end_repeat | | | | | | | | | | | |
| choices |
| | list_name | name | L | city |
| | city | cc | 长春 | Changchun | |
| | city | jl | 吉林 | Jilin | |
| | county | erdao | 二道 | Erdao | cc |
| | county | panshi | 磐石 | Panshi | jl |
| | county | nanguan | 南关 | Nanguan | cc |
"""
NUMBERS = st.sampled_from([0, 1, 2, 1.0, True, False, "1", " 1", "1.0", "01", -1, 1000, "x", "", None, [1], {}])
COUNTIES = st.sampled_from(["erdao", "panshi", "nanguan", "none", "1", 1, True, ["erdao"], "", None])
CITIES = st.sampled_from(["cc", "jl", "none", 1, True, "", None, ["cc"]])
DAYS = st.sampled_from(["2022-09-10", "2022-9-10", "2022-09-12", "2022年9月10日", "2022-02-30", "", 20220910])
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from(["AB1", "AB12", "ab1", " AB1 ", 1, True, "", "A" * 70 + "1"]),
        "found": NUMBERS, "fixed": NUMBERS, "area": NUMBERS, "on_day": DAYS, "at": DAYS,
        "hour": st.sampled_from(["08:30", "8:30", "25:00", "08:30:00", ""]),
        "city": CITIES, "county": COUNTIES,
        "passed": st.one_of(COUNTIES, st.lists(COUNTIES, max_size=3)),
        "phone": st.sampled_from(["13800000000", "1380000000", 13800000000, ""]),
        "twice": NUMBERS, "unknown": NUMBERS,
        "stops": st.lists(st.fixed_dictionaries({}, optional={"stop": CITIES, "days": NUMBERS}), max_size=2),
    },
)  # fmt: skip
EACH = count()


MADE = checking.check(pack(visit=whole(KINDS)))[0][0]


def _never_seen() -> FormVersion:
    """The same form, of which nothing can be remembered."""
    return replace(MADE, version="fresh", xform=f"{MADE.xform}<!-- {next(EACH)} -->")


def _all_of(checked: Checked) -> tuple[Any, ...]:
    said = [(one.code, one.text("zh"), one.text("en"), repr(one.values)) for one in checked.problems]
    rest = (checked.place, checked.occurred_at, checked.subject, checked.participants)
    # As text: 1, True and 1.0 are equal.
    return said, repr(checked.public), repr(checked.personal), rest


@settings(max_examples=examples(60), deadline=None)
@given(several=st.lists(ANSWERS, min_size=1, max_size=4))
def test_what_was_judged_before_is_judged_alike(several: list[dict[str, Any]]) -> None:
    for answers in [*several, *several]:
        warm = queries.check_answers(MADE, answers, now=NOW)
        assert _all_of(warm) == _all_of(queries.check_answers(_never_seen(), answers, now=NOW))
        assert warm.text == canon.dumps(warm.public)


def test_what_is_handed_out_is_nobody_elses() -> None:
    answers = {"code": "AB1", "found": 1, "passed": ["erdao"]}
    for _ in range(3):
        checked = queries.check_answers(MADE, answers, now=NOW)
        assert checked.public["passed"] == ["erdao"]
        checked.public["passed"].append("panshi")


def test_a_column_without_two_equal_values_is_forgotten_now_and_then() -> None:
    for number in range(5_000):
        checked = queries.check_answers(MADE, {"code": f"AB{number}", "found": number % 1000}, now=NOW)
        assert not checked.problems
        assert checked.public["code"] == f"AB{number}"
