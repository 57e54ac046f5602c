"""Inboxes: reading them, marking what was read, and where else somebody wants to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.db import transaction

from yibiao.core import clock
from yibiao.core.problems import refuse
from yibiao.notices import addresses, models, problems, telling
from yibiao.notices.types import Fault, Inbox, Item

_TOGETHER: Final = 300


def inbox(account: str, *, unread: bool = False, number: int = 1, size: int = 30) -> Inbox:
    """The messages of an account, newest first."""
    held = models.Told.objects.filter(account=account)
    open_ = held.filter(read_at=None).count()
    if unread:
        held = held.filter(read_at=None)
    total = held.count()
    number = min(max(1, number), max(1, -(-total // size)))
    shown = held.order_by("-told_at", "-pk")[(number - 1) * size : number * size]
    return Inbox(tuple(map(_item, shown)), total, open_, number, size)


def inbox_messages(account: str, *, unread: bool = False) -> Iterator[Item]:
    """The messages of an account in the same order, as they were when the first was asked for."""
    held = models.Told.objects.filter(account=account, **({"read_at": None} if unread else {}))
    ids = list(held.order_by("-told_at", "-pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _TOGETHER):
        found = models.Told.objects.in_bulk(ids[start : start + _TOGETHER])
        yield from (_item(found[id]) for id in ids[start : start + _TOGETHER] if id in found)


def unread_count(account: str) -> int:
    return models.Told.objects.filter(account=account, read_at=None).count()


def message_of(account: str, id: int) -> Item:
    """Raises: notices.message.unknown (for somebody else's as well)."""
    row = models.Told.objects.filter(account=account, pk=id).first()
    if row is None:
        raise refuse(problems.MESSAGE_UNKNOWN.at())
    return _item(row)


def mark_read(account: str, ids: Sequence[int] | None = None) -> int:
    """Marks one's own messages as read, those named or all; how many were unread."""
    held = models.Told.objects.filter(account=account, read_at=None)
    if ids is not None:
        held = held.filter(pk__in=list(ids))
    return held.update(read_at=clock.now())


def set_addresses(account: str, wanted: dict[str, str]) -> None:
    """Puts down where somebody wants to be told; an empty address takes it back. All or none.

    Raises: notices.channel.unknown, notices.address.shape.
    """
    with transaction.atomic():
        for channel, text in wanted.items():
            if channel not in addresses.SHAPES:
                raise refuse(problems.CHANNEL.at(channel=channel[:20]))
            shape, zh, en = addresses.SHAPES[channel]
            address = text.strip()
            if address and not shape.fullmatch(address):
                raise refuse(problems.ADDRESS.at(what=zh, what_en=en))
            addresses.keep(account, channel, address)


def addresses_of(account: str) -> dict[str, str]:
    """The channels that there are, with one's own address or nothing."""
    return {channel: addresses.of(account, channel) for channel in addresses.SHAPES}


def faults_of(account: str) -> tuple[Fault, ...]:
    """The channels of an account whose newest tried message has not got through, by name."""
    found = []
    for channel in addresses.channels(account):
        tried = models.Attempt.objects.filter(delivery__told__account=account, delivery__channel=channel)
        last = tried.exclude(outcome="dropped").select_related("delivery").order_by("-at", "-pk").first()
        if last is not None and last.outcome == "failed":
            found.append(Fault(channel, last.fault, last.at, last.number, last.delivery.state == "given-up"))
    return tuple(found)


def _item(row: models.Told) -> Item:
    known = telling.row(row.telling)
    return Item(
        id=row.pk,
        telling=row.telling,
        about=known.about if known else "",
        subject=row.subject,
        program=row.program,
        place=row.place,
        text=telling.words(row.telling, row.said),
        urgent=known.urgent if known else False,
        told_at=row.told_at,
        read_at=row.read_at,
    )
