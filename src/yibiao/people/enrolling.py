"""Many accounts from one table: read, checked as a whole, and opened in one act, each with a password of its own."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.db import IntegrityError, transaction

from yibiao.core import clock
from yibiao.core.problems import Problem, Refusal, Rule, Where, refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.people import problems, words
from yibiao.people.models import FormerPassword, Person, Post, PostGrant
from yibiao.people.models import Organisation as OrganisationRow
from yibiao.people.types import EVERY_PROGRAM, Cells, Enrolled, Grant, Reason, Right, Scope
from yibiao.places import queries as places

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{2,31}")
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,39}")
PROGRAM: Final = re.compile(r"\*|[a-z0-9][a-z0-9.-]*")
MOST: Final = 2_000
# The columns of the table: what each is called, and what to write there.
COLUMNS: Final[Mapping[str, tuple[Reason, Reason]]] = {
    "username": (Reason("用户名", "User name"), Reason("小写字母、数字、点或短横线，3 至 32 个；不能与已有账号相同",
        "3 to 32 lower-case letters, digits, dots or hyphens; nobody else's")),
    "name": (Reason("姓名", "Name"), Reason("本人姓名", "The person's name")),
    "organisation": (Reason("机构代码", "Organisation code"), Reason("已登记的机构只填代码，例如 220105-yjj",
        "For a registered organisation its code alone, for example 220105-yjj")),
    "body": (Reason("机构名称", "Organisation name"), Reason("机构还没有登记时填写，同一机构填一次即可",
        "Where the organisation is not registered yet; once for each is enough")),
    "place": (Reason("机构地点", "Organisation place"), Reason("机构还没有登记时填写，名称或代码",
        "Where the organisation is not registered yet: a name or code")),
    "role": (Reason("岗位", "Post"), Reason("例如“填报员”", "For example “clerk”")),
    "rights": (Reason("权限", "Rights"), Reason("填报、审核、分析、管理账号，可写几种，用顿号隔开；空着就先不授权",
        "fill in, review, analyse, manage accounts; several with commas; empty grants nothing yet")),
    "over": (Reason("权限地点", "Place of the rights"), Reason("名称或代码，包括以下各级；空着就是机构地点",
        "A name or code with all below; empty is the organisation's place")),
    "programs": (Reason("专项代码", "Programs"), Reason("几个代码用顿号隔开；空着或写“全部”就是全部专项",
        "Several codes with commas; empty or “all” is all programs")),
}  # fmt: skip
_MUST: Final = ("username", "name", "organisation", "role")
_ALL: Final = ("", "*", "全部", "全部专项", "all")
_APART: Final = re.compile(r"[、，,；;\n]+")
# Letters and digits that nobody takes for one another.
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS: Final = 3
# A password made here cannot be guessed, so a slow hash adds nothing; it becomes a slow one at the first sign-in.
_ROUNDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One account of the table, read. ``place`` is that of the organisation, ``over`` that of the rights."""

    number: int
    username: str
    name: str
    organisation: str
    body: str
    place: str
    role: str
    rights: tuple[Right, ...]
    over: str
    programs: tuple[str, ...]

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(Grant(right, self.over, frozenset(self.programs)) for right in self.rights)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A table that can be opened: its accounts, the organisations that are registered with them, and by whom: the
    person whose range it was checked against, nobody where the system acts."""

    rows: tuple[Row, ...]
    organisations: tuple[Row, ...]
    by: str


def planned(cells: Cells, scope: Scope | None) -> Enrolment:
    """A table whose first row names the columns; without a scope the system acts.

    Raises: people.enrolment.*, people.username.*, people.name.missing, people.organisation.*, people.grant.*: every
        fault of every row, each with its row and column.
    """
    if not cells:
        raise refuse(problems.ENROLMENT_EMPTY.at())
    (_, heads), *rows = cells
    if not rows:
        raise refuse(problems.ENROLMENT_EMPTY.at())
    if len(rows) > MOST:
        raise refuse(problems.ENROLMENT_MOST.at(most=MOST, count=len(rows)))
    named = [_column(head) for head in heads]
    if missing := [COLUMNS[name][0] for name in _MUST if name not in named]:
        zh, en = "、".join(one.zh for one in missing), ", ".join(one.en for one in missing)
        raise refuse(problems.ENROLMENT_COLUMNS.at(missing=zh, missing_en=en))
    given = [
        (number, {name: cell.strip() for name, cell in zip(named, row, strict=False) if name}) for number, row in rows
    ]
    return _Reading(scope).read(given)


@transaction.atomic
def enrol(found: Enrolment) -> tuple[Enrolled, ...]:
    """Opens the accounts and registers their organisations, all or none; each password is given here and never again.

    Raises: people.enrolment.meanwhile where another was quicker with one of the names.
    """
    now = clock.now()
    added = [
        OrganisationRow(code=one.organisation, name=one.body, place=one.place, added_at=now)
        for one in found.organisations
    ]
    secrets_ = [_password() for _ in found.rows]
    persons = [
        Person(
            username=row.username, name=row.name, must_change=True, password=_hashed(password),
            password_changed_at=now, added_at=now,
        )
        for row, password in zip(found.rows, secrets_, strict=True)
    ]  # fmt: skip
    try:
        with transaction.atomic():
            OrganisationRow.objects.bulk_create(added)
            Person.objects.bulk_create(persons)
    except IntegrityError:
        raise refuse(problems.ENROLMENT_MEANWHILE.at()) from None
    bodies = OrganisationRow.objects.in_bulk({row.organisation for row in found.rows}, field_name="code")
    FormerPassword.objects.bulk_create(FormerPassword(person=person, hash=person.password) for person in persons)
    posts = Post.objects.bulk_create(
        Post(person=person, organisation=bodies[row.organisation], role=row.role)
        for row, person in zip(found.rows, persons, strict=True)
    )
    PostGrant.objects.bulk_create(
        PostGrant(post=post, right=right, place=row.over, programs=list(row.programs))
        for row, post in zip(found.rows, posts, strict=True)
        for right in row.rights
    )
    ledger.append(list(_facts(found, persons, bodies)))
    return tuple(
        Enrolled(row.username, row.name, bodies[row.organisation].name, row.role, password)
        for row, password in zip(found.rows, secrets_, strict=True)
    )


def _facts(found: Enrolment, persons: Sequence[Person], bodies: Mapping[str, OrganisationRow]) -> Iterator[FactDraft]:
    def fact(kind: str, place: str, organisation: str, subject: str, payload: dict[str, object]) -> FactDraft:
        return FactDraft(
            kind=kind, id=uuid.uuid4().hex, revision=1, program="", place=place, organisation=organisation,
            actor=found.by, subject=subject, occurred_at=clock.now(), payload=payload,
        )  # fmt: skip

    for one in found.organisations:
        yield fact("people.organisation-added", one.place, one.organisation, "", {"parent": ""})
    for row, person in zip(found.rows, persons, strict=True):
        place = bodies[row.organisation].place
        yield fact("people.account-added", place, row.organisation, person.key, {})
        for right in row.rights:
            told: dict[str, object] = {"right": right, "over": row.over, "programs": list(row.programs)}
            yield fact("people.granted", place, row.organisation, person.key, told)


@dataclass(slots=True)
class _Reading:
    """One reading of a table: what is wrong with it is collected."""

    scope: Scope | None
    found: list[Problem] = field(default_factory=list)
    bodies: dict[str, OrganisationRow] = field(default_factory=dict)
    added: dict[str, Row] = field(default_factory=dict)
    described: dict[str, tuple[int, Mapping[str, str]]] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)
    _reached: dict[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict)

    def read(self, given: Sequence[tuple[int, Mapping[str, str]]]) -> Enrolment:
        codes = {cells.get("organisation", "") for _, cells in given}
        self.bodies = OrganisationRow.objects.in_bulk(codes, field_name="code")
        wanted = {cells.get("username", "").lower() for _, cells in given}
        taken = set(Person.objects.filter(username__in=wanted).values_list("username", flat=True))
        # An organisation may be described in any of its rows.
        self.described = {
            cells["organisation"]: (number, cells) for number, cells in reversed(given)
            if cells.get("organisation") and (cells.get("body") or cells.get("place"))
        }  # fmt: skip
        rows = []
        for number, cells in given:
            row = self._row(number, cells)
            if row.username in taken:
                self._say(problems.USERNAME_TAKEN, number, "username", username=row.username)
            taken.add(row.username)
            rows.append(row)
        if self.found:
            raise Refusal(self.found)
        return Enrolment(tuple(rows), tuple(self.added.values()), self.scope.actor if self.scope else "")

    def _row(self, number: int, cells: Mapping[str, str]) -> Row:
        username, name, role = cells.get("username", "").lower(), cells.get("name", ""), cells.get("role", "")
        if not USERNAME.fullmatch(username):
            self._say(problems.USERNAME_SHAPE, number, "username")
        for column, text in (("name", name), ("role", role)):
            if not 0 < len(text) <= 80:
                self._say(problems.NAME_MISSING, number, column)
        code = cells.get("organisation", "")
        body, place = self._body(number, code)
        over = self._place(number, "over", cells["over"]) if cells.get("over") else place
        rights, programs = self._rights(number, cells.get("rights", "")), self._programs(number, cells)
        row = Row(number, username, name, code, body, place, role, rights, over, programs)
        if place and not self._reaches(place, ()):
            self._outside(number, "organisation", place, ())
        elif rights and over and programs and not self._reaches(over, programs):
            self._outside(number, "over", over, programs)
        if code not in self.bodies and place:
            self.added.setdefault(code, row)
        return row

    def _body(self, number: int, code: str) -> tuple[str, str]:
        """The name and the place of an organisation, registered already or described in the table."""
        if code in self.bodies:
            return self.bodies[code].name, self.bodies[code].place
        if not CODE.fullmatch(code):
            self._say(problems.ORGANISATION_CODE, number, "organisation")
            return "", ""
        at, cells = self.described.get(code, (number, {}))
        if cells.get("body") and cells.get("place"):
            if len(cells["body"]) > 80:
                self._say(problems.NAME_MISSING, at, "body")
            return cells["body"], self._place(at, "place", cells["place"])
        self._say(problems.ENROLMENT_ORGANISATION, number, "organisation", code=code)
        return "", ""

    def _place(self, number: int, column: str, text: str) -> str:
        """The code of a place that is named by its code, or by a name that one place of the range has."""
        if text not in self._places:
            under = tuple(grant.place for grant in self.scope.grants) if self.scope else ()
            try:
                hits = [places.place(text)] if text[0].isdigit() else places.search(text, under=under, limit=50)
            except Refusal:
                hits = []
            exact = [one.code for one in hits if text in (one.name, one.code)]
            self._places[text] = exact[0] if len(exact) == 1 else ""
        if not self._places[text]:
            self._say(problems.ENROLMENT_PLACE, number, column, text=text[:40])
        return self._places[text]

    def _rights(self, number: int, text: str) -> tuple[Right, ...]:
        found: dict[Right, None] = {}
        for word in filter(None, (part.strip().lower() for part in _APART.split(text))):
            right = next(
                (right for right, said in words.RIGHT_WORDS.items() if word in (right, said.zh, said.en)), None
            )
            if right is None:
                self._say(problems.GRANT_RIGHT, number, "rights", right=word[:20])
            else:
                found[right] = None
        return tuple(found)

    def _programs(self, number: int, cells: Mapping[str, str]) -> tuple[str, ...]:
        text = cells.get("programs", "").lower()
        codes = (
            (EVERY_PROGRAM,) if text in _ALL else tuple(sorted({part.strip() for part in _APART.split(text)} - {""}))
        )
        if not all(PROGRAM.fullmatch(code) for code in codes):
            self._say(problems.GRANT_PROGRAMS, number, "programs")
            return ()
        return codes

    def _reaches(self, place: str, programs: tuple[str, ...]) -> bool:
        """Whether who opens the accounts manages a place for these programs (for any, where none is named)."""
        if self.scope is None:
            return True
        asked = (place, programs)
        if asked not in self._reached:
            self._reached[asked] = any(
                (EVERY_PROGRAM in grant.programs or set(programs) <= grant.programs)
                and places.descends(place, grant.place)
                for grant in self.scope.grants
            )
        return self._reached[asked]

    def _outside(self, number: int, column: str, place: str, programs: tuple[str, ...]) -> None:
        asked = words.programs(frozenset(programs or {EVERY_PROGRAM}))
        said = {"place": words.place_name(place), "program": asked.zh, "program_en": asked.en}
        self._say(problems.GRANT_OUTSIDE, number, column, **said)

    def _say(self, rule: Rule, number: int, column: str, **values: object) -> None:
        label = COLUMNS[column][0]
        where = Where(f"第 {number} 行“{label.zh}”", f"Row {number} “{label.en}”")
        self.found.append(rule.at(where, **values))


def _column(head: str) -> str:
    plain = head.strip().rstrip("*＊").strip().lower()
    return next((name for name, (label, _) in COLUMNS.items() if plain in (label.zh, label.en.lower(), name)), "")


def _password() -> str:
    """Three groups of four signs, with small letters, capitals and digits among them."""
    while True:
        made = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(_GROUPS))
        if any(map(str.islower, made)) and any(map(str.isupper, made)) and any(map(str.isdigit, made)):
            return made


def _hashed(password: str) -> str:
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return str(hasher.encode(password, hasher.salt(), iterations=_ROUNDS))
    return str(hasher.encode(password, hasher.salt()))
