"""The files of a record: downloads for who may read it, never pages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from django.test import Client

from tests.records.conftest import World
from tests.records.openrosa.conftest import Phone, new_id, xml
from tests.records.openrosa.test_submission import JPEG, camera, plain
from tests.records.test_photos import jpeg
from yibiao.people.types import Account
from yibiao.records import actions, attachments
from yibiao.records.models import Attachment

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
