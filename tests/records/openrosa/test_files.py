"""The files of a record: downloads for who may read it, never pages."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable

from django.test import Client

from tests.records.conftest import World
from tests.records.openrosa.conftest import Phone, new_id, xml
from tests.records.openrosa.test_submission import JPEG, camera, plain
from tests.records.test_photos import jpeg
from yibiao.people.types import Account
from yibiao.records import actions, attachments
from yibiao.records.models import Attachment, Submission

__all__ = ["camera"]
Enter = Callable[[Account], Client]


def test_a_file_is_a_download_for_who_may_read_the_record(camera: Phone, world: World, signed_in: Enter) -> None:
    id = new_id()
    name = "照片 1.jpg"
    assert camera.send(xml(id, version="2", front=name), {name: JPEG}).status_code == 201
    address = f"/records/{plain(id)}/files/{name}"
    answer = signed_in(world.clerk).get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == JPEG  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in(world.other).get(address).status_code == 404
    assert signed_in(world.clerk).get(f"/records/{plain(id)}/files/other.jpg").status_code == 404
    assert Client().get(address).status_code == 302


def test_correcting_on_the_page_keeps_the_photos(camera: Phone, world: World, signed_in: Enter) -> None:
    """The page takes no files, and must not lose the names of those that came by phone."""
    id = new_id()
    assert camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": JPEG}).status_code == 201
    client, address = signed_in(world.clerk), f"/records/{plain(id)}/correct/"
    page = client.get(address).content.decode()
    given = {
        **{name: value for name, value in re.findall(r'name="(a\.[a-z_]+)" value="([^"]*)"', page) if value},
        "a.occurred_at": "2022-09-10T09:30", "a.sector": "mine", "a.trade": "coal", "a.topics": ["fire"],
        "a.hazards": "3", "a.measure": "立即整改", "expected": "1", "reason": "少数了",
    }  # fmt: skip
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content.decode()
    row = Submission.objects.get(pk=plain(id))
    answers = json.loads(row.answers)
    assert (row.revision, answers["hazards"], answers["front"]) == (2, 3, "a.jpg")


def test_a_personal_file_is_not_handed_out(camera: Phone, world: World, signed_in: Enter) -> None:
    id = new_id()
    camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": JPEG})
    Attachment.objects.update(personal=True)
    assert signed_in(world.clerk).get(f"/records/{plain(id)}/files/a.jpg").status_code == 404


def test_what_a_dead_server_left_is_swept_after_a_day(camera: Phone) -> None:
    id = new_id()
    camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": JPEG})
    (kept,) = attachments.of(plain(id))
    root = attachments.path_of(kept.digest).parents[1]
    stray, young = root / "ab" / ("ab" + "0" * 62), root / "cd" / ("cd" + "0" * 62)
    cut = root / "incoming" / "f00d"
    for path in (stray, young, cut / "0"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    for path in (stray, attachments.path_of(kept.digest), cut):
        os.utime(path, (0, 0))
    actions.sweep_files()
    assert not stray.exists()
    assert not cut.exists()
    assert young.exists()
    assert attachments.path_of(kept.digest).read_bytes() == JPEG


def test_where_a_photo_was_taken_is_not_kept(camera: Phone) -> None:
    id = new_id()
    content = xml(id, version="2", front="a.jpg")
    for _ in range(2):
        assert camera.send(content, {"a.jpg": jpeg()}).status_code == 201
    (kept,) = attachments.of(plain(id))
    found = attachments.path_of(kept.digest).read_bytes()
    assert hashlib.sha256(found).hexdigest() == kept.digest
    assert found != jpeg()
    assert len(found) == len(jpeg())


def test_a_file_is_handed_out_in_parts_and_once(camera: Phone, world: World, signed_in: Enter) -> None:
    id, photo = new_id(), JPEG + bytes(range(256)) * 300
    assert camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": photo}).status_code == 201
    clerk, address = signed_in(world.clerk), f"/records/{plain(id)}/files/a.jpg"
    whole = clerk.get(address)
    assert (whole.status_code, whole["Accept-Ranges"], whole["Content-Length"]) == (200, "bytes", str(len(photo)))
    tag = whole["ETag"]
    for asked, start, end in (("0-99", 0, 100), ("70000-", 70_000, len(photo)), ("-5", len(photo) - 5, len(photo)),
                              ("100-99999999", 100, len(photo))):  # fmt: skip
        part = clerk.get(address, headers={"Range": f"bytes={asked}", "If-Range": tag})
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes {start}-{end - 1}/{len(photo)}")
        assert b"".join(part.streaming_content) == photo[start:end]  # type: ignore[attr-defined]
        assert int(part["Content-Length"]) == end - start
    beyond = clerk.get(address, headers={"Range": f"bytes={len(photo)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(photo)}")
    for odd in ({"Range": "bytes=9-1"}, {"Range": "bytes=0-1,5-9"}, {"Range": "bytes=0-1", "If-Range": '"other"'}):
        assert clerk.get(address, headers=odd).status_code == 200
    assert clerk.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert clerk.head(address, headers={"Range": "bytes=0-9"}).status_code == 200


def test_a_photo_that_calls_itself_a_page_is_handed_out_as_a_photo(
    camera: Phone, world: World, signed_in: Enter
) -> None:
    id = new_id()
    assert camera.send(xml(id, version="2", front="a.html"), {"a.html": JPEG + b"<script>"}).status_code == 201
    answer = signed_in(world.clerk).get(f"/records/{plain(id)}/files/a.html")
    assert answer["Content-Disposition"] == 'attachment; filename="a.html.jpg"'
    assert answer["Content-Type"] == "image/jpeg"


def test_an_empty_photo_is_refused_and_the_phone_keeps_the_record(camera: Phone) -> None:
    id = new_id()
    answer = camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": b""})
    assert answer.status_code == 422
    assert "是空的" in answer.content.decode()
    assert not Submission.objects.filter(pk=plain(id)).exists()
    assert camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": JPEG}).status_code == 201
