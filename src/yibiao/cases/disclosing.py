"""Cases that everybody may read: what a lifecycle makes public of them, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from django.db.models import Q

from yibiao.cases import models, placing, tables, writing
from yibiao.cases.types import Case, Disclosed
from yibiao.core.periods import SHANGHAI
from yibiao.packs import queries as packs


def disclosed(program: str, lifecycle: str = "", *, limit: int = 500) -> tuple[Disclosed, ...]:
    """The public cases of a program, the newest first; of one lifecycle where it is named.

    Raises: packs.program.unknown.
    """
    work = packs.program(program)
    known = tables.installed(work.pack, packs.current(work.pack).version)
    open_to_all = {one.id: one.public for one in known if one.public and lifecycle in ("", one.id)}
    if not open_to_all:
        return ()
    wanted = Q()
    for id, public in open_to_all.items():
        wanted |= Q(lifecycle=id, state__in=public.states)
    rows = models.Case.objects.filter(wanted, program=program, withdrawn=False).order_by("-moved_at", "id")[:limit]
    found = []
    for kept in rows:
        answers = writing.held_of(kept).standing.answers
        told = {name: str(answers[name]) for name in open_to_all[kept.lifecycle].fields if answers.get(name)}
        found.append(
            Disclosed(
                kept.id, kept.lifecycle, kept.place, kept.occurred_at.astimezone(SHANGHAI),
                kept.since.astimezone(SHANGHAI), kept.revision, told,
            )
        )  # fmt: skip
    return tuple(found)


def in_public(
    program: str,
    lifecycle: str,
    *,
    place: str = "",
    ids: Sequence[str] = (),
    is_open: bool | None = None,
    from_: datetime | None = None,
    until: datetime | None = None,
    by: Literal["occurred", "moved"] = "occurred",
    limit: int = 500,
) -> tuple[Case, ...]:
    """The cases of a kind that stand in one of its public states, the newest first; ``ids`` names some of them.

    ``by`` says whether they are dated by when they began or by their last act.

    What may be told of them are the lifecycle's public fields, the state and the times; nothing else.
    Raises: packs.program.unknown.
    """
    work = packs.program(program)
    known = tables.installed(work.pack, packs.current(work.pack).version)
    public = next((one.public for one in known if one.id == lifecycle), None)
    if public is None:
        return ()
    rows = models.Case.objects.filter(
        program=program, lifecycle=lifecycle, state__in=public.states, withdrawn=False, merged_into=""
    )
    if place:
        rows = rows.filter(placing.below((placing.Atlas().lineage(place),)))
    if ids:
        rows = rows.filter(pk__in=list(ids)[:limit])
    if is_open is not None:
        rows = rows.filter(open=is_open)
    if from_ is not None:
        rows = rows.filter(**{f"{by}_at__gte": from_})
    if until is not None:
        rows = rows.filter(**{f"{by}_at__lte": until})
    return tuple(
        writing.case_of(writing.held_of(kept), kept.moved_at.astimezone(SHANGHAI))
        for kept in rows.order_by(f"-{by}_at", "id")[:limit]
    )


def tally(program: str, lifecycle: str, field: str, values: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many cases of a lifecycle stand in which state, for each value of one of their fields."""
    found: dict[str, dict[str, int]] = {value: {} for value in values}
    for value, state in _states(program, lifecycle, field):
        if value in found:
            found[value][state] = found[value].get(state, 0) + 1
    return found


def _states(program: str, lifecycle: str, field: str) -> Iterator[tuple[str, str]]:
    rows = models.Case.objects.filter(program=program, lifecycle=lifecycle, withdrawn=False)
    for state, payload in rows.values_list("state", "payload").iterator():
        yield str(json.loads(payload)["answers"].get(field) or ""), state
