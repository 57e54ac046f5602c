"""Files that records name: streamed to the data folder under their digest, told apart by content, never run or shown.

A file is complete on the disk before the row that speaks of it is committed; one without a row is swept away.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final

from django.conf import settings
from django.db import transaction

from yibiao.core import clock, disk
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people.types import Warrant
from yibiao.records import models, positions, sealed, thumbnails
from yibiao.records.types import AttachedFile

HEAD: Final = 512
DAY: Final = 24 * 3600
# Encrypted files of phones that wait for the rest of their sending.
WAITING: Final = "waiting"
WAITING_DAYS: Final = 5
# First bytes → type. What begins otherwise, and is no plain text, is not taken.
_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"PK\x03\x04", "application/zip"),
)
OFFICE: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that has come in and belongs to no record yet; ``kind`` is empty where it is of none that is taken."""

    name: str
    path: Path
    digest: str
    size: int
    kind: str


class Incoming:
    """The files of one sending, in a folder of its own that is gone afterwards, whatever happens."""

    def __init__(self) -> None:
        self.files: list[Arrived] = []
        self._folder: Path | None = None

    def __enter__(self) -> Incoming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def take(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file down as it comes, and look what it is."""
        if self._folder is None:
            self._folder = _root() / "incoming" / secrets.token_hex(8)
            self._folder.mkdir(parents=True)
        path, hashed, size, head = self._folder / str(len(self.files)), hashlib.sha256(), 0, b""
        with path.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
                hashed.update(chunk)
                size += len(chunk)
                if len(head) < HEAD:
                    head += chunk[:HEAD]
            out.flush()
            os.fsync(out.fileno())
        self.files.append(Arrived(name, path, hashed.hexdigest(), size, kind_of(head[:HEAD], name)))


def unplaced(one: Arrived) -> Arrived:
    """The file without the position where a photo or a video was taken; any other file as it is."""
    if not positions.blot(one.path, one.kind):
        return one
    with one.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return replace(one, digest=digest)


def kind_of(head: bytes, name: str) -> str:
    """The type of a file by its first bytes; its name only tells apart what begins alike."""
    ending = name.rpartition(".")[2].lower()
    for at, mark, kind in _SIGNATURES:
        if head[at : at + len(mark)] == mark:
            return OFFICE.get(ending, "") if kind == "application/zip" else kind
    if head[4:8] == b"ftyp":
        if head[8:11] in (b"hei", b"mif", b"avi"):
            return "image/heic"
        return "audio/mp4" if ending in ("m4a", "aac") else "video/mp4"
    if not head:
        return "application/octet-stream"
    return "" if _is_markup(head) or not _is_text(head) else "text/csv" if ending == "csv" else "text/plain"


@transaction.atomic
def keep(record: str, files: Sequence[tuple[Arrived, bool]], *, by: Warrant) -> int:
    """Give a record its files, each with whether it is personal; how many were new.

    The same file again changes nothing; another one under the same name takes its place, and both stand in the log.
    """
    row = models.Submission.objects.select_for_update().get(pk=record)
    known = {one.name: one for one in row.attachments.all()}
    fresh = [(one, hidden) for one, hidden in files if not _same(known.get(one.name), one, hidden)]
    now = clock.now()
    facts = []
    for one, hidden in fresh:
        lying, salt, proof = _sealed(one) if hidden else (one, None, "")
        _settle(lying)
        models.Attachment.objects.update_or_create(
            submission=row,
            name=one.name,
            defaults={
                "digest": lying.digest, "size": one.size, "kind": one.kind, "personal": hidden, "received_at": now,
                "salt": salt, "proof": proof, "scan": "waiting" if settings.YIBIAO_SCANNER else "",
            },
        )  # fmt: skip
        payload = {"file": "" if hidden else one.name, "digest": lying.digest, "size": one.size, "type": one.kind}
        facts.append(
            FactDraft(
                kind="record.file-received", id=str(uuid.uuid4()), revision=1, program=row.program, place=row.place,
                organisation=row.organisation, actor=by.actor, subject=row.id, occurred_at=now, payload=payload,
            )
        )  # fmt: skip
    ledger.append(facts, received_at=now)
    return len(fresh)


def _same(held: models.Attachment | None, one: Arrived, hidden: bool) -> bool:
    """Whether this very file is kept already, in the way in which it must be."""
    if held is None or held.personal != hidden:
        return False
    if held.salt is None:
        return held.digest == one.digest
    return held.proof == sealed.proof(bytes(held.salt), one.digest)


def _sealed(one: Arrived) -> tuple[Arrived, bytes, str]:
    """A personal file as it lies on the disk, with its salt and the proof of what it was."""
    salt, path = sealed.salt(), one.path.with_suffix(".sealed")
    digest = sealed.seal(one.path, path, salt)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return replace(one, path=path, digest=digest), salt, sealed.proof(salt, one.digest)


def forget(record: str) -> None:
    """Drop the personal files of a record, and their bytes where nobody else has the same."""
    rows = models.Attachment.objects.filter(submission_id=record, personal=True)
    digests = set(rows.values_list("digest", flat=True))
    rows.delete()
    left = set(models.Attachment.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for digest in digests - left:
        transaction.on_commit(partial(_place(digest).unlink, missing_ok=True))


def sweep() -> int:
    """Remove what a server that died left behind: files on their way in, and bytes that no record came to name.

    Only what is older than a day, or than ``WAITING_DAYS`` where the rest of it may follow.
    """
    before, gone = time.time() - DAY, 0
    for kind, days in (("incoming", 1), (WAITING, WAITING_DAYS)):
        for folder in (_root() / kind).glob("*"):
            if folder.stat().st_mtime < time.time() - days * DAY:
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
    for shelf in _root().glob("[0-9a-f][0-9a-f]"):
        old = {path.name for path in shelf.iterdir() if path.stat().st_mtime < before}
        named = models.Attachment.objects.filter(digest__startswith=shelf.name).values_list("digest", flat=True)
        for digest in old - set(named.iterator()):
            (shelf / digest).unlink(missing_ok=True)
            thumbnails.drop(digest)
            gone += 1
    return gone


def of(record: str) -> tuple[AttachedFile, ...]:
    """The files of a record by name; whoever asks has looked whether it may be read."""
    rows = models.Attachment.objects.filter(submission_id=record).order_by("name")
    return tuple(
        AttachedFile(row.name, row.digest, row.size, row.kind, row.personal, row.received_at, row.scan) for row in rows
    )


def pictured(files: Sequence[AttachedFile]) -> frozenset[str]:
    """The names of those files of a record of which there is a small picture, as far as their beginnings tell."""
    shown = (one for one in files if one.kind in thumbnails.KINDS and one.open and not one.personal)
    return frozenset(one.name for one in shown if thumbnails.offered(_place(one.digest), one.digest))


def clear(record: str, name: str) -> Iterator[bytes]:
    """A personal file of a record as it was; whoever asks has put down why.

    Raises: ``records.personal.unreadable``.
    """
    return content(models.Attachment.objects.get(submission_id=record, name=name, personal=True))


def content(row: models.Attachment) -> Iterator[bytes]:
    """The bytes of a file as it came, whether or not it lies encrypted."""
    path = _place(row.digest)
    return sealed.pieces(path, bytes(row.salt)) if row.salt else _whole(path)


def _whole(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(sealed.PIECE):
            yield chunk


def path_of(digest: str) -> Path:
    return _place(digest)


def _settle(one: Arrived) -> None:
    """Move a file to its digest; on the disk, with its folder, before anything is committed that names it."""
    place = _place(one.digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        # It may be one that nobody names yet: it is young again, so that no sweeping takes it away.
        os.utime(place)
    else:
        # It appears whole or not at all; whoever was faster had the same content.
        os.replace(one.path, place)
        disk.sync(place.parent)


def _place(digest: str) -> Path:
    return _root() / digest[:2] / digest


def _root() -> Path:
    return Path(settings.DATA) / "attachments"


def _is_text(head: bytes) -> bool:
    try:
        # The last character may be cut in the middle.
        head.decode("utf-8", "strict" if len(head) < HEAD else "ignore")
    except UnicodeDecodeError:
        return False
    return not set(head) & set(b"\0\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x7f")


def _is_markup(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or head[:2] in (b"#!", b"MZ")
