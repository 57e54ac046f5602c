"""Files of records once they are here: small pictures, positions, personal files, malware."""

from __future__ import annotations

import io
import socketserver
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from tests.records.conftest import PACK, World, install
from tests.records.openrosa.conftest import Phone, new_id, phone_of, xml
from tests.records.openrosa.test_submission import camera, plain
from tests.records.test_photos import jpeg
from yibiao.ledger import actions as sealing
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact
from yibiao.people.types import Account
from yibiao.records import actions, attachments, positions, scanning, thumbnails
from yibiao.records.models import Attachment

__all__ = ["camera"]
Enter = Callable[[Account], Client]


def picture(kind: str = "JPEG", size: tuple[int, int] = (1200, 900), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def facts_of(kind: str) -> list[Fact]:
    sealing.seal_all()
    return list(ledger.entries(0, 10**9, [kind]))


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture
def private(world: World, sites: None, tmp_path: Path) -> Phone:
    """A phone with version 2 of the visit, which asks for a photo of an identity card."""
    folder = tmp_path / "watch"
    (folder / "forms").mkdir(parents=True)
    (folder / "pack.toml").write_text((PACK / "pack.toml").read_text().replace("1.0.0", "1.1.0"))
    for path in (PACK / "forms").iterdir():
        text = path.read_text()
        if path.name == "visit.md":
            text = text.replace("巡查记录   | 1 |", "巡查记录   | 2 |")
            row = next(line for line in text.splitlines() if "| text                   | contact " in line)
            card = row.replace("| text ", "| image", 1).replace("contact", "idcard")
            text = text.replace(row, f"{row}\n{card}")
        (folder / "forms" / path.name).write_text(text)
    install(folder)
    return phone_of(world.clerk)


def test_a_photo_is_shown_small_and_made_once(camera: Phone, world: World, signed_in: Enter) -> None:
    id, photo = new_id(), picture()
    assert camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": photo}).status_code == 201
    clerk = signed_in(world.clerk)
    page = clerk.get(f"/records/{plain(id)}/")
    address = f"/records/{plain(id)}/files/a.jpg/small"
    if page.status_code == 200:
        assert f'src="{address}"' in page.content.decode()
    answer = clerk.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "sandbox" in answer["Content-Security-Policy"]
    small = body_of(answer)
    with Image.open(io.BytesIO(small)) as made:
        assert made.size == (480, 360)
    assert len(small) < len(photo)
    (kept,) = attachments.of(plain(id))
    made_at = thumbnails._place(kept.digest)
    before = made_at.stat().st_mtime_ns
    assert body_of(clerk.get(address)) == small
    assert made_at.stat().st_mtime_ns == before
    assert signed_in(world.other).get(address).status_code == 404


def test_a_small_picture_stands_upright_and_says_nothing_of_the_place(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    source = tmp_path / "a.jpg"
    source.write_bytes(picture(size=(800, 400), exif=exif))
    made = thumbnails.of(source, "ab" + "1" * 62)
    assert made is not None
    with Image.open(made) as small:
        assert small.size == (240, 480)
        assert not small.getexif()


def bomb() -> bytes:
    """A PNG of 30,000 by 30,000 points in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("content", [bomb(), b"\xff\xd8\xff\xe0broken", picture()[:300]], ids=["bomb", "no", "cut"])
def test_what_cannot_be_shown_small_is_tried_once(
    content: bytes, camera: Phone, world: World, signed_in: Enter
) -> None:
    id = new_id()
    assert camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": content}).status_code == 201
    address = f"/records/{plain(id)}/files/a.jpg/small"
    clerk = signed_in(world.clerk)
    assert [clerk.get(address).status_code for _ in range(2)] == [404, 404]
    assert body_of(clerk.get(address.removesuffix("/small"))) == content


# Positions


def placed(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "stays"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (43.0, 53.0, 12.0)
    return picture(kind, size=(20, 10), exif=exif)


@pytest.mark.parametrize(("kind", "type"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("JPEG", "image/jpeg")])
def test_a_position_goes_from_every_kind_of_photo(kind: str, type: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(placed(kind))
    with Image.open(path) as photo:
        assert photo.getexif().get_ifd(0x8825)
        points = photo.convert("RGB").tobytes()
    size = path.stat().st_size
    assert positions.blot(path, type)
    assert path.stat().st_size == size
    with Image.open(path) as photo:
        assert not photo.getexif().get_ifd(0x8825)
        assert (photo.getexif()[0x0112], photo.getexif()[0x010E]) == (6, "stays")
        assert photo.convert("RGB").tobytes() == points
    assert not positions.blot(path, type), "once is enough"


def test_texts_of_a_png_that_hold_metadata_are_emptied(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta><exif:GPSLatitude>43,53N</exif:GPSLatitude></x:xmpmeta>", zip=True)
    told.add_text("Title", "stays")
    path = tmp_path / "a.png"
    path.write_bytes(picture("PNG", size=(20, 10), pnginfo=told))
    assert positions.blot(path, "image/png")
    with Image.open(path) as photo:
        photo.load()
        assert photo.info.get("Title") == "stays"
        assert "XML:com.adobe.xmp" not in photo.info


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


MOVIE = (
    box(b"ftyp", b"mp42\0\0\0\0mp42")
    + box(b"mdat", b"+43.8800+125.3200/ is a picture here")
    + box(b"moov", box(b"mvhd", bytes(20)), box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+43.8800+125.3200/"),
          box(b"loci", bytes(12) + b"Changchun\0"), box(b"\xa9nam", b"stays")))
    + box(b"meta", box(b"ilst", b"+43.8800+125.3200+210.000/"))
)  # fmt: skip


def test_a_position_goes_from_a_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(MOVIE)
    assert positions.blot(path, "video/mp4")
    after = path.read_bytes()
    assert len(after) == len(MOVIE)
    assert after.count(b"+43.88") == 1
    assert b"is a picture here" in after
    assert b"stays" in after
    assert b"Changchun" not in after
    assert b"+00.0000+000.0000+000.000/" in after


def test_a_position_goes_from_heic(tmp_path: Path) -> None:
    tiff = jpeg()[12:]
    whole = box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"mdat", b"\0\0\0\6Exif\0\0" + tiff, b"rest")
    path = tmp_path / "a.heic"
    path.write_bytes(whole)
    assert positions.blot(path, "image/heic")
    after = path.read_bytes()
    assert struct.pack("<4I", 43, 1, 53, 1) not in after
    assert len(after) == len(whole)
    assert after.endswith(b"rest")


@pytest.mark.parametrize("kind", ["image/png", "image/webp", "image/heic", "video/mp4"])
def test_malformed_files_are_let_be(kind: str, tmp_path: Path) -> None:
    for content in (b"", b"\0" * 7, placed("PNG")[:90], placed("WEBP")[:60], MOVIE[:70], b"\xff" * 64):
        path = tmp_path / "a"
        path.write_bytes(content)
        positions.blot(path, kind)
        assert path.stat().st_size == len(content)


# Personal files


def test_a_personal_file_is_encrypted_and_handed_out_for_a_purpose(
    private: Phone, world: World, signed_in: Enter
) -> None:
    id, card = new_id(), picture()
    content = xml(id, version="2", idcard="card.jpg")
    for _ in range(2):
        assert private.send(content, {"card.jpg": card}).status_code == 201
    (kept,) = attachments.of(plain(id))
    assert kept.personal
    lying = attachments.path_of(kept.digest).read_bytes()
    assert card[20:60] not in lying
    facts = facts_of("record.file-received")
    assert [one.payload["file"] for one in facts] == [""], "the same file again is no new one"
    clerk = signed_in(world.clerk)
    assert clerk.get(f"/records/{plain(id)}/files/card.jpg").status_code == 404
    assert clerk.get(f"/records/{plain(id)}/files/card.jpg/small").status_code == 404
    address = f"/records/{plain(id)}/personal/files/card.jpg"
    assert clerk.get(address).status_code == 405
    assert clerk.post(address, {"purpose": ""}).status_code == 422
    shown = clerk.post(f"/records/{plain(id)}/personal/", {"purpose": "核对身份"}).content.decode()
    assert f'action="{address}"' in shown
    answer = clerk.post(address, {"purpose": "核对身份"})
    assert body_of(answer) == card
    assert answer["Cache-Control"] == "no-store"
    read = facts_of("record.personal-read")
    assert [one.payload["purpose"] for one in read] == ["核对身份", "核对身份"]
    assert read[-1].payload["digest"] == kept.digest
    assert signed_in(world.other).post(address, {"purpose": "看看"}).status_code == 404
    # Another one takes its place.
    assert private.send(content, {"card.jpg": picture(size=(30, 30))}).status_code == 201
    assert attachments.of(plain(id))[0].digest != kept.digest


def test_an_erased_person_leaves_no_file(private: Phone, world: World, django_capture_on_commit_callbacks: Any) -> None:
    id = new_id()
    private.send(xml(id, version="2", idcard="card.jpg"), {"card.jpg": picture()})
    (kept,) = attachments.of(plain(id))
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase(id, reason="本人要求", by=world.warrant(world.reviewer, "review"))
    assert attachments.of(plain(id)) == ()
    assert not attachments.path_of(kept.digest).exists()


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 1024 * 1024 + 1, 3_000_000])
def test_a_sealed_file_opens_whole_or_not_at_all(size: int, tmp_path: Path) -> None:
    from yibiao.core.problems import Refusal
    from yibiao.records import sealed

    clear, target, salt = tmp_path / "clear", tmp_path / "sealed", sealed.salt()
    clear.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    sealed.seal(clear, target, salt)
    assert b"".join(sealed.pieces(target, salt)) == clear.read_bytes()
    whole = target.read_bytes()
    for broken in (
        whole[:-1],
        whole[: 1024 * 1024 + 16] if size > 1024 * 1024 else b"",
        bytes([whole[0] ^ 1]) + whole[1:],
    ):
        target.write_bytes(broken)
        with pytest.raises(Refusal):
            b"".join(sealed.pieces(target, salt))
    target.write_bytes(whole)
    with pytest.raises(Refusal):
        b"".join(sealed.pieces(target, sealed.salt()))


# Malware


class Clamd(socketserver.StreamRequestHandler):
    """A scanner as the protocol has it; it finds whatever says EICAR, and hangs up on whatever says LARGE."""

    def handle(self) -> None:
        if self.rfile.read(6) == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert self.rfile.read(4) == b"EAM\0"
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        if b"LARGE" in content:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
            return
        self.wfile.write(b"stream: Example-Test FOUND\0" if b"EICAR" in content else b"stream: OK\0")


@pytest.fixture
def scanner(settings: Any) -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.YIBIAO_SCANNER = f"clamd://127.0.0.1:{server.server_address[1]}"
        yield settings.YIBIAO_SCANNER
        server.shutdown()


def test_nobody_gets_a_file_until_it_was_found_clean(
    scanner: str, camera: Phone, world: World, signed_in: Enter
) -> None:
    id = new_id()
    bad = picture() + b"EICAR"
    sent = camera.send(xml(id, version="2", front="a.jpg", back="b.jpg"), {"a.jpg": picture(), "b.jpg": bad})
    assert sent.status_code == 201
    clerk, files = signed_in(world.clerk), f"/records/{plain(id)}/files"
    for name in ("a.jpg", "b.jpg", "a.jpg/small"):
        assert clerk.get(f"{files}/{name}").status_code == 409
    assert scanning.scan_waiting() == 2
    assert scanning.scan_waiting() == 0
    assert clerk.get(f"{files}/a.jpg").status_code == 200
    assert clerk.get(f"{files}/b.jpg").status_code == 409
    assert {one.name: one.scan for one in attachments.of(plain(id))} == {"a.jpg": "clean", "b.jpg": "infected"}
    (fact,) = facts_of("record.file-infected")
    assert (fact.subject, fact.payload["found"]) == (plain(id), "Example-Test")


def test_a_scanner_that_does_not_answer_is_asked_again(settings: Any, scanner: str, camera: Phone) -> None:
    id = new_id()
    camera.send(xml(id, version="2", front="a.jpg"), {"a.jpg": picture()})
    settings.YIBIAO_SCANNER = "unix:///nonexistent/clamd"
    assert scanning.scan_waiting() == 0
    settings.YIBIAO_SCANNER = scanner
    assert scanning.scan_waiting() == 1


def test_a_file_without_a_verdict_holds_up_no_other(
    scanner: str, camera: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Larger than the scanner takes, or gone from the disk: it stays closed, and is looked at again after a while."""
    monkeypatch.setattr(scanning, "_aside", {})
    large, lost, good = (new_id() for _ in range(3))
    camera.send(xml(large, version="2", front="a.jpg"), {"a.jpg": picture() + b"LARGE"})
    camera.send(xml(lost, version="2", front="a.jpg"), {"a.jpg": picture("PNG")})
    attachments.path_of(attachments.of(plain(lost))[0].digest).unlink()
    camera.send(xml(good, version="2", front="a.jpg"), {"a.jpg": picture()})
    assert scanning.scan_waiting() == 1
    assert [attachments.of(plain(id))[0].scan for id in (large, lost, good)] == ["waiting", "waiting", "clean"]
    monkeypatch.setattr(scanning, "AGAIN", -1.0)
    assert scanning.scan_waiting() == 0
    scanning._aside.clear()
    assert scanning.scan_waiting() == 0
    assert len(scanning._aside) == 2


def test_a_personal_file_is_scanned_in_the_clear(scanner: str, private: Phone, world: World, signed_in: Enter) -> None:
    id = new_id()
    private.send(xml(id, version="2", idcard="card.jpg"), {"card.jpg": picture() + b"EICAR"})
    assert scanning.scan_waiting() == 1
    assert Attachment.objects.get().scan == "infected"
    address = f"/records/{plain(id)}/personal/files/card.jpg"
    assert signed_in(world.clerk).post(address, {"purpose": "核对身份"}).status_code == 409


def test_a_file_of_an_earlier_revision_still_comes_in(camera: Phone, world: World, signed_in: Enter) -> None:
    first, second = new_id(), new_id()
    content = xml(first, version="2", front="a.jpg", back="b.jpg")
    assert camera.send(content, {"b.jpg": picture(size=(40, 40))}).status_code == 201
    edited = xml(second, version="2", front="c.jpg", back="b.jpg", deprecated=first)
    assert camera.send(edited).status_code == 201
    page = signed_in(world.clerk).get(f"/records/{plain(first)}/").content.decode()
    assert "还没有收到" in page
    assert camera.send(content, {"a.jpg": picture(size=(50, 50))}).status_code == 201
    assert camera.send(edited, {"c.jpg": picture(size=(60, 60))}).status_code == 201
    assert [one.name for one in attachments.of(plain(first))] == ["a.jpg", "b.jpg", "c.jpg"]
    page = signed_in(world.clerk).get(f"/records/{plain(first)}/").content.decode()
    assert "还没有收到" not in page
