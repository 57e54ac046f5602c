"""Units that owe reports and keep rosters: entities of a register, within a scope."""

from __future__ import annotations

from collections.abc import Iterable

from yibiao.core import expressions
from yibiao.core.problems import refuse
from yibiao.duty import problems, rules
from yibiao.duty.types import Obligation, Unit
from yibiao.forms import queries as forms
from yibiao.people.types import EVERY_PROGRAM, Grant, Scope, Warrant
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Entity

_PAGE = 500


def owing(one: Obligation, program: str, *, scope: Scope, place: str = "") -> tuple[Unit, ...]:
    """The units that an obligation binds, by key."""
    return bound(one, entities(one.register, program, scope=scope, place=place))


def entities(register: str, program: str, *, scope: Scope, place: str = "") -> list[Entity]:
    """All of a register in a scope."""
    return _entities(register, program, scope, place)


def bound(one: Obligation, found: list[Entity]) -> tuple[Unit, ...]:
    """The units that an obligation binds, of all that its register holds."""
    if one.filter:
        kept = next(form for form in forms.kinds().values() if form.entity and form.entity.register == one.register)
        passes = rules.condition(one.filter, rules.types(kept))
        found = [entity for entity in found if expressions.test(passes, entity.data)]
    return tuple(Unit(entity.key, entity.label, entity.place) for entity in found)


def within(register: str, program: str, *, scope: Scope, place: str = "", text: str = "") -> dict[str, Unit]:
    """Every unit of a register in a scope, by key; those that a text finds, where one is given."""
    found = _entities(register, program, scope, place, text)
    return {entity.key: Unit(entity.key, entity.label, entity.place) for entity in found}


def named(register: str, program: str, keys: Iterable[str], by: Warrant) -> dict[str, Unit]:
    """The units of these keys, all inside the warrant.

    Raises: duty.unit.unknown.
    """
    wanted = tuple(keys)
    # One unit is looked up by itself; a text finds what begins with it.
    text = wanted[0] if len(wanted) == 1 else ""
    found = within(register, program, scope=scope_of(by), text=text)
    for key in wanted:
        if key not in found:
            raise refuse(problems.UNIT.at(unit=key[:80]))
    return found


def scope_of(by: Warrant) -> Scope:
    """What a warrant lets its holder see: its own place and program."""
    return Scope(by.actor, by.right, (Grant(by.right, by.place, frozenset({by.program})),))


def require_right(by: Warrant, *rights: str) -> None:
    """Raises: duty.right.missing."""
    if by.right not in rights:
        said = {"fill": "填报", "review": "审核", "manage": "管理"}
        raise refuse(problems.NOT_ALLOWED.at(right=said.get(rights[0], rights[0]), right_en=rights[0]))


def require_inside(by: Warrant, place: str, program: str, label: str) -> None:
    """Raises: duty.unit.outside."""
    if by.program not in (EVERY_PROGRAM, program) or not (place == by.place or places.descends(place, by.place)):
        raise refuse(problems.OUTSIDE.at(unit=label))


def _entities(register: str, program: str, scope: Scope, place: str, text: str = "") -> list[Entity]:
    found: list[Entity] = []
    number = 1
    while True:
        page = records.entities(
            register, scope=scope, program=program, text=text, place=place or None, number=number, size=_PAGE
        )
        found += page
        if len(page) < _PAGE:
            return found
        number += 1
