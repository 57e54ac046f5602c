"""Pages of registers: an entity, its duplicates, decisions about it, and the catalogue of forms."""

from __future__ import annotations

import csv
import html
import io
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from tests.desk.world import ERDAO, SAFETY, World
from yibiao.desk.pages import registers
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.people.types import Account
from yibiao.records import actions, queries
from yibiao.records.models import Submission
from yibiao.records.types import SubmissionDraft

Enter = Callable[[Account | None], Client]
GOOD, ODD = "91350100M000100Y43", "91350211M0000XUF46"
ACT = "/registers/enterprise/act/"


def firms(site: World) -> None:
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    for code, name in ((GOOD, "示例（二道）有限公司"), (ODD, "示例(二道) 有限责任公司")):
        answers = {
            "uscc": code, "enterprise_name": name, "fields": ["trade"], "place": ERDAO,
            "occurred_at": "2022-09-10T09:00:00+08:00",
        }  # fmt: skip
        draft = SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.enterprise", SAFETY, answers, "web")
        actions.receive(draft, by=by)


def page(client: Client, key: str) -> str:
    answer = client.get(f"/registers/enterprise/{key}/?program={SAFETY}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_reviewer_merges_a_clerk_only_reads(site: World, enter: Enter) -> None:
    firms(site)
    clerk, editor = enter(site.clerk), enter(site.editor)
    for client, may in ((clerk, False), (editor, True)):
        shown = page(client, ODD)
        assert "校验位不符" in shown
        assert "疑似重复" in shown
        assert ("认定是不是同一个" in shown) is may
    given = {"program": SAFETY, "act": "merge", "key": GOOD, "other": ODD, "reason": "同一家"}
    assert clerk.post(ACT, given).status_code == 403
    listed = editor.get(f"/registers/enterprise/?program={SAFETY}").content.decode()
    assert listed.count("代码存疑") == 1
    assert "/registers/enterprise/suspects/" in listed
    assert "示例(二道) 有限责任公司" in editor.get(f"/registers/enterprise/suspects/?program={SAFETY}").content.decode()
    assert editor.post(ACT, given).status_code == 302
    shown = page(editor, ODD)
    assert f"{ODD} 已经合并到 {GOOD}" in shown
    assert "没有疑似重复的对象" in editor.get(f"/registers/enterprise/suspects/?program={SAFETY}").content.decode()
    (ruling,) = queries.rulings("enterprise", scope=rights.scope(site.editor.key, "review"), program=SAFETY)
    undo = {"program": SAFETY, "act": "undo", "key": GOOD, "ruling": ruling.id, "reason": "看错了"}
    assert editor.post(ACT, undo).status_code == 302
    assert "已经合并到" not in page(editor, ODD)
    assert "已撤销" in page(editor, GOOD)
    fact = ledger.fact(ruling.id, kind="register.merged")
    assert fact is not None
    assert fact.withdrawn


def test_whoever_merges_chooses_which_one_is_kept(site: World, enter: Enter) -> None:
    firms(site)
    editor = enter(site.editor)
    offered = editor.get(f"/registers/enterprise/suspects/?program={SAFETY}").content.decode()
    assert f"合并，保留 {GOOD}" in offered
    assert f"合并，保留 {ODD}" in offered
    given = {"program": SAFETY, "act": "merge-into-other", "key": GOOD, "other": ODD, "reason": "证照是后一个"}
    answer = editor.post(ACT, given)
    assert ODD in answer["Location"]
    assert f"{GOOD} 已经合并到 {ODD}" in page(editor, GOOD)


def test_a_list_is_turned_to_its_end_and_back(site: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registers, "SIZE", 1)
    firms(site)
    client, address = enter(site.clerk), "/registers/enterprise/"

    def walked(query: str, rel: str) -> list[str]:
        keys, numbers = [], []
        while query:
            shown = client.get(address + html.unescape(query)).content.decode()
            keys.append(re.findall(r'<td class="code nowrap"[^>]*>(.*?)</td>', shown)[0])
            numbers += re.findall(r"第 (\d+) 页", shown)
            found = re.search(f'rel="{rel}" href="(.*?)"', shown)
            query = found[1] if found else ""
        return [*keys, *numbers]

    every = [
        one.key for one in queries.entities("enterprise", scope=rights.scope(site.clerk.key, "fill"), program=SAFETY)
    ]
    count = len(every)
    assert count >= 2
    assert walked(f"?program={SAFETY}", "next") == [*every, *map(str, range(1, count + 1))]
    assert walked(f"?program={SAFETY}&last=1", "prev") == [*reversed(every), "1"]
    assert walked(f"?program={SAFETY}&page={count}", "prev") == [*reversed(every), *map(str, range(count, 0, -1))]


def test_a_code_is_confirmed_with_a_reason(site: World, enter: Enter) -> None:
    firms(site)
    editor = enter(site.editor)
    given = {"program": SAFETY, "act": "confirm", "key": ODD, "other": ODD, "reason": ""}
    editor.post(ACT, given)
    assert "没有写明理由" in page(editor, ODD)
    editor.post(ACT, given | {"reason": "证照上就是这样"})
    assert "校验位不符" not in page(editor, ODD).split("<h2>认定")[0]


def test_the_catalogue_is_taken_away_as_it_is_shown(site: World, enter: Enter) -> None:
    clerk = enter(site.clerk)
    shown = clerk.get("/catalogue/").content.decode()
    answer = clerk.get("/catalogue/?as=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    heads, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == shown.count('<th scope="row">')
    found = {row[heads.index("表单")]: dict(zip(heads, row, strict=True)) for row in rows}
    daily = found["每日平安报告"]
    assert daily["谁报、多久一次"] == "应报单位登记：每天"
    assert daily["派什么用"].startswith("报送率")
    filed = Submission.objects.filter(form=f"{SAFETY}.inspection", lineage__contains=f"/{ERDAO}/")
    typed = sum(filed.exclude(state="withdrawn").values_list("typed_count", flat=True))
    assert found["督查检查记录"]["手填的答案"] == str(typed)
    assert typed > 0


def test_the_catalogue_says_who_owes_what_and_takes_complaints(site: World, enter: Enter) -> None:
    clerk, editor, other = enter(site.clerk), enter(site.editor), enter(site.other)
    listed = clerk.get("/catalogue/").content.decode()
    for text in ("每日平安报告", "每天", "督查检查记录", "手填", "登记台账：企业登记"):
        assert text in listed
    address = f"/catalogue/{SAFETY}/zero-report/"
    assert clerk.post(address, {"reason": "这些数平台里已有"}).status_code == 302
    assert "1 条待答复" in editor.get("/catalogue/").content.decode()
    assert "这些数平台里已有" not in other.get(address).content.decode()
    (one,) = queries.complaints(program=SAFETY, scope=rights.scope(site.editor.key, "review"))
    assert other.post(address, {"act": "answer", "complaint": one.id, "reply": "知道了"}).status_code == 404
    assert clerk.post(address, {"act": "answer", "complaint": one.id, "reply": "知道了"}).status_code == 403
    assert editor.post(address, {"act": "answer", "complaint": one.id, "reply": "改为自动取数"}).status_code == 302
    assert "改为自动取数" in clerk.get(address).content.decode()
