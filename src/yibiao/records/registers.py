"""Registers: entities created and updated by records, and taken back with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from yibiao.core import canon
from yibiao.core.problems import Problem
from yibiao.forms import queries as forms
from yibiao.forms.types import Checked, Field, FormVersion
from yibiao.records import models, problems

_SPACE: Final = uuid.UUID("6f1d7f0e-56f3-5f8f-9a6e-3a4c1f6f8b52")
_CHUNK: Final = 400


@dataclass(frozen=True, slots=True)
class Draft:
    """What a record says about one entity."""

    register: str
    key: str
    label: str
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        return entity_id(self.register, self.key)


@dataclass(frozen=True, slots=True)
class Statement:
    """A draft with the record that makes it."""

    draft: Draft
    record: str
    revision: int
    place: str
    lineage: str
    occurred_at: datetime


def entity_id(register: str, key: str) -> str:
    """The id of an entity follows from its register and key, so that every site and every rebuild agrees on it."""
    return str(uuid.uuid5(_SPACE, f"{register}\n{key}"))


def draft(form: FormVersion, checked: Checked, *, now: datetime, found: list[Problem]) -> Draft | None:
    """The entity that checked answers describe; personal answers never enter a register."""
    if form.entity is None:
        return None
    value = forms.entity_value(form, checked.public, now=now)
    if value is None or len(value.key) > 200:
        found.append(problems.ENTITY_KEY.at(register=form.entity.register))
        return None
    data: dict[str, Any] = canon.plain(value.data)  # type: ignore[assignment]
    return Draft(value.register, value.key, value.label, data)


def dangling(records: Sequence[tuple[FormVersion, Mapping[str, Any], Draft | None]]) -> list[tuple[int, Problem]]:
    """Answers that pick an entity which no register has, by the index of their record.

    An entity that an earlier or later record of the same batch creates counts as registered.
    """
    wanted: dict[tuple[str, str], list[tuple[int, Field, int]]] = {}
    created: set[tuple[str, str]] = set()
    links: dict[int, list[Field]] = {}
    for index, (form, answers, made) in enumerate(records):
        if made is not None:
            created.add((made.register, made.key))
        fields = links.get(id(form))
        if fields is None:
            fields = links[id(form)] = [item for item in form.fields if item.register]
        for field in fields:
            for at, holder in enumerate(answers.get(field.repeat, ()) if field.repeat else (answers,)):
                if holder.get(field.name):
                    wanted.setdefault((field.register, str(holder[field.name])), []).append((index, field, at))
    missing = set(wanted) - created
    missing -= _registered(missing)
    return [
        (
            index,
            problems.REGISTER.at(
                field.label.zh, register=register, key=key[:80], field=field.name, repeat=field.repeat, index=at
            ),
        )
        for (register, key) in sorted(missing)
        for index, field, at in wanted[register, key]
    ]


def _registered(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    ids = {entity_id(register, key): (register, key) for register, key in pairs}
    found: set[tuple[str, str]] = set()
    names = list(ids)
    for start in range(0, len(names), _CHUNK):
        live = models.Entity.objects.filter(pk__in=names[start : start + _CHUNK], gone=False)
        found |= {ids[id] for id in live.values_list("pk", flat=True)}
    return found


def store(statements: Sequence[Statement], *, at: datetime) -> None:
    """Writes statements and brings their entities up to date; runs inside the caller's transaction."""
    if not statements:
        return
    _ensure(statements, at)
    models.EntityRevision.objects.bulk_create(
        [
            models.EntityRevision(
                entity_id=item.draft.id, record=item.record, revision=item.revision, label=item.draft.label,
                place=item.place, lineage=item.lineage, data=canon.dumps(item.draft.data),
                occurred_at=item.occurred_at, at=at,
            )
            for item in statements
        ],
        batch_size=1000,
    )  # fmt: skip
    newest: dict[str, Statement] = {}
    for item in statements:
        best = newest.get(item.draft.id)
        if best is None or item.occurred_at >= best.occurred_at:
            newest[item.draft.id] = item
    names = list(newest)
    changed: list[models.Entity] = []
    for start in range(0, len(names), _CHUNK):
        for row in models.Entity.objects.filter(pk__in=names[start : start + _CHUNK]):
            item = newest[row.pk]
            # A record of an earlier day that arrives late does not undo what a later one said.
            if row.gone or row.record == item.record or item.occurred_at >= row.occurred_at:
                _describe(row, item, at)
                changed.append(row)
    _save(changed)


def retract(record: str, *, at: datetime) -> None:
    """Takes back what a record said; its entities fall back to the newest that still stands, or are gone."""
    mine = models.EntityRevision.objects.filter(record=record, live=True)
    ids = sorted(set(mine.values_list("entity_id", flat=True)))
    mine.update(live=False)
    changed = []
    for row in models.Entity.objects.filter(pk__in=ids):
        last = row.revisions.filter(live=True).order_by("-occurred_at", "-pk").first()
        if last is None:
            row.gone = True
        else:
            row.gone, row.label, row.place, row.lineage = False, last.label, last.place, last.lineage
            row.data, row.record, row.occurred_at = last.data, last.record, last.occurred_at
        row.updated_at = at
        changed.append(row)
    _save(changed)


def _ensure(statements: Sequence[Statement], at: datetime) -> None:
    """Creates the entities that are new; one that another transaction creates meanwhile is simply left to it."""
    fresh = {item.draft.id: item for item in statements}
    models.Entity.objects.bulk_create(
        [
            _describe(models.Entity(pk=id, register=item.draft.register, key=item.draft.key), item, at)
            for id, item in sorted(fresh.items())
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )


def _describe(row: models.Entity, item: Statement, at: datetime) -> models.Entity:
    row.label, row.place, row.lineage = item.draft.label, item.place, item.lineage
    row.data, row.record, row.gone = canon.dumps(item.draft.data), item.record, False
    row.occurred_at, row.updated_at = item.occurred_at, at
    return row


def _save(rows: list[models.Entity]) -> None:
    columns = ["label", "place", "lineage", "data", "record", "occurred_at", "updated_at", "gone"]
    models.Entity.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )
