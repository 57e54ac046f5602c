"""The demo's issued bulletins, checked: clean they show no red; of forgeries each gets the verdict that fits."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.demo.conftest import Demo
from yibiao.bulletins import actions, queries
from yibiao.bulletins.types import Bulletin, Check, Judged
from yibiao.desk.demo import build
from yibiao.desk.operating import everything
from yibiao.people import queries as people

pytestmark = [pytest.mark.django_db]


class Forgery(NamedTuple):
    """``old`` becomes ``new`` in the bulletin; ``said`` is the claim that is then wrong. ``sure``: its words stay."""

    what: str
    program: str
    old: str
    new: str
    said: str
    indicator: str
    verdict: str
    sure: bool = True


FORGERIES = (
    Forgery("a digit", "holiday-safety", "发现问题隐患198个", "发现问题隐患189个", "189个", "hazards", "contradicted"),
    Forgery("a digit", "holiday-safety", "连续14个月", "连续15个月", "15个月", "months-without-large", "contradicted"),
    Forgery("a digit", "night-patrol", "酒驾684起", "酒驾486起", "486起", "drink-driving", "contradicted"),
    Forgery("a digit", "cyber-week", "39.86万个", "39.68万个", "39.68万个", "access-points", "contradicted"),
    Forgery("a digit", "community-desk", "3938户", "3983户", "3983户", "households", "contradicted"),
    Forgery("a digit", "happy-community", "总数的1.1%", "总数的1.2%", "1.2%", "weak-share", "contradicted"),
    Forgery("人次 → 人", "holiday-safety", "198人次", "198人", "198人", "leader-visits", "wrong-unit"),
    Forgery("人次 → 人", "night-patrol", "6.2万人次", "6.2万人", "6.2万人", "police", "wrong-unit"),
    Forgery("人次 → 人", "cyber-week", "超1000万人次", "超1000万人", "超1000万人", "exposures", "wrong-unit"),
    Forgery("户 → 户次", "holiday-safety", "85户企业", "85户次企业", "85户次", "enterprises", "wrong-unit"),
    Forgery("余 → 近", "night-patrol", "2.8万余个", "近2.8万个", "近2.8万个", "venues", "contradicted"),
    Forgery("近 → 超", "cyber-week", "近45万人", "超45万人", "超45万人", "participants", "contradicted"),
    Forgery("余 → 超, lower", "cyber-week", "超1000万人次", "超500万人次", "超500万人次", "exposures", "stale"),
    Forgery("a part as the whole", "holiday-safety", "发现问题隐患198个，其中责令立即整改153个，责令限期整改45个",
            "发现问题隐患153个", "153个", "hazards", "contradicted"),
    Forgery("a part as the whole", "night-patrol", "排查整改安全隐患3891处，其中当场整改2964处，责令限期整改927处",
            "排查整改安全隐患2964处", "2964处", "hazards", "contradicted"),
    Forgery("two numbers exchanged", "night-patrol", "设置宣传点2528个，组织宣传活动2764场次",
            "设置宣传点2764个，组织宣传活动2528场次", "2764个", "points", "contradicted"),
    Forgery("a period shifted", "night-patrol", "9月9日至11日", "9月9日至10日", "6.2万人次", "police", "contradicted"),
    Forgery("a period shifted", "holiday-safety", "消防救援队伍派出", "9月10日，消防救援队伍派出",
            "674家", "fire-units", "contradicted", sure=False),
    Forgery("a year shifted", "happy-community", "2022年，全市", "2021年，全市", "七个", "steps", "contradicted"),
    Forgery("a place shifted", "holiday-safety", "消防救援队伍派出", "长春市消防救援队伍派出", "674家", "fire-units",
            "contradicted", sure=False),
    Forgery("a zero without coverage", "holiday-safety", "，未接到其他有影响", "，今年以来未接到其他有影响",
            "未接到其他有影响的突发事件报告", "other-events", "zero-uncovered", sure=False),
)  # fmt: skip
each = pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: f"{one.program}:{one.what}:{one.new}"[:60])


def bulletin(program: str) -> Bulletin:
    (found,) = [one for one in queries.bulletins(everything(), program) if one.status == "issued"]
    return found


def checked(of: Bulletin, text: str, **given: object) -> Check:
    return queries.check_text(text, of.program, of.place, of.period, of.checkpoint, scope=everything(), **given)  # type: ignore[arg-type]


def one(check: Check, surface: str, indicator: str) -> Judged:
    found = [each for each in check.judged if each.run.surface == surface]
    near = [each for each in found if each.match and each.match.indicator.endswith(f".{indicator}")]
    assert near, [(each.run.surface, each.verdict, each.match and each.match.indicator) for each in check.judged]
    return near[0]


def confirmed(of: Bulletin) -> tuple[str, Check]:
    """The bulletin's text as a draft, in which a person has confirmed every number that it cites."""
    by = people.system_warrant(place=of.place, program=of.program, right="review")
    draft = actions.take_draft(of.text, program=of.program, place=of.place, period=of.period, by=by)
    for judged in checked(of, of.text).judged:
        for citation in of.citations:
            if citation.start < judged.run.end and judged.run.start < citation.end:
                actions.confirm(draft.id, judged.key, citation.indicator, by=by)
    return draft.id, checked(of, of.text, draft=draft.id)


