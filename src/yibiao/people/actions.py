"""Writes of the room, each with its fact; no fact holds a name, a password or an address in clear."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people import clients, enrolling, passwords, problems, queries, words
from yibiao.people.enrolling import CODE, PROGRAM, USERNAME
from yibiao.people.models import FormerPassword, Person, Post, PostGrant
from yibiao.people.models import Organisation as OrganisationRow
from yibiao.people.types import EVERY_PROGRAM, RIGHTS, Account, Grant, Organisation, Warrant
from yibiao.places import queries as places

add_client = clients.add
revoke_client = clients.revoke
enrol = enrolling.enrol


@transaction.atomic
def add_organisation(*, code: str, name: str, parent: str = "", place: str, by: Warrant | None = None) -> Organisation:
    """Register an organisation; the same content twice is one organisation. Without ``by`` the system acts.

    Raises: people.organisation.code, people.organisation.taken, people.organisation.unknown, people.name.missing,
        people.grant.outside, places.place.unknown.
    """
    _check_range(by, place)
    found = _name_problems(name)
    if not CODE.fullmatch(code):
        found.append(problems.ORGANISATION_CODE.at())
    if found:
        raise Refusal(found)
    above = _organisation_row(parent) if parent else None
    wanted = Organisation(code, name.strip(), parent, places.place(place).code)
    if OrganisationRow.objects.filter(code=code).exists():
        if queries.organisation(code) != wanted:
            raise refuse(problems.ORGANISATION_TAKEN.at(code=code))
        return wanted
    OrganisationRow.objects.create(
        code=code, name=wanted.name, parent=above, place=wanted.place, added_at=timezone.now()
    )
    _append("people.organisation-added", place=wanted.place, organisation=code, by=by, payload={"parent": parent})
    return wanted


@transaction.atomic
def add_person(
    *,
    username: str,
    name: str,
    password: str | None,
    organisation: str,
    role: str,
    grants: Sequence[Grant] = (),
    sample: bool = False,
    must_change: bool = False,
    by: Warrant | None = None,
) -> Account:
    """Open an account with its first post. Without ``by`` the system acts.

    Missing: with no password nobody can sign in until one is set.

    Raises: people.username.shape, people.username.taken, people.name.missing, people.password.weak,
        people.organisation.unknown, people.grant.*.
    """
    username = username.strip().lower()
    body = _organisation_row(organisation)
    _check_range(by, body.place)
    now = timezone.now()
    row = Person(
        username=username,
        name=name.strip(),
        sample=sample,
        must_change=must_change,
        password_changed_at=now,
        added_at=now,
    )
    found = _name_problems(name) + _name_problems(role) + _username_problems(username)
    if password is not None:
        found += _password_problems(password, row)
    if found:
        raise Refusal(found)
    row.password = make_password(password)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise refuse(problems.USERNAME_TAKEN.at(username=username)) from None
    if password is not None:
        FormerPassword.objects.create(person=row, hash=row.password)
    post = Post.objects.create(person=row, organisation=body, role=role.strip())
    _append("people.account-added", place=body.place, organisation=body.code, subject=row.key, by=by)
    for given in grants:
        _store_grant(post, given, by)
    return queries.account(row.key)


@transaction.atomic
def add_post(*, key: str, organisation: str, role: str, by: Warrant | None = None) -> int:
    """Give a person a further post; the same post twice is one. Returns the number of the post.

    Raises: people.account.unknown, people.organisation.unknown, people.name.missing, people.grant.own,
        people.grant.outside.
    """
    row, body = _locked(key), _organisation_row(organisation)
    _check_own(by, key)
    _check_range(by, body.place)
    if found := _name_problems(role):
        raise Refusal(found)
    post, new = Post.objects.get_or_create(person=row, organisation=body, role=role.strip())
    if new:
        _append("people.post-added", place=body.place, organisation=body.code, subject=key, by=by)
    return post.pk


@transaction.atomic
def grant(*, key: str, given: Grant, by: Warrant | None, post: int | None = None) -> None:
    """Give a post (the first one where none is named) a right; programs add to those granted before.

    Raises: people.account.unknown, people.post.unknown, people.grant.own, people.grant.outside, people.grant.right,
        people.grant.programs.
    """
    _check_own(by, key)
    _store_grant(_post(_locked(key), post, by), given, by)


@transaction.atomic
def revoke(*, key: str, given: Grant, by: Warrant | None, post: int | None = None) -> None:
    """Take the programs of a grant back; a grant without programs is gone.

    Raises: people.account.unknown, people.post.unknown, people.grant.own, people.grant.outside.
    """
    _check_own(by, key)
    holder = _post(_locked(key), post, by)
    row = PostGrant.objects.filter(post=holder, right=given.right, place=given.place).first()
    if row is None or not given.programs & set(row.programs):
        raise refuse(problems.POST_UNKNOWN.at())
    _check_range(by, given.place, given.programs)
    if left := sorted(set(row.programs) - given.programs):
        PostGrant.objects.filter(pk=row.pk).update(programs=left)
    else:
        row.delete()
    _append_grant("people.revoked", holder, given, by)


@transaction.atomic
def deactivate(*, key: str, by: Warrant | None) -> None:
    """Close an account: it can no longer sign in and has no right any more; what it did stays.

    Raises: people.account.unknown, people.grant.own, people.grant.outside.
    """
    _set_active(key, False, by)


@transaction.atomic
def reactivate(*, key: str, by: Warrant | None) -> None:
    """Open a closed account again.

    Raises: people.account.unknown, people.grant.own, people.grant.outside.
    """
    _set_active(key, True, by)


@transaction.atomic
def reset_password(*, key: str, password: str, by: Warrant | None) -> None:
    """Set a password that must be changed at the next sign-in.

    Raises: people.account.unknown, people.password.weak, people.grant.own, people.grant.outside.
    """
    row = _locked(key)
    _check_own(by, key)
    _check_holder(by, row)
    if found := _password_problems(password, row):
        raise Refusal(found)
    row.must_change = True
    _store_password(row, password)
    _append_about(row, "people.password-reset", actor=by.actor if by else "")


@transaction.atomic
def change_password(person: Person, password: str) -> None:
    """Store the own new password, already checked by the form; the given row is kept in step with the stored one."""
    person.must_change = False
    _store_password(person, password)
    _append_about(person, "people.password-changed", actor=person.key)


@transaction.atomic
def note_sign_in(key: str, address: str) -> None:
    """A person came in. The address is kept as a keyed digest only."""
    _append_about(_person_row(key), "people.signed-in", actor=key, payload={"from": _digest("address", address)})


@transaction.atomic
def note_sign_out(key: str) -> None:
    _append_about(_person_row(key), "people.signed-out", actor=key)


@transaction.atomic
def note_failed_sign_in(username: str, address: str, *, locked: bool) -> None:
    """Somebody failed to come in, ``locked`` out with it. An unknown user name is kept as a keyed digest only."""
    row = Person.objects.filter(username=username.strip().lower()).first()
    payload: dict[str, Any] = {"from": _digest("address", address), "locked": locked}
    if row is None:
        payload["name"] = _digest("username", username.strip().lower())
        _append("people.sign-in-failed", payload=payload)
    else:
        _append_about(row, "people.sign-in-failed", payload=payload)


def _digest(what: str, value: str) -> str:
    return salted_hmac(f"yibiao.people.{what}", value, algorithm="sha256").hexdigest()[:16]


def _append(
    kind: str,
    *,
    place: str = "",
    organisation: str = "",
    subject: str = "",
    actor: str = "",
    by: Warrant | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    draft = FactDraft(
        kind=kind, id=uuid.uuid4().hex, revision=1, program="", place=place, organisation=organisation,
        actor=by.actor if by else actor, subject=subject, occurred_at=timezone.now(), payload=payload or {},
    )  # fmt: skip
    ledger.append([draft])


def _append_about(row: Person, kind: str, *, actor: str = "", payload: Mapping[str, Any] | None = None) -> None:
    account = queries.account(row.key)
    _append(kind, place=account.place, organisation=account.organisation, subject=row.key, actor=actor, payload=payload)


def _append_grant(kind: str, post: Post, given: Grant, by: Warrant | None) -> None:
    payload = {"right": given.right, "over": given.place, "programs": sorted(given.programs)}
    body = post.organisation
    _append(kind, place=body.place, organisation=body.code, subject=post.person.key, by=by, payload=payload)


def _store_password(row: Person, password: str) -> None:
    """Django's own hook after saving keeps the hash for ``NotOneOfTheLast``."""
    row.set_password(password)
    row.password_changed_at = timezone.now()
    row.save(update_fields=["password", "password_changed_at", "must_change"])


