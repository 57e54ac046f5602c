"""事项: the board counts what it links to, moves are forms that say what is wrong, and a figure opens to its cases."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.desk.world import ERDAO, SAFETY, World, seal
from yibiao.cases import actions, queries
from yibiao.people import queries as rights
from yibiao.people.types import Account

Enter = Callable[[Account | None], Client]


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_board_counts_and_every_count_opens_to_its_cases(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    page = text(client, f"/cases/?program={SAFETY}")
    found = re.findall(r'<a class="chip" href="([^"#]+)#list">(.*?)<strong>(\d+)</strong>', page, re.S)
    assert {"逾期", "在办", "已交办"} <= {re.sub("<.*?>", "", label).strip() for _, label, _ in found}
    for address, _, count in found:
        assert int(count) == len(re.findall(r'<th scope="row"><a href="/cases/', text(client, address)))
    assert sum(int(count) for _, label, count in found if "已交办" in label) == 4


def test_a_clerk_sees_her_own_and_filters_find_by_words(site: World, enter: Enter) -> None:
    client = enter(site.clerk)
    page = text(client, f"/cases/?program={SAFETY}&kind=hazard&text=示例")
    assert f'href="/cases/{site.case}/"' in page
    assert len(re.findall(r'<th scope="row"><a href="/cases/', page)) == 2
    assert "没有符合条件的事项" in text(client, f"/cases/?program={SAFETY}&text=没有这回事")
    assert "没有符合条件的事项" in text(client, f"/cases/?program={SAFETY}&kind=hazard&state=closed")
    assert 'aria-current="page">事项<' in page


def test_the_page_of_a_case_offers_only_what_the_person_may_do(site: World, enter: Enter) -> None:
    mine = text(enter(site.clerk), f"/cases/{site.case}/")
    assert 'value="claim"' in mine
    assert 'value="mistaken"' not in mine
    # A general hazard needs none of the five.
    assert "资金落实" not in mine
    assert 'value="mistaken"' in text(enter(site.editor), f"/cases/{site.case}/")
    assert "打开立项的填报记录" in mine


def test_a_move_is_made_or_says_beside_the_field_what_is_wrong(site: World, enter: Enter) -> None:
    client = enter(site.clerk)
    address = f"/cases/{site.case}/move/"
    wrong = client.post(address, {"move": "claim", "expected": "1", "evidence": " "})
    page = html.unescape(wrong.content.decode())
    assert wrong.status_code == 422
    assert re.search(r'<details class="case-move" open>.*?申请验收.*?“整改情况和凭据”必填', page, re.S)
    done = client.post(address, {"move": "claim", "expected": "1", "evidence": "已清理，照片两张"}, follow=True)
    page = html.unescape(done.content.decode())
    assert "待复查" in page
    assert "已清理，照片两张" in page
    assert client.post(address, {"move": "claim", "expected": "1", "evidence": "又一次"}).status_code == 409
    # Who claimed cannot re-check; the editor can, and the case is closed with its history.
    editor = enter(site.editor)
    seal()
    closed = editor.post(address, {"move": "pass", "expected": "2", "check_note": "现场看过，合格"}, follow=True)
    page = html.unescape(closed.content.decode())
    assert "已销号" in page
    assert page.index("复查合格，销号") < page.index("申请验收")
    scope = rights.scope(site.editor.key, "review")
    assert [step.move for step in queries.timeline(site.case, scope=scope)] == ["opened", "claim", "pass"]


def test_a_case_is_shown_as_it_stood_at_a_checkpoint(site: World, enter: Enter) -> None:
    from yibiao.ledger import queries as ledger

    before = ledger.checkpoint()
    assert before is not None
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    actions.move(site.case, "claim", {"evidence": "已清理"}, by=by)
    seal()
    client = enter(site.clerk)
    then = text(client, f"/cases/{site.case}/?as_of={before.number}")
    assert f"存证点 {before.number} 时的样子" in then
    assert "已交办" in then.partition("经过")[0]
    assert 'value="claim"' not in then
    assert "待复查" in text(client, f"/cases/{site.case}/")


def test_a_case_is_registered_by_hand_once(site: World, enter: Enter) -> None:
    client = enter(site.clerk)
    form = text(client, f"/cases/new/?program={SAFETY}&kind=hazard")
    id = re.search(r'name="id" value="([^"]+)"', form)
    assert id is not None
    given = {
        "id": id[1],
        "title": "楼道堆放杂物",
        "at_place": ERDAO,
        "occurred_at": "2022-09-10T10:00",
        "hazard_grade": "general",
    }
    for _ in range(2):
        done = client.post(f"/cases/new/?program={SAFETY}&kind=hazard", given)
        assert (done.status_code, done["Location"]) == (302, f"/cases/{id[1]}/")
    assert "楼道堆放杂物" in text(client, f"/cases/?program={SAFETY}&text=楼道")
    refused = client.post(f"/cases/new/?program={SAFETY}&kind=hazard", {**given, "id": "x", "title": "短"})
    assert refused.status_code == 422
    assert "2 至 200 个字" in refused.content.decode()
    assert client.post(
        f"/cases/new/?program={SAFETY}&kind=hazard", {**given, "at_place": "220102000000"}
    ).status_code in (403, 422)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_figure_of_cases_opens_to_them_in_words(site: World, enter: Enter, language: str) -> None:
    client = enter(site.editor)
    client.cookies["django_language"] = language
    page = text(client, f"/figures/{SAFETY}/hazards-at-once/facts/")
    assert "没有一条事实" in page or "No fact" in page
    rows = text(client, f"/figures/{SAFETY}/hazards/")
    assert ("发现主体" in rows) == (language == "zh-hans")
    record = text(client, f"/records/{site.inspection}/")
    assert f'href="/cases/{site.case}/"' in record
