"""Reads of notices: what is open to a scope, who has signed, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from yibiao.core import clock
from yibiao.core.problems import Problem, refuse
from yibiao.ledger import queries as ledger
from yibiao.notices import files, models, permits, plans, problems, rows
from yibiao.notices.declaring import RECEIPT_STATES, declared, sources
from yibiao.notices.inbox import addresses_of, faults_of, inbox, inbox_messages, message_of, unread_count
from yibiao.notices.types import Attachment, Notice, NoticePage, Outbox, Plan, Receipt, Step, Tally, Unsigned, Waiting
from yibiao.notices.warned import cap, feed, messages, warnings
from yibiao.packs import queries as packs
from yibiao.packs.types import PackFiles
from yibiao.people.types import Organisation, Scope
from yibiao.places.types import LEVELS

__all__ = [
    "addresses_of", "attachment", "cap", "check", "declared", "faults_of", "feed", "history", "inbox",
    "inbox_messages", "is_issuer", "message_of", "messages", "notice", "own", "page", "plan", "pressing", "receipts",
    "sources", "unread_count", "unsigned", "waiting", "warnings",
]  # fmt: skip


def plan(program: str) -> Plan:
    """The kinds and occasions of notices in a program.

    Raises: packs.program.unknown.
    """
    of = packs.program(program)
    return plans.of(of.pack, packs.current(of.pack).version)


def check(files: PackFiles) -> list[Problem]:
    """Everything that is wrong with a pack's notices.toml."""
    return plans.read(files.files.get(plans.NAME))[1]


def notice(id: str, *, scope: Scope) -> Notice:
    """A notice with the tally of the receipts that are open to the scope.

    Raises: notices.notice.unknown (for one that is not open as well).
    """
    row = models.Notice.objects.prefetch_related("attachments").filter(_open(scope), id=id).first()
    if row is None:
        raise refuse(problems.UNKNOWN.at())
    return rows.notice(row, _tallies([row], scope)[row.id])


