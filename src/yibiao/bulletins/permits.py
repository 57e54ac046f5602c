"""Who may write where, and who may read what: the same for bulletins and for drafts that are checked."""

from __future__ import annotations

from typing import Final

from yibiao.bulletins import problems
from yibiao.core.problems import refuse
from yibiao.people.types import EVERY_PROGRAM, Grant, Scope, Warrant
from yibiao.places import queries as places

_READING: Final = ("analyse", "review", "manage")


def permit(by: Warrant, place: str, program: str) -> None:
    """Raises: bulletins.permit.outside."""
    right = by.right in ("review", "manage") and by.program in (program, EVERY_PROGRAM)
    if not right or not (by.place == place or places.descends(place, by.place)):
        raise refuse(problems.PERMIT.at(place=place))


def open_to(scope: Scope, place: str, program: str, seen: dict[tuple[str, str], bool]) -> bool:
    """Whether texts about a place are open to a scope; ``seen`` keeps the answers for the next of many."""
    return scope.right in _READING and _within(scope, place, program, seen)


def figures_open_to(scope: Scope, place: str, program: str, seen: dict[tuple[str, str], bool]) -> bool:
    """Whether the figures of a place are open to a scope: texts may be read under more rights than figures."""
    return scope.right == "analyse" and _within(scope, place, program, seen)


def figures_of(by: Warrant, program: str) -> Scope:
    """What a writer may look up of the figures: those of the place that the warrant is for."""
    return Scope(by.actor, "analyse", (Grant("analyse", by.place, frozenset({program})),))


def _within(scope: Scope, place: str, program: str, seen: dict[tuple[str, str], bool]) -> bool:
    key = (place, program)
    if key not in seen:
        roots = scope.places(program)
        seen[key] = any(place == root or places.descends(place, root) for root in roots)
    return seen[key]
