"""The check of the whole log: every entry, position, subtree and checkpoint, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django.db.models import Count, Exists, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from yibiao.core import merkle
from yibiao.ledger import models, partitions, rows
from yibiao.ledger.types import Verdict

PIECE: Final = 4_096
SHOWN: Final = 1_000


def verify(progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Hold the whole log against itself: what the rows say, their hashes, their order, and every checkpoint's root.

    ``progress`` is called with the entries held so far and their number. Entries sealed meanwhile are left for the
    next time. What this cannot see is a log that was rewritten as a whole: compare a root kept elsewhere for that.

    Shape: faults by position; at most 1,000 are named.
    """
    walk = _Walk(progress)
    walk.run()
    _check_queue(walk)
    return Verdict(walk.size, walk.checkpoints, tuple(walk.faults))


def name(entry: models.Entry, position: int | None) -> str:
    """How a fault names an entry."""
    where = f"position {position}" if position else f"entry {entry.pk}"
    return f"{where} ({entry.kind} {entry.fact}, revision {entry.revision})"


class _Walk:
    """One pass over the log in order of position.

    The tree is computed anew, but where a computed subtree differs from the stored one, the stored one is used further
    up: so one altered leaf is named once, at the smallest subtree that shows it.
    """

    def __init__(self, progress: Callable[[int, int], None] | None) -> None:
        self.faults: list[str] = []
        self.size = 0
        self.checkpoints = 0
        self._progress = progress
        self._peaks: list[tuple[int, bytes]] = []
        self._sealed = _checkpoints()
        self._last: models.Checkpoint | None = None

    def fault(self, text: str) -> None:
        if len(self.faults) < SHOWN:
            self.faults.append(text)
        elif len(self.faults) == SHOWN:
            self.faults.append("… and more")

    def run(self) -> None:
        total = models.Checkpoint.objects.aggregate(size=Max("size"))["size"] or 0
        checkpoint = next(self._sealed, None)
        whole = True
        while whole and self.size < total:
            piece = list(
                models.Position.objects.filter(position__gt=self.size, position__lte=total).order_by("position")[:PIECE]
            )
            found = models.Entry.objects.in_bulk([row.entry_id for row in piece])
            stored = self._nodes(self.size, self.size + len(piece))
            for row in piece:
                if row.position != self.size + 1:
                    break
                self._leaf(row, found.get(row.entry_id))
                self._grow(bytes(row.leaf), stored)
                while checkpoint and checkpoint.size <= self.size:
                    self._checkpoint(checkpoint)
                    checkpoint = next(self._sealed, None)
            whole = bool(piece) and piece[-1].position == self.size
            if self._progress:
                self._progress(self.size, total)
        if not whole:
            # Without a leaf there is no tree above it: nothing after the gap can be held against a root.
            self.fault(f"position {self.size + 1}: missing, so that no later checkpoint can be held against its root")
        self._beyond()

    def _leaf(self, row: models.Position, entry: models.Entry | None) -> None:
        """The entry at a position must be there and have the hash that was sealed."""
        if entry is None:
            self.fault(f"position {row.position}: its entry {row.entry_id} is missing")
            return
        made, sealed = rows.leaf_of(entry), bytes(row.leaf)
        if made == sealed and made.hex() == entry.digest:
            return
        if made.hex() == entry.digest:
            self.fault(f"{name(entry, row.position)}: another content was sealed here; it was replaced or reordered")
        else:
            self.fault(f"{name(entry, row.position)}: content does not match its hash")

    def _nodes(self, low: int, high: int) -> dict[tuple[int, int], bytes]:
        """The stored subtrees that the leaves low < position ≤ high complete."""
        found: dict[tuple[int, int], bytes] = {}
        for level in range(1, high.bit_length()):
            first, end = low >> level, high >> level
            if first < end:
                part = models.Node.objects.filter(level=level, index__gte=first, index__lt=end)
                found.update(((level, index), bytes(kept)) for index, kept in part.values_list("index", "hash"))
        return found

    def _grow(self, leaf: bytes, stored: dict[tuple[int, int], bytes]) -> None:
        level, digest, index = 0, leaf, self.size
        while self._peaks and self._peaks[-1][0] == level:
            digest = merkle.node_hash(self._peaks.pop()[1], digest)
            level, index = level + 1, index >> 1
            kept = stored.get((level, index))
            where = f"positions {(index << level) + 1} to {(index + 1) << level}"
            if kept is None:
                self.fault(f"{where}: the hash of their subtree is missing")
            elif kept != digest:
                self.fault(f"{where}: do not match the hash of their subtree; they were replaced or reordered")
                digest = kept
        self._peaks.append((level, digest))
        self.size += 1

    def _root(self) -> bytes:
        found = self._peaks[-1][1]
        for _level, peak in reversed(self._peaks[:-1]):
            found = merkle.node_hash(peak, found)
        return found

    def _checkpoint(self, row: models.Checkpoint) -> None:
        """A checkpoint must follow the one before it and hold the root of all entries up to its size."""
        self.checkpoints += 1
        last = self._last
        if row.number != (last.number + 1 if last else 1):
            self.fault(f"checkpoint {row.number}: the one before it is missing")
        if last and (row.size <= last.size or row.sealed_at < last.sealed_at):
            self.fault(f"checkpoint {row.number}: does not extend the one before it")
        elif self._root().hex() != row.root:
            self.fault(f"checkpoint {row.number} ({row.size} entries): the root does not follow from the entries")
        self._last = row

    def _beyond(self) -> None:
        """No subtree may stand beyond the last position; positions are read last, so that a sealer may be at work."""
        tops = list(models.Node.objects.values_list("level").annotate(last=Max("index")).order_by("level"))
        size = models.Position.objects.aggregate(last=Max("position"))["last"] or 0
        for level, last in tops:
            if (last + 1) << level > size:
                self.fault(f"subtree {level}/{last}: stands beyond the log")