@pytest.mark.parametrize("program", build.PROGRAMS)
def test_a_clean_bulletin_shows_neither_red_nor_amber(demo: Demo, program: str) -> None:
    issued = bulletin(program)
    for check in (
        checked(issued, issued.text),
        checked(issued, issued.text, bound=issued.citations),
        confirmed(issued)[1],
    ):
        assert check.counts["red"] == check.counts["amber"] == 0
        assert check.faults == ()
        cited = [(each.start, each.end, each.indicator) for each in issued.citations]
        for judged in check.judged:
            meant = [ref for start, end, ref in cited if start < judged.run.end and judged.run.start < end]
            if judged.match is not None and meant:
                assert judged.match.indicator in meant
                assert judged.verdict == "supported"


@pytest.mark.parametrize("program", build.PROGRAMS)
def test_every_cited_number_is_bound(demo: Demo, program: str) -> None:
    issued = bulletin(program)
    bound = [each for each in checked(issued, issued.text, bound=issued.citations).judged if each.match]
    assert len([each for each in bound if each.match and each.match.how == "bound"]) == len(issued.citations)


def test_there_are_twenty_forgeries() -> None:
    assert len(FORGERIES) >= 20


@each
def test_a_forgery_is_caught(demo: Demo, forgery: Forgery) -> None:
    issued = bulletin(forgery.program)
    assert issued.text.count(forgery.old) == 1
    found = one(checked(issued, issued.text.replace(forgery.old, forgery.new)), forgery.said, forgery.indicator)
    assert (found.verdict, found.colour) == (forgery.verdict, "amber")


@each
def test_a_forgery_of_what_was_confirmed_is_red(demo: Demo, forgery: Forgery) -> None:
    issued = bulletin(forgery.program)
    draft, _ = confirmed(issued)
    forged = checked(issued, issued.text.replace(forgery.old, forgery.new), draft=draft)
    found = one(forged, forgery.said, forgery.indicator)
    assert found.verdict == forgery.verdict
    if forgery.sure:
        assert found.colour == ("amber" if forgery.verdict == "stale" else "red")
        assert found.match is not None
        assert found.match.how == "confirmed"


def test_a_repeated_paragraph_is_a_fault(demo: Demo) -> None:
    issued = bulletin("night-patrol")
    paragraph = issued.text.split("\n")[-1]
    check = checked(issued, f"{issued.text}\n\n{paragraph}")
    (fault,) = check.faults
    assert (fault.type, fault.surface[:4]) == ("duplicate_paragraph", paragraph[:4])
    assert check.counts["red"] == check.counts["amber"] == 0


def test_a_page_is_judged_while_one_types(demo: Demo) -> None:
    """Warm: figures of the checkpoint are kept, so that only the words are read again, and more claims ask no more."""
    issued = bulletin("holiday-safety")
    text = issued.text + "\n\n"
    asked = []
    for copies in (1, 3):
        checked(issued, text * copies)
        with CaptureQueriesContext(connection) as queries:
            assert len(checked(issued, f"{text * copies}又。").judged) > 20 * copies
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 20, asked
