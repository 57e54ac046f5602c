"""Preparing, making, replacing and publishing a draw: each act is one transaction and one revision of its fact."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from yibiao.core import canon, clock, draws
from yibiao.core.draws import Frozen, Inspector, Recusal, Subject
from yibiao.core.problems import Refusal, refuse
from yibiao.draws import models, plans, problems, rows
from yibiao.draws.types import Draw, Scheme
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import EVERY_PROGRAM, Grant, Scope, Warrant
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Entity

_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "prepared": ("已公布摘要", "prepared"),
    "drawn": ("已抽取", "drawn"),
    "public": ("已公示", "public"),
}
_PIECE: Final = 500


def prepare(
    program: str,
    scheme: str,
    title: str,
    *,
    by: Warrant,
    recusals: Sequence[Recusal] = (),
    seed: str = "",
    at: datetime | None = None,
    sample: bool = False,
) -> Draw:
    """Freeze the lists of the place, and publish their hash together with that of a secret seed, as a fact.

    Raises: draws.permit.outside, draws.scheme.unknown, draws.title.missing, and every core.draw.* of the lists.
    """
    of, moment, secret = _scheme(program, scheme), at or clock.now(), seed or secrets.token_hex(32)
    place = _permitted(by, program)
    if not 0 < len(title.strip()) <= 120:
        raise refuse(problems.TITLE.at())
    frozen = Frozen(
        title.strip(), _subjects(of, program, place), _inspectors(of, program, place), tuple(recusals), of.rules,
        draws.commitment(secret),
    )  # fmt: skip
    if found := [*draws.check(frozen), *draws.strangers(frozen)]:
        raise Refusal(found)
    with transaction.atomic():
        row = models.Draw.objects.create(
            id=str(uuid.uuid4()), program=program, scheme=scheme, place=place, organisation=by.organisation,
            actor=by.actor, title=frozen.title, state="prepared", frozen=canon.dumps(draws.frozen_json(frozen)),
            digest=frozen.digest(), seed=secret, outcome="", prepared_at=moment, drawn_at=None, public_at=None,
            revision=1, moved_at=moment, sample=sample,
        )  # fmt: skip
        ledger.append([rows.fact(row, "prepared", by=by)])
    return rows.draw(row)


def draw(id: str, *, by: Warrant, at: datetime | None = None) -> Draw:
    """Open the seed and draw. The root of the checkpoint that sealed the hash goes in, which nobody knew before.

    Raises: draws.draw.unknown, draws.permit.outside, draws.draw.state, draws.draw.unsealed, core.draw.*.
    """
    with transaction.atomic():
        row = _locked(id, by)
        _must_be(row, "prepared", "抽取", "drawn")
        fact = log.fact(row.id, 1, kind=rows.KIND)
        checkpoint = log.checkpoint_of(fact.position) if fact and fact.position else None
        if checkpoint is None:
            raise refuse(problems.UNSEALED.at())
        outcome = draws.draw(draws.frozen_of(json.loads(row.frozen)), row.seed, checkpoint.root)
        row.state, row.drawn_at = "drawn", at or clock.now()
        _move(row, outcome, "drawn", by=by, at=row.drawn_at)
    return rows.draw(row)


def replace(
    id: str, out: str, *, reason: str, said: str, by: Warrant, subject: str = "", at: datetime | None = None
) -> Draw:
    """Take the next in line for an object that was drawn, or with ``subject`` for one of its inspectors.

    Raises: draws.draw.unknown, draws.permit.outside, draws.draw.state, draws.replacement.reason, core.draw.*.
    """
    if not 2 <= len(said.strip()) <= 300:
        raise refuse(problems.SAID.at())
    with transaction.atomic():
        row = _locked(id, by)
        _must_be(row, "drawn", "替换", "changed")
        frozen, held = draws.frozen_of(json.loads(row.frozen)), draws.outcome_of(json.loads(row.outcome))
        outcome = draws.substitute(frozen, held, out, reason=reason, said=said.strip(), subject=subject)
        _move(row, outcome, "replaced", by=by, at=at or clock.now())
    return rows.draw(row)


def make_public(id: str, *, by: Warrant, at: datetime | None = None) -> Draw:
    """Open lists, rules, seed and result to everybody; nothing is replaced afterwards.

    Raises: draws.draw.unknown, draws.permit.outside, draws.draw.state.
    """
    with transaction.atomic():
        row = _locked(id, by)
        _must_be(row, "drawn", "公示", "made public")
        row.state, row.public_at = "public", at or clock.now()
        _move(row, draws.outcome_of(json.loads(row.outcome)), "public", by=by, at=row.public_at)
    return rows.draw(row)


def _move(row: models.Draw, outcome: draws.Outcome, move: str, *, by: Warrant, at: datetime) -> None:
    row.outcome, row.revision, row.moved_at = canon.dumps(draws.outcome_json(outcome)), row.revision + 1, at
    row.save()
    ledger.append([rows.fact(row, move, by=by)])


def _scheme(program: str, id: str) -> Scheme:
    found = next((one for one in plans.of(packs.program(program).pack) if one.id == id), None)
    if found is None:
        raise refuse(problems.SCHEME.at(scheme=id[:40]))
    return found


def _permitted(by: Warrant, program: str) -> str:
    """The place of the organisation that draws."""
    place = places.place(people.organisation(by.organisation).place).code
    _check(by, place, program)
    return place


def _check(by: Warrant, place: str, program: str) -> None:
    right = by.right in ("review", "manage") and by.program in (program, EVERY_PROGRAM)
    if not right or not (by.place == place or places.descends(place, by.place)):
        raise refuse(problems.PERMIT.at(place=places.place(place).name))


def _locked(id: str, by: Warrant) -> models.Draw:
    row = models.Draw.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise refuse(problems.UNKNOWN.at())
    _check(by, row.place, row.program)
    return row


def _must_be(row: models.Draw, state: str, act: str, act_en: str) -> None:
    if row.state != state:
        zh, en = _SAID[row.state]
        raise refuse(problems.STATE.at(state=zh, state_en=en, act=act, act_en=act_en))


def _subjects(of: Scheme, program: str, place: str) -> tuple[Subject, ...]:
    return tuple(
        Subject(one.key, one.label, str(one.data.get(of.risk) or ""), _several(one.data.get(of.object_fields)),
                str(one.data.get(of.owner) or "") if of.owner else "")
        for one in _entities(of.objects, program, place)
    )  # fmt: skip


def _inspectors(of: Scheme, program: str, place: str) -> tuple[Inspector, ...]:
    return tuple(
        Inspector(one.key, _several(one.data.get(of.inspector_fields)), str(one.data.get(of.employer) or ""))
        for one in _entities(of.inspectors, program, place)
    )


def _several(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(str(one) for one in value or ())


def _entities(register: str, program: str, place: str) -> list[Entity]:
    """The whole register at a place and below it, page by page."""
    scope = Scope("", "analyse", (Grant("analyse", place, frozenset({program})),))
    found: list[Entity] = []
    number, page = 1, records.entities(register, scope=scope, program=program, size=_PIECE)
    while page:
        found += page
        number += 1
        page = records.entities(register, scope=scope, program=program, number=number, size=_PIECE)
    return found
