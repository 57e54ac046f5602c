"""Spot checks: times and units drawn by lot from a seed, and what each found. Nothing is tracked between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.db import transaction

from yibiao.core import clock
from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.duty import declaring, facts, models, problems, rules, units
from yibiao.duty.types import Unit
from yibiao.ledger import actions as log
from yibiao.ledger.types import FactDraft
from yibiao.packs import queries as packs
from yibiao.people.types import Warrant

LIMIT: Final = 2_000
_TEXT: Final = 500


def lots(keys: Sequence[str], period: Period, count: int, seed: str) -> list[tuple[str, datetime]]:
    """Units and moments by lot: the same for the same seed. Every unit comes up once before any comes up again."""
    random = Random(f"yibiao/spot-check/{seed}")  # noqa: S311 - a lot that anybody can draw again, no secret
    seconds = int((period.until - period.from_).total_seconds())
    moments = sorted(period.from_ + timedelta(seconds=random.randrange(seconds)) for _ in range(count))
    order: list[str] = []
    while len(order) < count:
        order += random.sample(sorted(keys), len(keys))
    return list(zip(order, moments, strict=False))


def draw_spot_checks(
    program: str, period: Period, count: int, *, seed: str, by: Warrant, at: datetime | None = None
) -> list[str]:
    """Draws spot checks of the units below the warrant's place; drawn again with the same seed, nothing changes.

    Raises: duty.right.missing, duty.rules.none, duty.unit.unknown, duty.spot-check.too-many.
    """
    units.require_right(by, "review", "fill", "manage")
    now = at or clock.now()
    if not 0 < count <= LIMIT:
        raise refuse(problems.TOO_MANY.at(limit=LIMIT))
    held = rules.of(packs.program(program).pack).roster
    if held is None:
        raise refuse(problems.NO_RULES.at(program=program))
    found = units.within(held.register, program, scope=units.scope_of(by))
    below = {key: unit for key, unit in found.items() if unit.place != by.place} or found
    if not below:
        raise refuse(problems.UNIT.at(unit="—"))
    drawn = lots(list(below), period, count, seed)
    rows = [_drawn(program, by.place, seed, n, below[key], moment) for n, (key, moment) in enumerate(drawn, 1)]
    with transaction.atomic():
        known = set(models.SpotCheck.objects.filter(pk__in=[row.id for row in rows]).values_list("pk", flat=True))
        fresh = [row for row in rows if row.id not in known]
        models.SpotCheck.objects.bulk_create(fresh, batch_size=500)
        log.append([_fact(row, by, "drawn", now) for row in fresh])
    return [row.id for row in rows]


def record_spot_check(
    id: str,
    *,
    means: str,
    verdict: str,
    by: Warrant,
    person: str = "",
    seconds: int | None = None,
    follow_up: str = "",
    at: datetime | None = None,
) -> None:
    """Puts down what a spot check found.

    Raises: duty.right.missing, duty.spot-check.unknown|done|word, duty.unit.outside, duty.staffer.unknown.
    """
    units.require_right(by, "review", "fill", "manage")
    now = at or clock.now()
    _word(means, declaring.MEANS, "方式", "means")
    _word(verdict, declaring.VERDICTS, "结果", "outcome")
    with transaction.atomic():
        row = models.SpotCheck.objects.select_for_update().filter(pk=id[:36]).first()
        if row is None:
            raise refuse(problems.SPOT.at())
        units.require_inside(by, row.place, row.program, row.unit_label)
        if row.checked_at is not None:
            raise refuse(problems.SPOT_DONE.at())
        if person:
            row.person = models.Staffer.objects.filter(pk=person[:36], program=row.program, unit=row.unit).first()
            if row.person is None:
                raise refuse(problems.STAFFER.at())
        row.means, row.verdict, row.seconds, row.checked_at = means, verdict, seconds, now
        row.follow_up, row.revision = follow_up.strip()[:_TEXT], row.revision + 1
        row.save()
        log.append([_fact(row, by, "done", now)])


def _drawn(program: str, place: str, seed: str, number: int, unit: Unit, moment: datetime) -> models.SpotCheck:
    return models.SpotCheck(
        id=facts.stable_id("spot-check", program, place, seed, str(number)), program=program, unit=unit.key,
        unit_label=unit.label, place=unit.place, planned_at=moment, draw=f"{seed}#{number}",
    )  # fmt: skip


def _word(word: str, known: declaring.Choices, what: str, what_en: str) -> None:
    if word not in {value for value, _ in known}:
        listed, listed_en = "、".join(label.zh for _, label in known), ", ".join(label.of("en") for _, label in known)
        said = {"word": word[:20], "what": what, "what_en": what_en}
        raise refuse(problems.SPOT_WORD.at(**said, known=listed, known_en=listed_en))


def _fact(row: models.SpotCheck, by: Warrant, move: str, at: datetime) -> FactDraft:
    return facts.draft(
        facts.SPOT_CHECK, row, facts.spot_check(row), program=row.program, place=row.place, subject=row.unit,
        occurred_at=row.planned_at, actor=by.actor, organisation=by.organisation, move=move, at=at,
    )  # fmt: skip
