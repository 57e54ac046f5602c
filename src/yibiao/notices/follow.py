"""Follows the sealed log and puts into inboxes what the table says; and sends what is to leave the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction

from yibiao.core import clock
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.ledger.types import Fact
from yibiao.notices import addresses, models, permits, senders, telling
from yibiao.notices.types import Letter

NAME: Final = "notices"
BATCH: Final = 5_000
# What is older was told in its time, or is history that was brought in: it goes to the inbox and nowhere else.
FRESH: Final = timedelta(days=1)
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
_FEW: Final = 100
_LOOKUP: Final = 400


def step(limit: int = BATCH) -> int:
    """Takes the next sealed facts; how many positions it went forward."""
    newest = log.checkpoint()
    after = log.cursor(NAME)
    upto = min(newest.size if newest else 0, after + limit)
    if upto <= after:
        return 0
    telling.forget()
    facts = list(log.entries(after, upto, telling.kinds()))
    names = permits.names(fact.place for fact in facts)
    with transaction.atomic():
        unread = _unread(facts)
        for fact in facts:
            if fact.id in unread:
                _settle(fact)
            if told := list(_told(fact, names[fact.place])):
                models.Told.objects.bulk_create(told, ignore_conflicts=True)
                unread.add(fact.id)
                _queue(fact)
        ledger.advance(NAME, upto)
    return upto - after


def _unread(facts: Sequence[Fact]) -> set[str]:
    """Of the facts, those of which somebody was told and has not read it yet."""
    found: set[str] = set()
    kinds, ids = {fact.kind for fact in facts}, [fact.id for fact in facts]
    for start in range(0, len(ids), _LOOKUP):
        rows = models.Told.objects.filter(kind__in=kinds, fact__in=ids[start : start + _LOOKUP], read_at=None)
        found.update(rows.values_list("fact", flat=True))
    return found


def _told(fact: Fact, place: str) -> Iterator[models.Told]:
    move = fact.payload.get("move", "")
    for row in telling.TABLE:
        if not row.tells(move) or not row.heeds(fact.kind):
            continue
        # Nobody needs to be told what the person did.
        heard = sorted(set(row.who(fact)) - {fact.actor, ""})
        said = telling.said(fact, place) if heard else ""
        for key in heard:
            yield models.Told(
                account=key, telling=row.id, fact=fact.id, revision=fact.revision, kind=fact.kind,
                subject=fact.subject or fact.id, program=fact.program, place=fact.place, said=said,
                told_at=fact.received_at,
            )  # fmt: skip


def _settle(fact: Fact) -> None:
    move = fact.payload.get("move", "")
    over = [row.id for row in telling.TABLE if row.over(move, fact.actor) and row.heeds(fact.kind)]
    if over:
        held = models.Told.objects.filter(kind=fact.kind, fact=fact.id, telling__in=over, read_at=None)
        held.update(read_at=fact.received_at)


def _queue(fact: Fact) -> None:
    """Deliveries of what is urgent and fresh, to those who gave an address."""
    if fact.received_at < clock.now() - FRESH or fact.payload.get("sample"):
        return
    urgent = [row.id for row in telling.TABLE if row.urgent]
    held = models.Told.objects.filter(kind=fact.kind, fact=fact.id, revision=fact.revision, telling__in=urgent)
    for told in held:
        for channel in addresses.channels(told.account):
            models.Delivery.objects.get_or_create(
                told=told, channel=channel, defaults={"state": "waiting", "next_at": clock.now()}
            )


def deliver() -> int:
    """Sends what waits and is due, after everything was committed; how many messages were tried."""
    due = models.Delivery.objects.filter(next_at__lte=clock.now()).select_related("told")
    tried = 0
    for delivery in list(due.order_by("next_at", "pk")[:_FEW]):
        _try(delivery)
        tried += 1
    return tried


def _try(delivery: models.Delivery) -> None:
    """One attempt. The attempt is claimed first, so that two followers never send one message twice."""
    moment = clock.now()
    claimed = models.Delivery.objects.filter(pk=delivery.pk, next_at=delivery.next_at)
    number = delivery.attempts.count() + 1
    later = moment + WAITS[number - 1] if number <= len(WAITS) else None
    if not claimed.update(next_at=later):
        return
    told = delivery.told
    address = addresses.of(told.account, delivery.channel)
    outcome, fault = "sent", ""
    if told.read_at is not None or not address:
        outcome = "dropped"
    else:
        text = telling.words(told.telling, told.said).zh
        try:
            senders.of(delivery.channel).send(address, Letter(told.pk, text, text))
        except senders.FAULTS as error:
            outcome, fault = "failed", type(error).__name__[:80]
    final = outcome != "failed" or later is None
    state = {"failed": "given-up" if later is None else "waiting"}.get(outcome, outcome)
    with transaction.atomic():
        delivery.attempts.create(number=number, at=moment, outcome=outcome, fault=fault)
        changed = {"state": state} | ({"next_at": None} if final else {})
        models.Delivery.objects.filter(pk=delivery.pk).update(**changed)
