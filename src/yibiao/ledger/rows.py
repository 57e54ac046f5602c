"""From rows of the ledger to what leaves it, and the bytes that a leaf hash is taken over."""

from __future__ import annotations

import json
from typing import Final

from yibiao.core import canon, merkle
from yibiao.ledger import models
from yibiao.ledger.types import Checkpoint, Fact

_text: Final = json.JSONEncoder(ensure_ascii=False).encode


def leaf_of(entry: models.Entry) -> bytes:
    """The leaf hash of an entry, from its columns.

    Equal to the hash of ``canon.dumps`` of all of them; written out because the payload is canonical text already and
    must not be parsed again (the bytes stored are the bytes that count), and because it runs once per fact.
    """
    text = (
        f'{{"actor":{_text(entry.actor)},"id":{_text(entry.fact)},"kind":{_text(entry.kind)},'
        f'"occurred_at":"{canon.instant(entry.occurred_at)}","organisation":{_text(entry.organisation)},'
        f'"payload":{entry.payload},"place":{_text(entry.place)},"program":{_text(entry.program)},'
        f'"received_at":"{canon.instant(entry.received_at)}","revision":{entry.revision},'
        f'"subject":{_text(entry.subject)},"withdrawn":{"true" if entry.withdrawn else "false"}}}'
    )
    return merkle.leaf_hash(text.encode())


def fact_of(entry: models.Entry, position: int | None = None) -> Fact:
    return Fact(
        kind=entry.kind,
        id=entry.fact,
        revision=entry.revision,
        program=entry.program,
        place=entry.place,
        organisation=entry.organisation,
        actor=entry.actor,
        subject=entry.subject,
        occurred_at=entry.occurred_at,
        received_at=entry.received_at,
        payload=json.loads(entry.payload),
        withdrawn=entry.withdrawn,
        digest=entry.digest,
        position=position,
    )


def checkpoint_of(row: models.Checkpoint) -> Checkpoint:
    return Checkpoint(number=row.number, size=row.size, root=row.root, sealed_at=row.sealed_at)


def node(level: int, index: int) -> bytes:
    """The stored hash of a complete subtree; leaves count from 0 here, positions from 1."""
    if level == 0:
        return bytes(models.Position.objects.values_list("leaf", flat=True).get(position=index + 1))
    return bytes(models.Node.objects.values_list("hash", flat=True).get(level=level, index=index))
