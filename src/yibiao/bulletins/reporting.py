"""What published texts said, kept as reported values: facts of what was printed, never figures."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction

from yibiao.bulletins import drafting, drafts, models, permits, phrasing, problems, rows, stored
from yibiao.bulletins.types import Citation, Reported
from yibiao.core import clock, wording
from yibiao.core.intervals import Interval
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal, refuse
from yibiao.people.types import Warrant

_LONGEST: Final = 120
_LONGEST_SOURCE: Final = 200


def report_values(id: str, *, source: str, keys: Sequence[str] = (), by: Warrant) -> tuple[Reported, ...]:
    """Keep what a published text says as reported values: the claims of a draft that a person confirmed (of ``keys``
    only, where given), or the citations of an issued bulletin. They are facts of what was printed, never figures.

    Shape: one per claim, in the order of the text. A claim that was kept before is not kept twice.
    Raises: bulletins.draft.unknown, bulletins.reported.none, bulletins.reported.source, bulletins.permit.outside.
    """
    source = source.strip()
    if not 1 <= len(source) <= _LONGEST_SOURCE:
        raise refuse(problems.SOURCE_MISSING.at())
    with transaction.atomic():
        issued = models.Bulletin.objects.filter(id=id).exclude(status="draft").first()
        if issued is not None:
            permits.permit(by, issued.place, issued.program)
            origin = _origin(issued)
            values = [*_cited(rows.citations(issued.citations))]
        else:
            origin = drafting.locked(id, by)
            values = [*_confirmed(origin)]
        chosen = [one for one in values if not keys or one.key in keys]
        if not chosen:
            raise refuse(problems.REPORTED_NONE.at(id=id))
        return tuple(made for one in chosen if (made := _report(origin, one, source, by)))


def withdraw_reported(id: str, *, by: Warrant) -> None:
    """Take a reported value out of use.

    Raises: bulletins.reported.unknown, bulletins.permit.outside.
    """
    with transaction.atomic():
        row = models.Reported.objects.select_for_update().filter(id=id, withdrawn_at=None).first()
        if row is None:
            raise refuse(problems.REPORTED_UNKNOWN.at(id=id))
        permits.permit(by, row.place, row.program)
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        origin = models.Draft(id=row.origin, program=row.program, place=row.place)
        said = {"indicator": row.indicator, "phrase": row.phrase, "value": row.value}
        drafting.tell("value.withdrawn", origin, by, said, id=row.id)


@dataclass(frozen=True, slots=True)
class _Said:
    """One number of a published text."""

    key: str
    indicator: str
    place: str
    period: Period
    phrase: str
    value: Decimal
    interval: Interval
    unit: str


def _origin(issued: models.Bulletin) -> models.Draft:
    """An issued bulletin in the place of a draft: facts need its id, program and place only."""
    return models.Draft(id=issued.id, program=issued.program, place=issued.place)


def _cited(citations: Iterable[Citation]) -> Iterable[_Said]:
    for number, one in enumerate(citations, 1):
        if one.value is None:
            continue
        try:
            interval = wording.interval(one.wording)
        except Refusal:
            interval = Interval(one.value, one.value)  # a nought in words
        yield _Said(
            f"citation-{number}", one.indicator, one.place, one.period, one.wording, one.value, interval, one.unit
        )


def _confirmed(row: models.Draft) -> Iterable[_Said]:
    decided = {one.key: one for one in row.decisions.filter(confirmed=True)}
    for claim in phrasing.claims(row.text).claims:
        one, run = decided.get(claim.key), claim.run
        if one is None or run.value is None or run.interval is None:
            continue
        period = Period(one.period_from or row.period_from, one.period_until or row.period_until)
        unit = run.unit or ""
        yield _Said(
            claim.key, one.indicator, one.place or row.place, period, run.surface, run.value, run.interval, unit
        )


def _report(origin: models.Draft, one: _Said, source: str, by: Warrant) -> Reported | None:
    same = models.Reported.objects.filter(origin=origin.id, key=one.key, indicator=one.indicator, withdrawn_at=None)
    if same.exists():
        return None
    made = models.Reported.objects.create(
        id=str(uuid.uuid4()),
        indicator=one.indicator,
        program=origin.program,
        place=one.place,
        period_from=one.period.from_,
        period_until=one.period.until,
        phrase=one.phrase[:_LONGEST],
        unit=one.unit,
        value=format(one.value, "f"),
        low=format(one.interval.low, "f"),
        high=stored.decimal(one.interval.high) or "",
        bounds=one.interval.bounds,
        source=source,
        origin=origin.id,
        key=one.key,
        author=by.actor,
        reported_at=clock.now(),
    )
    said = {
        "indicator": one.indicator, "place": one.place, "period": one.period.as_json(), "phrase": one.phrase,
        "value": made.value, "low": made.low, "high": made.high, "bounds": made.bounds, "unit": one.unit,
        "source": source,
    }  # fmt: skip
    drafting.tell("value.reported", origin, by, said, id=made.id)
    return drafts.report(made)
