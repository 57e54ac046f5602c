"""What a page lists is what its files hold: the same filter, nothing outside the scope, nothing that runs."""

from __future__ import annotations

import csv
import io
import itertools
import uuid
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client, RequestFactory
from openpyxl import load_workbook

from tests.desk.world import ERDAO, JILIN, SAFETY, World
from yibiao.cases import queries as cases
from yibiao.cases import walking
from yibiao.core import clock
from yibiao.core.problems import Refusal, refuse
from yibiao.desk import tables, workbooks
from yibiao.desk.pages import inbox, notice_files, registers
from yibiao.desk.problems import NO_PAGE
from yibiao.figures import queries as counting
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.ledger.types import Fact
from yibiao.notices import actions as notices
from yibiao.notices import queries as papers
from yibiao.notices.types import NoticeDraft, Receiver
from yibiao.people import queries as rights
from yibiao.people.types import Account
from yibiao.records import actions as records
from yibiao.records import queries as reading
from yibiao.records import revealing
from yibiao.records.types import SubmissionDraft

Enter = Callable[[Account | None], Client]
LISTS = (
    f"/registers/enterprise/?program={SAFETY}",
    f"/cases/?program={SAFETY}",
    f"/duty/coverage/?program={SAFETY}",
    f"/notices/?program={SAFETY}",
)


def _csv(answer: Any) -> list[list[str]]:
    content = b"".join(answer)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", LISTS)
def test_both_files_hold_the_same_rows(site: World, enter: Enter, address: str) -> None:
    client = enter(site.editor)
    lines = _csv(client.get(f"{address}&as=csv"))
    sheet, about = load_workbook(io.BytesIO(b"".join(client.get(f"{address}&as=xlsx")))).worksheets
    assert dict(about.iter_rows(values_only=True))["行数"] == len(lines) - 1
    held = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert held == lines
    page = client.get(address).content.decode()
    assert "as=xlsx" in page
    assert all(line[1] in page for line in lines[1:6])


