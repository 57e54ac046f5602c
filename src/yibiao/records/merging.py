"""Decisions about entities: two are one, two are two, an odd code is right. Each is a fact and can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people.types import EVERY_PROGRAM, Warrant
from yibiao.records import checking, entities, models, problems, retracting, types
from yibiao.records.placing import Atlas
from yibiao.records.registers import entity_id

_NOTHING: Final[Mapping[str, Any]] = {}
KINDS: Final = {
    "merge": "register.merged",
    "apart": "register.kept-apart",
    "confirm": "register.confirmed",
    "settle": "register.settled",
}


def merge(
    register: str, *, kept: str, merged: str, reason: str, by: Warrant, at: datetime | None = None
) -> types.Ruling:
    """Makes a duplicate go on under the entity kept. What was filed before stays as it was filed.

    Later records that name the duplicate name the entity kept; what they say of it is said of that one. Facts already
    in the log keep the key that they were filed with; figures count the two as one from now on.

    Raises: ``records.entity.unknown``, ``records.ruling.self|merged``, ``records.reason.missing``.
    """
    why, moment = begin(reason, by, "合并", "merge them"), at or checking.now()
    with transaction.atomic():
        one, other = _two(register, kept, merged, by)
        family = models.Entity.objects.filter(register=register, merged_into=other.key)
        family.update(merged_into=one.key)
        other.merged_into, other.updated_at = one.key, moment
        other.save(update_fields=["merged_into", "updated_at"])
        return rule("merge", one, other.key, why, by, moment)


def keep_apart(
    register: str, *, one: str, other: str, reason: str, by: Warrant, at: datetime | None = None
) -> types.Ruling:
    """Says that two entities which look like one are two.

    Raises: ``records.entity.unknown``, ``records.ruling.self|merged|repeated``, ``records.reason.missing``.
    """
    why, moment = begin(reason, by, "认定为两个", "keep them apart"), at or checking.now()
    with transaction.atomic():
        first, second = _two(register, min(one, other), max(one, other), by)
        _once("apart", register, first.key, second.key)
        return rule("apart", first, second.key, why, by, moment)


def confirm_code(
    register: str, *, key: str, code: str, reason: str, by: Warrant, at: datetime | None = None
) -> types.Ruling:
    """Says that a code is right although its check characters do not fit.

    Raises: ``records.entity.unknown``, ``records.ruling.repeated``, ``records.reason.missing``.
    """
    why, moment = begin(reason, by, "确认", "confirm it"), at or checking.now()
    with transaction.atomic():
        (row,) = _locked(register, (key,), by)
        _once("confirm", register, key, code)
        return rule("confirm", row, code, why, by, moment)


def undo(id: str, *, reason: str, by: Warrant, at: datetime | None = None) -> types.Ruling:
    """Takes a decision back. Of a merge, what was said under the duplicate's key since then is the duplicate's again.

    Raises: ``records.ruling.unknown``, ``records.reason.missing``.
    """
    why, moment = begin(reason, by, "撤销", "undo it"), at or checking.now()
    with transaction.atomic():
        row = models.Ruling.objects.select_for_update().filter(pk=id, undone_at=None).first()
        lineage = Atlas().lineage(row.place) if row else ""
        if row is None or not _covers(by, lineage) or by.program not in (EVERY_PROGRAM, row.program):
            raise refuse(problems.RULING_UNKNOWN.at())
        row.undone_reason, row.undone_by, row.undone_at = why, by.actor, moment
        row.save(update_fields=["undone_reason", "undone_by", "undone_at"])
        if row.act == "merge":
            _part(row.register, row.other, moment)
        elif row.act == "settle":
            retracting.retract(row.id, at=moment)
            models.Clash.objects.filter(ruling=row.id).update(ruling="")
        _fact(row, 2, by.actor, {"reason": why}, by.organisation, moment, withdrawn=True)
    return entities.ruling_of(row)


def begin(reason: str, by: Warrant, zh: str, en: str) -> str:
    """The reason of a decision that the warrant allows.

    Raises: ``records.submission.not-allowed``, ``records.reason.missing``.
    """
    checking.require_right((by,), "review")
    return checking.reason(reason, zh, en)


def _two(register: str, first: str, second: str, by: Warrant) -> tuple[models.Entity, models.Entity]:
    if first == second:
        raise refuse(problems.RULING_SELF.at(key=first[:80]))
    one, other = _locked(register, (first, second), by)
    return one, other


def _locked(register: str, keys: Sequence[str], by: Warrant) -> list[models.Entity]:
    """Live entities by key that the warrant covers, locked until the transaction ends; always in the same order."""
    ids = sorted(entity_id(register, key) for key in keys)
    rows = {row.key: row for row in models.Entity.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    used = by.program == EVERY_PROGRAM or register in entities.registers(by.program)
    for key in keys:
        row = rows.get(key)
        if row is None or row.gone or not used or not _covers(by, row.lineage):
            raise refuse(problems.ENTITY_UNKNOWN.at(id=key[:80]))
        if row.merged_into:
            raise refuse(problems.RULING_MERGED.at(key=key[:80], kept=row.merged_into))
    return [rows[key] for key in keys]


def _covers(by: Warrant, lineage: str) -> bool:
    return f"/{Atlas().successor(by.place)}/" in lineage


def _once(act: str, register: str, key: str, other: str) -> None:
    known = models.Ruling.objects.filter(act=act, register=register, key=key, other=other, undone_at=None)
    if known.exists():
        raise refuse(problems.RULING_REPEATED.at())


def rule(
    act: str, row: models.Entity, other: str, why: str, by: Warrant, at: datetime, *, said: Mapping[str, Any] = _NOTHING
) -> types.Ruling:
    """Puts a decision down, with its fact; the caller does what it decides."""
    ruling = models.Ruling.objects.create(
        id=str(uuid.uuid4()), act=act, register=row.register, key=row.key, other=other, program=by.program,
        place=row.place, reason=why, actor=by.actor, at=at,
    )  # fmt: skip
    _fact(ruling, 1, by.actor, {"reason": why, **said}, by.organisation, at)
    return entities.ruling_of(ruling)


def _fact(
    row: models.Ruling, revision: int, actor: str, said: Mapping[str, Any], body: str, at: datetime, *,
    withdrawn: bool = False,
) -> None:  # fmt: skip
    payload = {"register": row.register, "key": row.key, "other": row.other, **said}
    draft = FactDraft(
        kind=KINDS[row.act], id=row.id, revision=revision, program=row.program, place=row.place, organisation=body,
        actor=actor, subject=row.key, occurred_at=at, payload=payload, withdrawn=withdrawn,
    )  # fmt: skip
    ledger.append([draft], received_at=at)


def _part(register: str, duplicate: str, at: datetime) -> None:
    """A duplicate stands for itself again, with what was merged into it before and what was said under their keys."""
    standing = models.Ruling.objects.filter(act="merge", register=register, undone_at=None)
    into = dict(standing.values_list("other", "key"))
    models.Entity.objects.filter(register=register, key=duplicate).update(merged_into="")
    own = [key for key in into if duplicate in _above(key, into)]
    models.Entity.objects.filter(register=register, key__in=own).update(merged_into=duplicate)
    keys = [duplicate, *own]
    ids = [entity_id(register, key) for key in keys]
    said = models.EntityRevision.objects.filter(entity__register=register, said_as__in=keys).exclude(entity__in=ids)
    holders = set(said.values_list("entity_id", flat=True))
    said.update(entity_id=entity_id(register, duplicate))
    retracting.recall(sorted({*holders, entity_id(register, duplicate)}), at=at)


def _above(key: str, into: dict[str, str]) -> list[str]:
    """The keys into which a key was merged, one after another."""
    found = []
    while key in into and key not in found:
        key = into[key]
        found.append(key)
    return found
