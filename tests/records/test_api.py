"""The JSON API as a program uses it."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.records.conftest import CHANGCHUN, NANGUAN, PASSWORD, PROGRAM, SITE, VISIT, World, rows, site, visit
from yibiao.people import queries as people
from yibiao.people.types import Account
from yibiao.records import actions
from yibiao.records.types import SubmissionDraft

pytestmark = pytest.mark.usefixtures("sites")


def body(draft: SubmissionDraft) -> dict[str, Any]:
    return {"id": draft.id, "form": draft.form, "program": draft.program, "answers": draft.answers}


class Program:
    """A program that speaks to the API with a user name and a password."""

    def __init__(self, username: str, password: str = PASSWORD) -> None:
        pair = base64.b64encode(f"{username}:{password}".encode()).decode()
        self.client, self.headers = Client(), {"Authorization": f"Basic {pair}"}

    def __call__(self, method: str, path: str, given: object = None) -> Any:
        data = json.dumps(given) if given is not None else ""
        return self.client.generic(
            method.upper(), f"/api{path}", data, content_type="application/json", headers=self.headers
        )


@pytest.fixture
def clerk(world: World) -> Program:
    return Program("erdao")


def codes(answer: Any) -> list[str]:
    return [problem["code"] for problem in answer.json()["problems"]]


def test_forms_are_described(clerk: Program) -> None:
    assert [form["id"] for form in clerk("get", "/forms").json()] == [SITE, VISIT]
    form = clerk("get", f"/forms/{VISIT}").json()
    fields = {field["name"]: field for field in form["fields"]}
    assert (fields["hazards"]["type"], fields["hazards"]["unit"], fields["site"]["register"]) == (
        "integer",
        "处",
        "site",
    )
    assert form["choices"]["trade"][0]["filters"] == {"sector": "mine"}
    assert clerk("get", "/forms/watch.nothing").status_code == 404
    assert Program("xinren")("get", f"/forms/{VISIT}").status_code == 404


def test_one_record_or_many_are_sent_once(clerk: Program) -> None:
    draft = visit(area="12.50")
    answer = clerk("post", "/submissions", body(draft))
    assert (answer.status_code, answer.json()["revision"], answer.json()["repeated"]) == (201, 1, False)
    assert clerk("post", "/submissions", body(draft)).json()["repeated"]
    several = clerk("post", "/submissions", [body(draft), body(site("S8")), body(visit(site="S8"))])
    assert [receipt["repeated"] for receipt in several.json()] == [True, False, False]
    other = clerk("post", "/submissions", body(visit(draft.id, hazards=9)))
    assert (other.status_code, codes(other)) == (409, ["records.submission.conflict"])


def test_everything_wrong_is_said_at_once_and_nothing_is_stored(clerk: Program) -> None:
    before = rows("ledger_entry")
    answer = clerk("post", "/submissions", [body(visit()), body(visit(hazards="x", trade="none", extra=1))])
    assert answer.status_code == 422
    assert set(codes(answer)) == {"forms.answer.type", "forms.answer.choice", "forms.answer.unknown"}
    problem = answer.json()["problems"][0]
    assert problem["where"].startswith("第 2 条")
    assert set(problem["remedy"]) == {"zh", "en"}
    assert (rows("records_submission"), rows("ledger_entry")) == (2, before)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x"},
        {"form": 5, "id": str(uuid.uuid4()), "program": PROGRAM, "answers": {}},
        {"id": str(uuid.uuid4()), "form": VISIT, "program": PROGRAM, "answers": {}, "state": "approved"},
        {"id": str(uuid.uuid4()), "form": VISIT, "program": PROGRAM, "answers": []},
        "text",
    ],
)
def test_bodies_that_are_not_as_described_are_refused(clerk: Program, wrong: object) -> None:
    answer = clerk("post", "/submissions", wrong)
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_reading_correcting_and_withdrawing(clerk: Program) -> None:
    draft = visit(phone="13800000000")
    clerk("post", "/submissions", body(draft))
    record = clerk("get", f"/submissions/{draft.id}")
    assert (record.json()["answers"]["hazards"], record.json()["has_personal"]) == (2, True)
    assert "13800000000" not in record.content.decode()
    answers = {**record.json()["answers"], "hazards": 4}
    assert codes(clerk("put", f"/submissions/{draft.id}", {"answers": answers, "reason": ""})) == [
        "records.reason.missing"
    ]
    done = clerk("put", f"/submissions/{draft.id}", {"answers": answers, "reason": "少数了", "revision": 1})
    assert done.json()["revision"] == 2
    stale = clerk("put", f"/submissions/{draft.id}", {"answers": answers, "reason": "又改", "revision": 1})
    assert (stale.status_code, codes(stale)) == (409, ["records.submission.stale"])
    assert clerk("delete", f"/submissions/{draft.id}", {"reason": "重复"}).json()["revision"] == 3
    assert [step["act"] for step in clerk("get", f"/submissions/{draft.id}/history").json()] == [
        "received", "corrected", "withdrawn",
    ]  # fmt: skip


def test_lists_and_registers_are_paged_and_cut_to_the_scope(world: World, clerk: Program) -> None:
    wide = people.system_warrant(place=CHANGCHUN, program=PROGRAM)
    actions.receive_many([visit(), visit(), visit(place=NANGUAN)], by=wide)
    page = clerk("get", f"/submissions?form={VISIT}&size=1").json()
    assert (page["total"], len(page["items"])) == (2, 1)
    assert clerk("get", "/submissions?size=9999").status_code == 422
    assert clerk("get", "/submissions?state=lost").status_code == 422
    assert [one["key"] for one in clerk("get", f"/registers/site?program={PROGRAM}").json()] == ["S1", "S2"]
    one = clerk("get", f"/registers/site?program={PROGRAM}&text=S2").json()[0]
    assert one["register"] == "site"
    assert clerk("get", f"/entities/{one['id']}?program={PROGRAM}").json()["label"] == "示例场所S2"
    other = Program("nanguan")
    assert other("get", f"/registers/site?program={PROGRAM}").json() == []
    assert other("get", f"/entities/{one['id']}?program={PROGRAM}").status_code == 404


CALLS: list[tuple[str, str, object]] = [
    ("get", "/submissions/{id}", None),
    ("get", "/submissions/{id}/history", None),
    ("put", "/submissions/{id}", {"answers": {}, "reason": "越权试探"}),
    ("delete", "/submissions/{id}", {"reason": "越权试探"}),
]


@pytest.mark.parametrize("call", CALLS, ids=[f"{method} {path}" for method, path, _ in CALLS])
@pytest.mark.parametrize("who", ["nanguan", "xinren", "guanli"])
def test_what_is_out_of_scope_is_as_unknown_as_nothing(world: World, call: tuple[str, str, object], who: str) -> None:
    draft = visit()
    actions.receive(draft, by=world.warrant())
    caller, (method, path, given) = Program(who), call
    real, guess = str(draft.id), str(uuid.uuid4())
    answers = {id: caller(method, path.format(id=id), given) for id in (real, guess)}
    assert {answer.status_code for answer in answers.values()} == {404}
    texts = {answer.content.decode().replace(id, "") for id, answer in answers.items()}
    assert len(texts) == 1


def test_filing_and_acting_ask_for_the_right(world: World) -> None:
    draft = visit()
    actions.receive(draft, by=world.warrant())
    reader = Program("sheng")
    assert reader("get", f"/submissions/{draft.id}").status_code == 200
    for method, path, given in CALLS[2:]:
        assert reader(method, path.format(id=draft.id), given).status_code == 403
    for who in ("sheng", "xinren"):
        assert Program(who)("post", "/submissions", body(visit())).status_code == 403
    outside = Program("nanguan")("post", "/submissions", body(visit()))
    assert (outside.status_code, codes(outside)) == (403, ["records.submission.outside"])
    assert rows("records_submission") == 3


def test_nobody_and_wrong_passwords_are_refused_and_locked_out(world: World) -> None:
    assert Client().get("/api/submissions").status_code in (401, 403)
    wrong = Program("erdao", "no")
    for method in ("get", "put", "get", "delete", "get"):
        assert wrong(method, f"/submissions/{uuid.uuid4()}", {}).status_code == 401
    assert wrong("get", "/submissions").status_code == 429
    assert Program("erdao")("get", "/submissions").status_code == 429


def test_a_session_needs_its_token(world: World, signed_in: Callable[[Account], Client]) -> None:
    assert signed_in(world.clerk).get("/api/submissions").status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(get_user_model().objects.get(key=world.clerk.key))
    answer = strict.post("/api/submissions", json.dumps(body(visit())), content_type="application/json")
    assert answer.status_code == 403
    assert rows("records_submission") == 2


def test_the_description_is_open_to_those_who_sign_in(world: World, signed_in: Callable[[Account], Client]) -> None:
    described = signed_in(world.clerk).get("/api/openapi.json").json()
    assert "post" in described["paths"]["/api/submissions"]
