"""What persons say of claims: this is that indicator, or it is not; what is learned from it, and what was published."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from django.db import transaction

from yibiao.bulletins import drafting, drafts, marks, models, permits, phrasing, problems
from yibiao.bulletins.types import Alias
from yibiao.core import clock
from yibiao.core.periods import Period
from yibiao.core.problems import refuse
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
            decided_at=clock.now(),
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
            decided_at=clock.now(),
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
        learned_at=clock.now(),
    )
    said = {"phrase": phrase, "unit": unit, "indicator": known.ref}
    drafting.tell("alias.learned", row, by, said, id=made.id)
    return drafts.alias(made)


def _withdraw(found: Iterable[models.Alias], row: models.Draft, by: Warrant) -> None:
    for one in found:
        one.withdrawn_at = clock.now()
        one.save(update_fields=["withdrawn_at"])
        said = {"phrase": one.phrase, "unit": one.unit, "indicator": one.indicator}
        drafting.tell("alias.withdrawn", row, by, said, id=one.id)
