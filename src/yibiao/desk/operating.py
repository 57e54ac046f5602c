"""What the operator of the machine may do: everything, in the name of the system."""

from __future__ import annotations

from yibiao.packs import queries as packs
from yibiao.people.types import EVERY_PROGRAM, Grant, Scope


def everything() -> Scope:
    """A scope over the whole of every program.

    Whoever can start the program on the machine can read its database; a narrower scope would protect nothing.
    """
    grants = tuple(Grant("analyse", one.place, frozenset({one.code})) for one in packs.programs())
    return Scope("", "analyse", grants)


def over(place: str) -> Scope:
    """The same over a place, also one above those where programs are run, such as a nation of which each has a part."""
    return Scope("", "analyse", (Grant("analyse", place, frozenset({EVERY_PROGRAM})),))
