"""Who may issue and press, who may sign, and whose notices are open to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from yibiao.core.problems import Refusal, refuse
from yibiao.notices import models, problems
from yibiao.notices.types import Receiver
from yibiao.people import queries as people
from yibiao.people.types import EVERY_PROGRAM, Scope, Warrant
from yibiao.places import queries as places


def issuer(by: Warrant, program: str) -> str:
    """The place at which the warrant's organisation issues.

    Raises: notices.permit.outside, people.organisation.unknown.
    """
    place = today(people.organisation(by.organisation).place)
    review(by, place, program, "印发", "issue")
    return place


def review(by: Warrant, place: str, program: str, act: str, act_en: str) -> None:
    """Raises: notices.permit.outside."""
    right = by.right in ("review", "manage") and by.program in (program, EVERY_PROGRAM)
    if not right or not (by.place == place or places.descends(place, by.place)):
        raise refuse(problems.PERMIT.at(place=name(place), act=act, act_en=act_en))


def own(by: Warrant, row: models.Receipt, program: str) -> None:
    """Raises: notices.receipt.not-own."""
    right = by.right in ("fill", "review") and by.program in (program, EVERY_PROGRAM)
    if not right or not is_own(row.place, row.organisation, by.organisation):
        raise refuse(problems.NOT_OWN.at(receiver=named(Receiver(row.place, row.organisation))))


def is_own(place: str, organisation: str, body: str) -> bool:
    """Whether an organisation is the receiver, or serves the place that is."""
    if organisation:
        return body == organisation
    found = people.organisations(codes=[body]) if body else ()
    return bool(found) and today(found[0].place) == today(place)


def today(code: str) -> str:
    """The code under which a place stands today."""
    return places.succession(code, places.edition().number)


def name(place: str) -> str:
    return names([place])[place]


def names(codes: Iterable[str]) -> dict[str, str]:
    """What places are called today, by code; one that nobody knows is called by its code."""
    with places.remembered():
        now = {code: today(code) for code in dict.fromkeys(codes)}
        found = places.names(list(dict.fromkeys(now.values())))
    return {code: found.get(newest, code) for code, newest in now.items()}


def named(receiver: Receiver) -> str:
    """A receiver as people read it."""
    if receiver.organisation:
        found = people.organisations(codes=[receiver.organisation])
        return found[0].name if found else receiver.organisation
    return name(receiver.place)


def inside(scope: Scope, *, program: str | None = None, named_by: str = "program") -> Q:
    """The condition that a row's place lies within a scope; ``named_by`` is the field that holds its program."""
    found = Q(pk__in=())
    for grant in dict.fromkeys((one.place, one.programs) for one in scope.grants):
        place, programs = grant
        if program is not None and EVERY_PROGRAM not in programs and program not in programs:
            continue
        here = Q(place__in=_below(place))
        if program is None and EVERY_PROGRAM not in programs:
            here &= Q(**{f"{named_by}__in": sorted(programs)})
        found |= here
    return found


def _below(root: str) -> Sequence[str] | QuerySet[Any, str]:
    try:
        return places.subtree(root)
    except Refusal:
        return ()


def covers(scope: Scope, place: str, program: str) -> bool:
    """Whether a place is open to a scope."""
    return any(places.descends(place, root) for root in dict.fromkeys(scope.places(program)))


def receivers(wanted: Iterable[Receiver], within: str) -> list[Receiver]:
    """Receivers with the place of each organisation put in.

    Raises: people.organisation.unknown, places.place.unknown.
    """
    found = []
    for one in dict.fromkeys(wanted):
        body = people.organisation(one.organisation) if one.organisation else None
        place = places.place(body.place if body else one.place or within).code
        found.append(Receiver(place, one.organisation))
    return found