def page(*, scope: Scope, program: str, text: str = "", state: str = "", number: int = 1, size: int = 30) -> NoticePage:
    """Notices of a program that are open to a scope, newest first.

    Shape: one page; ``state`` ``unsigned`` keeps those that somebody has still to sign for.
    """
    found = models.Notice.objects.prefetch_related("attachments").filter(_open(scope, program), program=program)
    for word in text.split():
        found = found.filter(Q(number__icontains=word) | Q(title__icontains=word))
    if state == "unsigned":
        found = found.filter(
            Q(state="issued") & Q(id__in=models.Receipt.objects.filter(signed_at=None).values("notice"))
        )
    elif state:
        found = found.filter(state=state)
    total = found.count()
    number = min(max(1, number), max(1, -(-total // size)))
    shown = list(found.order_by("-issued_at", "id")[(number - 1) * size : number * size])
    tallies = _tallies(shown, scope)
    return NoticePage(tuple(rows.notice(row, tallies[row.id]) for row in shown), total, number, size)


def receipts(id: str, *, scope: Scope) -> tuple[Receipt, ...]:
    """The receipts of a notice: all of them at the issuer's place, otherwise those of the places in the scope.

    Shape: as a tree walked downwards, each forwarder before those to whom it forwarded.

    Raises: notices.notice.unknown.
    """
    of = notice(id, scope=scope)
    held = models.Receipt.objects.filter(_seen(of, scope), notice=id).order_by("depth", "place", "organisation")
    below: dict[str, list[models.Receipt]] = {}
    for row in held:
        below.setdefault(row.via_id or "", []).append(row)
    shown = {row.id for row in held}
    roots = [row for row in held if (row.via_id or "") not in shown]
    found: list[Receipt] = []
    waiting = roots[::-1]
    while waiting:
        row = waiting.pop()
        found.append(rows.receipt(row))
        waiting += below.get(row.id, [])[::-1]
    return tuple(found)


def unsigned(id: str, *, scope: Scope) -> tuple[Unsigned, ...]:
    """Who has not signed for a notice, by level of the tree, from the top; a level without any is left out.

    Raises: notices.notice.unknown.
    """
    held = receipts(id, scope=scope)
    return tuple(
        Unsigned(level, missing, sum(one.level == level for one in held))
        for level in LEVELS
        if (missing := tuple(one for one in held if one.level == level and one.signed_at is None))
    )


def own(id: str, bodies: Iterable[Organisation]) -> tuple[Receipt, ...]:
    """The receipts of a notice that these organisations may sign for: their own, and those of the places they serve."""
    held = models.Receipt.objects.filter(_of(bodies), notice=id)
    return tuple(map(rows.receipt, held.order_by("depth", "place", "organisation")))


def waiting(bodies: Iterable[Organisation], *, scope: Scope, program: str | None = None) -> tuple[Waiting, ...]:
    """Notices that these organisations have still to sign for or to answer, the most pressing first."""
    asked = Q(signed_at=None) | Q(notice__wants_feedback=True, feedback_at=None)
    found = models.Receipt.objects.filter(_of(bodies), asked, notice__state="issued")
    found = found.filter(permits.inside(scope, program=program, named_by="notice__program"))
    if program is not None:
        found = found.filter(notice__program=program)
    ordered = found.select_related("notice").prefetch_related("notice__attachments")
    held = ordered.order_by(F("due_at").asc(nulls_last=True), "received_at")[:200]
    return tuple(Waiting(rows.notice(row.notice), rows.receipt(row)) for row in held)


def pressing(*, scope: Scope, program: str, limit: int = 20) -> tuple[Notice, ...]:
    """Notices issued at a place of the scope for which somebody has not signed, the most pressing first."""
    late = models.Receipt.objects.filter(signed_at=None).values("notice")
    found = models.Notice.objects.prefetch_related("attachments").filter(
        permits.inside(scope, program=program), program=program, state="issued", id__in=late
    )
    shown = list(found.order_by(F("due_at").asc(nulls_last=True), "issued_at")[:limit])
    tallies = _tallies(shown, scope)
    return tuple(rows.notice(row, tallies[row.id]) for row in shown)


def attachment(id: str, digest: str, *, scope: Scope) -> tuple[Attachment, bytes]:
    """A file of a notice with its content, held against its digest.

    Raises: notices.notice.unknown, notices.attachment.unknown, notices.attachment.damaged.
    """
    found = next((one for one in notice(id, scope=scope).attachments if one.digest == digest), None)
    if found is None:
        raise refuse(problems.FILE_UNKNOWN.at())
    return found, files.content(found)


def history(id: str, *, scope: Scope) -> tuple[Step, ...]:
    """Every act on a notice and on the receipts that are open to the scope, as the log tells it, oldest first.

    Raises: notices.notice.unknown.
    """
    facts = [*ledger.history(id, kind=rows.NOTICE)]
    facts += ledger.histories([one.id for one in receipts(id, scope=scope)], kind=rows.RECEIPT)
    found = [
        Step(
            move=fact.payload["move"],
            actor=fact.actor,
            organisation=fact.organisation if fact.kind == rows.NOTICE else str(fact.payload.get("by", "")),
            at=datetime.fromisoformat(fact.payload["moved_at"]),
            reason=str(fact.payload.get("reason", "")),
            receipt=fact.id if fact.kind == rows.RECEIPT else "",
            details=fact.payload["answers"],
        )
        for fact in facts
        if fact.payload["move"] != "sent"
    ]
    return tuple(sorted(found, key=lambda step: step.at))


def is_issuer(of: Notice, scope: Scope) -> bool:
    """Whether the issuer's place is open to a scope: then every receipt is."""
    return permits.covers(scope, of.place, of.program)


def outbox() -> Outbox:
    """What waits to leave the site by e-mail, SMS or WeCom."""
    waiting = models.Delivery.objects.filter(next_at__isnull=False)
    due = waiting.filter(next_at__lte=clock.now()).order_by("next_at").values_list("next_at", flat=True)
    return Outbox(waiting.count(), due.first(), models.Delivery.objects.filter(state="given-up").count())


def _open(scope: Scope, program: str | None = None) -> Q:
    received = models.Receipt.objects.filter(permits.inside(scope, program=program, named_by="notice__program"))
    return permits.inside(scope, program=program) | Q(id__in=received.values("notice"))


def _seen(of: Notice, scope: Scope) -> Q:
    return Q() if is_issuer(of, scope) else permits.inside(scope, program=of.program)


def _of(bodies: Iterable[Organisation]) -> Q:
    held = list(bodies)
    codes, at = {one.code for one in held}, {permits.today(one.place) for one in held}
    return Q(organisation__in=codes) | Q(organisation="", place__in=at)


def _tallies(found: Sequence[models.Notice], scope: Scope) -> dict[str, Tally]:
    """The tally of each notice, over the receipts that the scope may see, in one query."""
    now = clock.now()
    issuers = [row.id for row in found if permits.covers(scope, row.place, row.program)]
    seen = Q(notice__in=issuers) | permits.inside(scope, named_by="notice__program")
    held = (
        models.Receipt.objects.filter(seen, notice__in=[row.id for row in found])
        .values("notice")
        .annotate(
            receivers=Count("id"),
            **{name: Count("id", filter=Q(state=name)) for name, _ in RECEIPT_STATES},
            late=Count("id", filter=Q(signed_at__gt=F("due_at")) | Q(signed_at=None, due_at__lt=now)),
        )
    )
    counted = {}
    for row in held:
        count: dict[str, Any] = dict(row)
        id = count.pop("notice")
        counted[id] = Tally(**count)
    return {row.id: counted.get(row.id, Tally()) for row in found}
