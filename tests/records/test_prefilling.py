"""What is known is not asked again: prefilled, counted as confirmed, changed or typed, and carried back."""

from __future__ import annotations

import html
import json
import re
import uuid
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.records.conftest import ERDAO, NANGUAN
from tests.records.town import GOOD, KEPT, Town, check, firm, signed_in, with_a_firm
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.records import actions, prefilling, queries

ENTRY = f"/entry/{KEPT}/check/"


@pytest.fixture
def town(db: None) -> Town:
    return with_a_firm()


@pytest.fixture
def clerk(town: Town) -> Client:
    return signed_in()


def field(page: str, name: str) -> str:
    return page.split(f'data-question="a.{name}"')[1].split("data-question")[0]


def token(page: str) -> str:
    found = re.search(r'name="prefilled" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def posted(page: str, **more: str) -> dict[str, str]:
    id = re.search(r'name="id" value="([^"]+)"', page)
    assert id is not None
    at = "2022-09-11T09:00"
    return {"id": id[1], "prefilled": token(page), "a.firm": GOOD, "a.place": ERDAO, "a.occurred_at": at, **more}


def test_a_chosen_entity_answers_what_its_register_knows(town: Town, clerk: Client) -> None:
    page = clerk.get(f"{ENTRY}?a.firm={GOOD}").content.decode()
    asked = field(page, "staff_now")
    assert 'value="10"' in asked
    assert "来自台账：示例甲厂" in asked
    assert "field-prefilled" in page
    # Without a choice nothing is known; chosen on the page, one press fills it in.
    blank = clerk.get(ENTRY).content.decode()
    assert 'value="10"' not in field(blank, "staff_now")
    filled = clerk.post(ENTRY, {"id": str(uuid.uuid4()), "prefill": "1", "a.firm": GOOD, "a.hazards": "3"})
    shown = filled.content.decode()
    assert 'value="10"' in field(shown, "staff_now")
    assert 'value="3"' in field(shown, "hazards")
    assert queries.count() == 1


def test_left_as_it_was_is_confirmed_and_what_is_changed_goes_back_to_the_register(town: Town, clerk: Client) -> None:
    page = clerk.get(f"{ENTRY}?a.firm={GOOD}").content.decode()
    given = posted(page, **{"a.staff_now": "10", "a.hazards": "1", "a.gate": "东门"})
    assert clerk.post(ENTRY, given).status_code == 302
    came = queries.came_about(given["id"])
    assert came is not None
    assert (came.confirmed, came.changed) == (("place", "staff_now"), ())
    assert came.typed == 4  # firm, gate, hazards, occurred_at
    page = clerk.get(f"{ENTRY}?a.firm={GOOD}").content.decode()
    assert 'value="东门"' in field(page, "gate")
    assert "来自上次填报" in field(page, "gate")
    second = posted(page, **{"a.staff_now": "15", "a.hazards": "0", "a.gate": "", "a.occurred_at": "2022-09-11T10:00"})
    assert clerk.post(ENTRY, second).status_code == 302
    came = queries.came_about(second["id"])
    assert came is not None
    assert (came.confirmed, came.changed, came.typed) == (("place",), ("gate", "staff_now"), 3)
    one = queries.entity_at("firm", GOOD, scope=town.scope, program=KEPT)
    assert one.data["staff"] == 15
    steps = queries.steps(one, scope=town.scope)
    assert (steps[-1].record, steps[-1].changed, steps[-1].form) == (second["id"], ("staff",), "kept.check")
    fact = ledger.fact(second["id"], kind="record.kept.check")
    assert fact is not None
    assert fact.payload["origins"] == {"confirmed": ["place"], "changed": ["gate", "staff_now"]}
    # Taken back with its record.
    actions.withdraw(second["id"], reason="填错了", by=town.fill())
    assert queries.entity_at("firm", GOOD, scope=town.scope, program=KEPT).data["staff"] == 10


def test_what_was_prefilled_cannot_be_made_up(town: Town, clerk: Client) -> None:
    page = clerk.get(f"{ENTRY}?a.firm={GOOD}").content.decode()
    given = posted(page, **{"a.staff_now": "10", "a.hazards": "1"})
    given["prefilled"] = given["prefilled"][:-2] + "xx"
    assert clerk.post(ENTRY, given).status_code == 302
    came = queries.came_about(given["id"])
    assert came is not None
    assert (came.confirmed, came.changed, came.typed) == ((), (), 5)


def test_the_keeping_form_opens_with_all_that_is_known(town: Town, clerk: Client) -> None:
    page = clerk.get(f"/entry/{KEPT}/firm/?entity={GOOD}").content.decode()
    for name, value in (("uscc", GOOD), ("firm_name", "示例甲厂"), ("staff", "10")):
        assert f'value="{value}"' in field(page, name)
    assert "来自台账" not in field(page, "occurred_at")
    assert "来自台账" not in field(page, "keeper")


def test_nothing_is_known_of_what_is_out_of_scope(town: Town, clerk: Client) -> None:
    far = "91512081MA62K0260E"
    actions.receive(firm(far, "示例远厂", staff=99, place=NANGUAN), by=town.fill(town.other, NANGUAN))
    page = clerk.get(f"{ENTRY}?a.firm={far}").content.decode()
    assert 'value="99"' not in page
    assert "示例远厂" not in page.replace("示例远厂（", "")
    # Nor does a correction from outside reach its register.
    actions.receive(check(far, staff_now=1), by=town.fill())
    assert queries.entity_at("firm", far, scope=town.scope, program=KEPT).data["staff"] == 99


def test_the_api_tells_what_is_known_and_counts_it(town: Town, clerk: Client) -> None:
    answer = clerk.post(
        "/api/forms/kept.check/known", json.dumps({"program": KEPT, "answers": {"firm": GOOD}}), "application/json"
    )
    assert answer.status_code == 200, answer.content
    known = {name: one["value"] for name, one in answer.json().items()}
    assert known == {"staff_now": 10, "place": ERDAO}
    draft = check(GOOD, staff_now=10)
    body = {"id": draft.id, "form": draft.form, "program": KEPT, "answers": dict(draft.answers), "prefilled": known}
    assert clerk.post("/api/submissions", json.dumps(body), "application/json").status_code == 201
    came = queries.came_about(draft.id)
    assert came is not None
    assert (came.confirmed, came.typed) == (("place", "staff_now"), 3)


def test_entities_come_by_form_by_sheet_and_by_api(town: Town, clerk: Client) -> None:
    """The sheet's door is tested at length in test_sheets; here that a keeping form's rows become entities."""
    from io import BytesIO

    from django.core.files.uploadedfile import SimpleUploadedFile
    from openpyxl import load_workbook

    template = clerk.get(f"/upload/{KEPT}/firm/template.xlsx")
    book = load_workbook(BytesIO(b"".join(template) if template.streaming else template.content))
    sheet = book.worksheets[0]
    heads = {str(cell.value): cell.column for row in sheet.iter_rows(max_row=4) for cell in row if cell.value}
    row = max(cell.row for line in sheet.iter_rows(max_row=4) for cell in line if cell.value) + 1
    values = {
        "统一社会信用代码": "11320000MB151840XJ",
        "企业名称": "示例表厂",
        "所在地": ERDAO,
        "登记时间": "2022-09-10 09:00",
    }
    for label, value in values.items():
        sheet.cell(row, next(at for head, at in heads.items() if label in head)).value = value
    out = BytesIO()
    book.save(out)
    uploaded = clerk.post(f"/upload/{KEPT}/firm/", {"file": SimpleUploadedFile("示例.xlsx", out.getvalue())})
    assert uploaded.status_code == 302, uploaded.content.decode()[-2000:]
    taken = clerk.post(f"{uploaded['Location'].split('?')[0]}take")
    assert taken.status_code == 302, taken.content.decode()[-2000:]
    body = {**vars_of(firm("9131000063159284XQ", "示例口厂"))}
    assert clerk.post("/api/submissions", json.dumps(body), "application/json").status_code == 201
    found = queries.entities("firm", scope=town.scope, program=KEPT)
    assert {one.label for one in found} == {"示例甲厂", "示例表厂", "示例口厂"}
    listed = clerk.get(f"/api/registers/firm?program={KEPT}").json()
    assert {one["label"] for one in listed} == {"示例甲厂", "示例表厂", "示例口厂"}


def vars_of(draft: Any) -> dict[str, Any]:
    return {"id": draft.id, "form": draft.form, "program": draft.program, "answers": dict(draft.answers)}


def test_the_tally_counts_the_same_as_the_records(town: Town, clerk: Client) -> None:
    for staff in (10, 11):
        page = clerk.get(f"{ENTRY}?a.firm={GOOD}").content.decode()
        given = posted(page, **{"a.staff_now": str(staff), "a.hazards": "1"})
        assert clerk.post(ENTRY, given).status_code == 302
    tally = queries.tally(program=KEPT, scope=town.scope)
    assert tally is not None
    by_hand = [queries.came_about(one.id) for one in queries.each(scope=town.scope, form="kept.check")]
    found = tally["kept.check"]
    assert found.records == len(by_hand) == 2
    assert found.confirmed == sum(len(one.confirmed) for one in by_hand if one)
    assert found.changed == sum(len(one.changed) for one in by_hand if one) == 1
    assert found.typed == sum(one.typed for one in by_hand if one)
    assert found.answers == 10
    assert queries.tally(program=KEPT, scope=rights.scope(town.other.key, "fill")) == {}


def test_very_many_records_are_tallied_for_who_waits_and_told_for_a_while(
    town: Town, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = queries.tally(program=KEPT, scope=town.scope)
    monkeypatch.setattr(prefilling, "MANY", 0)
    cache.clear()
    impatient = partial(queries.tally, program=KEPT, patient=False)
    assert impatient(scope=town.scope) is None
    page = clerk.get("/catalogue/").content.decode()
    assert ("正在统计" in page, 'hx-get="?counted=1"' in page) == (True, True)
    assert queries.tally(program=KEPT, scope=town.scope) == few
    assert impatient(scope=town.scope) == few
    # What others may see is another number.
    assert impatient(scope=rights.scope(town.clerk.key, "fill")) is None
    counted = clerk.get("/catalogue/?counted=1").content.decode()
    assert ("正在统计" in counted, "hx-get" in counted) == (False, False)
    assert "正在统计" not in clerk.get(f"/catalogue/{KEPT}/firm/").content.decode()
