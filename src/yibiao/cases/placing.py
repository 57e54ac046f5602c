"""Where cases stand in today's tree, and which of them a scope opens."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from yibiao.core.problems import Refusal
from yibiao.people.types import EVERY_PROGRAM, Scope, Warrant
from yibiao.places import queries as places
from yibiao.places.types import Place


class Atlas:
    """Places looked up once each, for the length of one call."""

    def __init__(self) -> None:
        self._chains: dict[str, tuple[Place, ...]] = {}

    def chain(self, code: str) -> tuple[Place, ...]:
        """The places from the root down to this one in today's tree; empty where it is unknown."""
        if code not in self._chains:
            try:
                self._chains[code] = places.ancestors(code)
            except Refusal:
                self._chains[code] = ()
        return self._chains[code]

    def lineage(self, code: str) -> str:
        """Codes from the root down to the place, ``/220000000000/220100000000/``; empty where it is unknown."""
        chain = self.chain(code)
        return f"/{'/'.join(step.code for step in chain)}/" if chain else ""

    def parent(self, code: str) -> str:
        """The code of the place above; empty at the top."""
        chain = self.chain(code)
        return chain[-2].code if len(chain) > 1 else ""


def below(lineages: Iterable[str]) -> Q:
    """The condition that a row is at one of these places or below.

    A range, not LIKE: it uses the index on both databases ("0" is the character after "/").
    """
    found = Q(pk__in=())
    for lineage in lineages:
        found |= Q(lineage__gte=lineage, lineage__lt=f"{lineage[:-1]}0")
    return found


def within(scope: Scope, *, program: str = "") -> Q:
    """The condition that a case is open to the scope."""
    atlas, found = Atlas(), Q(pk__in=())
    for grant in scope.grants:
        lineage = atlas.lineage(grant.place)
        if not lineage or (program and not grant.over(program)):
            continue
        here = below((lineage,))
        found |= here if program or EVERY_PROGRAM in grant.programs else here & Q(program__in=grant.programs)
    return found


def covers(by: Warrant, *, lineage: str, program: str) -> bool:
    """Whether a warrant reaches a place in a program."""
    if by.program not in (EVERY_PROGRAM, program):
        return False
    # Only a place whose code has changed since needs the second, slower look.
    return f"/{by.place}/" in lineage or f"/{places.succession(by.place, places.edition().number)}/" in lineage
