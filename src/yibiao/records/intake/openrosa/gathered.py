"""Small posts of phones, many at once: read one after the other, stored in one commit, answered after it.

What is out of the ordinary (files, corrections, repeats, what cannot be stored) is left to be answered by itself, as
any post may be: ``submitting`` knows all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.http.request import split_domain_port, validate_host

from yibiao.core.problems import Refusal
from yibiao.records import actions
from yibiao.records.intake.openrosa import asking, entry, instance, multipart, posting, replies, submitting
from yibiao.records.intake.openrosa.submitting import Sending
from yibiao.records.types import Receipt

Environ: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = tuple[int, list[tuple[str, str]], bytes]
SMALL: Final = 64 * 1024
_MARK: Final = "00000000-0000-0000-0000-000000000000"


def takes(environ: Environ) -> bool:
    """Whether a request may be answered together with others: a small post to an address with a token."""
    found = entry.PATH.fullmatch(environ["PATH_INFO"])
    length = environ.get("CONTENT_LENGTH", "")
    return (
        found is not None
        and bool(found[1])
        and found[1].isascii()
        and environ["REQUEST_METHOD"] == "POST"
        and length.isascii()
        and length.isdigit()
        and 0 < int(length) <= SMALL
        and _ours(environ.get("HTTP_HOST", ""), *settings.ALLOWED_HOSTS)
        and not entry.redirected(environ)
    )


def answers(environs: Sequence[Environ]) -> list[Answer | None]:
    """The answers to posts, after the commit of what they hold; None where one must be answered by itself."""
    entry.rested()
    found: list[Answer | None] = [None] * len(environs)
    sendings: dict[int, Sending] = {}
    for index, environ in enumerate(environs):
        try:
            sending = _read(environ)
        except Refusal as refusal:
            found[index] = _refused(refusal)
        else:
            if sending is not None:
                sendings[index] = sending
    drafts = [(sending.draft(submitting.own_id(sending)), sending.by) for sending in sendings.values()]
    for index, outcome in zip(sendings, actions.receive_each(drafts), strict=True):
        if isinstance(outcome, Refusal):
            found[index] = _refused(outcome)
        elif isinstance(outcome, Receipt) and not outcome.repeated:
            found[index] = _received(outcome.id)
    return found


def _read(environ: Environ) -> Sending | None:
    """What a post says that holds nothing but new answers; nothing is stored."""
    token = entry.PATH.fullmatch(environ["PATH_INFO"])
    asker = asking.holder(token[1] if token else "")
    xml = None
    for part in multipart.parts(environ["wsgi.input"], environ.get("CONTENT_TYPE", ""), int(environ["CONTENT_LENGTH"])):
        if part.name != posting.XML_PART or xml is not None:
            return None
        xml = part.whole(instance.XML_LIMIT)
    if xml is None:
        return None
    root = instance.parsed(xml)
    if instance.encrypted(root):
        return None
    found = instance.of(root)
    if found.deprecated:
        return None
    asked = environ["QUERY_STRING"]
    device = QueryDict(asked).get("deviceID", "") if asked else ""
    return submitting.said(found, asker, device=str(device), agent=environ.get("HTTP_USER_AGENT", ""))


def _received(id: str) -> Answer:
    """As by itself, but for the id; nine tenths of it are always the same."""
    status, headers, body = _pattern()
    return status, headers, body.replace(_MARK.encode(), id.encode())


@lru_cache(maxsize=1)
def _pattern() -> Answer:
    return _whole(posting.received(_MARK))


def _refused(refusal: Refusal) -> Answer:
    return _whole(replies.refused(refusal))


def _whole(answer: HttpResponse) -> Answer:
    replies.spoken(answer)
    return answer.status_code, list(answer.items()), answer.content


@lru_cache(maxsize=256)
def _ours(host: str, *allowed: str) -> bool:
    return validate_host(split_domain_port(host)[0], allowed)
