"""Places of records: known on the day, and where they stand in today's tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from threading import RLock
from typing import TypeVar

from django.db.models import Q

from yibiao.core.problems import Refusal
from yibiao.people.types import EVERY_PROGRAM, Scope
from yibiao.places import queries as places
from yibiao.places.types import Edition

K = TypeVar("K")
V = TypeVar("V")


class Atlas:
    """Places looked up once each, for the length of one call; by threads that share it, once between them."""

    def __init__(self) -> None:
        self._line = RLock()
        self._today: Edition | None = None
        self._editions: dict[date, Edition] = {}
        self._known: dict[tuple[str, int], bool] = {}
        self._lineages: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._successors: dict[str, str] = {}

    @property
    def today(self) -> Edition:
        if self._today is None:
            with self._line:
                self._today = self._today or places.edition()
        return self._today

    def known(self, code: str, day: date) -> bool:
        """Whether the code names a place in the edition of the day, itself or through succession, or today."""
        edition = self._editions.get(day) or self._once(self._editions, day, lambda: places.edition(day))
        pair = (code, edition.number)
        found = self._known.get(pair)
        if found is None:
            found = self._once(self._known, pair, lambda: _stands(code, day) or bool(self.lineage(code)))
        return found

    def lineage(self, code: str) -> str:
        """Codes from the root down to the place in today's tree, ``/220000000000/220100000000/``; empty if unknown."""
        found = self._lineages.get(code)
        return self._once(self._lineages, code, lambda: self._lineage(code)) if found is None else found

    def name(self, code: str) -> str:
        """The name of a place of today, or its code."""
        return self._once(self._names, code, lambda: self._name(code))

    def successor(self, code: str) -> str:
        """The code under which the place stands in today's tree."""
        found = self._successors.get(code)
        if found is None:
            found = self._once(self._successors, code, lambda: places.succession(code, self.today.number))
        return found

    def _once(self, kept: dict[K, V], key: K, find: Callable[[], V]) -> V:
        with self._line:
            if key not in kept:
                kept[key] = find()
        return kept[key]

    def _lineage(self, code: str) -> str:
        try:
            steps = places.ancestors(self.successor(code))
        except Refusal:
            return ""
        return f"/{'/'.join(step.code for step in steps)}/"

    def _name(self, code: str) -> str:
        try:
            return places.place(self.successor(code)).name
        except Refusal:
            return code


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
