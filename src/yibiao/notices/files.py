"""Attachments in the data folder: named by their digest, held against it whenever they are read."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

from yibiao.core.problems import Problem, refuse
from yibiao.notices import problems
from yibiao.notices.types import Attachment, Upload

MOST: Final = 10
LONGEST: Final = 120
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
# Ending → (media type, how the content begins; empty: text in UTF-8).
TYPES: Final[Mapping[str, tuple[str, bytes]]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".ofd": ("application/ofd", _ZIP),
    ".docx": (f"{_OFFICE}.wordprocessingml.document", _ZIP),
    ".xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    ".doc": ("application/msword", _OLE),
    ".xls": ("application/vnd.ms-excel", _OLE),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".txt": ("text/plain; charset=utf-8", b""),
}


def check(uploads: Sequence[Upload]) -> list[Problem]:
    """Everything that is wrong with the files of a notice."""
    found = [problems.FILE_MANY.at(limit=MOST)] if len(uploads) > MOST else []
    names = [upload.name for upload in uploads]
    for upload in uploads:
        if not _nameable(upload.name) or names.count(upload.name) > 1:
            found.append(problems.FILE_NAME.at(name=upload.name[:40]))
        elif len(upload.content) > settings.YIBIAO_UPLOAD_LIMIT:
            limit = settings.YIBIAO_UPLOAD_LIMIT // 1024**2
            found.append(problems.FILE_LARGE.at(name=upload.name, limit=limit))
        elif not _fits(upload):
            found.append(problems.FILE_TYPE.at(name=upload.name, known=" ".join(TYPES)))
    return found


def keep(upload: Upload) -> Attachment:
    """Puts a checked file into the data folder. Without a row that names it, it is only a few bytes too many."""
    digest = hashlib.sha256(upload.content).hexdigest()
    path = _path(digest)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        with fresh.open("wb") as new:
            new.write(upload.content)
            new.flush()
            os.fsync(new.fileno())
        fresh.replace(path)
    return Attachment(upload.name, digest, len(upload.content), TYPES[_ending(upload.name)][0])


def content(attachment: Attachment) -> bytes:
    """Raises: notices.attachment.damaged."""
    path = _path(attachment.digest)
    held = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(held).hexdigest() != attachment.digest:
        raise refuse(problems.FILE_DAMAGED.at(name=attachment.name))
    return held


def _path(digest: str) -> Path:
    return Path(settings.DATA) / "notices" / digest[:2] / digest


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _nameable(name: str) -> bool:
    plain = not set('/\\:*?"<>|\0') & set(name) and name.isprintable()
    return plain and 0 < len(name) <= LONGEST and not name.startswith(".")


def _fits(upload: Upload) -> bool:
    known = TYPES.get(_ending(upload.name))
    if known is None:
        return False
    if known[1]:
        return upload.content.startswith(known[1])
    try:
        return "\0" not in upload.content.decode()
    except UnicodeDecodeError:
        return False
