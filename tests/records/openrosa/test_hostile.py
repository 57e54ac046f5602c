"""What is broken, cut, bent or oversized is refused with a message, and leaves nothing behind (4.18 to 4.28)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from lxml import etree

from tests.records.conftest import JILIN, PACK, World, install, rows
from tests.records.openrosa.conftest import (
    BOUNDARY,
    Phone,
    body,
    filled,
    new_id,
    nodes,
    part,
    phone_of,
    said,
    xml,
)
from tests.records.openrosa.test_fetching import files
from tests.records.openrosa.test_pictures import picture
from tests.records.openrosa.test_submission import camera, plain
from yibiao.core.problems import Refusal
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Grant
from yibiao.records import attachments, queries
from yibiao.records.intake.openrosa import instance, multipart

__all__ = ["camera"]
ID = "uuid:6f1c3f8e-2f0a-4d35-9a3b-0f5a6f7e8d90"


def incoming() -> list[Path]:
    folder = Path(settings.DATA) / "attachments" / "incoming"
    return list(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def untouched(phone: Phone) -> Iterator[None]:
    """Whatever a test sends, nothing of it is there afterwards."""
    tables = ("records_submission", "records_sending", "records_attachment", "ledger_entry")
    before, lying = [rows(table) for table in tables], incoming()
    yield
    assert [rows(table) for table in tables] == before
    assert incoming() == lying


class Cut:
    """A body that ends too early."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, size: int, /) -> bytes:
        found, self.content = self.content[:size], self.content[size:]
        return found


def test_4_27_a_body_cut_at_any_byte_is_no_body() -> None:
    whole = filled(xml(ID), {"a.jpg": b"\xff\xd8\xff" + b"x" * 200})
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    # The line break after the last delimiter may be left out.
    for length in range(len(whole) - 2):
        with pytest.raises(Refusal):
            [one.whole(10_000_000) for one in multipart.parts(Cut(whole[:length]), kind, None)]


def test_4_19_answers_cut_at_any_byte_are_no_answers() -> None:
    content = xml(ID)
    for length in range(len(content)):
        with pytest.raises(Refusal):
            instance.read(content[:length])


@pytest.mark.usefixtures("untouched")
def test_4_27_a_cut_post_leaves_nothing(phone: Phone) -> None:
    whole = filled(xml(ID), {"a.jpg": b"\xff\xd8\xff" + b"x" * 200})
    for length in range(0, len(whole) - 4, 97):
        answer = phone.post(whole[:length])
        assert answer.status_code == 400, length
        assert said(answer)


TEXT, INCLUDE = xml(ID).decode(), '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
ODD: dict[str, bytes] = {
    "utf-16": TEXT.encode("utf-16"),
    "utf-16-called-utf-8": (HEAD + TEXT).encode("utf-16-le"),
    "gbk-undeclared": TEXT.encode("gbk"),
    "latin-called-utf-8": HEAD.encode() + xml(ID).replace(b"mine", b"min\xe9"),
    "overlong": xml(ID).replace(b"mine", b"\xc0\xaf"),
    "surrogate": xml(ID).replace(b"mine", b"\xed\xa0\x80"),
    "many-attributes": b"<data " + b" ".join(b'a%d="1"' % n for n in range(20_000)) + b"/>",
    "huge-text": xml(ID).replace(b"mine", b"m" * 4_000_000),
    "parameter-entity": b'<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x">%x;]>' + xml(ID),
    "include": xml(ID, extra=INCLUDE),
}


# UTF-16 shows itself, whatever its head says; what an empty element would include is nobody's answer.
READ = ("utf-16", "utf-16-called-utf-8", "include")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("case", [name for name in ODD if name not in READ])
def test_4_19_4_20_odd_encodings_and_odd_trees(phone: Phone, case: str) -> None:
    answer = phone.send(ODD[case])
    assert answer.status_code in (400, 413, 422), answer.content
    assert said(answer)


