"""From what people type or click to a question for the figures: which indicator, where, when, as of when."""

from __future__ import annotations

from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.desk.problems import NO_PROGRAM
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.places import queries as places


def program(code: str) -> Program:
    """A program by its code."""
    return packs.program(code)


def window(of: Program) -> Period:
    """The span on which boards and figures of a program open."""
    return Period(of.window_from, of.window_until)


def period(of: Program, from_: str = "", until: str = "") -> Period:
    """What was asked for; an end left out is the program's own.

    Raises: core.period.unreadable, core.period.backwards
    """
    if not from_ and not until:
        return window(of)
    return Period.parse(from_ or of.window_from.isoformat(), until or of.window_until.isoformat())


def program_of(indicator: str, code: str) -> Program:
    """The program that is meant: the one named, or the only one of the indicator's pack.

    Raises: desk.program.missing, packs.program.unknown
    """
    if code:
        return packs.program(code)
    pack = indicator.partition(".")[0] if "." in indicator else ""
    candidates = [one for one in packs.programs() if not pack or one.pack == pack]
    if len(candidates) != 1:
        raise refuse(NO_PROGRAM.at(indicator=indicator))
    return candidates[0]


def query(
    indicator: str,
    *,
    program: str = "",
    place: str = "",
    from_: str = "",
    until: str = "",
    as_of: int | None = None,
    edition: str = "then",
) -> Query:
    """The question in full, from its parts; ``indicator`` is ``id`` or ``pack.id``.

    Raises: desk.program.missing, places.place.unknown, figures' and packs' refusals of unknown names
    """
    meant = program_of(indicator, program)
    ref = indicator if "." in indicator else f"{meant.pack}.{indicator}"
    return Query(
        indicator=figures.indicator(ref).ref,
        program=meant.code,
        place=known(place) or meant.place,
        period=period(meant, from_, until),
        as_of=as_of,
        edition="now" if edition == "now" else "then",
    )


def known(code: str) -> str:
    """The code itself, once it is sure that some place has or had it: a typing error is not a question of rights."""
    if code:
        places.place(code)
    return code
