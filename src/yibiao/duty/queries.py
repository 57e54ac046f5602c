"""Reads of duty: rules, coverage, rosters, who is on duty, swaps, handovers and spot checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yibiao.core.periods import Period
from yibiao.core.problems import Problem
from yibiao.duty import coverage, declaring, rules, slots, units
from yibiao.duty.types import Cell, Matrix, Rules, Unit
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import Declared, PackFiles
from yibiao.people.types import Scope


def check(files: PackFiles, forms: Sequence[FormVersion]) -> tuple[Rules, list[Problem]]:
    """What a pack's duty.toml says, and everything that is wrong with it."""
    return rules.check(files, forms)


def declared(files: PackFiles) -> tuple[Declared, ...]:
    """The facts of duty that a pack's indicators may count."""
    return declaring.of_files(files)


def sources() -> tuple[Declared, ...]:
    """The facts of duty that figures count, over every installed pack."""
    return declaring.of_all()


def rules_of(pack: str) -> Rules:
    """The rules of the current version of a pack; empty where it has none.

    Raises: packs.version.unknown.
    """
    return rules.of(pack)


def matrix(
    program: str, topic: str, *, scope: Scope, at: datetime, period: Period | None = None, place: str = ""
) -> Matrix:
    """The coverage of a topic over a period (its own horizon), for the units of a scope.

    Raises: packs.program.unknown, duty.rules.none, duty.topic.unknown.
    """
    work = packs.program(program)
    one = rules.obligation(rules.of_program(program), topic)
    span = period or slots.horizon(one, Period(work.window_from, work.window_until))
    return coverage.matrix(one, work, span, scope=scope, at=at, place=place)


def owed(program: str, *, scope: Scope, at: datetime, place: str = "") -> tuple[Cell, ...]:
    """Everything that is not filed yet: what is overdue and what is still to come, earliest deadline first.

    Raises: packs.program.unknown.
    """
    pack = packs.program(program).pack
    found = [matrix(program, one.topic, scope=scope, at=at, place=place) for one in rules.of(pack).obligations]
    return coverage.open_cells(found)


def reporting_units(program: str, *, scope: Scope, place: str = "") -> dict[str, Unit]:
    """The units that keep rosters in a program, by key; empty where it keeps none.

    Raises: packs.program.unknown.
    """
    rule = rules.of(packs.program(program).pack).roster
    return units.within(rule.register, program, scope=scope, place=place) if rule else {}
