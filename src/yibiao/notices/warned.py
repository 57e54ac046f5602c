"""Reads of warnings: what is open to a scope, the documents, and the public feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.notices import capxml, models, problems, warning
from yibiao.notices.types import Message
from yibiao.people.types import Scope
from yibiao.places import queries as places


def warnings(
    *, scope: Scope, program: str, in_force_at: datetime | None = None, place: str = ""
) -> tuple[Message, ...]:
    """The newest message of every warning of a program that is open to a scope, newest first.

    A warning is open at its issuer's place and above, and wherever it holds; with ``place`` only those that hold there.
    """
    found = models.WarningMessage.objects.filter(program=program, newest=True).order_by("-sent_at", "identifier")
    if in_force_at is not None:
        found = found.exclude(type="Cancel").filter(expires_at__gt=in_force_at, sent_at__lte=in_force_at)
    shown = [one for one in map(warning.message, found) if _open_to(scope, one)]
    return tuple(one for one in shown if not place or _holds(one, place))


def messages(id: str, *, scope: Scope) -> tuple[Message, ...]:
    """Every message of a warning, the first one first.

    Raises: notices.warning.unknown (for one that is not open as well).
    """
    held = tuple(map(warning.message, models.WarningMessage.objects.filter(warning=id).order_by("revision")))
    if not any(_open_to(scope, one) for one in held):
        raise refuse(problems.WARNING_UNKNOWN.at())
    return held


def cap(identifier: str, *, scope: Scope | None) -> bytes:
    """The document of one message. Without a scope only what was really issued to the public is open.

    Raises: notices.warning.unknown.
    """
    row = models.WarningMessage.objects.filter(identifier=identifier).first()
    public = row is not None and (row.status, row.scope) == ("Actual", "Public")
    if row is None or not (public or (scope is not None and _open_to(scope, warning.message(row)))):
        raise refuse(problems.WARNING_UNKNOWN.at())
    return row.cap.encode()


def feed(*, title: str, address: str, link: Callable[[str], str], limit: int = 50) -> bytes:
    """An Atom feed of what was really issued to the public, newest first; ``link`` gives the address of a message."""
    rows_ = models.WarningMessage.objects.filter(status="Actual", scope="Public").order_by("-sent_at")[:limit]
    held = [(capxml.read(row.cap.encode()), link(row.identifier)) for row in rows_]
    updated = held[0][0].sent if held else datetime(2022, 1, 1, tzinfo=SHANGHAI)
    return capxml.feed(held, title=title, address=address, updated=updated)


def _open_to(scope: Scope, one: Message) -> bool:
    roots = dict.fromkeys(scope.places(one.program))
    return any(places.descends(one.place, root) or _holds(one, root) for root in roots)


def _holds(one: Message, place: str) -> bool:
    """Whether a warning holds at a place, at one above or at one below it."""
    codes = [code for info in one.alert.infos for area in info.areas for code in area.geocodes]
    return any(places.descends(place, code) or places.descends(code, place) for code in codes)
