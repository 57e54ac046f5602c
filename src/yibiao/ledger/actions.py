"""Writes of the ledger: append, seal, and the cursors of its followers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from yibiao.core import canon, clock, merkle
from yibiao.core.problems import Refusal, refuse
from yibiao.ledger import dividing, models, problems, rows, writing
from yibiao.ledger.types import Checkpoint, FactDraft

TEXTS: Final = ("kind", "id", "program", "place", "organisation", "actor", "subject")
# The last of them are those in which facts are alike.
_ENTRY: Final = (
    "fact", "subject", "occurred_at", "payload", "digest", "kind", "revision", "program", "place", "organisation",
    "actor", "withdrawn", "received_at",
)  # fmt: skip
AT_ONCE: Final = 20_000
SEALER: Final = 0x7969_6269_616F  # the advisory lock of the sealer in PostgreSQL
# After so many positions the sealer looks whether the next partitions are there: each holds a hundred times that.
_LOOK: Final = 100_000
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def append(
    drafts: Sequence[FactDraft],
    *,
    received_at: datetime | None = None,
    later: writing.Later = writing.at_once,
    apart: bool = True,
) -> None:
    """Append facts in their order inside the caller's transaction, beside the rows that they tell of.

    None of them has a position before it is sealed. ``later`` is given what is to be done to the database; without
    ``apart`` what cannot be appended ends the caller's transaction, which spares the database two statements.

    Raises: ledger.fact.repeated, ledger.fact.unstorable.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("facts are appended inside the transaction that writes what they tell of")
    if not drafts:
        return
    entries = entered(drafts, received_at or clock.now())
    store = partial(later, _storing, apart)
    writing.insert_numbered(models.Entry, _ENTRY, entries, models.Pending, "entry_id", store)


def entered(drafts: Sequence[FactDraft], at: datetime) -> list[writing.Row]:
    """The rows of facts received at a moment, for whoever has PostgreSQL store them beside others' by calling a
    function of its own, which hands them to ``ledger_append``.

    Raises: ledger.fact.unstorable.
    """
    moment = writing.moments()
    received, now = canon.instant(at), moment(at)
    alike: dict[tuple[object, ...], tuple[rows.Frame, writing.Same]] = {}
    entries: list[writing.Row] = []
    for draft in drafts:
        payload = draft.payload if isinstance(draft.payload, canon.Ready) else canon.dumps(draft.payload)
        shared = (
            draft.kind, draft.revision, draft.program, draft.place, draft.organisation, draft.actor, draft.withdrawn,
        )  # fmt: skip
        like = alike.get(shared)
        if like is None:
            if "\0" in "".join(map(str, shared)):
                raise _unstorable(draft, payload)
            like = alike[shared] = (rows.frame(draft, received), writing.Same(*shared, now))
        frame, same = like
        if "\0" in payload or "\0" in draft.id or "\0" in draft.subject:
            raise _unstorable(draft, payload)
        try:
            digest = frame.leaf(draft.id, canon.instant(draft.occurred_at), payload, draft.subject).hex()
        except UnicodeEncodeError:
            raise _unstorable(draft, payload) from None
        entries.append((draft.id, draft.subject, moment(draft.occurred_at), payload, digest, same))
    return entries


def _storing(apart: bool, act: Callable[..., object], *given: Any) -> None:
    try:
        with transaction.atomic() if apart else nullcontext():
            act(*given)
    except IntegrityError as error:
        raise refuse(problems.REPEATED.at()) from error


def seal(limit: int = AT_ONCE) -> Checkpoint | None:
    """Give committed entries their positions and write a checkpoint over them; None when nothing waits.

    Positions follow the order of commit between checkpoints and the order of appending within one. One sealer runs at
    a time: SQLite lets one transaction write, PostgreSQL holds an advisory lock until the transaction ends.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER])
        waiting = rows.waiting(limit)
        if not waiting:
            return None
        last = models.Checkpoint.objects.order_by("-number").first()
        size = last.size if last else 0
        frontier = rows.with_nodes(lambda node: merkle.Frontier(size, node))
        positions, nodes = [], []
        for position, (entry, digest) in enumerate(waiting, start=size + 1):
            leaf = bytes.fromhex(digest)
            positions.append((position, entry, leaf))
            nodes.extend(frontier.append(leaf)[1:])
        writing.insert(models.Position, ["position", "entry_id", "leaf"], positions)
        writing.insert(models.Node, ["level", "index", "hash"], nodes)
        # Exactly those that were read: an entry with a lower number may have been committed meanwhile.
        rows.placed([entry for entry, _ in waiting])
        now = clock.now()
        stored = models.Checkpoint.objects.create(
            number=last.number + 1 if last else 1,
            size=frontier.size,
            root=frontier.root().hex(),
            sealed_at=max(now, last.sealed_at) if last else now,
        )
    if size // _LOOK != frontier.size // _LOOK:
        dividing.ahead()
    return rows.checkpoint_of(stored)


def seal_all() -> Checkpoint | None:
    """Seal until nothing waits; the newest checkpoint made, or None when nothing waited."""
    newest = None
    while made := seal():
        newest = made
    return newest


def make_partitions() -> int:
    """Make the partitions that PostgreSQL will need next, which the sealer does too; how many were made."""
    return dividing.ahead()


def advance(follower: str, position: int) -> None:
    """Note that a follower has taken the log up to a position; call it in the transaction that stores what it made.

    Raises: ledger.cursor.backwards.
    """
    with transaction.atomic():
        cursor, _ = models.Cursor.objects.select_for_update().get_or_create(follower=follower, defaults={"position": 0})
        if position < cursor.position:
            raise refuse(problems.BACKWARDS.at(follower=follower, position=cursor.position, asked=position))
        cursor.position = position
        cursor.save(update_fields=["position"])


def reset(follower: str) -> None:
    """Let a follower begin again from the first fact."""
    models.Cursor.objects.filter(follower=follower).delete()


def _unstorable(draft: FactDraft, payload: str) -> Refusal:
    """Why a fact is refused that one of the two databases cannot store (NUL) or that has no digest (half a surrogate
    pair)."""
    bad = [name for name in TEXTS if _UNSTORABLE.search(getattr(draft, name))]
    if _UNSTORABLE.search(payload):
        bad.append("payload")
    return refuse(*(problems.UNSTORABLE.at(field=name) for name in bad))
