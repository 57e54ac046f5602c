"""A question takes files of its own kind only, whichever way they come, and whatever they call themselves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.records.conftest import PACK, World, install
from tests.records.openrosa.conftest import Phone, new_id, phone_of, xml
from tests.records.openrosa.test_pictures import bomb, picture
from tests.records.openrosa.test_scripts import VISITS, Script
from tests.records.openrosa.test_submission import plain, rows, said
from yibiao.people.types import Account
from yibiao.records import attachments

Enter = Callable[[Account], Client]
_ASKED = (("image", "shot", ""), ("audio", "voice", ""), ("video", "film", ""), ("file", "any", ""),
          ("file", "paper", ".pdf, .docx"), ("image", "plan", "image/png,application/pdf"))  # fmt: skip
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
WEBM = b"\x1aE\xdf\xa3" + bytes(40)
M4A = b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42"


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
    return out.getvalue()


@pytest.fixture
def asking(world: World, sites: None, tmp_path: Path) -> Phone:
    """A phone with version 2 of the visit, which asks for a file of each kind."""
    folder = tmp_path / "watch"
    (folder / "forms").mkdir(parents=True)
    (folder / "pack.toml").write_text((PACK / "pack.toml").read_text().replace("1.0.0", "1.1.0"))
    for path in (PACK / "forms").iterdir():
        text = path.read_text()
        if path.name == "visit.md":
            text = _with_files(text.replace("巡查记录   | 1 |", "巡查记录   | 2 |"))
        (folder / "forms" / path.name).write_text(text)
    install(folder)
    return phone_of(world.clerk)


def _with_files(text: str) -> str:
    before, survey, after = text.partition("| survey |\n")
    table, rest = after.split("\n\n", 1)
    head, *questions = table.splitlines()
    columns = head.count("|") - 5
    files = [
        f"|  | {kind} | {name} | 附件{name} | File {name} |{' |' * (columns - 1)} {accept} |"
        for kind, name, accept in _ASKED
    ]
    lines = [f"{head} body::accept |", *(f"{line} |" for line in questions[:-1]), *files, f"{questions[-1]} |"]
    return f"{before}{survey}" + "\n".join(lines) + f"\n\n{rest}"


@pytest.mark.parametrize(
    ("question", "name", "content"),
    [
        ("shot", "a.jpg", picture()), ("shot", "a.jpg", picture("PNG")), ("voice", "a.m4a", M4A),
        ("voice", "a.webm", WEBM), ("film", "a.mp4", MP4), ("any", "a.pdf", PDF), ("any", "a.jpg", picture()),
        ("paper", "a.pdf", PDF), ("paper", "a.docx", docx()), ("plan", "a.png", picture("PNG")), ("plan", "a.pdf", PDF),
    ],
)  # fmt: skip
def test_a_file_of_the_kind_asked_for_is_taken(asking: Phone, question: str, name: str, content: bytes) -> None:
    answer = asking.send(xml(new_id(), version="2", **{question: name}), {name: content})
    assert answer.status_code == 201, said(answer)
    assert rows("records_attachment") == 1


@pytest.mark.parametrize(
    ("question", "name", "content", "kinds"),
    [
        ("shot", "a.pdf", PDF, "照片"), ("shot", "a.jpg", PDF, "照片"), ("shot", "a.docx", docx(), "照片"),
        ("shot", "a.mp4", MP4, "照片"), ("voice", "a.jpg", picture(), "录音"), ("film", "a.m4a", M4A, "视频"),
        ("paper", "a.jpg", picture(), ".pdf或.docx"), ("paper", "a.pdf", picture(), ".pdf或.docx"),
        ("plan", "a.jpg", picture(), "image/png或application/pdf"),
    ],
)  # fmt: skip
def test_another_is_refused_by_the_name_of_its_question(
    asking: Phone, question: str, name: str, content: bytes, kinds: str
) -> None:
    answer = asking.send(xml(new_id(), version="2", **{question: name}), {name: content})
    assert answer.status_code == 415
    assert f"附件{question}" in said(answer)
    assert f"这道题要的是{kinds}，附件“{name}”不是。" in said(answer)
    assert f"File {question}" in said(answer)
    assert rows("records_attachment") == 0
    assert rows("records_submission") == 2


def test_the_field_app_is_told_at_which_question(asking: Phone, world: World, signed_in: Enter) -> None:
    content = xml(new_id(), version="2", shot="a.jpg")
    given = {"xml_submission_file": SimpleUploadedFile("x.xml", content), "a.jpg": SimpleUploadedFile("a.jpg", PDF)}
    answer = signed_in(world.clerk).post(reverse("desk_field_submissions"), given, headers={"X-Yibiao-Field": "1"})
    assert answer.status_code == 415
    (problem,) = answer.json()["problems"]
    assert (problem["code"], problem["field"]) == ("records.file.other-kind", "shot")


def test_a_script_is_refused_the_same(asking: Phone) -> None:
    id, script = new_id(), Script(asking)
    assert script.create(xml(id, version="2", shot="a.jpg")).status_code == 200
    at = f"{VISITS}/{id}/attachments/a.jpg"
    assert script.ask("POST", at, PDF, "image/jpeg").status_code == 415
    assert attachments.of(plain(id)) == ()
    assert script.ask("POST", at, picture(), "image/jpeg").status_code == 200
    assert [one.name for one in attachments.of(plain(id))] == ["a.jpg"]


def test_a_page_shows_no_small_picture_where_none_can_be_made(asking: Phone, world: World, signed_in: Enter) -> None:
    id = new_id()
    answer = asking.send(xml(id, version="2", shot="a.jpg", any="b.png"), {"a.jpg": picture(), "b.png": bomb()})
    assert answer.status_code == 201
    page = signed_in(world.clerk).get(f"/records/{plain(id)}/").content.decode()
    assert f"/records/{plain(id)}/files/{quote('a.jpg')}/small" in page
    assert "b.png" in page
    assert "b.png/small" not in page
