"""Files are looked at for malware by a scanner that speaks as clamd does; until it finds one clean, nobody gets it.

Where no scanner is set up, files are handed out as they came; as downloads only, as ever.

Source: clamd(8), command zINSTREAM.
"""

from __future__ import annotations

import logging
import socket
import struct
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from yibiao.core import clock
from yibiao.core.problems import Refusal
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.records import attachments, models

WAITING: Final = "waiting"
CLEAN: Final = "clean"
INFECTED: Final = "infected"
PATIENCE: Final = 5.0
# A file without a verdict is not shown to the scanner again for so many seconds.
AGAIN: Final = 600.0
_AT_ONCE: Final = 50
_CHUNK: Final = 64 * 1024
_log = logging.getLogger(__name__)
_aside: Final[dict[int, float]] = {}


def scan_waiting() -> int:
    """Has the scanner look at what waits; how many it looked at. One that does not answer is asked again later.

    A file that it gives no verdict on, such as one that is larger than it takes, waits longer and holds up no other.
    """
    if not settings.YIBIAO_SCANNER:
        return 0
    rows = models.Attachment.objects.filter(scan=WAITING).select_related("submission").order_by("received_at", "pk")
    seen = 0
    for row in rows.exclude(pk__in=_put_aside())[:_AT_ONCE]:
        try:
            said = ask(settings.YIBIAO_SCANNER, attachments.content(row))
        except (OSError, Refusal) as error:
            if not answers():
                _log.warning("the scanner does not answer: %s", error)
                return seen
            _log.warning("the scanner gives no verdict on a file of record %s: %s", row.submission_id, error)
            _aside[row.pk] = time.monotonic() + AGAIN
            continue
        _judge(row, said)
        seen += 1
    return seen


def _put_aside() -> list[int]:
    """The files on which the scanner gave no verdict a while ago."""
    now = time.monotonic()
    for key in [key for key, until in _aside.items() if until <= now]:
        del _aside[key]
    return list(_aside)


def answers() -> bool:
    """Whether the scanner that is set up says that it is there."""
    try:
        with _connected(settings.YIBIAO_SCANNER, PATIENCE) as line:
            line.sendall(b"zPING\0")
            return line.recv(64).rstrip(b"\0\n") == b"PONG"
    except OSError:
        return False


def ask(address: str, content: Iterable[bytes]) -> str:
    """What the scanner found in a file, empty where it is clean.

    Raises: ``OSError`` where it does not answer, or not to the point.
    """
    with _connected(address) as line:
        line.sendall(b"zINSTREAM\0")
        for chunk in content:
            for start in range(0, len(chunk), _CHUNK):
                piece = chunk[start : start + _CHUNK]
                line.sendall(struct.pack(">I", len(piece)) + piece)
        line.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := line.recv(4096)):
            answer += more
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if said == "OK":
        return ""
    if not said.endswith(" FOUND"):
        raise OSError(said or "no answer")
    return said.removesuffix(" FOUND")


def _judge(row: models.Attachment, said: str) -> None:
    with transaction.atomic():
        # Another file may have taken its place meanwhile.
        held = models.Attachment.objects.filter(pk=row.pk, digest=row.digest, scan=WAITING)
        if not held.update(scan=INFECTED if said else CLEAN) or not said:
            return
        of, now = row.submission, clock.now()
        fact = FactDraft(
            kind="record.file-infected", id=str(uuid.uuid4()), revision=1, program=of.program, place=of.place,
            organisation=of.organisation, actor="", subject=of.id, occurred_at=now,
            payload={"digest": row.digest, "found": said[:200]},
        )  # fmt: skip
        ledger.append([fact], received_at=now)


@contextmanager
def _connected(address: str, seconds: float = 60) -> Iterator[socket.socket]:
    """``clamd://host:port`` or ``unix:///path``."""
    to = urlsplit(address)
    if to.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(seconds)
        line.connect(to.path)
    else:
        line = socket.create_connection((to.hostname or "127.0.0.1", to.port or 3310), timeout=seconds)
    with line:
        yield line
