"""Registers: entities created and updated by records."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made_field
from datetime import datetime
from typing import Any, Final

from yibiao.core import alike, canon
from yibiao.core.problems import Problem
from yibiao.forms import queries as forms
from yibiao.forms.types import Checked, Field, FormVersion
from yibiao.ledger import writing
from yibiao.records import finding, models, problems
from yibiao.records.outlines import outline
from yibiao.records.types import Claim

_SPACE: Final = uuid.UUID("6f1d7f0e-56f3-5f8f-9a6e-3a4c1f6f8b52")
_CHUNK: Final = 400
_SAVED: Final = (
    "label", "place", "lineage", "data", "record", "occurred_at", "updated_at", "gone", "fold", "version", "sought",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What a record says about one entity."""

    register: str
    key: str
    label: str
    data: Mapping[str, Any]
    id: str = made_field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", entity_id(self.register, self.key))


# The last of them are those in which new entities, and what is said at one moment, are alike.
_ENTITY: Final = (
    "id", "register", "key", "label", "place", "lineage", "data", "record", "occurred_at", "fold", "sought",
    "updated_at", "gone", "merged_into", "version", "uid", "twin",
)  # fmt: skip
_SAID: Final = (
    "entity_id", "record", "revision", "label", "place", "lineage", "data", "occurred_at", "said_as", "version",
    "at", "live", "uid", "branch",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """A draft with the record that makes it. ``said_as`` is the key that it named, where that was merged away."""

    draft: Draft
    record: str
    revision: int
    place: str
    lineage: str
    occurred_at: datetime
    said_as: str = ""
    program: str = ""
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """Answers that a record gives of an entity which it does not keep; ``reach`` is where its filer may file."""

    register: str
    key: str
    data: Mapping[str, Any]
    reach: str
    record: str
    revision: int
    occurred_at: datetime


def entity_id(register: str, key: str) -> str:
    """The id of an entity follows from its register and key, so that every site and every rebuild agrees on it."""
    return str(uuid.uuid5(_SPACE, f"{register}\n{key}"))


def phone_id(id: str) -> str:
    """The id by which phones know an entity that none of them registered: they take random ones (version 4) only."""
    return f"{id[:14]}4{id[15:]}"


def entity_of_phone(id: str) -> str:
    """The other way round."""
    return f"{id[:14]}5{id[15:]}"


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
    """Answers that pick an entity which no register has, by the index of their record."""
    return looked_up(records)[0]


def looked_up(
    records: Sequence[tuple[FormVersion, Mapping[str, Any], Draft | None]],
) -> tuple[list[tuple[int, Problem]], dict[tuple[str, str], str]]:
    """Answers that pick an entity which no register has, by the index of their record; and, of those picked, which
    were merged: the key to go on under, by register and key.

    An entity that an earlier or later record of the same batch creates counts as registered.
    """
    wanted: dict[tuple[str, str], list[tuple[int, Field, int]]] = {}
    created: set[tuple[str, str]] = set()
    for index, (form, answers, made) in enumerate(records):
        if made is not None:
            created.add((made.register, made.key))
        for field in outline(form).links:
            for at, holder in enumerate(answers.get(field.repeat, ()) if field.repeat else (answers,)):
                if holder.get(field.name):
                    wanted.setdefault((field.register, str(holder[field.name])), []).append((index, field, at))
    live = _registered(wanted)
    missing = set(wanted) - created - set(live)
    moved = {pair: kept for pair, kept in live.items() if kept}
    return [
        (
            index,
            problems.REGISTER.at(
                field.label.zh,
                where_en=field.label.of("en"),
                register=register,
                key=key[:80],
                field=field.name,
                repeat=field.repeat,
                index=at,
            ),
        )
        for (register, key) in sorted(missing)
        for index, field, at in wanted[register, key]
    ], moved


def _registered(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Those of the pairs that are registered, with the key that each was merged into, if any."""
    ids = {entity_id(register, key): (register, key) for register, key in pairs}
    found: dict[tuple[str, str], str] = {}
    names = list(ids)
    for start in range(0, len(names), _CHUNK):
        live = models.Entity.objects.filter(pk__in=names[start : start + _CHUNK], gone=False)
        found |= {ids[id]: kept for id, kept in live.values_list("pk", "merged_into")}
    return found


def led_on(form: FormVersion, answers: Mapping[str, Any], moved: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Answers that name the entity kept, where they named one that was merged into it."""
    out = dict(answers)
    for field in form.fields:
        if not field.register:
            continue
        if not field.repeat:
            _lead(field, out, moved)
        elif field.repeat in out:
            out[field.repeat] = [dict(item) for item in out[field.repeat]]
            for item in out[field.repeat]:
                _lead(field, item, moved)
    return out


def _lead(field: Field, holder: dict[str, Any], moved: Mapping[tuple[str, str], str]) -> None:
    kept = moved.get((field.register, str(holder.get(field.name))))
    if kept:
        holder[field.name] = kept


def carried(form: FormVersion, answers: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """What a record says of the entity that it is about, where the form has the answer from its register.

    Of what it only refers to (a plan, a team) a record corrects nothing.
    """
    found: dict[str, tuple[str, str, dict[str, Any]]] = {}
    asks = outline(form)
    about = asks.about
    # Where something happened moves no entity: only the form that keeps it says where it is.
    for field in asks.prefilled:
        question, _, name = field.prefill.partition(".")
        if answers.get(field.name) is None or not answers.get(question):
            continue
        if register := about.get(question):
            held = found.setdefault(question, (register, str(answers[question]), {}))
            held[2][name] = canon.plain(answers[field.name])
    return list(found.values())


def amended(patches: Sequence[Patch]) -> list[Statement]:
    """Patches as statements; one that changes nothing, or is about an entity out of its filer's reach, is none."""
    ids = list({entity_id(one.register, one.key) for one in patches})
    rows: dict[str, models.Entity] = {}
    for start in range(0, len(ids), _CHUNK):
        rows |= models.Entity.objects.select_for_update().in_bulk(ids[start : start + _CHUNK])
    found = []
    data = {id: json.loads(row.data) for id, row in rows.items()}
    for one in sorted(patches, key=lambda each: each.occurred_at):
        id = entity_id(one.register, one.key)
        row = rows.get(id)
        if row is None or row.gone or f"/{one.reach}/" not in row.lineage:
            continue
        new = {**data[id], **one.data}
        if new == data[id] or one.occurred_at < row.occurred_at:
            continue
        data[id] = new
        draft = Draft(one.register, one.key, row.label, new)
        found.append(Statement(draft, one.record, one.revision, row.place, row.lineage, one.occurred_at))
    return found


def store(statements: Sequence[Statement], *, at: datetime) -> None:
    """Writes statements, as ``redirected`` gives them, and brings their entities up to date; runs inside the caller's
    transaction.

    Raises: ``IntegrityError`` where another transaction makes one of many new entities at this moment.
    """
    if not statements:
        return
    newest: dict[str, Statement] = {}
    several: set[str] = set()
    for item in statements:
        best = newest.get(item.draft.id)
        if best is not None:
            several.add(item.draft.id)
        if best is None or item.occurred_at >= best.occurred_at:
            newest[item.draft.id] = item
    rows = _locked(sorted(newest))
    fresh = [item for id, item in newest.items() if id not in rows and id not in several]
    made = _made(fresh, at) if len(fresh) > writing.FEW else set()
    others = [id for id in sorted(newest) if id not in rows and id not in made]
    if others:
        ensure([newest[id] for id in others], at)
        rows |= _locked(others)
    _say([(item, 1 if item.draft.id in made else _counted(rows[item.draft.id])) for item in statements], at)
    for id, row in rows.items():
        item = newest[id]
        # A record of an earlier day that arrives late does not undo what a later one said.
        if row.gone or row.record == item.record or item.occurred_at >= row.occurred_at:
            describe(row, item, at)
    save(list(rows.values()))


def _locked(ids: Sequence[str]) -> dict[str, models.Entity]:
    rows: dict[str, models.Entity] = {}
    for start in range(0, len(ids), _CHUNK):
        # Always in the same order: two that speak of one entity must not count the same version.
        asked = models.Entity.objects.select_for_update().filter(pk__in=ids[start : start + _CHUNK]).order_by("pk")
        rows |= {row.pk: row for row in asked}
    return rows


def _made(fresh: Sequence[Statement], at: datetime) -> set[str]:
    """Writes many entities that nobody has spoken of before, as they are; their ids."""
    if not fresh:
        return set()
    made = [described(item, at) for item in sorted(fresh, key=_entity)]
    moment = writing.moments()
    same = writing.Same(moment(at), False, "", 1, "", False)
    writing.insert(models.Entity, _ENTITY, [
        (
            row.pk, row.register, row.key, row.label, row.place, row.lineage, row.data, row.record,
            moment(row.occurred_at), row.fold, row.sought, same,
        )
        for row in made
    ])  # fmt: skip
    finding.name_new(made)
    return {row.pk for row in made}


def _entity(item: Statement) -> str:
    return item.draft.id


def _counted(row: models.Entity) -> int:
    row.version += 1
    return row.version


def _say(said: Sequence[tuple[Statement, int]], at: datetime) -> None:
    moment = writing.moments()
    same = writing.Same(moment(at), True, "", "")
    writing.insert(models.EntityRevision, _SAID, [
        (
            item.draft.id, item.record, item.revision, item.draft.label, item.place, item.lineage,
            canon.dumps(item.draft.data), moment(item.occurred_at), item.said_as, version, same,
        )
        for item, version in said
    ])  # fmt: skip


def revision(item: Statement, version: int, at: datetime) -> models.EntityRevision:
    """The row of what a record said, which made the entity's ``version``."""
    return models.EntityRevision(
        entity_id=item.draft.id, record=item.record, revision=item.revision, label=item.draft.label,
        place=item.place, lineage=item.lineage, data=canon.dumps(item.draft.data),
        occurred_at=item.occurred_at, at=at, said_as=item.said_as, version=version,
    )  # fmt: skip


def redirected(statements: Sequence[Statement]) -> list[Statement]:
    """What is said of a merged entity is said of the one that it was merged into."""
    moved: dict[str, str] = {}
    ids = list({item.draft.id for item in statements})
    for start in range(0, len(ids), _CHUNK):
        rows = models.Entity.objects.filter(pk__in=ids[start : start + _CHUNK]).exclude(merged_into="")
        moved |= dict(rows.values_list("pk", "merged_into"))
    return [
        replace(item, draft=replace(item.draft, key=moved[item.draft.id]), said_as=item.draft.key, claim=None)
        if item.draft.id in moved
        else item
        for item in statements
    ]


def ensure(statements: Sequence[Statement], at: datetime) -> None:
    """Creates the entities that are new; one that another transaction creates meanwhile is simply left to it."""
    fresh = {item.draft.id: item for item in statements}
    rows = [described(item, at) for _, item in sorted(fresh.items())]
    for row in rows:
        # It has its name for searches from its first saving on, as every entity has.
        row.sought, row.version = "", 0
    models.Entity.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def described(item: Statement, at: datetime) -> models.Entity:
    """A new entity."""
    row = models.Entity(pk=item.draft.id, register=item.draft.register, key=item.draft.key)
    return describe(row, item, at)


def describe(row: models.Entity, item: Statement, at: datetime) -> models.Entity:
    row.label, row.place, row.lineage = item.draft.label, item.place, item.lineage
    row.data, row.record, row.gone = canon.dumps(item.draft.data), item.record, False
    row.occurred_at, row.updated_at = item.occurred_at, at
    call(row)
    return row


def call(row: models.Entity) -> None:
    """What follows from its label."""
    text = finding.sought(row.label, row.key)
    if text != row.sought:
        row.sought, row.fold, row.renamed = text, alike.folded(row.label), True


def save(rows: list[models.Entity]) -> None:
    models.Entity.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=_SAVED
    )
    finding.name(rows)
