"""From a request to permission as a value: the only place of this room that knows who is signed in."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import get_language

from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import Grant, Right, Scope, Warrant
from yibiao.records import queries
from yibiao.records.placing import Atlas
from yibiao.records.types import Record

READING: Final[tuple[Right, ...]] = ("analyse", "review", "fill")


def actor(request: HttpRequest) -> str:
    return str(request.user.key)  # type: ignore[union-attr]


def language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def reading(request: HttpRequest, *more: Right) -> Scope:
    """What the signed-in person may read: all her rights together, but for that of managing accounts.

    Who manages accounts reads no records by it, unless an act that it allows asks for one (``more``).
    """
    key, rights = actor(request), dict.fromkeys((*READING, *more))
    return Scope(key, "analyse", tuple(grant for right in rights for grant in people.scope(key, right).grants))


def warrant(request: HttpRequest, right: Right, *, place: str, program: str) -> Warrant:
    """Raises: ``people.scope.outside``."""
    return people.warrant(actor(request), right, place=Atlas().successor(place), program=program)


def filing(request: HttpRequest, program: Program) -> tuple[str, ...]:
    """The places below which the person may file in a program.

    Raises: ``people.scope.outside`` when there are none.
    """
    places = people.scope(actor(request), "fill").places(program.code)
    if not places:
        warrant(request, "fill", place=program.place, program=program.code)
    return places


def filling(request: HttpRequest, program: Program, place: str) -> Scope:
    """What the person may file about in a program, at or below a place where one is given.

    Raises: ``places.place.unknown``, ``people.scope.outside``.
    """
    if not place:
        return people.scope(actor(request), "fill")
    by = warrant(request, "fill", place=place, program=program.code)
    return Scope(by.actor, "fill", (Grant("fill", by.place, frozenset({program.code})),))


def warrants(request: HttpRequest, program: Program) -> tuple[Warrant, ...]:
    """A warrant for each place below which the person may file in a program.

    Raises: ``people.scope.outside`` when there are none.
    """
    return tuple(warrant(request, "fill", place=place, program=program.code) for place in filing(request, program))


def over(request: HttpRequest, id: str, *rights: Right) -> tuple[Record, Warrant]:
    """A record that the person may read, and her warrant over it by the first of the rights that she has there.

    Raises: ``records.submission.unknown``, ``people.scope.outside``.
    """
    record = queries.record(id, scope=reading(request, *rights))
    place = Atlas().successor(record.place)
    right = next(
        (right for right in rights if people.allows(actor(request), right, place, record.program).allowed), rights[0]
    )
    return record, warrant(request, right, place=place, program=record.program)
