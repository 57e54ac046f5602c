"""Row 5 of the checklist: what scripts send as they would to ODK Central, in the words of pyODK's requests."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.records.conftest import ERDAO, NANGUAN, PROGRAM, World, rows
from tests.records.openrosa.conftest import FORM, Phone, new_id, phone_of, xml
from tests.records.openrosa.test_pictures import picture, private
from tests.records.openrosa.test_submission import camera, plain
from yibiao.people import actions as people
from yibiao.people.types import Grant
from yibiao.records import actions, attachments

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
    assert (said["instanceId"], said["submitterId"], said["reviewState"]) == (id, world.clerk.key, None)
    assert said["createdAt"]
    assert [one["instanceId"] for one in script.ask("GET", VISITS).json()] == [id]


def test_5_the_token_may_stand_in_the_address(script: Script) -> None:
    path = f"/v1/key/{script.token}/{VISITS}"
    assert Client().generic("POST", path, xml(new_id()), content_type="text/xml").status_code == 200
    path = f"/v1/key/no-such/{VISITS}"
    assert Client().generic("POST", path, xml(new_id()), content_type="text/xml").status_code == 403
    assert Client().generic("POST", f"/v1/{VISITS}", xml(new_id()), content_type="text/xml").status_code == 401


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
