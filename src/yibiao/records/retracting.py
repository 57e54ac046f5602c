"""What records said of entities is taken back: each falls back to the newest that still stands, or is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from yibiao.records import models, registers

_CHUNK: Final = 400


def retract(record: str, *, at: datetime) -> None:
    """Takes back what a record said; its entities fall back to the newest that still stands, or are gone."""
    retract_all([record], at=at)


def retract_all(records: Sequence[str], *, at: datetime) -> None:
    """The same of many records: each of their entities falls back once."""
    ids: set[str] = set()
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        mine = models.EntityRevision.objects.filter(record__in=part, live=True)
        ids |= set(mine.values_list("entity_id", flat=True))
        mine.update(live=False)
        models.Waiting.objects.filter(record__in=part).delete()
        models.Clash.objects.filter(record__in=part).delete()
    recall(sorted(ids), at=at)


def recall(ids: Sequence[str], *, at: datetime) -> None:
    """Entities as the newest that still stands left them; runs inside the caller's transaction."""
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        standing = models.EntityRevision.objects.filter(entity__in=part, live=True)
        newest: dict[str, models.EntityRevision] = {}
        for said in standing.order_by("-occurred_at", "-pk").iterator():
            newest.setdefault(said.entity_id, said)
        _recall(models.Entity.objects.filter(pk__in=part), newest, at)


def _recall(rows: Iterable[models.Entity], newest: Mapping[str, models.EntityRevision], at: datetime) -> None:
    changed = []
    for row in rows:
        last = newest.get(row.pk)
        if last is None:
            row.gone = True
        else:
            row.gone, row.label, row.place, row.lineage = False, last.label, last.place, last.lineage
            row.data, row.record, row.occurred_at = last.data, last.record, last.occurred_at
            registers.call(row)
        row.updated_at, row.version = at, row.version + 1
        changed.append(row)
    registers.save(changed)
