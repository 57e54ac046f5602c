"""The calendar feed of a person, under a secret address: RFC 5545, moments in UTC, no names of anybody else.

The secret is a signature over the person's key and the number of times it was renewed, so that none is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core import signing
from django.db import transaction

from yibiao.core import clock
from yibiao.core.problems import refuse
from yibiao.duty import facts, models, problems, units
from yibiao.ledger import actions as log
from yibiao.people.types import Warrant

_SIGNER: Final = signing.Signer(salt="yibiao.duty.calendar", sep="~")
_KEPT: Final = timedelta(days=60)
_WIDTH: Final = 75


def token(row: models.Staffer) -> str:
    """The secret part of the address of a person's feed."""
    return _SIGNER.sign(f"{row.key}.{row.calendar}")


def owner(secret: str) -> models.Staffer:
    """Whose feed an address is.

    Raises: duty.calendar.unknown.
    """
    try:
        key, _, number = _SIGNER.unsign(secret[:200]).partition(".")
    except signing.BadSignature:
        raise refuse(problems.FEED.at()) from None
    row = models.Staffer.objects.filter(pk=key, active=True).first()
    if row is None or str(row.calendar) != number:
        raise refuse(problems.FEED.at())
    return row


def renew(key: str, *, by: Warrant, at: datetime | None = None) -> None:
    """Makes the old address of a person's feed useless.

    Raises: duty.right.missing, duty.staffer.unknown, duty.unit.outside.
    """
    units.require_right(by, "fill", "review", "manage")
    now = at or clock.now()
    with transaction.atomic():
        row = models.Staffer.objects.select_for_update().filter(pk=key[:36], active=True).first()
        if row is None:
            raise refuse(problems.STAFFER.at())
        units.require_inside(by, row.place, row.program, row.unit)
        row.calendar, row.revision = row.calendar + 1, row.revision + 1
        row.save(update_fields=["calendar", "revision"])
        fact = facts.draft(
            facts.STAFFER, row, facts.staffer(row), program=row.program, place=row.place, subject=row.key,
            occurred_at=now, actor=by.actor, organisation=by.organisation, move="feed-renewed", at=now,
        )  # fmt: skip
        log.append([fact])


def feed(row: models.Staffer, posts: dict[str, str], at: datetime) -> str:
    """The shifts of a person from two months ago on, as text of a calendar."""
    seats = models.Assignment.objects.filter(person=row, shift__ends_at__gte=at - _KEPT).exclude(state="released")
    rows = seats.select_related("shift__roster").order_by("shift__begins_at", "post")
    lines: list[str] = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yibiao//Duty//ZH", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", "X-WR-TIMEZONE:Asia/Shanghai", f"X-WR-CALNAME:{_escaped('值班 ' + row.name)}"]
    for seat in rows:
        lines += _event(seat, posts, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(seat: models.Assignment, posts: dict[str, str], at: datetime) -> Iterator[str]:
    shift, roster = seat.shift, seat.shift.roster
    yield "BEGIN:VEVENT"
    yield f"UID:{seat.id}@yibiao"
    yield f"DTSTAMP:{_utc(at)}"
    yield f"SEQUENCE:{seat.revision}"
    yield f"DTSTART:{_utc(shift.begins_at)}"
    yield f"DTEND:{_utc(shift.ends_at)}"
    yield f"SUMMARY:{_escaped(posts.get(seat.post, seat.post) + ' · ' + roster.unit_label)}"
    yield f"STATUS:{'CONFIRMED' if roster.filed_at else 'TENTATIVE'}"
    yield "END:VEVENT"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """RFC 5545 §3.3.11."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> Iterable[str]:
    """Pieces of at most 75 octets, never within a character; each after the first begins with a space (§3.1)."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > _WIDTH:
            pieces.append(piece)
            piece = " "
        piece += letter
    return [*pieces, piece]
