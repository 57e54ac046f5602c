"""The pages, as a browser uses them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.records.conftest import ERDAO, NANGUAN, PROGRAM, World, rows, visit
from yibiao.ledger import actions as sealing
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.people.types import Account
from yibiao.records import actions, queries

pytestmark = pytest.mark.usefixtures("sites")
SignIn = Callable[[Account], Client]
ENTRY = f"/entry/{PROGRAM}/visit/"


def posted(**more: str | list[str]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()), "a.site": "S1", "a.place": ERDAO, "a.occurred_at": "2022-09-10T09:30",
        "a.sector": "mine", "a.trade": "coal", "a.topics": ["fire", "power"], "a.hazards": "１２",
        "a.measure": "立即整改", **more,
    }  # fmt: skip


def test_the_page_asks_every_question_and_proposes_the_window(world: World, signed_in: SignIn) -> None:
    page = signed_in(world.clerk).get(ENTRY).content.decode()
    for text in ("巡查记录", "隐患数", "处", "必填", "联系电话", "隐患清单"):
        assert text in page
    assert re.search(r'name="a.occurred_at" value="2022-09-10T00:00"', page)
    assert re.search(rf'name="a.place" value="{ERDAO}"[^>]*data-place-picker[^>]*data-shown="二道区"', page)
    assert 'data-register="site"' in page
    assert 'name="a.finds.__n__.what"' in page
    assert 'data-question="a.measure" data-relevant="false"' in page


def test_a_filled_page_becomes_a_record(world: World, signed_in: SignIn) -> None:
    client, given = signed_in(world.clerk), posted(**{"a.hazards": "12", "a.phone": "13800000000"})
    given |= {"a.finds.0.what": "线路老化", "a.finds.0.days": "3", "a.finds.4.what": "堵塞通道", "a.finds.4.days": "1"}
    answer = client.post(ENTRY, given)
    assert (answer.status_code, answer["Location"]) == (302, f"/records/{given['id']}/")
    record = queries.record(given["id"], scope=people.scope(world.clerk.key, "fill"))
    assert (record.answers["hazards"], record.answers["topics"], record.channel) == (12, ["fire", "power"], "web")
    assert [item["days"] for item in record.answers["finds"]] == [3, 1]
    assert record.occurred_at.isoformat() == "2022-09-10T09:30:00+08:00"
    # The second click of an impatient finger.
    assert client.post(ENTRY, given).status_code == 302
    assert rows("records_submission") == 3
    shown = client.get(answer["Location"])
    assert shown.status_code == 200
    assert "13800000000" not in shown.content.decode()


def test_errors_stand_beneath_their_fields(world: World, signed_in: SignIn) -> None:
    given = posted(**{"a.hazards": "-4", "a.finds.0.what": "线路老化", "a.finds.0.days": "很多", "a.site": ""})
    answer = signed_in(world.clerk).post(ENTRY, given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert rows("records_submission") == 2
    for key, text in (("a.hazards", "应在 0 至 999 之间"), ("a.finds.0.days", "不是整数"), ("a.site", "必须填写")):
        field = page.split(f'data-question="{key}"')[1].split("data-question")[0]
        assert text in field
        assert 'aria-invalid="true"' in field
    assert 'value="很多"' in page


def test_a_place_outside_is_refused_on_the_page(world: World, signed_in: SignIn) -> None:
    answer = signed_in(world.clerk).post(ENTRY, posted(**{"a.hazards": "1", "a.place": NANGUAN}))
    assert answer.status_code == 403
    assert "南关区" in answer.content.decode()
    assert rows("records_submission") == 2


def test_states_follow_the_answers(world: World, signed_in: SignIn) -> None:
    given = {"a.sector": "shop", "a.hazards": "0", "a.finds.3.what": "", "a.finds.3.days": ""}
    found = signed_in(world.clerk).post(f"{ENTRY}states", given).json()["states"]
    states = {state["key"]: state for state in found}
    assert states["a.trade"]["choices"] == ["market", "other-shop"]
    assert not states["a.measure"]["relevant"]
    assert states["a.hazards"]["required"]
    assert states["a.listed"]["value"] == "1"
    assert states["a.finds.3.what"]["relevant"]
    given["a.hazards"] = "5"
    found = signed_in(world.clerk).post(f"{ENTRY}states", given).json()["states"]
    assert {state["key"]: state for state in found}["a.measure"]["relevant"]


def test_correcting_withdrawing_and_reviewing_by_page(world: World, signed_in: SignIn) -> None:
    draft = visit(phone="13800000000")
    actions.receive(draft, by=world.warrant())
    client = signed_in(world.clerk)
    page = client.get(f"/records/{draft.id}/correct/").content.decode()
    assert 'name="a.hazards" value="2"' in page
    assert "13800000000" not in page
    given = posted(**{"a.hazards": "6", "expected": "1"})
    assert client.post(f"/records/{draft.id}/correct/", given).status_code == 422
    assert client.post(f"/records/{draft.id}/correct/", {**given, "reason": "少数了"}).status_code == 302
    assert (
        client.post(f"/records/{draft.id}/correct/", {**given, "a.hazards": "7", "reason": "又错"}).status_code == 409
    )
    reviewer = signed_in(world.reviewer)
    assert reviewer.post(f"/records/{draft.id}/review/", {"state": "rejected", "expected": "2"}).status_code == 422
    said = {"state": "rejected", "reason": "数量存疑", "expected": "2"}
    assert reviewer.post(f"/records/{draft.id}/review/", said).status_code == 302
    assert client.get(f"/records/{draft.id}/withdraw/").status_code == 200
    assert client.post(f"/records/{draft.id}/withdraw/", {"reason": ""}).status_code == 422
    assert client.post(f"/records/{draft.id}/withdraw/", {"reason": "重复了"}).status_code == 302
    assert queries.record(draft.id, scope=people.scope(world.clerk.key, "fill")).state == "withdrawn"
    assert client.post(f"/records/{draft.id}/personal/", {"purpose": ""}).status_code == 422
    told = client.post(f"/records/{draft.id}/personal/", {"purpose": "电话核对"})
    assert "13800000000" in told.content.decode()
    assert told["Cache-Control"] == "no-store"
    sealing.seal()
    assert [fact.subject for fact in ledger.entries(0, 10_000, kinds=["record.personal-read"])] == [draft.id]


def test_pages_speak_english(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.clerk)
    client.cookies["django_language"] = "en"
    page = client.get(ENTRY).content.decode()
    assert "Telephone" in page
    answer = client.post(ENTRY, posted(**{"a.hazards": "-4"}))
    assert "It must be from 0 to 999" in answer.content.decode()


ACTS = ("correct", "withdraw", "review", "personal", "erase")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_records_outside_the_scope_are_as_unknown_as_none(
    world: World, signed_in: SignIn, act: str, method: str
) -> None:
    draft = visit()
    actions.receive(draft, by=world.warrant())
    before = rows("ledger_entry")
    sent = {"reason": "越权试探", "purpose": "越权试探", "state": "approved"}
    # Who manages accounts may erase personal answers at a person's request, and nothing else.
    outsiders = (world.other, world.idle) if act == "erase" else (world.other, world.idle, world.manager)
    for who in outsiders:
        client = signed_in(who)
        before = rows("ledger_entry")
        real = getattr(client, method)(f"/records/{draft.id}/{act}/", sent)
        unknown = getattr(client, method)(f"/records/{uuid.uuid4()}/{act}/", sent)
        assert (real.status_code, unknown.status_code) == (404, 404)
        assert rows("ledger_entry") == before
    anonymous = getattr(Client(), method)(f"/records/{draft.id}/{act}/", sent)
    assert anonymous.status_code == 302
    assert "/account/login/" in anonymous["Location"]


@pytest.mark.parametrize("act", ACTS)
def test_readers_may_not_write(world: World, signed_in: SignIn, act: str) -> None:
    draft = visit(phone="13800000000")
    actions.receive(draft, by=world.warrant())
    client = signed_in(world.reader)
    before = rows("ledger_entry")
    sent = {"reason": "越权试探", "purpose": "越权试探", "state": "approved", **posted(**{"a.hazards": "9"})}
    assert client.post(f"/records/{draft.id}/{act}/", sent).status_code == 403
    assert rows("ledger_entry") == before


@pytest.mark.parametrize("path", [ENTRY, f"/upload/{PROGRAM}/visit/", f"/upload/{PROGRAM}/visit/template.xlsx"])
def test_filing_asks_for_the_right_to_file(world: World, signed_in: SignIn, path: str) -> None:
    assert Client().get(path).status_code == 302
    for who in (world.reader, world.idle, world.manager):
        assert signed_in(who).get(path).status_code == 403
    assert signed_in(world.clerk).get(path).status_code == 200
    assert signed_in(world.clerk).get(path.replace(PROGRAM, "nothing")).status_code == 404
    assert signed_in(world.clerk).get(path.replace("/visit/", "/nothing/")).status_code == 404


def test_posts_without_a_token_are_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(key=world.clerk.key))
    assert client.post(ENTRY, posted()).status_code == 403
