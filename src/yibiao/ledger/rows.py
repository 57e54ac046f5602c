"""From rows of the ledger to what leaves it, and the bytes that a leaf hash is taken over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db import connection

from yibiao.core import canon, merkle
from yibiao.ledger import models
from yibiao.ledger.types import Checkpoint, Fact, FactDraft

FACT: Final = (
    "kind", "fact", "revision", "program", "place", "organisation", "actor", "subject", "occurred_at", "received_at",
    "withdrawn", "payload", "digest",
)  # fmt: skip
_text: Final = canon.quoted
# So many entries are asked for by number in one statement.
_TOGETHER: Final = 1_000
# So many without a gap are asked for by the first and the last.
_STRETCH: Final = 50
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Frame:
    """The canonical text of a fact, but for what is another in each: its id, moment, payload and subject."""

    before: str
    kind: str
    organisation: str
    place: str
    after: str

    def leaf(self, id: str, occurred: str, payload: str, subject: str) -> bytes:
        """The leaf hash of a fact, of its canonical payload as it is."""
        text = (
            f"{self.before}{_text(id)}{self.kind}{occurred}{self.organisation}{payload}{self.place}{_text(subject)}"
            f"{self.after}"
        )
        return merkle.leaf_hash(text.encode())


def frame(row: FactDraft | Fact | models.Entry, received: str) -> Frame:
    """The frame of a fact and of its like, received at an instant.

    What is put into it is equal to ``canon.dumps`` of all of the fact; written out because the payload is canonical
    text already and must not be parsed again (the bytes stored are the bytes that count), and because it runs once per
    fact.
    """
    return Frame(
        f'{{"actor":{_text(row.actor)},"id":',
        f',"kind":{_text(row.kind)},"occurred_at":"',
        f'","organisation":{_text(row.organisation)},"payload":',
        f',"place":{_text(row.place)},"program":{_text(row.program)},"received_at":"{received}",'
        f'"revision":{row.revision},"subject":',
        f',"withdrawn":{"true" if row.withdrawn else "false"}}}',
    )


def leaf(row: FactDraft | Fact | models.Entry, id: str, received: str, payload: str) -> bytes:
    """The leaf hash of a fact whose payload is ``payload`` as canonical text, and its ``received_at`` as an instant."""
    return frame(row, received).leaf(id, canon.instant(row.occurred_at), payload, row.subject)


def leaf_of(entry: models.Entry) -> bytes:
    """The leaf hash of an entry, from its columns."""
    return leaf(entry, entry.fact, canon.instant(entry.received_at), entry.payload)


def fact_of(values: Sequence[Any]) -> Fact:
    """The fact of the columns ``FACT``, with its position, or None, before them."""
    (position, kind, id, revision, program, place, organisation, actor, subject, occurred, received, withdrawn, payload,
     digest) = values  # fmt: skip
    return Fact(
        kind, id, revision, program, place, organisation, actor, subject, occurred, received, json.loads(payload),
        withdrawn, digest, position,
    )  # fmt: skip


def waiting(limit: int) -> list[tuple[int, str]]:
    """The first entries that wait for their position, each with its digest.

    Digests are asked for by number, not by a join: the table of those that wait is empty at one moment and full at the
    next, and a database that goes by what it was when last looked at would make plans for the whole log.
    """
    entries = list(models.Pending.objects.order_by("entry").values_list("entry", flat=True)[:limit])
    table = models.Entry._meta.db_table
    found: list[tuple[int, str]] = []
    for some in _named("id", entries):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, digest FROM {table} WHERE {some}")  # noqa: S608 numbers, our own name
            found += cursor.fetchall()
    return sorted(found)


def placed(entries: Sequence[int]) -> None:
    """Some entries wait no longer."""
    for some in _named("entry_id", entries):
        with connection.cursor() as cursor:
            table = models.Pending._meta.db_table
            cursor.execute(f"DELETE FROM {table} WHERE {some}")  # noqa: S608 numbers, our own name


def stretches(numbers: Sequence[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Numbers in their order as long stretches without a gap, each by its first and its last, and those that are left.

    Entries of a list lie side by side: to read a stretch of an index costs a tenth of looking for each of them.
    """
    runs: list[tuple[int, int]] = []
    alone: list[int] = []
    begin = 0
    for end in range(1, len(numbers) + 1):
        if end < len(numbers) and numbers[end] == numbers[end - 1] + 1:
            continue
        if end - begin >= _STRETCH:
            runs.append((numbers[begin], numbers[end - 1]))
        else:
            alone += numbers[begin:end]
        begin = end
    return runs, alone


def _named(column: str, numbers: Sequence[int]) -> Iterator[str]:
    """Conditions that together name rows by numbers in their order."""
    runs, alone = stretches(numbers)
    for first, last in runs:
        yield f"{column} BETWEEN {first} AND {last}"
    for start in range(0, len(alone), _TOGETHER):
        yield f"{column} IN ({', '.join(map(str, alone[start : start + _TOGETHER]))})"


def checkpoint_of(row: models.Checkpoint) -> Checkpoint:
    return Checkpoint(number=row.number, size=row.size, root=row.root, sealed_at=row.sealed_at)


def with_nodes(make: Callable[[merkle.Node], _Made]) -> _Made:
    """What ``make`` makes of stored subtrees, read together: it is run once to see which it asks for."""
    asked: list[tuple[int, int]] = []

    def note(level: int, index: int) -> bytes:
        asked.append((level, index))
        return b""

    make(note)
    leaves = models.Position.objects.filter(position__in=[index + 1 for level, index in asked if level == 0])
    kept = {(0, position - 1): bytes(leaf) for position, leaf in leaves.values_list("position", "leaf")}
    above = models.Node.objects.filter(pk__in=[place for place in asked if place[0]])
    kept.update(((level, index), bytes(found)) for level, index, found in above.values_list("level", "index", "hash"))
    return make(lambda level, index: kept[level, index])