def _checkpoints() -> Iterator[models.Checkpoint]:
    after = 0
    while piece := list(models.Checkpoint.objects.filter(number__gt=after).order_by("number")[:PIECE]):
        yield from piece
        after = piece[-1].number


def _check_queue(walk: _Walk) -> None:
    """Whatever is not sealed must wait in the queue, whole; nothing may be sealed twice or past the last checkpoint.

    Each is one statement, so that a sealer at work cannot make it see half of a step.
    """
    last = Coalesce(Subquery(models.Checkpoint.objects.order_by("-size").values("size")[:1]), 0)
    for row in models.Position.objects.filter(position__gt=last).order_by("position")[:SHOWN]:
        walk.fault(f"position {row.position}: no checkpoint holds it")
    twice = models.Position.objects.values("entry_id").annotate(times=Count("position")).filter(times__gt=1)
    for found in twice.order_by("entry_id")[:SHOWN]:
        walk.fault(f"entry {found['entry_id']}: sealed more than once")
    sealed = Exists(models.Position.objects.filter(entry=OuterRef("pk")))
    waiting = Exists(models.Pending.objects.filter(entry=OuterRef("pk")))
    for entry in models.Entry.objects.filter(~sealed, ~waiting).order_by("pk")[:SHOWN]:
        walk.fault(f"{name(entry, None)}: neither sealed nor waiting to be")
    for entry in models.Entry.objects.filter(sealed, waiting).order_by("pk")[:SHOWN]:
        walk.fault(f"{name(entry, None)}: sealed and yet waiting to be")
    for number in partitions.unmatched(SHOWN):
        walk.fault(f"entry {number}: its key is missing or names another, so that one could be appended twice")
    there = Exists(models.Entry.objects.filter(pk=OuterRef("entry_id")))
    for gone in models.Pending.objects.filter(~there).order_by("pk")[:SHOWN]:
        walk.fault(f"entry {gone.pk}: waits to be sealed, but is missing")
    for entry in models.Entry.objects.filter(waiting).order_by("pk").iterator(PIECE):
        if rows.leaf_of(entry).hex() != entry.digest:
            walk.fault(f"{name(entry, None)}: content does not match its hash")
