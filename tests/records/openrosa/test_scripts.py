"""Row 5 of the checklist: what scripts send as they would to ODK Central, in the words of pyODK's requests."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from tests.records.conftest import ERDAO, NANGUAN, PROGRAM, World, rows, visit
from tests.records.openrosa.conftest import FORM, Phone, new_id, phone_of, xml
from tests.records.openrosa.test_pictures import picture, private
from tests.records.openrosa.test_submission import camera, plain
from yibiao.people import actions as people
from yibiao.people import queries as people_of
from yibiao.people.types import Grant
from yibiao.records import actions, attachments
from yibiao.records.intake.openrosa import projects
from yibiao.records.odata import relations
from yibiao.records.odata.shapes import shape as odata_shape

__all__ = ["camera", "private"]
VISITS = f"projects/{PROGRAM}/forms/watch.visit/submissions"


class Script:
    """A script with the token of a field client in its header."""

    def __init__(self, phone: Phone) -> None:
        self.token = phone.base.rpartition("/")[2]
        self.client = Client()

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/xml") -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.generic(method, f"/v1/{path}", body, content_type=kind, headers=headers)

    def create(self, content: bytes, path: str = VISITS, kind: str = "application/xml") -> Any:
        return self.ask("POST", path, content, kind)


@pytest.fixture
def script(phone: Phone) -> Script:
    return Script(phone)


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8"])
@pytest.mark.parametrize("form", [FORM, "watch.visit"])
def test_5_raw_xml_is_200_with_json(script: Script, world: World, kind: str, form: str) -> None:
    id = new_id()
    answer = script.create(xml(id, form=form), f"{VISITS}?deviceID=laptop", kind)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    said = answer.json()
    assert (said["instanceId"], said["reviewState"]) == (id, None)
    assert said["submitterId"] == projects.number(world.clerk.key)
    assert said["createdAt"]
    assert [one["instanceId"] for one in script.ask("GET", VISITS).json()] == [id]


def test_5_the_token_may_stand_in_the_address(script: Script) -> None:
    path = f"/v1/key/{script.token}/{VISITS}"
    assert Client().generic("POST", path, xml(new_id()), content_type="text/xml").status_code == 200
    path = f"/v1/key/no-such/{VISITS}"
    assert Client().generic("POST", path, xml(new_id()), content_type="text/xml").status_code == 403
    assert Client().generic("POST", f"/v1/{VISITS}", xml(new_id()), content_type="text/xml").status_code == 401


def test_5_projects_forms_and_tables_are_those_of_ones_own_rights(script: Script, world: World) -> None:
    id, theirs = new_id(), Script(phone_of(world.other, NANGUAN))
    assert script.create(xml(id)).status_code == 200
    (project,) = script.ask("GET", "projects").json()
    assert (project["id"], project["description"]) == (projects.number(PROGRAM), PROGRAM)
    at = f"projects/{project['id']}/forms/watch.visit"
    listed = {one["xmlFormId"]: one for one in script.ask("GET", f"projects/{PROGRAM}/forms").json()}
    assert script.ask("GET", at).json() == listed[f"watch.visit@{PROGRAM}"]
    rows_of = f"{at}.svc/Submissions?$top=10"
    table = script.ask("GET", rows_of).json()["value"]
    assert [one["__id"] for one in table] == [id]
    assert [one["instanceId"] for one in script.ask("GET", f"{at}/submissions").json()] == [id]
    whole = "/odata/watch.visit.svc/Submissions?$top=10"
    own = Client().get(whole, headers={"Authorization": f"Bearer {script.token}"})
    # The same rows, which go by the ids of their records there.
    assert own.json()["value"] == [{**one, "__id": id.removeprefix("uuid:"), **linked(one, id)} for one in table]
    assert script.ask("GET", f"{at}/submissions/{id}").json()["instanceId"] == id
    assert script.ask("GET", f"{at}/submissions/{id}/attachments").json() == []
    # Of another county neither the list nor the table nor the one is seen.
    assert theirs.ask("GET", rows_of).json()["value"] == []
    assert theirs.ask("GET", f"{at}/submissions").json() == []
    assert theirs.ask("GET", f"{at}/submissions/{id}").status_code in (403, 404)
    assert theirs.ask("GET", f"{at}/submissions/{id}/attachments").status_code in (403, 404)
    assert script.ask("GET", "projects/7").status_code == 404
    assert script.ask("GET", "projects/7/forms/watch.visit.svc/Submissions").status_code == 403


def linked(row: dict[str, Any], id: str) -> dict[str, str]:
    """The links of a row, by the id of its record."""
    of = {name: str(value) for name, value in row.items() if name.endswith("navigationLink")}
    return {name: value.replace(id.replace(":", "%3A"), id.removeprefix("uuid:")) for name, value in of.items()}


def test_5_rows_go_by_the_ids_that_were_sent(script: Script, phone: Phone, world: World) -> None:
    """As ODK Central has them: a script puts the list of submissions and the table together by these ids."""
    finds = "<finds><what>线路老化</what><days>3</days></finds>"
    named, odd, both = new_id(), "phone-7 / 0001", new_id()
    for id in (named, odd):
        assert script.ask("POST", f"{VISITS}?deviceID=laptop", xml(id, extra=finds)).status_code == 200
    registered = (
        f'<data id="watch.site@{PROGRAM}" version="1"><code>S7</code><site_name>示例场所</site_name><place>{ERDAO}'
        f"</place><occurred_at>2022-09-10T09:30:00.000+08:00</occurred_at><meta><instanceID>{both}</instanceID></meta>"
        "</data>"
    ).encode()
    assert phone.send(registered).status_code == 201
    assert script.create(xml(both)).status_code == 200
    typed = actions.receive(visit(), by=world.warrant()).id
    svc = VISITS.replace("/submissions", ".svc/Submissions")
    table = script.ask("GET", f"{svc}?$top=9").json()["value"]
    assert {row["__id"] for row in table} == {named, odd, both, f"uuid:{typed}"}
    assert {one["instanceId"] for one in script.ask("GET", VISITS).json()} == {row["__id"] for row in table}
    devices = {row["__id"]: row["__system"]["deviceId"] for row in table}
    assert devices == {named: "laptop", odd: "laptop", both: "", f"uuid:{typed}": None}
    for id in (named, odd, both, f"uuid:{typed}"):
        asked = quote(f"__id eq '{id}'")
        assert [row["__id"] for row in script.ask("GET", f"{svc}?$filter={asked}&$top=9").json()["value"]] == [id]
        assert script.ask("GET", f"{svc}('{quote(id, safe='')}')").json()["__id"] == id
    of = script.ask("GET", f"{svc}.finds?$top=9").json()["value"]
    assert {(row["__Submissions-id"], row["__id"]) for row in of} == {(id, f"{id}-0") for id in (named, odd)}
    link = next(row["finds@odata.navigationLink"] for row in table if row["__id"] == odd)
    assert script.ask("GET", svc.replace("Submissions", f"{link}?$top=1")).json()["value"][0]["days"] == 3
    assert script.ask("GET", f"{svc}('uuid:none')").status_code == 404


def test_5_what_a_row_came_by_is_found_by_an_index(phone: Phone, world: World) -> None:
    """A million sendings cost one row of a table what ten cost."""
    of = odata_shape("watch.visit", instances=True)
    held = relations.of(of, of.main, scope=people_of.scope(world.clerk.key, "fill"), withdrawn=False)
    postgres = connection.vendor == "postgresql"
    sql, params = held.statement([held.columns["__system/deviceId"], held.columns["__id"]])
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}" if postgres else f"EXPLAIN QUERY PLAN {sql}", params)
        plan = str(cursor.fetchall())
    assert plan.count("records_sending_once" if postgres else "sqlite_autoindex_records_sending_1") == 2


def test_5_a_session_is_for_the_key_and_token_of_a_client(script: Script) -> None:
    held = people_of.client(script.token)

    def begun(**given: Any) -> Any:
        return Client().post("/v1/sessions", json.dumps(given), content_type="application/json")

    answer = begun(email=held.key, password=script.token)
    assert (answer.json()["token"], answer["Cache-Control"]) == (script.token, "no-store")
    assert script.ask("GET", "users/current").json()["email"] == held.key
    for wrong in ({}, {"email": held.key, "password": "x"}, {"email": "sj-0", "password": script.token},
                  {"email": [held.key], "password": script.token}):  # fmt: skip
        refused = begun(**wrong)
        assert (refused.status_code, "token" in refused.json()) == (401, False)
    assert Client().post("/v1/sessions", b"[" * 9_000, content_type="application/json").status_code == 401
    assert Client().post("/v1/sessions", b" " * 20_000, content_type="application/json").status_code == 413
    people.revoke_client(key=held.key, by=None)
    assert begun(email=held.key, password=script.token).status_code == 401


def test_5_the_same_id_is_409_even_if_all_is_the_same(script: Script) -> None:
    content = xml(new_id())
    assert [script.create(content).status_code for _ in range(2)] == [200, 409]
    assert rows("records_submission") == 3


def test_5_what_is_refused(script: Script, world: World) -> None:
    other = script.create(xml(new_id(), form="watch.site@watch"))
    assert (other.status_code, other.json()["code"]) == (400, 400)
    assert script.create(xml(new_id(), version="99")).status_code == 404
    assert script.create(xml(new_id(), form="watch.visit"), VISITS.replace(PROGRAM, "nothing", 1)).status_code == 404
    assert script.create(b"<data").status_code == 400
    assert script.create(xml("")).status_code == 400
    assert script.create(xml(new_id()), kind="application/json").status_code == 415
    assert script.create(xml(new_id(), hazards="many")).status_code == 422
    assert script.create(xml(new_id(), deprecated=new_id())).status_code == 400
    assert script.create(b"<data>" + b"x" * 4_000_001).status_code == 413
    assert rows("records_submission") == 2
    people.revoke(key=world.clerk.key, given=Grant("fill", ERDAO, frozenset({PROGRAM})), by=None)
    assert script.create(xml(new_id())).status_code == 403


def test_5_a_correction_is_put(script: Script) -> None:
    first, second = new_id(), new_id()
    script.create(xml(first))
    content = xml(second, deprecated=first, measure="已整改")
    answer = script.ask("PUT", f"{VISITS}/{first}", content)
    assert (answer.status_code, answer.json()["instanceId"]) == (200, second)
    assert script.ask("PUT", f"{VISITS}/{first}", content).status_code == 409
    assert script.ask("PUT", f"{VISITS}/{first}", xml(new_id(), deprecated=first)).status_code == 409
    assert script.ask("PUT", f"{VISITS}/{new_id()}", xml(new_id(), deprecated=second)).status_code == 404
    assert script.ask("PUT", f"{VISITS}/{first}", xml(new_id())).status_code == 404


def test_5_files_come_one_by_one(camera: Phone, world: World) -> None:
    script, id, photo = Script(camera), new_id(), picture(size=(40, 30))
    assert script.create(xml(id, version="2", front="照片 1.jpg")).status_code == 200
    at = f"{VISITS}/{id}/attachments"
    answer = script.ask("POST", f"{at}/照片 1.jpg", photo, "image/jpeg")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [one.name for one in attachments.of(plain(id))] == ["照片 1.jpg"]
    assert script.ask("POST", f"{at}/other.jpg", photo, "image/jpeg").status_code == 404
    assert script.ask("POST", f"{at}/照片 1.jpg", b"<html>", "image/jpeg").status_code == 415
    elsewhere = Script(phone_of(world.other, NANGUAN))
    assert elsewhere.ask("POST", f"{at}/照片 1.jpg", photo, "image/jpeg").status_code == 404
    actions.withdraw(plain(id), reason="填错了", by=world.warrant())
    assert script.ask("POST", f"{at}/照片 1.jpg", photo, "image/jpeg").status_code == 404


def test_5_a_personal_file_is_sealed_too(private: Phone) -> None:
    script, id = Script(private), new_id()
    script.create(xml(id, version="2", idcard="card.jpg"))
    assert script.ask("POST", f"{VISITS}/{id}/attachments/card.jpg", picture(), "image/jpeg").status_code == 200
    (kept,) = attachments.of(plain(id))
    assert kept.personal
    assert attachments.path_of(kept.digest).read_bytes()[:3] != b"\xff\xd8\xff"
