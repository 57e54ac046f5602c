"""Reads of duty: rules, coverage, rosters, who is on duty, swaps, handovers and spot checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from yibiao.core.periods import Period
from yibiao.core.problems import Problem, refuse
from yibiao.duty import calendars, coverage, declaring, models, problems, reading, rules, slots, units
from yibiao.duty.declaring import ASSIGNMENT_STATES, MEANS, VERDICTS
from yibiao.duty.types import (
    Assignment,
    Cell,
    Handover,
    Matrix,
    Obligation,
    Roster,
    RosterView,
    Rules,
    SpotCheck,
    Staffer,
    Swap,
    Unit,
)
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import Declared, PackFiles
from yibiao.people.types import Scope

__all__ = [
    "ASSIGNMENT_STATES", "MEANS", "VERDICTS", "asked", "calendar", "calendar_token", "check", "declared", "handovers",
    "matrices", "matrix", "on_duty", "owed", "reporting_units", "roster", "roster_of_shift", "rosters", "rules_of",
    "shifts_of", "sources", "spot_checks", "staff", "swaps",
]  # fmt: skip


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


def asked(one: Obligation, form: FormVersion) -> dict[str, str]:
    """The answers, by question, that a report has to have so that it settles an obligation."""
    return rules.asked(one, form)


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
    return coverage.open_cells(matrices(program, scope=scope, at=at, place=place))


def matrices(program: str, *, scope: Scope, at: datetime, place: str = "") -> tuple[Matrix, ...]:
    """The coverage of every topic over its own horizon, in the order of the pack, from few reads.

    Raises: packs.program.unknown.
    """
    work = packs.program(program)
    return coverage.matrices(rules.of(work.pack).obligations, work, scope=scope, at=at, place=place)


def reporting_units(program: str, *, scope: Scope, place: str = "") -> dict[str, Unit]:
    """The units that keep rosters in a program, by key; empty where it keeps none.

    Raises: packs.program.unknown.
    """
    rule = rules.of(packs.program(program).pack).roster
    return units.within(rule.register, program, scope=scope, place=place) if rule else {}


def rosters(program: str, *, scope: Scope, place: str = "") -> tuple[Roster, ...]:
    """The rosters of the units of a scope, the newest window first, then by unit."""
    rows = reading.of_units(list(reporting_units(program, scope=scope, place=place)), program)
    return tuple(reading.roster(row) for row in rows.order_by("-begins_at", "unit"))


def roster(id: str, *, scope: Scope) -> RosterView:
    """A roster in full.

    Raises: duty.roster.unknown.
    """
    row = models.Roster.objects.filter(pk=id[:36]).first()
    if row is None or row.unit not in reporting_units(row.program, scope=scope):
        raise refuse(problems.ROSTER.at())
    return reading.view(row)


def roster_of_shift(shift: str, *, scope: Scope) -> str:
    """The id of the roster that a shift belongs to; empty where it is unknown or outside the scope."""
    row = models.Shift.objects.select_related("roster").filter(pk=shift[:36]).first()
    if row is None or row.roster.unit not in reporting_units(row.roster.program, scope=scope):
        return ""
    return row.roster_id


def staff(program: str, unit: str, *, scope: Scope) -> tuple[Staffer, ...]:
    """The people on a unit's list, leaders first; empty for a unit outside the scope."""
    if unit not in reporting_units(program, scope=scope):
        return ()
    rows = models.Staffer.objects.filter(program=program, unit=unit, active=True).order_by("-leads", "name")
    return tuple(map(reading.staffer, rows))


def on_duty(program: str, *, at: datetime, scope: Scope, place: str = "") -> tuple[Assignment, ...]:
    """Who is on duty at a moment, by unit: of the shifts that run then, each as it stood at that moment."""
    keys = list(reporting_units(program, scope=scope, place=place))
    rows = models.Assignment.objects.filter(
        shift__roster__program=program, shift__roster__unit__in=keys, shift__begins_at__lte=at, shift__ends_at__gt=at
    )
    found = [reading.as_of(one, at) for one in reading.seats_in(rows)]
    return tuple(sorted(found, key=lambda one: (one.unit, one.begins, one.category, one.name)))


def shifts_of(account: str, *, at: datetime, limit: int = 20) -> tuple[Assignment, ...]:
    """The shifts of an account that have not ended, the next one first."""
    if not account:
        return ()
    rows = models.Assignment.objects.filter(person__account=account, shift__ends_at__gt=at)
    return tuple(reading.seats_in(rows)[:limit])


def swaps(program: str, *, scope: Scope, open_only: bool = True, place: str = "") -> tuple[Swap, ...]:
    """Swaps of the units of a scope, the newest first."""
    keys = list(reporting_units(program, scope=scope, place=place))
    rows = models.Swap.objects.filter(
        assignment__shift__roster__program=program, assignment__shift__roster__unit__in=keys
    )
    return reading.swaps(rows.filter(state__in=("asked", "accepted")) if open_only else rows)


def handovers(
    program: str, *, scope: Scope, place: str = "", unit: str = "", until: datetime | None = None, limit: int = 100
) -> tuple[Handover, ...]:
    """Handovers of the units of a scope, or of one, up to a moment; the newest first."""
    keys = list(reporting_units(program, scope=scope, place=place))
    wanted = [unit] if unit else keys
    rows = models.Handover.objects.filter(
        from_shift__roster__program=program, from_shift__roster__unit__in=[key for key in wanted if key in keys]
    )
    if until is not None:
        rows = rows.filter(offered_at__lte=until)
    return reading.handovers(rows, limit)


def spot_checks(
    program: str, *, scope: Scope, at: datetime, place: str = "", limit: int = 200
) -> tuple[SpotCheck, ...]:
    """Spot checks whose time has come or that are done, the newest first; those to come stay a surprise."""
    keys = list(reporting_units(program, scope=scope, place=place))
    rows = models.SpotCheck.objects.filter(program=program, unit__in=keys).select_related("person")
    rows = rows.filter(Q(planned_at__lte=at) | Q(checked_at__isnull=False))
    return reading.spot_checks(rows.order_by("-planned_at", "pk")[:limit])


def calendar_token(key: str, *, scope: Scope) -> str:
    """The secret of a person's calendar feed, for who may see the unit's roster.

    Raises: duty.staffer.unknown.
    """
    row = models.Staffer.objects.filter(pk=key[:36], active=True).first()
    if row is None or row.unit not in reporting_units(row.program, scope=scope):
        raise refuse(problems.STAFFER.at())
    return calendars.token(row)


def calendar(secret: str, *, at: datetime) -> str:
    """The calendar of a person as text (RFC 5545), by the secret of its address.

    Raises: duty.calendar.unknown.
    """
    row = calendars.owner(secret)
    held = rules.of_program(row.program)
    posts = {post.id: post.label.zh for kind in held.shift_types for post in kind.posts}
    return calendars.feed(row, posts, at)
