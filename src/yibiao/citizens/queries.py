"""What citizens may see: where they may report, what a token follows, and what is public of the others' reports."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from yibiao.cases import queries as cases
from yibiao.cases.types import Case
from yibiao.citizens import challenges, counters, models, problems
from yibiao.citizens.types import Challenge, Counter, Service, Ticket
from yibiao.core import clock
from yibiao.core.periods import local_day
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import PackFiles
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.places import queries as places

PURPOSE: Final = "report"
LONGEST: Final = 100


def check(files: PackFiles, published: tuple[FormVersion, ...]) -> list[Problem]:
    """Everything wrong with the services of a pack."""
    return counters.check(files, published)


def counters_open() -> tuple[Counter, ...]:
    """The counters of all programs that take reports, the latest program first; may be empty."""
    return counters.every()


def counter(place: str) -> Counter:
    """The counter that takes the reports of a place.

    Raises: places.place.unknown, citizens.place.closed.
    """
    from_ = counters.at(place)
    if from_ is None:
        raise refuse(problems.NO_COUNTER.at(place=places.names([place[:40]]).get(place, place[:40])))
    return from_


def counter_of(program: str) -> Counter | None:
    """The counter of a program; None where it has none.

    Raises: packs.program.unknown.
    """
    return counters.of(packs.program(program))


def services(one: Counter, at: datetime | None = None) -> tuple[Service, ...]:
    """The services that are open now, in the order of the pack's file."""
    day = local_day(at or clock.now())
    return tuple(service for service in one.services if service.open_on(day))


def challenge(*, simple: bool = False) -> Challenge:
    """A fresh challenge for a report: work for a machine, or a simple sum for a person."""
    return challenges.sum_of(PURPOSE) if simple else challenges.work(PURPOSE)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def ticket(token: str) -> Ticket:
    """What a token follows.

    Raises: citizens.ticket.unknown.
    """
    row = models.Ticket.objects.filter(digest=digest(token[:LONGEST])).first()
    if row is None:
        raise refuse(problems.NO_TICKET.at())
    return Ticket(row.record, row.case, row.program, row.place, row.made_at)


def scope_of(program: str) -> Scope:
    """All of a program, for the parts that are told to everybody."""
    return people.system_scope(place=packs.program(program).place, program=program)


def case_of(token: str) -> Case | None:
    """The case that a token follows, or that into which it was merged; None while it is not yet opened.

    Raises: citizens.ticket.unknown.
    """
    held = ticket(token)
    try:
        return cases.leading(held.case, scope=scope_of(held.program))
    except Refusal:
        return None