@pytest.mark.parametrize("case", READ)
def test_what_can_be_read_is_read_as_it_was_written(phone: Phone, world: World, case: str) -> None:
    assert phone.send(ODD[case]).status_code == 201
    stored = queries.record(plain(ID), scope=rights.scope(world.clerk.key, "fill"))
    assert (stored.answers["measure"], "include" in stored.answers) == ("立即整改", False)


LONG: dict[str, tuple[bytes, int]] = {
    "name-of-300": (part("n" * 300, b"x", "a.jpg"), 201),
    "file-name-of-300": (part("a", b"x", "n" * 300 + ".jpg"), 400),
    "header-of-300": (b"X-Odd: " + b"o" * 300 + b"\r\n" + part("a", b"x", "a.jpg"), 201),
    "header-of-9000": (b"X-Odd: " + b"o" * 9000 + b"\r\n" + part("a", b"x", "a.jpg"), 400),
    "header-in-gbk": (b'Content-Disposition: form-data; name="\xd5\xd5"\r\n\r\nx', 400),
    "null-in-name": (part("a", b"x", "a\0.jpg"), 400),
}


@pytest.mark.parametrize("case", list(LONG))
def test_4_18_odd_headers_of_parts(phone: Phone, case: str) -> None:
    before = rows("records_submission")
    odd, wanted = LONG[case]
    answer = phone.post(body(part("xml_submission_file", xml(new_id()), "x.xml", "text/xml"), odd))
    assert answer.status_code == wanted, answer.content
    assert said(answer)
    assert rows("records_submission") == before + (answer.status_code == 201)
    assert incoming() == []


def test_4_26_a_part_that_failed_is_sent_again_with_all_the_others(camera: Phone) -> None:
    id = new_id()
    content = xml(id, version="2", front="a.jpg", back="b.jpg")
    assert camera.send(content, {"a.jpg": picture(size=(20, 20))}).status_code == 201
    assert camera.send(content, {"b.jpg": b"MZ is no picture"}).status_code == 415
    for name in ("a.jpg", "b.jpg"):
        assert camera.send(content, {name: picture(size=(20, 20))}).status_code == 201
    assert [one.name for one in attachments.of(plain(id))] == ["a.jpg", "b.jpg"]
    assert rows("records_submission") == 3


@pytest.mark.usefixtures("untouched")
def test_4_28_whatever_is_refused_says_why(phone: Phone) -> None:
    for content in (xml(ID, hazards="many"), xml(ID, version="9"), xml(ID, form="nothing"), b"<data/>"):
        answer = phone.send(content)
        assert answer.status_code not in (200, 201, 202, 204)
        assert len(said(answer).splitlines()) >= 2, "in Chinese and in English"


def test_3_2_a_form_without_lists_has_an_empty_manifest_and_names_none(
    phone: Phone, world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    (folder / "forms").mkdir(parents=True)
    (folder / "pack.toml").write_text((PACK / "pack.toml").read_text().replace("watch", "plain"))
    (folder / "forms" / "note.md").write_text(
        "| settings |\n|  | form_id | form_title | version | default_language |\n"
        "|  | plain.note | 便签 | 1 | 中文 (zh) |\n\n"
        "| survey |\n|  | type | name | label::中文 (zh) | label::English (en) |\n|  | text | note | 内容 | Note |\n"
    )
    install(folder)
    people.grant(key=world.manager.key, given=Grant("fill", JILIN, frozenset({"plain"})), by=None)
    other = phone_of(world.manager, JILIN, "plain")
    listed = other.get("formList?formID=plain.note@plain")
    assert (len(nodes(listed, "formID")), nodes(listed, "manifestUrl")) == (1, [])
    answer = other.get("forms/plain.note@plain/1/manifest")
    root = etree.fromstring(answer.content)
    assert (answer.status_code, etree.QName(root).localname, len(root)) == (200, "manifest", 0)


def test_3_4_names_of_files_are_plain(phone: Phone) -> None:
    assert all("/" not in name and ".." not in name for name in files(phone))
