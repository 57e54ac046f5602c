"""What persons say of claims: this is that indicator, or it is not; what is learned from it, and what was published."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import timezone

from yibiao.bulletins import drafting, drafts, marks, models, permits, phrasing, problems, rows, stored
from yibiao.bulletins.types import Alias, Citation, Reported
from yibiao.core import wording
from yibiao.core.intervals import Interval
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal, refuse
from yibiao.figures import queries as figures
from yibiao.figures.types import Indicator
from yibiao.packs import queries as packs
from yibiao.people.types import Warrant

_LONGEST: Final = 120
_LONGEST_SOURCE: Final = 200


def confirm(
    draft: str,
    key: str,
    indicator: str,
    *,
    place: str | None = None,
    period: Period | None = None,
    by: Warrant,
) -> Alias | None:
    """Say which indicator a claim of a draft speaks of; its wording becomes an alias of the program.

    Missing: None where the wording is the indicator's own, or says nothing.
    Raises: bulletins.draft.unknown, bulletins.claim.unknown, bulletins.mark.unknown-indicator,
        bulletins.permit.outside.
    """
    with transaction.atomic():
        row = drafting.locked(draft, by)
        claim = _claim(row, key)
        known = _known(row.program, indicator)
        if place is not None:
            permits.permit(by, place, row.program)
        row.decisions.filter(key=key, confirmed=True).delete()
        row.decisions.filter(key=key, indicator=known.ref).delete()
        made = row.decisions.create(
            id=str(uuid.uuid4()),
            key=key,
            indicator=known.ref,
            confirmed=True,
            place=place or "",
            period_from=period.from_ if period else None,
            period_until=period.until if period else None,
            author=by.actor,
            decided_at=timezone.now(),
        )
        said = {"key": key, "phrase": claim.phrase, "unit": claim.run.unit or "", "indicator": known.ref}
        where = {"place": place or row.place, "period": period.as_json() if period else None}
        drafting.tell("claim.confirmed", row, by, {**said, **where}, id=made.id)
        return _learn(row, claim, known, by)


def reject(draft: str, key: str, indicator: str, *, by: Warrant) -> None:
    """Say that a claim of a draft does not speak of an indicator: it is not proposed for it again.

    What was learned from an earlier confirmation of just that is taken back.

    Raises: bulletins.draft.unknown, bulletins.claim.unknown, bulletins.mark.unknown-indicator,
        bulletins.permit.outside.
    """
    with transaction.atomic():
        row = drafting.locked(draft, by)
        claim = _claim(row, key)
        known = _known(row.program, indicator)
        row.decisions.filter(key=key, indicator=known.ref).delete()
        made = row.decisions.create(
            id=str(uuid.uuid4()),
            key=key,
            indicator=known.ref,
            confirmed=False,
            author=by.actor,
            decided_at=timezone.now(),
        )
        said = {"key": key, "phrase": claim.phrase, "unit": claim.run.unit or "", "indicator": known.ref}
        drafting.tell("claim.rejected", row, by, said, id=made.id)
        learned = models.Alias.objects.filter(draft=draft, key=key, indicator=known.ref, withdrawn_at=None)
        _withdraw(learned, row, by)


def release(draft: str, key: str, *, by: Warrant) -> None:
    """Take back whatever was said of a claim of a draft, and what was learned from it.

    Raises: bulletins.draft.unknown, bulletins.permit.outside.
    """
    with transaction.atomic():
        row = drafting.locked(draft, by)
        said = list(row.decisions.filter(key=key).order_by("decided_at", "id"))
        if not said:
            return
        row.decisions.filter(key=key).delete()
        payload = {"key": key, "decisions": [one.id for one in said]}
        drafting.tell("claim.released", row, by, payload, id=str(uuid.uuid4()))
        _withdraw(models.Alias.objects.filter(draft=draft, key=key, withdrawn_at=None), row, by)


def withdraw_alias(id: str, *, by: Warrant) -> None:
    """Take an alias out of use; what was checked with it before stays as it was.

    Raises: bulletins.alias.unknown, bulletins.permit.outside.
    """
    with transaction.atomic():
        found = models.Alias.objects.select_for_update().filter(id=id, withdrawn_at=None)
        one = found.first()
        if one is None:
            raise refuse(problems.ALIAS_UNKNOWN.at(id=id))
        permits.permit(by, one.place, one.program)
        _withdraw([one], models.Draft.objects.defer("original", "text").get(id=one.draft), by)


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
        row.withdrawn_at = timezone.now()
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


def _claim(row: models.Draft, key: str) -> phrasing.Claim:
    for claim in phrasing.claims(row.text).claims:
        if claim.key == key:
            return claim
    raise refuse(problems.CLAIM_UNKNOWN.at(key=key))


def _known(program: str, indicator: str) -> Indicator:
    pack = packs.program(program).pack
    known = {one.ref: one for one in figures.indicators(pack)}
    mark = marks.Mark(0, 0, "", indicator, "")
    ref = marks.ref(mark, pack)
    if ref not in known:
        raise refuse(marks.unknown(mark, pack, known))
    return known[ref]


def _learn(row: models.Draft, claim: phrasing.Claim, known: Indicator, by: Warrant) -> Alias | None:
    phrase, unit = claim.phrase[-_LONGEST:], claim.run.unit or ""
    same = models.Alias.objects.select_for_update().filter(
        program=row.program, phrase=phrase, unit=unit, withdrawn_at=None
    )
    held = same.first()
    if held is not None and held.indicator == known.ref:
        return drafts.alias(held)
    own = {phrasing.plain(text) for text in (known.label.zh, known.counts.zh, *known.aliases)}
    if held is not None:
        _withdraw([held], row, by)
    if len(phrase) < 2 or phrase in own:
        return None
    made = models.Alias.objects.create(
        id=str(uuid.uuid4()),
        program=row.program,
        indicator=known.ref,
        phrase=phrase,
        unit=unit,
        place=row.place,
        draft=row.id,
        key=claim.key,
        author=by.actor,
        learned_at=timezone.now(),
    )
    said = {"phrase": phrase, "unit": unit, "indicator": known.ref}
    drafting.tell("alias.learned", row, by, said, id=made.id)
    return drafts.alias(made)


def _withdraw(found: Iterable[models.Alias], row: models.Draft, by: Warrant) -> None:
    for one in found:
        one.withdrawn_at = timezone.now()
        one.save(update_fields=["withdrawn_at"])
        said = {"phrase": one.phrase, "unit": one.unit, "indicator": one.indicator}
        drafting.tell("alias.withdrawn", row, by, said, id=one.id)


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
        reported_at=timezone.now(),
    )
    said = {
        "indicator": one.indicator, "place": one.place, "period": one.period.as_json(), "phrase": one.phrase,
        "value": made.value, "low": made.low, "high": made.high, "bounds": made.bounds, "unit": one.unit,
        "source": source,
    }  # fmt: skip
    drafting.tell("value.reported", origin, by, said, id=made.id)
    return drafts.report(made)
