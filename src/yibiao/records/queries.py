"""Reading records and registers, always within a scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.forms import queries as forms
from yibiao.people.types import Scope, Warrant
from yibiao.records import actions, histories, listing, models, placing, presenting, problems, scanning, types
from yibiao.records import attachments as kept_files
from yibiao.records.attachments import pictured
from yibiao.records.checking import canonical_id
from yibiao.records.closing import closed, closings
from yibiao.records.complaining import complaints
from yibiao.records.entities import (
    doubtful,
    doubts,
    doubts_about,
    entities,
    entity,
    entity_at,
    entity_labels,
    merges,
    phones_may_drop,
    records_about,
    registers,
    rulings,
    steps,
    suspects,
)
from yibiao.records.loading import record_of
from yibiao.records.offline import clashes, waiting
from yibiao.records.prefilling import came_about, known, tally
from yibiao.records.revealing import MOST as PERSONAL_AT_ONCE
from yibiao.records.scanning import answers as scanner_answers
from yibiao.records.worded import Told, Words

__all__ = [
    "PERSONAL_AT_ONCE", "Told", "Words", "came_about", "clashes", "closed", "closings", "complaints",
    "count", "doubtful", "doubts", "doubts_about", "each", "entities", "entity", "entity_at", "entity_labels",
    "history", "known", "merges", "newest", "page", "personal", "phones_may_drop", "pictured", "presented",
    "record", "records", "records_about", "registers", "reviews", "rulings", "scanner_answers", "steps", "suspects",
    "tally", "total", "unscanned", "waiting",
]  # fmt: skip


def record(id: str, *, scope: Scope) -> types.Record:
    """A record as it stands; outside the scope it is as unknown as if it did not exist.

    Raises: ``records.submission.unknown``.
    """
    return record_of(_row(id, scope))


def presented(id: str, *, scope: Scope, language: str = "zh") -> types.Presented:
    """A record as people read it, by the form version under which it was filed.

    Raises: ``records.submission.unknown``.
    """
    found = record(id, scope=scope)
    form = forms.form(found.form, found.form_version)
    return presenting.presented(found, form, found.answers, language)


def history(id: str, *, scope: Scope) -> tuple[types.Revision, ...]:
    """The steps of a record.

    Shape: one per revision, oldest first; ``changed`` names the answers that differ from the step before.
    Raises: ``records.submission.unknown``.
    """
    return histories.history(_row(id, scope))


def attachments(id: str, *, scope: Scope) -> tuple[types.AttachedFile, ...]:
    """The files of a record, by name; may be empty.

    Raises: ``records.submission.unknown``.
    """
    return kept_files.of(_row(id, scope).id)


def reviews(id: str, *, scope: Scope) -> tuple[types.Review, ...]:
    """What reviewers said of a record, oldest first; may be empty.

    Raises: ``records.submission.unknown``.
    """
    rows = _row(id, scope).reviews.order_by("number")
    return tuple(types.Review(row.state, row.reason, row.actor, _local(row.at)) for row in rows)  # type: ignore[arg-type]


def personal(id: str, *, by: Warrant, purpose: str) -> Mapping[str, Any]:
    """The personal answers of a record; the reading is itself a fact, with its purpose.

    Raises: ``records.submission.unknown``, ``records.personal.none|purpose``.
    """
    return actions.log_personal_read(id, by=by, purpose=purpose)


def page(
    *,
    scope: Scope,
    program: str | None = None,
    form: str | None = None,
    place: str | None = None,
    state: str | None = None,
    text: str = "",
    older: str = "",
    number: int = 1,
    size: int = 50,
) -> types.Page:
    """One page of records, newest receipt first.

    ``text`` finds an id, the beginning of a subject, or words in the answers. ``older`` goes on from where a last page
    ended. For walks over everything use ``each``.

    Raises: ``records.page.older``.
    """
    rows, sought = _placed(scope, program, form, place, text), _sought(state, text)
    return listing.page(rows, sought, older=older, number=number, size=size)


def total(
    *,
    scope: Scope,
    program: str | None = None,
    form: str | None = None,
    place: str | None = None,
    state: str | None = None,
    text: str = "",
) -> int:
    """How many records ``each`` gives: all are looked at, which takes a second or so for each million."""
    return _rows(scope, program=program, form=form, place=place, state=state, text=text).count()


def each(
    *,
    scope: Scope,
    program: str | None = None,
    form: str | None = None,
    place: str | None = None,
    state: str | None = None,
    text: str = "",
    limit: int | None = None,
) -> Iterator[types.Record]:
    """All records that match, newest first; each batch starts after the last record seen, so the end costs no more."""
    rows = _rows(scope, program=program, form=form, place=place, state=state, text=text)
    last: models.Submission | None = None
    left = limit
    while left is None or left > 0:
        batch = rows
        if last is not None:
            batch = rows.filter(listing.before(last.received_at, last.id))
        step = 2_000 if left is None else min(left, 2_000)
        found = list(batch.order_by("-received_at", "-id")[:step])
        yield from (record_of(row) for row in found)
        if len(found) < step:
            return
        last = found[-1]
        left = None if left is None else left - step


def newest(scope: Scope, program: str | None, limit: int = 10) -> tuple[types.Record, ...]:
    """The records received last; may be empty."""
    rows = _rows(scope, program=program).order_by("-received_at", "-id")[:limit]
    return tuple(record_of(row) for row in rows)


def records(ids: Sequence[str], *, scope: Scope) -> dict[str, types.Record]:
    """Records by id, those within the scope."""
    found: dict[str, types.Record] = {}
    open_to = placing.within(scope)
    for start in range(0, len(ids), 400):
        rows = models.Submission.objects.filter(open_to, pk__in=ids[start : start + 400])
        found |= {row.id: record_of(row) for row in rows}
    return found


def count() -> int:
    """How many records there are."""
    return models.Submission.objects.count()


def unscanned() -> int:
    """How many files wait for the scanner."""
    return models.Attachment.objects.filter(scan=scanning.WAITING).count()


def _rows(
    scope: Scope,
    *,
    program: str | None = None,
    form: str | None = None,
    place: str | None = None,
    state: str | None = None,
    text: str = "",
) -> QuerySet[models.Submission]:
    rows, sought = _placed(scope, program, form, place, text), _sought(state, text)
    return rows if sought is None else rows.filter(sought)


def _placed(
    scope: Scope, program: str | None, form: str | None, place: str | None, text: str
) -> QuerySet[models.Submission]:
    """The records that indexes find."""
    rows = models.Submission.objects.filter(placing.within(scope, program=program))
    if program is not None:
        rows = rows.filter(program=program)
    if form:
        rows = rows.filter(form=form)
    if place:
        lineage = placing.Atlas().lineage(place)
        rows = rows.filter(placing.below((lineage,))) if lineage else rows.none()
    if id := canonical_id(text.strip()):
        rows = rows.filter(pk=id)
    return rows


def _sought(state: str | None, text: str) -> Q | None:
    """What no index finds; None where nothing of the kind is asked."""
    plain, found = text.strip(), Q()
    if state:
        found &= Q(state=state)
    if plain and not canonical_id(plain):
        found &= Q(subject__startswith=plain) | Q(answers__contains=plain)
    return found or None


def _row(id: str, scope: Scope) -> models.Submission:
    row = models.Submission.objects.filter(placing.within(scope), pk=canonical_id(id)).first()
    if row is None:
        raise refuse(problems.UNKNOWN.at(id=id[:80]))
    return row


def _local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI)
