"""Places of records: known on the day, and where they stand in today's tree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from yibiao.core.problems import Refusal
from yibiao.people.types import EVERY_PROGRAM, Scope
from yibiao.places import queries as places
from yibiao.places.types import Edition


class Atlas:
    """Places looked up once each, for the length of one call."""

    def __init__(self) -> None:
        self._today: Edition | None = None
        self._editions: dict[date, Edition] = {}
        self._known: dict[tuple[str, int], bool] = {}
        self._lineages: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._successors: dict[str, str] = {}

    @property
    def today(self) -> Edition:
        if self._today is None:
            self._today = places.edition()
        return self._today

    def known(self, code: str, day: date) -> bool:
        """Whether the code names a place in the edition of the day, itself or through succession, or today."""
        edition = self._editions.get(day)
        if edition is None:
            edition = self._editions[day] = places.edition(day)
        found = self._known.get((code, edition.number))
        if found is None:
            found = self._known[code, edition.number] = _stands(code, day) or bool(self._lineage(code))
        return found

    def lineage(self, code: str) -> str:
        """Codes from the root down to the place in today's tree, ``/220000000000/220100000000/``; empty if unknown."""
        return self._lineage(code)

    def name(self, code: str) -> str:
        """The name of a place of today, or its code."""
        if code not in self._names:
            try:
                self._names[code] = places.place(self.successor(code)).name
            except Refusal:
                self._names[code] = code
        return self._names[code]

    def successor(self, code: str) -> str:
        """The code under which the place stands in today's tree."""
        if code not in self._successors:
            self._successors[code] = places.succession(code, self.today.number)
        return self._successors[code]

    def _lineage(self, code: str) -> str:
        found = self._lineages.get(code)
        if found is None:
            try:
                steps = places.ancestors(self.successor(code))
            except Refusal:
                steps = ()
            found = self._lineages[code] = f"/{'/'.join(step.code for step in steps)}/" if steps else ""
        return found


def _stands(code: str, day: date) -> bool:
    try:
        places.place(code, on=day)
    except Refusal:
        return False
    return True


def below(lineages: Iterable[str], prefix: str = "") -> Q:
    """The condition that a row's lineage is one of these places or below.

    A range, not LIKE: it uses the index on both databases. "0" is the character after "/", and migration 0002 gives the
    column the "C" order on PostgreSQL, where a language's own order would ignore the slashes.
    """
    found = Q(pk__in=())
    for lineage in lineages:
        found |= Q(**{f"{prefix}lineage__gte": lineage, f"{prefix}lineage__lt": f"{lineage[:-1]}0"})
    return found


def within(scope: Scope, *, program: str | None = None) -> Q:
    """The condition that a submission is open to the scope."""
    atlas, found = Atlas(), Q(pk__in=())
    for grant in scope.grants:
        lineage = atlas.lineage(grant.place)
        if not lineage:
            continue
        if program is not None:
            if grant.over(program):
                found |= below((lineage,))
        elif EVERY_PROGRAM in grant.programs:
            found |= below((lineage,))
        else:
            found |= below((lineage,)) & Q(program__in=grant.programs)
    return found