def test_records_are_taken_away_in_words_with_their_items(site: World, enter: Enter) -> None:
    client, asked = enter(site.editor), f"/records/?program={SAFETY}&form={SAFETY}.inspection&state=received"
    answer = client.get(f"{asked}&as=xlsx")
    sheet, leaders, hazards, about = load_workbook(io.BytesIO(b"".join(answer))).worksheets
    assert (sheet.title, leaders.title[:4], hazards.title) == ("记录", "带队领导", "发现的问题隐患")
    rows = [dict(zip(heads(sheet), row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    mine = next(row for row in rows if row["编号"] == site.inspection)
    assert (mine["专项"], mine["检查地"], mine["检查方式"]) == ("假期安全生产", "二道区", "明查")
    assert (mine["检查主体"], mine["检查时间"][:10]) == ("市、县党委和政府领导带队", "2022-09-10")
    record = reading.record(site.inspection, scope=rights.scope(site.editor.key, "review"))
    items = [row for row in hazards.iter_rows(min_row=2, values_only=True) if row[0] == site.inspection]
    assert len(items) == len(record.answers["hazards"])
    assert items[0][heads(hazards).index("隐患等级")] == "一般隐患"
    told = dict(about.iter_rows(values_only=True))
    assert (told["筛选条件"], told["行数"]) == ("专项：假期安全生产；表单：督查检查记录；状态：已收到", len(rows))
    plain = client.get(f"{asked}&as=csv")
    assert len(_csv(plain)) == len(rows) + 1, "items are left out of a file of one table"
    name = unquote(plain["Content-Disposition"])
    assert "记录_假期安全生产_督查检查记录_已收到" in name
    assert f"共{len(rows)}行.csv" in name, "what it holds stands in the name of a file that has no place for it"


def test_an_inbox_is_taken_away_by_whose_it_is_alone(site: World, enter: Enter, monkeypatch: Any) -> None:
    """Also what is marked as read while the file leaves."""
    monkeypatch.setattr(inbox, "_TOGETHER", 1)
    monkeypatch.setattr("yibiao.notices.inbox._TOGETHER", 1)
    clerk = enter(site.clerk)
    assert "as=xlsx" in clerk.get("/inbox/").content.decode()
    held = papers.inbox(site.clerk.key).items
    assert len(held) == 2
    lines = _csv(clerk.get("/inbox/?as=csv"))[1:]
    assert [line[1] for line in lines] == [one.text.zh for one in held]
    assert {line[6] for line in lines} == {one.subject for one in held}
    assert {line[3] for line in lines} == {"假期安全生产"}
    left = iter(clerk.get("/inbox/?unread=1&as=csv"))
    first = next(left)
    clerk.post("/inbox/read/")
    assert len(_csv([first, *left])) == 3
    empty = clerk.get("/inbox/?unread=1&as=xlsx")
    sheet, about = load_workbook(io.BytesIO(b"".join(empty.streaming_content))).worksheets
    assert (sheet.max_row, dict(about.iter_rows(values_only=True))["筛选条件"]) == (1, "状态：未读")
    assert len(_csv(enter(site.other).get("/inbox/?as=csv"))) == 1 + len(papers.inbox(site.other.key).items)


def heads(sheet: Any) -> list[str]:
    return [str(cell.value) for cell in sheet[1]]


def test_cases_are_those_of_the_filter_and_the_scope(site: World, enter: Enter) -> None:
    found = _csv(enter(site.editor).get(f"{LISTS[1]}&as=csv"))
    mine = _csv(enter(site.clerk).get(f"{LISTS[1]}&as=csv"))
    assert site.case in {line[0] for line in mine[1:]}
    assert {line[0] for line in mine[1:]} < {line[0] for line in found[1:]} or len(mine) == len(found)
    assert site.case not in {line[0] for line in _csv(enter(site.other).get(f"{LISTS[1]}&as=csv"))[1:]}
    assert len(_csv(enter(site.editor).get(f"{LISTS[1]}&text=没有这样的事项&as=csv"))) == 1


def test_the_filter_of_cases_is_said_in_words(site: World, enter: Enter) -> None:
    editor = enter(site.editor)
    asked = f"/cases/?program={SAFETY}&kind=hazard&pace=open&state=ordered&at=cutoff"
    answer = editor.get(f"{asked}&as=xlsx")
    said = dict(load_workbook(io.BytesIO(b"".join(answer.streaming_content)))["说明"].iter_rows(values_only=True))
    assert said["筛选条件"] == "专项：假期安全生产；种类：隐患；办理：在办；状态：已交办；时限：按专项截止时计"
    named = unquote(editor.get(f"{asked}&as=csv")["Content-Disposition"])
    assert "隐患_在办_已交办" in named
    topic = editor.get(f"/duty/coverage/?program={SAFETY}&topic=daily&from=2022-09-10&until=2022-09-12&as=csv")
    assert "daily" not in unquote(topic["Content-Disposition"])


def test_who_signed_a_notice_is_what_its_page_says(site: World, enter: Enter) -> None:
    address = f"/notices/{site.notice}/signatures/?as=csv"
    heads, *lines = _csv(enter(site.editor).get(address))
    held = papers.receipts(site.notice, scope=rights.scope(site.editor.key, "review"))
    assert [line[heads.index("接收单位")] for line in lines] == ["二道区"] * len(held) != []
    states = {"unread": "未读", "read": "已读未签", "signed": "已签收", "answered": "已反馈"}
    assert [line[heads.index("签收情况")] for line in lines] == [states[one.state] for one in held]
    assert enter(site.other).get(address).status_code == 404


def test_notices_of_the_filter_and_every_page_of_them(
    site: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        draft = NoticeDraft(
            SAFETY, "notice", f"示办〔2022〕{number + 7}号", f"第 {number} 份", "正文", (Receiver(ERDAO),)
        )
        by = rights.warrant(site.editor.key, "review", place=JILIN, program=SAFETY)
        notices.issue(draft, by=by)
    client, address = enter(site.editor), f"/notices/?program={SAFETY}&as=csv"
    every = _csv(client.get(address))
    assert [line[1] for line in every[1:4]] == ["第 2 份", "第 1 份", "第 0 份"]
    monkeypatch.setattr(notice_files, "_TOGETHER", 1)
    assert _csv(client.get(address)) == every
    assert [line[1] for line in _csv(client.get(f"{address}&text=〔2022〕8号"))[1:]] == ["第 1 份"]
    named = unquote(client.get(f"{address}&state=unsigned")["Content-Disposition"])
    assert "还有人没签收" in named


def test_all_figures_of_a_program_are_taken_away_as_they_stand(site: World, enter: Enter) -> None:
    address, scope = f"/figures/?program={SAFETY}&place={ERDAO}", rights.scope(site.editor.key, "analyse")
    client = enter(site.editor)
    page = client.get(address)
    heads, *lines = _csv(client.get(f"{address}&as=csv"))
    assert "as=xlsx" in page.content.decode()
    asked = [one.query for one in page.context["rows"]]
    found = [counting.figure(query, scope=scope) for query in asked]
    assert len(found) == len(lines) > 5
    for line, one in zip(lines, found, strict=True):
        told = dict(zip(heads, line, strict=True))
        assert told["数"] == ("缺" if one.value is None else f"{one.value:f}")
        assert (told["指标"], told["单位"], told["事实"]) == (
            one.indicator.label.zh,
            one.indicator.unit,
            str(one.facts),
        )
    *_, about = load_workbook(io.BytesIO(b"".join(client.get(f"{address}&q=隐患&as=xlsx")))).worksheets
    said = dict(about.iter_rows(values_only=True))
    shown = client.get(f"{address}&q=隐患").context["rows"]
    assert (said["地点"], said["行数"]) == (f"二道区 {ERDAO}", len(shown))
    assert 0 < len(shown) < len(lines)


def test_a_long_list_is_walked_in_the_order_of_its_pages(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "_BATCH", 1)
    asked = {"scope": rights.scope(site.editor.key, "review"), "program": SAFETY, "at": clock.now()}
    pages = itertools.takewhile(bool, (cases.page(number=n, size=3, **asked).items for n in itertools.count(1)))
    total = cases.page(size=3, **asked).total
    paged = [one.id for one in itertools.islice(itertools.chain.from_iterable(pages), total)]
    assert [one.id for one in cases.each(**asked)] == paged
    assert len(set(paged)) == total > 3
    for pace in ("open", "closed", "overdue"):
        each = [one.id for one in cases.each(pace=pace, **asked)]
        assert each == [one.id for one in cases.page(pace=pace, size=500, **asked).items], pace


def test_a_register_and_a_book_have_no_end(site: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registers, "EXPORTED", 1)
    monkeypatch.setattr(workbooks, "_SHEET", 1)
    client, address = enter(site.editor), f"/registers/inspector/?program={SAFETY}"
    registered(site, "甲", "乙", "丙")
    lines = _csv(client.get(f"{address}&as=csv"))
    assert len(lines) == 4
    *sheets, about = load_workbook(io.BytesIO(b"".join(client.get(f"{address}&as=xlsx")))).worksheets
    assert [sheet.cell(2, 1).value for sheet in sheets] == [line[0] for line in lines[1:]]
    assert {sheet.cell(1, 1).value for sheet in sheets} == {lines[0][0]}
    assert dict(about.iter_rows(values_only=True))["行数"] == 3


def registered(site: World, *names: str) -> list[str]:
    """Inspectors, whose names are personal."""
    made = []
    for name in names:
        answers = {"number": f"示例-{name}", "person_name": f"示例{name}某", "employer": "示例局", "fields": ["trade"],
                   "place": ERDAO, "occurred_at": "2022-09-10T09:00:00+08:00"}  # fmt: skip
        draft = SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.inspector", SAFETY, answers, "web")
        records.receive(draft, by=rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY))
        made.append(draft.id)
    return made


def test_personal_answers_are_taken_away_by_right_and_each_reading_is_a_fact(site: World, enter: Enter) -> None:
    ids = registered(site, "甲", "乙")
    listed, address = f"/records/?program={SAFETY}&form={SAFETY}.inspector", "/records/taking/"
    asked = f"?program={SAFETY}&form={SAFETY}.inspector&as=csv"
    editor, clerk = enter(site.editor), enter(site.clerk)
    assert "某" not in b"".join(editor.get(f"{listed}&as=csv")).decode()
    assert address in editor.get(listed).content.decode()
    assert address not in clerk.get(listed).content.decode(), "who does not review"
    assert address not in editor.get(f"/records/?program={SAFETY}&form={SAFETY}.inspection").content.decode()
    assert clerk.post(address + asked, {"purpose": "核对名册"}).status_code == 404
    assert "共 2 条" in editor.get(address + asked).content.decode()
    assert editor.post(address + asked, {"purpose": " "}).status_code == 422
    assert readings(ids) == []
    answer = editor.post(address + asked, {"purpose": "核对名册"})
    assert answer["Cache-Control"] == "no-store"
    lines = _csv(answer)
    assert {line[0]: line[-1] for line in lines[1:]} == dict(zip(ids, ("示例甲某", "示例乙某"), strict=True))
    assert lines[0][-1] == "姓名"
    told = readings(ids)
    assert sorted(one.subject for one in told) == sorted(ids)
    assert {(one.actor, one.payload["purpose"]) for one in told} == {(site.editor.key, "核对名册")}
    assert "某" not in str([one.payload for one in told])
    book = load_workbook(io.BytesIO(b"".join(editor.post(address + asked.replace("csv", "xlsx"), {"purpose": "核对"}))))
    assert dict(book.worksheets[-1].iter_rows(values_only=True))["用途"] == "核对"


def readings(ids: list[str]) -> list[Fact]:
    """The facts of readings of records."""
    ledger.seal_all()
    newest = log.checkpoint()
    assert newest is not None
    return [one for one in log.entries(0, newest.size, ("record.personal-read",)) if one.subject in ids]


def test_too_many_personal_answers_are_not_taken_at_once(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = registered(site, "甲", "乙")
    monkeypatch.setattr(revealing, "MOST", 1)
    by = rights.warrant(site.editor.key, "review", place=JILIN, program=SAFETY)
    own = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    for given, warrant, code in (
        (ids, by, "records.personal.many"), ([site.inspection], by, "records.personal.none"),
        (ids[:1], own, "records.submission.not-allowed"), (["no-such"], by, "records.submission.unknown"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            records.log_personal_reads(given, by=(warrant,), purpose="核对")
        assert refused.value.codes == (code,)
    assert readings(ids) == []


def test_nothing_runs_in_a_cell() -> None:
    assert tables.plain("=1+1") == "'=1+1"
    assert tables.plain("@x") == "'@x"
    assert tables.plain("a\x00b") == "ab"
    assert tables.plain(-3) == -3


def test_a_workbook_leaves_while_its_rows_are_made() -> None:
    """Whoever takes a long list away sees it come at once; and all that a cell may hold is there afterwards."""
    made: list[int] = []
    odd = [
        "=1+1",
        '甲 & <乙> "丙"',
        "一行\n两行\t三",
        "",
        None,
        Decimal("1E+3"),
        Decimal("0.10"),
        10**12,
        True,
        "\ud800x\x00",
    ]

    def rows() -> Iterator[Sequence[Any] | workbooks.Beside]:
        yield [f"列{number}" for number in range(10)]
        yield odd
        yield workbooks.Beside("明细", ["编号", "说明"], ["1", "一行\n两行"])
        for number in range(5_000):
            made.append(number)
            yield [uuid.uuid4() if column else number for column in range(10)]

    pieces = workbooks.written("清单/甲", rows(), "说明", lambda count: [("行数", count), ("筛选", "甲")])
    first = next(pieces)
    assert len(made) < 3_000
    book = load_workbook(io.BytesIO(first + b"".join(pieces)))
    main, items, about = book.worksheets
    assert (main.title, items.title, about.title) == ("清单-甲", "明细", "说明")
    assert main.freeze_panes == "A2"
    assert [cell.value for cell in main[2]] == [
        "'=1+1", "甲 & <乙> \"丙\"", "一行\n两行\t三", None, None, 1000, 0.1, 10**12, True, "x",
    ]  # fmt: skip
    assert (main.max_row, main.cell(5_002, 1).value) == (5_002, 4_999)
    assert [[cell.value for cell in row] for row in items] == [["编号", "说明"], ["1", "一行\n两行"]]
    assert dict(about.iter_rows(values_only=True)) == {"行数": 5_001, "筛选": "甲"}


def test_a_refusal_is_answered_before_a_workbook_begins(rf: RequestFactory) -> None:
    def rows() -> Iterator[list[str]]:
        raise refuse(NO_PAGE.at())
        yield []

    with pytest.raises(Refusal):
        tables.answer(rf.get("/?as=xlsx"), "清单", rows())
