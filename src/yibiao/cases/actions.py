"""Writes of cases: each act is one transaction with the case's row and the next revision of its fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from yibiao.cases import models, problems, reporting, tables, writing
from yibiao.cases.follow import rebuild, step
from yibiao.cases.placing import Atlas, covers
from yibiao.cases.types import Case, CaseDraft
from yibiao.cases.writing import Act, Held
from yibiao.core import clock
from yibiao.core.lifecycles import moving
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.packs import queries as packs
from yibiao.people.types import Right, Warrant

__all__ = ["escalate", "follow", "move", "move_many", "open_case", "rebuild", "relocate", "withdraw"]

_TITLE: Final = range(2, 201)
_SHORTEST: Final = 2
_ESCALATED: Final = 500
_RIGHTS: Final[Mapping[str, tuple[str, str]]] = {
    "fill": ("填报", "fill in"),
    "review": ("审核", "review"),
    "analyse": ("查看", "look"),
    "manage": ("管理", "manage"),
}


def open_case(draft: CaseDraft, *, by: Warrant, at: datetime | None = None) -> Case:
    """Opens a case by hand. The same id opens one case; sent again, it gives the case that stands.

    Raises: cases.permit.right, cases.case.unknown|title|place|future|conflict, cases.lifecycle.unknown, core.answer.*
    """
    _permit(by, "fill")
    moment = at or clock.now()
    program = packs.program(draft.program)
    version = packs.current(program.pack).version
    lifecycle = tables.lifecycle(program.pack, version, draft.lifecycle)
    lineage = Atlas().lineage(draft.place)
    found = _opening_faults(draft, lineage, moment)
    if found:
        raise Refusal(found)
    if not covers(by, lineage=lineage, program=draft.program):
        raise refuse(problems.UNKNOWN.at(id=draft.place))
    standing = moving.opened(
        lifecycle, draft.answers, title=draft.title.strip(), origin="", actor=by.actor,
        occurred_at=draft.occurred_at, at=moment,
    )  # fmt: skip
    held = Held(draft.id, program.pack, version, lifecycle, draft.program, draft.place, by.organisation, standing, 1)
    with transaction.atomic():
        kept = models.Case.objects.select_for_update().filter(pk=draft.id).first()
        if kept is not None:
            if (kept.kind, kept.program, kept.place) != (held.kind, held.program, held.place):
                raise refuse(problems.REPEATED_ID.at(id=draft.id))
            return writing.case_of(writing.held_of(kept), kept.moved_at)
        writing.store([(held, Act("opened", moment, by.actor, by.organisation))], at=moment)
    return writing.case_of(held, moment)


def move(
    id: str,
    move: str,
    answers: Mapping[str, Any],
    *,
    by: Warrant,
    reason: str = "",
    expected: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Makes one move of a case. ``expected`` is the revision that the person saw.

    Raises: cases.case.unknown|stale, cases.permit.right, core.move.*, core.answer.* (all that are found).
    """
    moment = at or clock.now()
    with transaction.atomic():
        after, act = _moved(_held(id, by, expected), move, answers, by, reason, moment)
        writing.store([(after, act)], at=moment)
    return writing.case_of(after, moment)


def move_many(
    ids: Sequence[str],
    move: str,
    answers: Mapping[str, Any],
    *,
    by: Warrant,
    reason: str = "",
    at: datetime | None = None,
) -> int:
    """Makes the same move of several cases, of all or of none; how many.

    Raises: as ``move``, for every case at once, each problem with the title of its case.
    """
    moment = at or clock.now()
    with transaction.atomic():
        known = models.Case.objects.select_for_update().in_bulk(list(ids))
        done, found = [], []
        for id in dict.fromkeys(ids):
            try:
                held = _open_to(known.get(id), id, by)
                done.append(_moved(held, move, answers, by, reason, moment))
            except Refusal as refusal:
                title = known[id].title if id in known else id[:80]
                found += [replace(problem, where=title) for problem in refusal.problems]
        if found:
            raise Refusal(found)
        writing.store(done, at=moment)
    return len(done)