def _store_grant(post: Post, given: Grant, by: Warrant | None) -> None:
    if given.right not in RIGHTS:
        raise refuse(problems.GRANT_RIGHT.at(right=given.right))
    if not given.programs or not all(PROGRAM.fullmatch(code) for code in given.programs):
        raise refuse(problems.GRANT_PROGRAMS.at())
    place = places.place(given.place).code
    _check_range(by, place, given.programs)
    row, new = PostGrant.objects.get_or_create(
        post=post, right=given.right, place=place, defaults={"programs": sorted(given.programs)}
    )
    if not new:
        merged = sorted(given.programs | set(row.programs))
        if merged == row.programs:
            return
        PostGrant.objects.filter(pk=row.pk).update(programs=merged)
    _append_grant("people.granted", post, given, by)


def _set_active(key: str, active: bool, by: Warrant | None) -> None:
    row = _locked(key)
    _check_own(by, key)
    _check_holder(by, row)
    if row.is_active != active:
        Person.objects.filter(pk=row.pk).update(is_active=active)
        _append_about(row, "people.reactivated" if active else "people.deactivated", actor=by.actor if by else "")


def _person_row(key: str) -> Person:
    row = Person.objects.filter(key=key).first()
    if row is None:
        raise refuse(problems.ACCOUNT_UNKNOWN.at())
    return row


