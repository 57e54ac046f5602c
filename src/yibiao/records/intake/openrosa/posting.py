"""The posts of phones: asked beforehand (HEAD), then one or several, each answered after its commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from lxml import etree

from yibiao.core.problems import refuse
from yibiao.records import attachments
from yibiao.records.attachments import Incoming
from yibiao.records.intake.openrosa import (
    encrypted,
    foreknown,
    instance,
    keys,
    multipart,
    problems,
    replies,
    serving,
    submitting,
)
from yibiao.records.intake.openrosa.asking import Asker
from yibiao.records.intake.openrosa.listing import known
from yibiao.records.intake.openrosa.submitting import Sending
from yibiao.records.intake.openrosa.waiting import Waiting
from yibiao.records.types import Receipt

XML_PART: Final = "xml_submission_file"
# What the field app was told beforehand, each row with its seal.
KNOWN_PART: Final = "prefilled"
KNOWN_LIMIT: Final = 200_000
# Every post but the last of one sending has it.
MORE_PART: Final = "*isIncomplete*"
MORE_LIMIT: Final = 100
_PART_CAME: Final = "已收到一部分，等待其余的文件。\nA part came; waiting for the rest."


@dataclass(frozen=True, slots=True)
class Post:
    """What came beside files; ``more`` says that the phone will send further files of the same answers."""

    xml: bytes
    beforehand: str
    more: bool


@replies.speaking
@require_http_methods(["GET", "HEAD", "POST"])
@known
def submission(request: HttpRequest, asker: Asker) -> HttpResponse:
    """201 once everything is committed; a repeat is answered like the first time."""
    if request.method != "POST":
        return _limited(HttpResponse(status=204))
    receipt = take(request, asker)
    return received(receipt.id) if receipt else _limited(replies.message(_PART_CAME, "submit_success", 202))


def received(id: str) -> HttpResponse:
    return _limited(replies.message(f"已收到，编号 {id}。\nReceived as {id}.", "submit_success", 201))


def _limited(answer: HttpResponse) -> HttpResponse:
    answer["X-OpenRosa-Accept-Content-Length"] = str(multipart.BODY_LIMIT)
    return answer


def take(request: HttpRequest, asker: Asker) -> Receipt | None:
    """Reads one post and stores what it holds; None where encrypted files wait for more.

    Raises: what is wrong with it.
    """
    given = request.META.get("CONTENT_LENGTH") or ""
    length = int(given) if given.isascii() and given.isdigit() else None
    with Incoming() as incoming:
        # Without a length the server ends the stream where the body ends.
        stream = request if length is not None else request.META["wsgi.input"]
        post = _post(multipart.parts(stream, request.META.get("CONTENT_TYPE", ""), length), incoming)
        root = instance.parsed(post.xml)
        if instance.encrypted(root):
            return _opened(root, post, incoming, request, asker)
        return _taken(submitting.told(instance.of(root), request, asker), incoming, post.beforehand)


def _post(parts: Iterator[multipart.Part], incoming: Incoming) -> Post:
    xml: bytes | None = None
    beforehand, more = "", False
    for part in parts:
        if part.name == XML_PART:
            if xml is not None:
                raise multipart.wrong("twice")
            xml = part.whole(instance.XML_LIMIT)
        elif part.filename:
            incoming.take(submitting.file_name(part.filename), part.chunks)
        elif part.name == KNOWN_PART:
            beforehand = part.whole(KNOWN_LIMIT).decode(errors="replace")
        elif part.name == MORE_PART:
            more = part.whole(MORE_LIMIT) == b"yes"
    if xml is None:
        raise refuse(problems.PART_MISSING.at())
    return Post(xml, beforehand, more)


def _taken(sending: Sending, incoming: Incoming, beforehand: str = "") -> Receipt:
    sending = replace(sending, prefilled=foreknown.told(sending.form, sending.program.code, beforehand))
    files = submitting.named(incoming, sending)
    receipt = submitting.store(sending)
    if files:
        attachments.keep(receipt.id, files, by=sending.by[0])
    return receipt


def _opened(root: etree._Element, post: Post, incoming: Incoming, request: HttpRequest, asker: Asker) -> Receipt | None:
    """Stores what a phone encrypted, like anything else once it is opened; None where more of it is to come."""
    if keys.held() is None:
        raise refuse(problems.ENCRYPTED.at())
    of = encrypted.manifest(root)
    # Whoever may not file it here gets nothing kept or opened.
    serving.resolve(asker, of.form, of.version or "")
    held = Waiting(asker.person, post.xml)
    arrived = {one.name: one for one in incoming.files if one.name in of.files}
    if post.more:
        # What nobody here could open is not kept, and the phone is told with its first post.
        encrypted.unlocked(of)
        held.hold(arrived.values())
        return None
    with Incoming() as clear:
        files = {**held.files(of.files), **{name: one.path for name, one in arrived.items()}}
        found = instance.read(encrypted.opened(of, files, clear))
        if (found.form, found.version, found.id) != (of.form, (of.version or "").strip(), of.id):
            raise refuse(problems.ENCRYPTED_BROKEN.at())
        receipt = _taken(submitting.told(found, request, asker), clear)
    held.done()
    return receipt
