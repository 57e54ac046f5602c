"""Sending, row by row of the checklist (4.1 to 4.28 and encrypted forms)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.records.conftest import ERDAO, PACK, PROGRAM, VISIT, World, install, rows
from tests.records.openrosa.conftest import BOUNDARY, FORM, Phone, body, filled, new_id, part, phone_of, said, xml
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.records import actions, attachments, queries
from yibiao.records.types import Record

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 40


@pytest.fixture
def camera(world: World, sites: None, tmp_path: Path) -> Phone:
    """A phone with version 2 of the visit, which asks for photos."""
    folder = tmp_path / "watch"
    (folder / "forms").mkdir(parents=True)
    (folder / "pack.toml").write_text((PACK / "pack.toml").read_text().replace("1.0.0", "1.1.0"))
    for path in (PACK / "forms").iterdir():
        text = path.read_text()
        if path.name == "visit.md":
            text = text.replace("巡查记录   | 1 |", "巡查记录   | 2 |")
            row = next(line for line in text.splitlines() if "| text                   | measure " in line)
            bare = row.replace("text ", "image", 1).replace(" yes ", "     ").replace("multiline", "")
            photos = [bare.replace("${hazards} > 0", "").replace("measure", name) for name in ("front", "back")]
            text = text.replace(row, "\n".join([row, *photos]))
        (folder / "forms" / path.name).write_text(text)
    install(folder)
    return phone_of(world.clerk)


def record(world: World, id: str) -> Record:
    return queries.record(id, scope=people.scope(world.clerk.key, "fill"))


def plain(id: str) -> str:
    return id.removeprefix("uuid:")


def sent(**values: Any) -> bytes:
    return xml(new_id(), version="2", **values)


def test_4_1_4_2_4_4_asked_beforehand_204_with_the_limit(phone: Phone) -> None:
    for answer in (phone.head("submission"), phone.get("submission")):
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["X-OpenRosa-Accept-Content-Length"] == "100000000"
        assert "Location" not in answer


def test_4_5_a_filled_form_is_201_and_a_record_with_its_fact(phone: Phone, world: World) -> None:
    id = new_id()
    answer = phone.send(xml(id, contact="示例人", extra="<finds><what>线路老化</what><days>3</days></finds><finds/>"))
    assert answer.status_code == 201, answer.content.decode()
    found = record(world, plain(id))
    assert (found.form, found.channel, found.actor, found.place) == (VISIT, "openrosa", world.clerk.key, ERDAO)
    assert found.answers["topics"] == ["fire", "power"]
    assert found.answers["hazards"] == 2
    assert found.answers["finds"] == [{"what": "线路老化", "days": 3}]
    assert found.has_personal
    fact = ledger.fact(plain(id), kind=f"record.{VISIT}")
    assert fact is not None
    assert "示例人" not in str(fact)


def test_4_5_the_answers_need_not_come_first(camera: Phone, world: World) -> None:
    content = sent(front="a.jpg")
    photo = part("a.jpg", JPEG, "a.jpg", "image/jpeg")
    for form in (part("xml_submission_file", content, "x.xml", "text/xml"), part("xml_submission_file", content)):
        assert camera.post(body(photo, form)).status_code == 201
    assert rows("records_attachment") == 1


def test_4_5_wrong_answers_are_all_named(phone: Phone) -> None:
    answer = phone.send(xml(new_id(), hazards="-1", trade="market", site="S9"))
    assert answer.status_code == 422
    assert "应在 0 至 999 之间" in said(answer)
    assert "from 0 to 999" in said(answer)
    assert "类别" in said(answer)
    assert rows("records_submission") == 2


def test_4_6_the_same_again_is_201_and_stored_once(phone: Phone) -> None:
    content = xml(new_id())
    facts = rows("ledger_entry")
    assert [phone.send(content).status_code for _ in range(3)] == [201] * 3
    assert rows("records_submission") == 3
    assert rows("ledger_entry") == facts + 1


def test_4_7_other_content_under_the_same_id_is_409(phone: Phone, world: World) -> None:
    id = new_id()
    assert phone.send(xml(id)).status_code == 201
    answer = phone.send(xml(id, hazards="3"))
    assert answer.status_code == 409
    assert "已经用于另一份内容" in said(answer)
    assert record(world, plain(id)).answers["hazards"] == 2


def test_4_8_one_id_on_two_forms_is_two_records(phone: Phone) -> None:
    id = new_id()
    place = {"place": ERDAO, "occurred_at": "2022-09-10T09:30:00.000+08:00"}
    registered = (
        f'<data id="watch.site@{PROGRAM}" version="1"><code>S7</code><site_name>示例场所</site_name>'
        f"<place>{place['place']}</place><occurred_at>{place['occurred_at']}</occurred_at>"
        f"<meta><instanceID>{id}</instanceID></meta></data>"
    ).encode()
    for content in (registered, xml(id, site="S7"), registered, xml(id, site="S7")):
        assert phone.send(content).status_code == 201
    assert rows("records_submission") == 4


def test_4_9_files_in_several_posts_add_up(camera: Phone, world: World) -> None:
    id = new_id()
    content = xml(id, version="2", front="a.jpg", back="b.jpg")
    first = body(
        part("xml_submission_file", content, "x.xml"), part("a.jpg", JPEG, "a.jpg"), part("*isIncomplete*", b"yes")
    )
    for answer in (camera.post(first), camera.send(content, {"b.jpg": JPEG + b"2"}), camera.post(first)):
        assert answer.status_code == 201
    assert [one.name for one in attachments.of(plain(id))] == ["a.jpg", "b.jpg"]
    assert rows("records_submission") == 3


@pytest.mark.parametrize("name", ["照片 1.jpg", "été.jpg", "😀.jpg", "صورة.jpg", "a b'c.jpg"])
def test_4_10_names_survive(camera: Phone, name: str) -> None:
    id = new_id()
    content = xml(id, version="2", front=name)
    assert camera.send(content, {name: JPEG, "extra.jpg": JPEG}).status_code == 201
    (kept,) = attachments.of(plain(id))
    assert kept.name == name
    assert attachments.path_of(kept.digest).read_bytes() == JPEG


def test_4_11_one_name_twice_and_one_content_twice(camera: Phone) -> None:
    same, twins = sent(front="a.jpg", back="a.jpg"), sent(front="a.jpg", back="b.jpg")
    assert camera.send(same, {"a.jpg": JPEG}).status_code == 201
    assert camera.send(twins, {"a.jpg": JPEG, "b.jpg": JPEG}).status_code == 201
    assert rows("records_attachment") == 3


def test_4_12_what_is_missing_is_filled_later(camera: Phone) -> None:
    id = new_id()
    content = xml(id, version="2", front="a.jpg")
    assert camera.send(content).status_code == 201
    assert attachments.of(plain(id)) == ()
    facts = rows("ledger_entry")
    for _ in range(2):
        assert camera.send(content, {"a.jpg": JPEG}).status_code == 201
    assert len(attachments.of(plain(id))) == 1
    assert rows("ledger_entry") == facts + 1


def test_4_13_the_log_of_filling_is_taken_where_the_form_keeps_one(phone: Phone) -> None:
    log = b"event,node,start,end\nform start,,1,\n"
    id = new_id()
    assert phone.send(xml(id, meta="<audit>audit.csv</audit>"), {"audit.csv": log}).status_code == 201
    assert [(one.name, one.kind) for one in attachments.of(plain(id))] == [("audit.csv", "text/csv")]
    id = new_id()
    assert phone.send(xml(id), {"audit.csv": log}).status_code == 201
    assert attachments.of(plain(id)) == ()


def test_4_14_an_older_version_is_stored_as_such(camera: Phone, world: World) -> None:
    id = new_id()
    assert camera.send(xml(id, version="1")).status_code == 201
    assert record(world, plain(id)).form_version == "1"


@pytest.mark.parametrize("version", ["9", None, ""])
def test_4_15_an_unknown_version_is_404(phone: Phone, version: str | None) -> None:
    answer = phone.send(xml(new_id(), version=version))
    assert answer.status_code == 404
    assert "does not exist" in said(answer)


@pytest.mark.parametrize("form", ["nothing", "watch.nothing@watch", "watch.visit@nothing", "x" * 3000])
def test_4_16_an_unknown_form_is_404(phone: Phone, form: str) -> None:
    assert phone.send(xml(new_id(), form=form)).status_code == 404


def test_4_16_the_bare_id_of_a_form_is_understood(phone: Phone) -> None:
    assert phone.send(xml(new_id(), form=VISIT)).status_code == 201


def test_4_17_without_answers_400(phone: Phone) -> None:
    answer = phone.post(body(part("a.jpg", JPEG, "a.jpg")))
    assert answer.status_code == 400
    assert "Required multipart POST field xml_submission_file missing." in said(answer)


GOOD = f"multipart/form-data; boundary={BOUNDARY}"
WHOLE = filled(xml("uuid:8f1d1e0e-56f3-4f8f-9a6e-3a4c1f6f8b52"))
MALFORMED = {
    "not-multipart": (b"<data/>", "text/xml"),
    "no-boundary": (WHOLE, "multipart/form-data"),
    "long-boundary": (WHOLE, "multipart/form-data; boundary=" + "b" * 300),
    "other-boundary": (WHOLE, "multipart/form-data; boundary=other"),
    "empty": (b"", GOOD),
    "nonsense": (b"nonsense", GOOD),
    "no-end": (WHOLE[:-6], GOOD),
    "half": (WHOLE[: len(WHOLE) // 2], GOOD),
    "no-colon": (WHOLE.replace(b"Content-Disposition: ", b"Content-Disposition "), GOOD),
    "no-name": (WHOLE.replace(b"form-data; name", b"form-data; nome"), GOOD),
    "not-form-data": (WHOLE.replace(b"form-data; ", b"attachment; "), GOOD),
    "not-utf-8": (WHOLE.replace(b"whatever", b"\xff\xfe"), GOOD),
    "long-header": (WHOLE.replace(b"whatever", b"w" * 10_000), GOOD),
    "base64": (WHOLE.replace(b"text/xml", b"text/xml\r\nContent-Transfer-Encoding: base64"), GOOD),
    "glued-boundary": (WHOLE.replace(BOUNDARY.encode(), BOUNDARY.encode() + b"x", 1), GOOD),
    "twice": (body(part("xml_submission_file", b"<a/>", "x"), part("xml_submission_file", b"<a/>", "x")), GOOD),
    "many": (body(*[part(f"f{number}", b"") for number in range(1_001)]), GOOD),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_4_18_malformed_multipart_is_400(phone: Phone, case: str) -> None:
    answer = phone.post(*MALFORMED[case])
    assert answer.status_code == 400
    assert said(answer)
    assert rows("records_submission") == 2


ID = "uuid:8f1d1e0e-56f3-4f8f-9a6e-3a4c1f6f8b52"
LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'lol'}'>" for n in range(10))
BAD_XML = {
    "empty": b"",
    "text": b"hello",
    "no-root-id": b"<data><meta><instanceID>uuid:1</instanceID></meta></data>",
    "cut-after-the-id": xml(ID)[: -len(b"</meta></data>")],
    "cut-in-the-middle": xml(ID)[:200],
    "two-roots": xml(ID) * 2,
    "bomb": f"<!DOCTYPE data [{LAUGHS}]>".encode() + xml(ID, measure="&l9;").replace(b"&amp;l9;", b"&l9;"),
    "outside-file": b'<!DOCTYPE data [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    + xml(ID).replace(b"2</h", b"&x;</h"),
    "undeclared-entity": xml(ID).replace(b">2<", b">&nothing;<"),
    "doctype": b"<!DOCTYPE data>" + xml(ID),
    "deep": b'<data id="watch.visit@watch" version="1">' + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</data>",
    "not-utf-8": xml(ID, measure="示").replace("示".encode(), b"\xff\xfe"),
    "wrong-encoding": b'<?xml version="1.0" encoding="nonsense"?>' + xml(ID),
    "unknown-question": xml(ID, nothing="1"),
    "answer-in-answer": xml(ID).replace(b">2<", b"><x>2</x><"),
    "answer-twice": xml(ID, extra="<hazards>2</hazards>"),
}


@pytest.mark.parametrize("case", BAD_XML)
def test_4_19_what_is_not_whole_xml_of_the_form_is_400(phone: Phone, case: str) -> None:
    answer = phone.send(BAD_XML[case])
    assert answer.status_code == 400, answer.content.decode()
    assert said(answer)
    assert rows("records_submission") == 2


@pytest.mark.parametrize("code", [0, 1, 8, 0x1F, 0xFFFE])
def test_4_20_characters_that_xml_does_not_know_are_400(phone: Phone, code: int) -> None:
    raw = phone.send(xml(ID, measure="示例").replace("示".encode(), chr(code).encode()))
    named = phone.send(xml(ID, measure="示例").replace("示".encode(), f"&#{code};".encode()))
    for answer in (raw, named):
        assert answer.status_code == 400
        assert said(answer)


@pytest.mark.parametrize("id", ["", " ", "x" * 300])
def test_4_21_without_an_id_400(phone: Phone, id: str) -> None:
    answer = phone.send(xml(id))
    assert answer.status_code == 400
    assert "instanceID" in said(answer)


def test_4_22_ids_in_any_of_their_spellings(phone: Phone, world: World) -> None:
    id = new_id()
    spellings = [
        xml(id),
        xml(plain(id)),
        xml(id.upper().replace("UUID", "uuid")),
        xml("", meta="").replace(
            b"<meta></meta>",
            f'<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{id}</orx:instanceID></orx:meta>'.encode(),
        ),
    ]
    for content in spellings:
        assert phone.send(content).status_code == 201
    assert rows("records_submission") == 3
    for _ in range(2):
        assert phone.send(xml("tablet-7/2022-09-10")).status_code == 201
    assert rows("records_submission") == 4


def test_4_23_what_was_withdrawn_stays_so(phone: Phone, world: World) -> None:
    id = new_id()
    content = xml(id)
    assert phone.send(content).status_code == 201
    actions.withdraw(plain(id), reason="填错了", by=world.warrant())
    answer = phone.send(content)
    assert answer.status_code == 409
    assert "has been deleted" in said(answer)


def test_4_24_the_answer_says_what_was_received(phone: Phone) -> None:
    id = new_id()
    answer = phone.send(xml(id))
    assert b'nature="submit_success"' in answer.content
    assert plain(id) in said(answer)
    assert "b'" not in said(answer)


def test_4e_encrypted_forms_are_refused_with_the_reason(phone: Phone) -> None:
    manifest = (
        f'<data id="{FORM}" version="1" encrypted="yes" xmlns="http://opendatakit.org/submissions">'
        f"<base64EncryptedKey>x</base64EncryptedKey><meta><instanceID>{ID}</instanceID></meta>"
        "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"
    )
    answer = phone.send(manifest.encode(), {"submission.xml.enc": b"x"})
    assert answer.status_code == 400
    assert "encrypted" in said(answer)


FILES = {
    "page.jpg": b"<!DOCTYPE html><script>alert(1)</script>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "spaces.jpg": b"\xef\xbb\xbf  \n<html>",
    "program.jpg": b"MZ\x90\0",
    "elf": b"\x7fELF\x02",
    "script.txt": b"#!/bin/sh\n",
    "archive.zip": b"PK\x03\x04",
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_other_kinds_are_refused_and_nothing_is_stored(camera: Phone, name: str) -> None:
    answer = camera.send(sent(front=name), {name: FILES[name]})
    assert answer.status_code == 415
    assert name in said(answer)
    assert rows("records_submission") == 2
    assert rows("records_attachment") == 0


@pytest.mark.parametrize("name", ["../../a.jpg", "..\\..\\a.jpg", "/etc/a.jpg", "C:\\a.jpg"])
def test_paths_in_file_names_are_cut_off(camera: Phone, name: str) -> None:
    id = new_id()
    content = xml(id, version="2", front="a.jpg")
    given = body(part("xml_submission_file", content, "x"), part("a.jpg", JPEG, name.replace("\\", "\\\\")))
    assert camera.post(given).status_code == 201
    assert [one.name for one in attachments.of(plain(id))] == ["a.jpg"]


@pytest.mark.parametrize("name", ["..", ".", "a" * 300, "a/"])
def test_names_that_are_none_are_400(camera: Phone, name: str) -> None:
    given = body(part("xml_submission_file", sent(), "x"), part("a.jpg", JPEG, name))
    assert camera.post(given).status_code == 400


def test_personal_files_go_when_a_person_is_erased(camera: Phone, world: World) -> None:
    """A stand-in: the same content twice, one of them personal; erasing keeps the other's."""
    first, second = new_id(), new_id()
    for id in (first, second):
        content = xml(id, version="2", front="a.jpg", contact="示例人")
        assert camera.send(content, {"a.jpg": JPEG}).status_code == 201
    from yibiao.records.models import Attachment

    Attachment.objects.filter(submission_id=plain(first)).update(personal=True)
    by = people.warrant(world.reviewer.key, "review", place=ERDAO, program=PROGRAM)
    actions.erase(plain(first), reason="本人要求", by=by)
    assert attachments.of(plain(first)) == ()
    (kept,) = attachments.of(plain(second))
    assert attachments.path_of(kept.digest).exists()
