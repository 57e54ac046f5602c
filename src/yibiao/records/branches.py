"""What phones without a network say of entities: in the order in which they saw them, and never over somebody's head.

A phone says which version of an entity it saw. What builds on a word of its own that has not come yet waits; what
contradicts a word that came in between is put to somebody who decides.

Source: ODK entities 2024.1, offline entities (baseVersion, trunkVersion, branchId).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from yibiao.core import canon
from yibiao.records import models, registers
from yibiao.records.registers import Draft, Statement
from yibiao.records.types import Claim

# A phone that is lost never sends what is waited for.
PATIENCE: Final = timedelta(days=5)


def store(statements: Sequence[Statement], *, at: datetime) -> None:
    """Writes what records say of entities; runs inside the caller's transaction.

    What a phone says goes one by one: it may have to wait, or may set free what waited for it.
    """
    statements = registers.redirected(statements)
    registers.store([item for item in statements if item.claim is None], at=at)
    for item in statements:
        if item.claim is not None:
            _take(item, item.claim, at)
    _follow({item.draft.id for item in statements}, at)


def release(row: models.Waiting, *, at: datetime) -> None:
    """Takes what a phone said without waiting any longer; runs inside the caller's transaction."""
    item = _statement(row)
    row.delete()
    claim = _claim(item)
    # Nobody knows what it builds on but for the version that the phone once got from here.
    _take(item, replace(claim, base=claim.trunk, trunk=None, branch="") if claim.trunk else _blind(claim), at, claim)
    _follow({item.draft.id}, at)


def _take(item: Statement, claim: Claim, at: datetime, noted: Claim | None = None) -> None:
    row = models.Entity.objects.select_for_update().filter(pk=item.draft.id).first()
    seen = _seen(row, claim)
    if seen is _WAITS:
        _wait(item, claim, at)
        return
    if row is None:
        registers.ensure([item], at)
        row = models.Entity.objects.select_for_update().get(pk=item.draft.id)
    if row.version == 0 and claim.create:
        # Nobody else had registered it: phones go on knowing it by the id that this one gave it.
        models.Entity.objects.filter(pk=row.pk).update(uid=claim.uid)
    clash = _compared(row, item, seen) if row.version and not row.gone else None
    if clash is not None:
        item = replace(item, draft=clash.merged, occurred_at=max(item.occurred_at, row.occurred_at))
    row.version += 1
    kept = registers.revision(item, row.version, at)
    noted = noted or claim
    kept.uid, kept.branch, kept.base = noted.uid, noted.branch, noted.base
    kept.save(force_insert=True)
    if row.gone or row.version == 1 or item.occurred_at >= row.occurred_at:
        registers.describe(row, item, at)
    registers.save([row])
    if clash is not None and clash.answers:
        models.Clash.objects.create(
            entity_id=row.pk, record=item.record, base=seen or 0, version=row.version, stands=clash.stands, at=at,
            answers=canon.dumps(clash.answers),
        )  # fmt: skip


_WAITS: Final = -1


def _seen(row: models.Entity | None, claim: Claim) -> int | None:
    """The version here that a phone saw, 0 where it registered the entity, ``_WAITS`` where that has not come yet;
    None where it does not say."""
    if claim.create or claim.base is None:
        return 0 if claim.create else None
    if not claim.branch or claim.base == claim.trunk:
        return claim.base
    if claim.trunk is None and claim.base == 1:
        # The phone registered it itself: that is the first that was said of it.
        own = models.EntityRevision.objects.filter(entity=row, uid=claim.uid, branch="", base=None).first()
    else:
        own = models.EntityRevision.objects.filter(entity=row, branch=claim.branch, base=claim.base - 1).first()
    return own.version if own is not None else _WAITS


@dataclass(frozen=True, slots=True)
class _Compared:
    merged: Draft
    answers: Mapping[str, tuple[Any, Any, Any]]
    stands: str


def _compared(row: models.Entity, item: Statement, seen: int | None) -> _Compared | None:
    """What was changed on either side since ``seen``, put together; None where nobody came in between.

    Of an answer that both changed, the word of the later day stands until somebody settles it.
    """
    if seen is None or seen >= row.version:
        return None
    held = models.EntityRevision.objects.filter(entity=row, version__lte=seen).order_by("-version").first()
    before = _answers(held.label, json.loads(held.data)) if held is not None and seen else {}
    theirs = _answers(row.label, json.loads(row.data))
    mine = _answers(item.draft.label, item.draft.data)
    stands = "mine" if item.occurred_at >= row.occurred_at else "theirs"
    clash: dict[str, tuple[Any, Any, Any]] = {}
    merged = dict(theirs)
    for name in [*theirs, *(name for name in mine if name not in theirs)]:
        was, here, said = (each.get(name) for each in (before, theirs, mine))
        if said in (was, here):
            continue
        if here != was:
            clash[name] = (was, here, said)
        if here == was or stands == "mine":
            merged[name] = said
    if any(each == clash.get("") for name, each in clash.items() if name):
        # The label is that very answer: whoever decides about one decides about both.
        clash.pop("")
    return _Compared(drafted(item.draft.register, item.draft.key, merged), clash, stands)


def drafted(register: str, key: str, answers: Mapping[str, Any]) -> Draft:
    """A draft from answers with the label among them; what is None was taken back."""
    data = {name: value for name, value in answers.items() if name and value is not None}
    return Draft(register, key, str(answers.get("") or key), data)


def _answers(label: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"": label, **data}


def _wait(item: Statement, claim: Claim, at: datetime) -> None:
    models.Waiting.objects.update_or_create(
        record=item.record,
        defaults={
            "revision": item.revision, "program": item.program, "entity": item.draft.id,
            "register": item.draft.register, "key": item.draft.key, "label": item.draft.label,
            "data": canon.dumps(item.draft.data), "place": item.place, "lineage": item.lineage,
            "occurred_at": item.occurred_at, "uid": claim.uid, "branch": claim.branch, "base": claim.base or 0,
            "trunk": claim.trunk, "since": at,
        },
    )  # fmt: skip


def _follow(ids: Iterable[str], at: datetime) -> None:
    """Takes what waited for something that is here now, and what waited for that."""
    left = sorted(set(ids))
    for start in range(0, len(left), 400):
        asked = models.Waiting.objects.filter(entity__in=left[start : start + 400])
        for row in list(asked.order_by("entity", "branch", "base", "pk")):
            item = _statement(row)
            kept = models.Entity.objects.filter(pk=row.entity).first()
            if _seen(kept, _claim(item)) is not _WAITS:
                row.delete()
                _take(item, _claim(item), at)


def _statement(row: models.Waiting) -> Statement:
    draft = Draft(row.register, row.key, row.label, json.loads(row.data))
    claim = Claim(row.uid, False, row.base, row.trunk, row.branch)
    return Statement(
        draft, row.record, row.revision, row.place, row.lineage, row.occurred_at, program=row.program, claim=claim
    )


def _claim(item: Statement) -> Claim:
    return item.claim or Claim("", False, None, None, "")


def _blind(claim: Claim) -> Claim:
    return replace(claim, base=None, trunk=None, branch="")