def _locked(key: str) -> Person:
    """The account's row, locked to the end of the transaction: two changes of one account go one after the other."""
    row = Person.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise refuse(problems.ACCOUNT_UNKNOWN.at())
    return row


def _organisation_row(code: str) -> OrganisationRow:
    row = OrganisationRow.objects.filter(code=code).first()
    if row is None:
        raise refuse(problems.ORGANISATION_UNKNOWN.at(code=code))
    return row


def _post(row: Person, number: int | None, by: Warrant | None) -> Post:
    rows = row.posts.select_related("organisation", "person").order_by("pk")
    post = (rows if number is None else rows.filter(pk=number)).first()
    if post is None:
        raise refuse(problems.POST_UNKNOWN.at())
    _check_range(by, post.organisation.place)
    return post


def _check_own(by: Warrant | None, key: str) -> None:
    if by is not None and by.actor == key:
        raise refuse(problems.GRANT_OWN.at())


def _check_range(by: Warrant | None, place: str, programs: frozenset[str] = frozenset()) -> None:
    """Whether the warrant reaches the place and every program asked for."""
    if by is None:
        return
    covered = by.program == EVERY_PROGRAM or programs <= {by.program}
    if by.right == "manage" and covered and places.descends(place, by.place):
        return
    asked = words.programs(programs or frozenset({EVERY_PROGRAM}))
    raise refuse(problems.GRANT_OUTSIDE.at(place=words.place_name(place), program=asked.zh, program_en=asked.en))


def _check_holder(by: Warrant | None, row: Person) -> None:
    """Closing an account or setting its password touches all it holds, so every post and right must be in range."""
    if by is None:
        return
    for post in row.posts.select_related("organisation").prefetch_related("grants"):
        _check_range(by, post.organisation.place)
        for held in post.grants.all():
            _check_range(by, held.place, frozenset(held.programs))


def _name_problems(name: str) -> list[Problem]:
    return [] if 0 < len(name.strip()) <= 80 else [problems.NAME_MISSING.at()]


def _username_problems(username: str) -> list[Problem]:
    if not USERNAME.fullmatch(username):
        return [problems.USERNAME_SHAPE.at()]
    if Person.objects.filter(username=username).exists():
        return [problems.USERNAME_TAKEN.at(username=username)]
    return []


def _password_problems(password: str, person: Person) -> list[Problem]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        said = [passwords.WHY[str(each.code)] for each in error.error_list]
        zh, en = "；".join(why.zh for why in said), "; ".join(why.en for why in said)
        return [problems.PASSWORD_WEAK.at(why=zh, why_en=en)]
    return []
