"""Reads of warnings: what is open to a scope, the documents, and the public feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.notices import capxml, models, problems, warning
from yibiao.notices.types import Message
from yibiao.people.types import Scope
from yibiao.places import queries as places


def warnings(*, scope: Scope, program: str, in_force: bool = False) -> tuple[Message, ...]:
    """The newest message of every warning of a program that is open to a scope, newest first.

    A warning is open where it was issued, below it, and where it holds: its issuer's place lies in the scope, or the
    scope within its issuer's place.
    """
    found = models.WarningMessage.objects.filter(program=program, newest=True).order_by("-sent_at", "identifier")
    if in_force:
        found = found.exclude(type="Cancel").filter(expires_at__gt=timezone.now())
    return tuple(warning.message(row) for row in found if _meets(scope, row.place, row.program))


def messages(id: str, *, scope: Scope) -> tuple[Message, ...]:
    """Every message of a warning, the first one first.

    Raises: notices.warning.unknown (for one that is not open as well).
    """
    held = list(models.WarningMessage.objects.filter(warning=id).order_by("revision"))
    if not held or not _meets(scope, held[0].place, held[0].program):
        raise refuse(problems.WARNING_UNKNOWN.at())
    return tuple(map(warning.message, held))


def cap(identifier: str, *, scope: Scope | None) -> bytes:
    """The document of one message. Without a scope only what was really issued to the public is open.

    Raises: notices.warning.unknown.
    """
    row = models.WarningMessage.objects.filter(identifier=identifier).first()
    public = row is not None and (row.status, row.scope) == ("Actual", "Public")
    if row is None or not (public or (scope is not None and _meets(scope, row.place, row.program))):
        raise refuse(problems.WARNING_UNKNOWN.at())
    return row.cap.encode()


def feed(*, title: str, address: str, link: Callable[[str], str], limit: int = 50) -> bytes:
    """An Atom feed of what was really issued to the public, newest first; ``link`` gives the address of a message."""
    rows_ = models.WarningMessage.objects.filter(status="Actual", scope="Public").order_by("-sent_at")[:limit]
    held = [(capxml.read(row.cap.encode()), link(row.identifier)) for row in rows_]
    updated = held[0][0].sent if held else datetime(2022, 1, 1, tzinfo=SHANGHAI)
    return capxml.feed(held, title=title, address=address, updated=updated)


def _meets(scope: Scope, place: str, program: str) -> bool:
    roots = dict.fromkeys(scope.places(program))
    return any(places.descends(place, root) or places.descends(root, place) for root in roots)
