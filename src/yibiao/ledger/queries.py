"""Reads of the ledger: facts by position or id, checkpoints, cursors, proofs, and the check of the whole log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from yibiao.core import merkle
from yibiao.core.problems import refuse
from yibiao.ledger import dividing, models, problems, rows, triggers
from yibiao.ledger.partitions import numbers, partitions
from yibiao.ledger.types import Checkpoint, Consistency, Counts, Fact, Inclusion
from yibiao.ledger.verifying import verify

__all__ = [
    "any_of", "at", "checkpoint", "checkpoint_of", "consistency", "counts", "cursor", "entries", "fact", "guarded",
    "histories", "history", "inclusion", "partitions", "short_of_partitions", "tallies", "verify",
]  # fmt: skip

CHUNK: Final = 2_000
Tally: TypeAlias = dict[str, tuple[int, int]]
_MANY: Final = 400
# Asked more often than anything else: Django takes longer to make this statement than to run it.
_NEWEST: Final = "SELECT * FROM ledger_checkpoint ORDER BY number DESC LIMIT 1"


def checkpoint(number: int | None = None) -> Checkpoint | None:
    """The checkpoint of that number, or the newest.

    Missing: None where nothing has been sealed.

    Raises: ledger.checkpoint.unknown.
    """
    if number is None:
        row = next(iter(models.Checkpoint.objects.raw(_NEWEST)), None)
        return rows.checkpoint_of(row) if row else None
    row = models.Checkpoint.objects.filter(number=number).first()
    if row is None:
        raise refuse(problems.UNKNOWN_CHECKPOINT.at(number=number))
    return rows.checkpoint_of(row)


def checkpoint_of(position: int) -> Checkpoint | None:
    """The checkpoint that sealed a position.

    Missing: None where the position is not sealed yet.
    """
    row = models.Checkpoint.objects.filter(size__gte=position).order_by("size").first()
    return rows.checkpoint_of(row) if row else None


def entries(after: int, upto: int, kinds: Sequence[str] = (), limit: int | None = None) -> Iterator[Fact]:
    """Sealed facts with after < position ≤ upto, optionally of some kinds only, at most ``limit`` of them.

    Shape: by position; read in pieces, so that memory does not grow with their number; may be empty.
    """
    left = limit
    while after < upto and (left is None or left > 0):
        places = _places(after, upto)
        if not places:
            return
        found = _found(places, kinds)[:left]
        yield from map(rows.fact_of, found)
        after = max(places.values())
        left = None if left is None else left - len(found)


def _places(after: int, upto: int) -> dict[int, int]:
    """The entries of the next positions, and these."""
    found = models.Position.objects.filter(position__gt=after, position__lte=upto).order_by("position")
    return dict(found.values_list("entry", "position")[:CHUNK])


def _found(places: Mapping[int, int], kinds: Sequence[str]) -> list[tuple[Any, ...]]:
    """The entries of some positions, by these.

    They are asked for by number, not by a join: a database that does not know yet how far the log has grown would plan
    for all of it.
    """
    found: list[tuple[Any, ...]] = []
    for some in _asked(places):
        entries = models.Entry.objects.filter(some)
        found += (entries.filter(kind__in=list(kinds)) if kinds else entries).values_list("pk", *rows.FACT)
    return sorted((places[entry], *others) for entry, *others in found)


def _asked(entries: Iterable[int]) -> list[Q]:
    runs, alone = rows.stretches(sorted(entries))
    few = [alone[start : start + _MANY] for start in range(0, len(alone), _MANY)]
    return [*(Q(pk__range=run) for run in runs), *(Q(pk__in=some) for some in few)]


def at(positions: Iterable[int]) -> Iterator[Fact]:
    """The facts at some positions; one that is not sealed is left out.

    Shape: by position, each once.
    """
    asked = sorted(set(positions))
    for start in range(0, len(asked), _MANY):
        found = models.Position.objects.filter(position__in=asked[start : start + _MANY])
        yield from map(rows.fact_of, _found(dict(found.values_list("entry", "position")), ()))


def tallies(upto: int) -> tuple[Tally, Tally]:
    """Of each kind up to a position, how many facts are no withdrawals, and how many correct or withdraw another.

    Shape: both by kind, as (how many, the sum of their positions). It reads the whole log, once.
    """
    standing, correcting = Q(entry__withdrawn=False), Q(entry__revision__gt=1)
    found = models.Position.objects.filter(position__lte=upto).values_list("entry__kind")
    rows = found.annotate(
        n=Count("position", filter=standing), s=Sum("position", filter=standing),
        c=Count("position", filter=correcting), t=Sum("position", filter=correcting),
    )  # fmt: skip
    stand: Tally = {}
    correct: Tally = {}
    for kind, count, total, corrected, sum_ in rows:
        stand[kind], correct[kind] = (count, int(total or 0)), (corrected, int(sum_ or 0))
    return stand, correct


def any_of(after: int, upto: int, kinds: Sequence[str]) -> bool:
    """Whether a fact of these kinds was sealed with after < position ≤ upto."""
    while after < upto and (places := _places(after, upto)):
        if any(models.Entry.objects.filter(some, kind__in=list(kinds)).exists() for some in _asked(places)):
            return True
        after = max(places.values())
    return False


def history(id: str, *, kind: str = "") -> tuple[Fact, ...]:
    """Every revision of an id, sealed or not.

    Shape: by revision, then in the order in which they were appended; may be empty.
    """
    found = _by_id([id], kind).order_by("revision", "pk")
    return tuple(map(rows.fact_of, found))


def histories(ids: Sequence[str], *, kind: str) -> tuple[Fact, ...]:
    """Every revision of several ids of one kind, sealed or not.

    Shape: by id, then by revision; may be empty.
    """
    found: list[Fact] = []
    for start in range(0, len(ids), _MANY):
        found += map(rows.fact_of, _by_id(ids[start : start + _MANY], kind).order_by("fact", "revision", "pk"))
    return tuple(found)


def fact(id: str, revision: int | None = None, *, kind: str = "") -> Fact | None:
    """One revision of an id, or the newest; withdrawn or not.

    Missing: None where there is no such fact.
    """
    found = _by_id([id], kind).order_by("-revision", "-pk")
    row = (found if revision is None else found.filter(revision=revision)).first()
    return rows.fact_of(row) if row else None


def cursor(follower: str) -> int:
    """The position up to which a follower has taken the log; 0 at first."""
    row = models.Cursor.objects.filter(follower=follower).first()
    return row.position if row else 0


def cursors() -> dict[str, int]:
    """How far each follower has taken the log, by name; who has not begun is not there."""
    return dict(models.Cursor.objects.values_list("follower", "position"))


def pending() -> int:
    """How many entries wait for their position."""
    return models.Pending.objects.count()


def waiting_since() -> datetime | None:
    """When the oldest of the entries that wait for their position was received.

    Missing: None where none waits.
    """
    first = models.Pending.objects.order_by("entry").first()
    return models.Entry.objects.values_list("received_at", flat=True).get(pk=first.pk) if first else None


def inclusion(
    id: str, revision: int | None = None, at: Checkpoint | None = None, *, kind: str = ""
) -> Inclusion | None:
    """Proof that a fact is in the log at a checkpoint, by default the newest.

    Missing: None where there is no such fact, or where it was not yet sealed then.
    """
    found = fact(id, revision, kind=kind)
    at = at or checkpoint()
    if not found or found.position is None or at is None or found.position > at.size:
        return None
    index, size = found.position - 1, at.size
    path = rows.with_nodes(lambda node: merkle.inclusion_path(index, node, size))
    return Inclusion(found.position, found.digest, tuple(step.hex() for step in path), at)


def consistency(old: int, new: int) -> Consistency:
    """Proof that the log at checkpoint ``new`` only adds to the log at checkpoint ``old``.

    Raises: ledger.checkpoint.unknown.
    """
    first, second = checkpoint(old), checkpoint(new)
    if first is None or second is None:  # only to say it to the type checker: a number that is unknown is refused
        raise refuse(problems.UNKNOWN_CHECKPOINT.at(number=new))
    if first.size > second.size:
        first, second = second, first
    sizes = first.size, second.size
    path = rows.with_nodes(lambda node: merkle.consistency_path(sizes[0], node, sizes[1]))
    return Consistency(first, second, tuple(step.hex() for step in path))


def counts() -> Counts:
    """How much the log holds: positions have no gap, and an entry without one waits for it."""
    last = models.Position.objects.aggregate(last=Max("position"))["last"] or 0
    waiting = pending()
    return Counts(entries=last + waiting, pending=waiting, checkpoints=models.Checkpoint.objects.count())


def guarded() -> bool:
    """Whether the database itself refuses to change the log."""
    return triggers.installed(connection)


def short_of_partitions() -> bool:
    """Whether PostgreSQL will soon have no partition for new entries, or had none for some; never on SQLite."""
    return dividing.short()


def _by_id(ids: Sequence[str], kind: str) -> QuerySet[models.Entry, tuple[Any, ...]]:
    if connection.vendor == "postgresql":
        found = models.Entry.objects.filter(pk__in=numbers(ids, kind))
    else:
        found = models.Entry.objects.filter(fact__in=list(ids), **({"kind": kind} if kind else {}))
    return found.values_list("sealed__position", *rows.FACT)
