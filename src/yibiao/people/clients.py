"""Field clients: phones and programs that file in a person's name, by a token that is shown once."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from typing import Final

from django.db import transaction

from yibiao.core import clock
from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people import problems, queries, sealing, words
from yibiao.people.models import FieldClient as Row
from yibiao.people.models import Person
from yibiao.people.types import EVERY_PROGRAM, FieldClient, Warrant
from yibiao.places import queries as places

TOKEN_BYTES: Final = 32


@transaction.atomic
def add(
    *, person: str, label: str, place: str, programs: frozenset[str], by: Warrant | None
) -> tuple[FieldClient, str]:
    """Give a person a field client; its token is returned here and never again. Without ``by`` the system acts.

    Raises: people.account.unknown, people.name.missing, people.grant.programs, people.client.outside,
        people.grant.outside, places.place.unknown.
    """
    account = queries.account(person)
    _check(by, person, account.place)
    if not 0 < len(label.strip()) <= 80:
        raise refuse(problems.NAME_MISSING.at())
    if not programs:
        raise refuse(problems.GRANT_PROGRAMS.at())
    code = places.place(place).code
    for program in sorted(programs):
        _within(person, code, program)
    token, key, now = secrets.token_urlsafe(TOKEN_BYTES), f"sj-{secrets.token_hex(5)}", clock.now()
    row = Row.objects.create(
        key=key, person=Person.objects.get(key=person), label=label.strip(), place=code, programs=sorted(programs),
        digest=hashlib.sha256(token.encode()).hexdigest(), sealed=sealing.sealed(key, token),
        made_by=by.actor if by else "", made_at=now,
    )  # fmt: skip
    _append("people.client-added", row, by, {"over": code, "programs": sorted(programs)})
    return FieldClient(key, person, row.label, code, programs, now), token


@transaction.atomic
def revoke(*, key: str, by: Warrant | None) -> None:
    """Close a field client for good; what was filed with it stays.

    Raises: people.client.unknown, people.grant.outside.
    """
    row = Row.objects.select_for_update().filter(key=key, revoked_at=None).first()
    if row is None:
        raise refuse(problems.CLIENT_UNKNOWN.at())
    _check(by, row.person.key, queries.account(row.person.key).place)
    row.revoked_at = clock.now()
    row.save(update_fields=["revoked_at"])
    _append("people.client-revoked", row, by, {})


def _check(by: Warrant | None, person: str, place: str) -> None:
    """A person makes her own clients; for others one must manage their organisation's place."""
    if by is None or by.actor == person:
        return
    if by.right == "manage" and places.descends(place, by.place):
        return
    asked = words.programs(frozenset({EVERY_PROGRAM}))
    raise refuse(problems.GRANT_OUTSIDE.at(place=words.place_name(place), program=asked.zh, program_en=asked.en))


def _within(person: str, place: str, program: str) -> None:
    """A client reaches no further than its person: somewhere in the place she must have the right to fill in."""
    grants = queries.scope(person, "fill").grants
    held = [grant for grant in grants if program == EVERY_PROGRAM or grant.over(program)]
    if any(places.descends(place, grant.place) or places.descends(grant.place, place) for grant in held):
        return
    said = words.programs(frozenset({program}))
    raise refuse(problems.CLIENT_OUTSIDE.at(place=words.place_name(place), program=said.zh, program_en=said.en))


def _append(kind: str, row: Row, by: Warrant | None, payload: dict[str, object]) -> None:
    account = queries.account(row.person.key)
    ledger.append([
        FactDraft(
            kind=kind, id=uuid.uuid4().hex, revision=1, program="", place=account.place,
            organisation=account.organisation, actor=by.actor if by else "", subject=account.key,
            occurred_at=clock.now(), payload={"client": row.key, **payload},
        )
    ])  # fmt: skip
