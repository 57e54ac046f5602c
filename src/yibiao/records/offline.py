"""What phones said of entities and that somebody may have to look at: what waits, and what contradicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people.types import EVERY_PROGRAM, Scope, Warrant
from yibiao.records import branches, checking, entities, merging, models, problems, registers, types
from yibiao.records.placing import Atlas

SHOWN: Final = 200


def waiting(*, scope: Scope, program: str, register: str = "") -> tuple[types.Waiting, ...]:
    """Records of a program whose word on an entity waits, the oldest first.

    Shape: at most two hundred; may be empty.
    """
    rows = models.Waiting.objects.filter(entities.within(scope, program), program=program)
    rows = rows.filter(register=register) if register else rows
    return tuple(
        types.Waiting(
            row.pk, row.record, row.program, row.register, row.key, row.label, row.place,
            row.since.astimezone(SHANGHAI), (row.since + branches.PATIENCE).astimezone(SHANGHAI),
        )
        for row in rows.order_by("since", "pk")[:SHOWN]
    )  # fmt: skip


def clashes(one: types.Entity) -> tuple[types.Clash, ...]:
    """What is contested of an entity and not settled, the oldest first; whoever asks may read the entity."""
    rows = models.Clash.objects.filter(entity=one.id, ruling="").order_by("pk")
    return tuple(clash_of(row, one.key) for row in rows[:SHOWN])


def clash_of(row: models.Clash, key: str) -> types.Clash:
    contested = tuple(types.Contested(name, *each) for name, each in json.loads(row.answers).items())
    return types.Clash(row.pk, key, row.record, contested, row.stands, row.at.astimezone(SHANGHAI))  # type: ignore[arg-type]


def take_waiting(id: int, *, reason: str, by: Warrant, at: datetime | None = None) -> None:
    """Takes what a record says of an entity without waiting for an earlier word of the same phone.

    Raises: ``records.waiting.unknown``, ``records.reason.missing``.
    """
    why, moment = merging.begin(reason, by, "不再等待", "stop waiting"), at or checking.now()
    with transaction.atomic():
        row = models.Waiting.objects.select_for_update().filter(pk=id).first()
        if row is None or not _open_to(by, row.lineage, row.program):
            raise refuse(problems.WAITING_UNKNOWN.at())
        _release(row, by.actor, why, moment)


def release_overdue(*, at: datetime | None = None) -> int:
    """Takes what has waited too long: the phone that it waits for may be lost. How many it took."""
    moment = at or checking.now()
    overdue = models.Waiting.objects.filter(since__lte=moment - branches.PATIENCE).order_by("since", "base", "pk")
    taken = 0
    for id in list(overdue.values_list("pk", flat=True)[:SHOWN]):
        with transaction.atomic():
            # What waited for another that was just taken is taken already.
            row = models.Waiting.objects.select_for_update().filter(pk=id).first()
            if row is not None:
                _release(row, "", "", moment)
                taken += 1
    return taken


def settle(id: int, chosen: Mapping[str, str], *, reason: str, by: Warrant, at: datetime | None = None) -> types.Ruling:
    """Settles a clash: of each contested answer, whether the record's (``mine``) or the other one (``theirs``) holds.

    Raises: ``records.clash.unknown``, ``records.clash.choice``, ``records.reason.missing``.
    """
    why, moment = merging.begin(reason, by, "裁定", "settle it"), at or checking.now()
    with transaction.atomic():
        row = models.Clash.objects.select_for_update().select_related("entity").filter(pk=id, ruling="").first()
        if row is None or not _open_to(by, row.entity.lineage, by.program):
            raise refuse(problems.CLASH_UNKNOWN.at())
        contested = json.loads(row.answers)
        if any(chosen.get(name) not in ("mine", "theirs") for name in contested):
            raise refuse(problems.CLASH_CHOICE.at())
        kept = models.Entity.objects.select_for_update().get(pk=row.entity_id)
        answers = {"": kept.label, **json.loads(kept.data)}
        for name, each in contested.items():
            holds = each[2 if chosen[name] == "mine" else 1]
            if "" not in contested and kept.label in each[1:]:
                answers[""] = holds
            answers[name] = holds
        ruling = merging.rule("settle", kept, row.record, why, by, moment, said={"chosen": dict(chosen)})
        settled = registers.Statement(
            branches.drafted(kept.register, kept.key, answers), ruling.id, 1, kept.place, kept.lineage,
            kept.occurred_at, program=by.program,
        )  # fmt: skip
        registers.store(registers.redirected([settled]), at=moment)
        row.ruling = ruling.id
        row.save(update_fields=["ruling"])
    return ruling


def _release(row: models.Waiting, actor: str, why: str, at: datetime) -> None:
    record = models.Submission.objects.get(pk=row.record)
    fact = FactDraft(
        kind="register.not-waited", id=row.record, revision=1, program=row.program, place=row.place,
        organisation=record.organisation, actor=actor, subject=row.key, occurred_at=at,
        payload={"register": row.register, "key": row.key, "base": row.base, "reason": why},
    )  # fmt: skip
    branches.release(row, at=at)
    ledger.append([fact], received_at=at)


def _open_to(by: Warrant, lineage: str, program: str) -> bool:
    return f"/{Atlas().successor(by.place)}/" in lineage and by.program in (EVERY_PROGRAM, program)