def withdraw(id: str, *, reason: str, by: Warrant, expected: int | None = None, at: datetime | None = None) -> Case:
    """Takes a case out of every figure from now on; its history stays.

    Raises: cases.case.unknown|stale|withdrawn, cases.permit.right, cases.reason.missing.
    """
    _permit(by, "review")
    if len(reason.strip()) < _SHORTEST:
        raise refuse(problems.REASON.at())
    moment = at or clock.now()
    with transaction.atomic():
        held = _held(id, by, expected)
        if held.standing.withdrawn:
            raise refuse(problems.GONE.at())
        after = replace(held, standing=replace(held.standing, withdrawn=True), revision=held.revision + 1)
        writing.store([(after, Act("withdrawn", moment, by.actor, by.organisation, reason.strip()))], at=moment)
    return writing.case_of(after, moment)


def escalate(*, at: datetime | None = None) -> int:
    """Tells the place above of every case that has been overdue for too long; how many. The system itself acts."""
    moment, atlas = at or clock.now(), Atlas()
    with transaction.atomic():
        late = models.Case.objects.select_for_update().filter(open=True, escalate_at__lte=moment)
        done = []
        for kept in late.order_by("escalate_at")[:_ESCALATED]:
            held = writing.held_of(kept)
            above = atlas.parent(held.place) or held.place
            standing = moving.escalated(held.standing, above)
            done.append((replace(held, standing=standing, revision=held.revision + 1), Act("escalated", moment)))
        if done:
            writing.store(done, at=moment)
    return len(done)


def follow(limit: int = 2_000) -> int:
    """Opens, corrects and withdraws cases by the records that were sealed since; how many positions it went forward."""
    return step(limit)


def relocate() -> int:
    """Writes the lineages of cases anew after the tree of places changed; how many rows moved."""
    atlas, moved = Atlas(), 0
    with transaction.atomic():
        rows = models.Case.objects.order_by("place").values_list("place", "lineage").distinct()
        for place, lineage in list(rows):
            today = atlas.lineage(place)
            if today and today != lineage:
                moved += models.Case.objects.filter(place=place, lineage=lineage).update(lineage=today)
    return moved


def _permit(by: Warrant, right: Right) -> None:
    if by.right != right:
        zh, en = _RIGHTS[right]
        raise refuse(problems.PERMIT.at(right=zh, right_en=en))


def _moved(
    held: Held, move: str, answers: Mapping[str, Any], by: Warrant, reason: str, at: datetime
) -> tuple[Held, Act]:
    known = held.lifecycle.move(move)
    if known is not None:
        _permit(by, known.right)
        reporting.may(held, known, by, at)
        reporting.mergeable(held, known, answers)
    standing = moving.moved(held.lifecycle, held.standing, move, answers, actor=by.actor, at=at, reason=reason)
    after = replace(held, standing=standing, revision=held.revision + 1)
    return after, Act(move, at, by.actor, by.organisation, reason.strip())


def _held(id: str, by: Warrant, expected: int | None) -> Held:
    """A case, locked until the transaction ends."""
    kept = models.Case.objects.select_for_update().filter(pk=id).first()
    held = _open_to(kept, id, by)
    if kept is not None and expected is not None and expected != kept.revision:
        raise refuse(problems.STALE.at(revision=kept.revision))
    return held


def _open_to(kept: models.Case | None, id: str, by: Warrant) -> Held:
    if kept is None or not covers(by, lineage=kept.lineage, program=kept.program):
        raise refuse(problems.UNKNOWN.at(id=id[:80]))
    return writing.held_of(kept)


def _opening_faults(draft: CaseDraft, lineage: str, now: datetime) -> list[Problem]:
    found = []
    if len(draft.title.strip()) not in _TITLE:
        found.append(problems.TITLE.at("title"))
    if not lineage:
        found.append(problems.PLACE.at("place", place=draft.place))
    if draft.occurred_at > now:
        found.append(problems.FUTURE.at("occurred_at"))
    return found
