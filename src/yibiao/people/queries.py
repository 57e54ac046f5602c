"""Who is who, and who may do what where."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from yibiao.core.problems import Problem, refuse
from yibiao.people import enrolling, problems, sealing, words
from yibiao.people.models import FieldClient as ClientRow
from yibiao.people.models import Organisation as OrganisationRow
from yibiao.people.models import Person, Post, PostGrant
from yibiao.people.passwords import due
from yibiao.people.types import (
    CITIZEN,
    EVERY_PROGRAM,
    Account,
    Decision,
    FieldClient,
    Grant,
    Holder,
    Item,
    Organisation,
    Page,
    PostView,
    Reason,
    Right,
    Scope,
    Warrant,
)
from yibiao.places import queries as places

Kept = TypeVar("Kept", bound=Model)
SYSTEM = "system"
enrolment = enrolling.planned
in_words = words.grants
ENROLMENT = enrolling.COLUMNS
ENROLMENT_MOST = enrolling.MOST
REALM = sealing.REALM


def account(key: str) -> Account:
    """The account behind a key, active or not.

    Raises: people.account.unknown.
    """
    return _account(_person(key=key))


def account_of(username: str) -> Account:
    """The account with a user name.

    Raises: people.account.unknown.
    """
    return _account(_person(username=username.strip().lower()))


def names(keys: Iterable[str]) -> dict[str, str]:
    """Names by key; keys that nobody has are left out. Citizens without an account are all called the same."""
    wanted = set(keys)
    found = dict(Person.objects.filter(key__in=wanted).values_list("key", "name"))
    return found | {CITIZEN: gettext("反映人")} if CITIZEN in wanted else found


def organisation(code: str) -> Organisation:
    """Raises: people.organisation.unknown."""
    row = OrganisationRow.objects.select_related("parent").filter(code=code).first()
    if row is None:
        raise refuse(problems.ORGANISATION_UNKNOWN.at(code=code))
    return _organisation(row)


def organisation_name(code: str) -> str:
    """The name of an organisation; its code where nobody has it."""
    return str(OrganisationRow.objects.filter(code=code).values_list("name", flat=True).first() or code)


def organisations(
    *, under_place: str | None = None, codes: Iterable[str] | None = None, text: str = "", limit: int | None = None
) -> tuple[Organisation, ...]:
    """Organisations by code, all or those that serve a place or one below it, those named, those whose name matches.

    Shape: one per organisation, ordered by code.
    """
    rows = OrganisationRow.objects.select_related("parent") if under_place is None else _within((under_place,))
    if codes is not None:
        rows = rows.filter(code__in=set(codes))
    rows = _named(rows, text).order_by("code")
    return tuple(_organisation(row) for row in (rows if limit is None else rows[:limit]))


def scope(key: str, right: Right) -> Scope:
    """Everything that a person may do under one right; without a grant, or for a deactivated account, it is empty."""
    return Scope(key, right, tuple(grant for _, grant in _grants(key, right)))


def password_due(key: str) -> bool:
    """Whether the person must set a new password before anything else.

    Raises: people.account.unknown.
    """
    return due(_person(key=key), timezone.now())


def required_scope(key: str, right: Right) -> Scope:
    """The scope of a person who has the right somewhere.

    Raises: people.scope.outside.
    """
    found = scope(key, right)
    if not found.grants:
        place = account(key).place
        raise refuse(_outside((), right, place, EVERY_PROGRAM))
    return found


def rights(key: str) -> frozenset[Right]:
    """The rights that a person has anywhere: what the navigation may show."""
    rows = PostGrant.objects.filter(post__person__key=key, post__person__is_active=True)
    return frozenset(rows.values_list("right", flat=True).distinct())  # type: ignore[arg-type]


def allows(key: str, right: Right, place: str, program: str) -> Decision:
    """Whether a person may do something at a place in a program, and why.

    Raises: places.place.unknown.
    """
    held = _grants(key, right)
    found = _covering(held, place, program)
    if found:
        post, grant = found
        said = words.grant(grant)
        name = post.organisation.name
        return Decision(True, Reason(f"{name}“{post.role}”可{said.zh}", f"{post.role} of {name} may {said.en}"))
    problem = _outside(tuple(grant for _, grant in held), right, place, program)
    return Decision(False, Reason(problem.text("zh"), problem.text("en")), problem)


def warrant(key: str, right: Right, *, place: str, program: str, organisation: str = "") -> Warrant:
    """Permission as a value, for every write. ``program`` ``*`` asks for all programs.

    ``organisation`` says on whose behalf, where the person has posts at several; without it the first post that may.

    Raises: people.scope.outside, people.organisation.not-own, places.place.unknown.
    """
    held = _grants(key, right)
    if organisation:
        if not Post.objects.filter(person__key=key, organisation__code=organisation).exists():
            raise refuse(problems.ORGANISATION_NOT_OWN.at(organisation=organisation))
        held = [(post, grant) for post, grant in held if post.organisation.code == organisation]
    found = _covering(held, place, program)
    if found is None:
        raise refuse(_outside(tuple(grant for _, grant in held), right, place, program))
    post, grant = found
    because = f"{post.organisation.name}“{post.role}”：{words.grant(grant).zh}"
    return Warrant(key, right, post.organisation.code, place, program, because)


def system_warrant(
    *, place: str, program: str, organisation: str = "", right: Right = "fill", because: str = SYSTEM
) -> Warrant:
    """A warrant for the command line and the generator of samples; its actor is empty."""
    return Warrant("", right, organisation, place, program, because)


def citizen_warrant(*, place: str, program: str, organisation: str, because: str) -> Warrant:
    """A warrant to file without an account; whoever makes it has looked that citizens may do this here."""
    return Warrant(CITIZEN, "fill", organisation, place, program, because)


def system_scope(*, place: str, program: str = EVERY_PROGRAM, right: Right = "analyse") -> Scope:
    """A scope for the command line, over a place and what lies below it."""
    return Scope("", right, (Grant(right, place, frozenset({program})),))


def posts(key: str) -> tuple[PostView, ...]:
    """The posts of a person, first post first, each with its grants."""
    rows = Post.objects.filter(person__key=key).select_related("organisation").prefetch_related("grants").order_by("pk")
    return tuple(_post(row) for row in rows)


def holder(key: str, *, scope: Scope) -> Holder:
    """An account as its managers see it; one outside the scope is as unknown as one that does not exist.

    Raises: people.account.unknown.
    """
    rows = _holders(scope).filter(key=key)
    if not rows:
        raise refuse(problems.ACCOUNT_UNKNOWN.at())
    return _holder(rows[0])


def holders(
    *, scope: Scope, text: str = "", active: bool | None = None, number: int = 1, size: int = 50
) -> Page[Holder]:
    """Accounts of the organisations in a scope, searched by name, user name, organisation or role.

    Shape: one page, ordered by user name.
    """
    rows = _holders(scope)
    if active is not None:
        rows = rows.filter(is_active=active)
    for word in text.split():
        posts_found = Post.objects.filter(Q(role__icontains=word) | Q(organisation__name__icontains=word))
        by_post = Q(pk__in=posts_found.values("person"))
        rows = rows.filter(Q(name__icontains=word) | Q(username__icontains=word) | by_post)
    return _page(rows, _holder, number, size)


def organisation_page(*, scope: Scope, text: str = "", number: int = 1, size: int = 50) -> Page[Organisation]:
    """One page of the organisations that serve a place of the scope, by code; ``text`` is a part of the name or the
    beginning of the code."""
    return _page(_named(_within(_roots(scope)), text).order_by("code"), _organisation, number, size)


def holders_at(*, place: str, program: str, rights: Iterable[Right], organisation: str = "") -> tuple[str, ...]:
    """Keys of active accounts with one of the rights in a program, at an organisation or at one that serves a place.

    Shape: in the order of their keys; may be empty.
    """
    rows = PostGrant.objects.filter(right__in=list(rights), post__person__is_active=True)
    if organisation:
        rows = rows.filter(post__organisation__code=organisation)
    else:
        now = places.edition().number
        codes = {place, places.succession(place, now)}
        rows = rows.filter(post__organisation__place__in=codes)
    held = rows.values_list("post__person__key", "right", "place", "programs")
    return tuple(sorted({key for key, *grant in held if Grant(grant[0], grant[1], frozenset(grant[2])).over(program)}))


def clients(key: str) -> tuple[FieldClient, ...]:
    """The field clients of a person, those in use first, then by when they were made."""
    rows = ClientRow.objects.filter(person__key=key).select_related("person")
    return tuple(_client(row) for row in sorted(rows, key=lambda row: (row.revoked_at is not None, row.made_at)))


def client(token: str) -> FieldClient:
    """The field client of a token.

    Raises: people.client.unknown, also where the account behind it is closed.
    """
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    rows = ClientRow.objects.filter(digest=digest, revoked_at=None, person__is_active=True)
    row = rows.select_related("person").first()
    if row is None:
        raise refuse(problems.CLIENT_UNKNOWN.at())
    return _client(row)


def client_by_key(key: str) -> tuple[FieldClient, str]:
    """A field client by its key, with what HTTP Digest compares.

    Raises: people.client.unknown.
    """
    rows = ClientRow.objects.filter(key=key, revoked_at=None, person__is_active=True)
    row = rows.select_related("person").first()
    if row is None:
        raise refuse(problems.CLIENT_UNKNOWN.at())
    return _client(row), sealing.unsealed(bytes(row.sealed))


def client_warrants(held: FieldClient, program: str) -> tuple[Warrant, ...]:
    """Permission to file with a client: what its person may do now, cut to the client's place and programs.

    Shape: one warrant per place below which it may file; empty where it may file nothing of the program.
    """
    found: dict[str, Warrant] = {}
    if not held.over(program):
        return ()
    for post, grant in _grants(held.person, "fill"):
        if not grant.over(program):
            continue
        place = _narrower(grant.place, held.place)
        if place and place not in found:
            because = f"{post.organisation.name}“{post.role}”：{words.grant(grant).zh}（{held.label}）"
            found[place] = Warrant(held.person, "fill", post.organisation.code, place, program, because)
    return tuple(found.values())


def _narrower(one: str, other: str) -> str:
    """Of two places of which one lies within the other the lower; nothing where they are apart."""
    if one == other or places.descends(one, other):
        return one
    return other if places.descends(other, one) else ""


def _client(row: ClientRow) -> FieldClient:
    programs = frozenset(row.programs)
    return FieldClient(row.key, row.person.key, row.label, row.place, programs, row.made_at, row.revoked_at)


def _person(**by: str) -> Person:
    row = Person.objects.filter(**by).first()
    if row is None:
        raise refuse(problems.ACCOUNT_UNKNOWN.at())
    return row


def _account(row: Person) -> Account:
    first = row.posts.select_related("organisation").order_by("pk").first()
    if first is None:
        return Account(row.key, row.username, row.name, "", "", "", "", row.sample)
    body = first.organisation
    return Account(row.key, row.username, row.name, body.code, body.name, body.place, first.role, row.sample)


def _organisation(row: OrganisationRow) -> Organisation:
    return Organisation(row.code, row.name, row.parent.code if row.parent else "", row.place)


def _grant(row: PostGrant) -> Grant:
    return Grant(row.right, row.place, frozenset(row.programs))  # type: ignore[arg-type]


def _post(row: Post) -> PostView:
    grants = tuple(sorted((_grant(grant) for grant in row.grants.all()), key=lambda grant: (grant.right, grant.place)))
    return PostView(row.pk, row.organisation.code, row.organisation.name, row.role, grants)


def _grants(key: str, right: Right) -> list[tuple[Post, Grant]]:
    rows = PostGrant.objects.filter(post__person__key=key, post__person__is_active=True, right=right)
    return [(row.post, _grant(row)) for row in rows.select_related("post__organisation").order_by("post_id", "pk")]


def _covering(held: Sequence[tuple[Post, Grant]], place: str, program: str) -> tuple[Post, Grant] | None:
    above = {step.code for step in places.ancestors(place)}
    over = [(post, grant) for post, grant in held if grant.over(program)]
    # Only a grant over a place whose code has changed since needs the second, slower look.
    by_code = (pair for pair in over if pair[1].place in above)
    by_succession = (pair for pair in over if places.descends(place, pair[1].place))
    return next(by_code, None) or next(by_succession, None)


def _outside(grants: tuple[Grant, ...], right: Right, place: str, program: str) -> Problem:
    asked, word = words.programs(frozenset({program})), words.RIGHT_WORDS[right]
    held, who = words.held(right, grants), _granters(place, program)
    return problems.SCOPE_OUTSIDE.at(
        right=word.zh, right_en=word.en, place=words.place_name(place), program=asked.zh, program_en=asked.en,
        has=held.zh, has_en=held.en, who=who.zh, who_en=who.en,
    )  # fmt: skip


def _granters(place: str, program: str) -> Reason:
    """The nearest post that manages the place, by its role and organisation: no person is named."""
    above = [step.code for step in places.ancestors(place)] if place else []
    rows = PostGrant.objects.filter(right="manage", place__in=above, post__person__is_active=True)
    nearest = sorted(rows.select_related("post__organisation"), key=lambda row: (-above.index(row.place), row.pk))
    for row in nearest:
        if _grant(row).over(program):
            body, role, name = row.post.organisation.name, row.post.role, words.place_name(row.place)
            return Reason(f"{name}的管理岗位（{body}“{role}”）", f"the post that manages {name} ({body}, {role})")
    return Reason("系统管理员", "the system administrator")


def _roots(scope: Scope) -> tuple[str, ...]:
    return tuple(dict.fromkeys(grant.place for grant in scope.grants))


def _within(roots: Sequence[str]) -> QuerySet[OrganisationRow]:
    """Organisations that serve a place in one of the subtrees, by its present code or one that it had."""
    bodies = OrganisationRow.objects.select_related("parent")
    if not roots:
        return bodies.none()
    now = places.successions(places.edition().number)
    renamed = bodies.filter(place__in=now).values_list("place", flat=True).distinct()
    inside = Q(place__in=[old for old in renamed if any(places.descends(now[old], root) for root in roots)])
    for root in roots:
        inside |= Q(place__in=places.subtree(root))
    return bodies.filter(inside)


def _named(rows: QuerySet[OrganisationRow], text: str) -> QuerySet[OrganisationRow]:
    return rows.filter(Q(name__icontains=text) | Q(code__istartswith=text)) if text else rows


def _page(rows: QuerySet[Kept], shown: Callable[[Kept], Item], number: int, size: int) -> Page[Item]:
    total = rows.count()
    number = min(max(1, number), max(1, -(-total // size)))
    return Page(tuple(shown(row) for row in rows[(number - 1) * size : number * size]), total, number, size)


def _holders(scope: Scope) -> QuerySet[Person]:
    within = Post.objects.filter(organisation__in=_within(_roots(scope)).values("pk")).values("person")
    rows = Person.objects.filter(pk__in=within).order_by("username")
    return rows.prefetch_related("posts__organisation", "posts__grants")


def _holder(row: Person) -> Holder:
    held = tuple(_post(post) for post in sorted(row.posts.all(), key=lambda post: post.pk))
    return Holder(_account(row), held, row.is_active, row.password_changed_at)
