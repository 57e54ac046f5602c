"""Cases that citizens reported: who may make which move, and which reports speak of the same thing."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from yibiao.cases import models, placing, problems, writing
from yibiao.cases.types import Case, Suspicion
from yibiao.cases.writing import Held
from yibiao.core import alike
from yibiao.core.lifecycles.types import Merging, Move, Offer
from yibiao.core.problems import refuse
from yibiao.people.types import CITIZEN, Scope, Warrant

ALIKE: Final = 0.5
# Close together, or at the same place, a weaker likeness will do.
RATHER: Final = 0.25
NEAR_METRES: Final = 100.0
_LOOKED_AT: Final = 300
_SHOWN: Final = 5
_EARTH_METRES: Final = 6_371_000.0


def may(held: Held, move: Move, by: Warrant, at: datetime) -> None:
    """Raises: cases.permit.reporter, cases.reporter.move|late."""
    offer = held.lifecycle.offer(move.id)
    said = {"move": move.label.zh, "move_en": move.label.of("en")}
    if offer is None:
        if by.actor == CITIZEN:
            raise refuse(problems.NOT_OFFERED.at())
        return
    if by.actor != CITIZEN:
        raise refuse(problems.REPORTERS.at(**said))
    if offer.within is not None and _over(offer, held.standing.answers, at):
        within, within_en = offer.within.words("zh"), offer.within.words("en")
        raise refuse(problems.TOO_LATE.at(**said, within=within, within_en=within_en))


def mergeable(held: Held, move: Move, answers: Mapping[str, Any]) -> None:
    """Raises: cases.merge.target|leads where the move merges the case into one that cannot take it in."""
    merging = held.lifecycle.merging
    if merging is None or move.id != merging.move:
        return
    target = str(answers.get(merging.field) or "")
    found = models.Case.objects.filter(
        pk=target[:36], program=held.program, lifecycle=held.lifecycle.id, withdrawn=False, merged_into=""
    )
    if target == held.id or not found.exists():
        raise refuse(problems.MERGE_TARGET.at(merging.field, id=target[:40]))
    if count := merged_count(held.id):
        raise refuse(problems.MERGE_LEADS.at(count=count))


def merged_count(id: str) -> int:
    """How many reports were merged into a case."""
    return models.Case.objects.filter(merged_into=id, withdrawn=False).count()


def suspicions(one: Case, *, scope: Scope) -> tuple[Suspicion, ...]:
    """Cases that may be reports of the same thing, the likeliest first; empty where the kind is not merged at all."""
    merging = one.lifecycle.merging
    if merging is None or one.withdrawn:
        return ()
    found = sorted(_suspected(one, merging, scope), key=lambda each: (-each.likeness, each.id))
    return tuple(found[:_SHOWN])


def _suspected(one: Case, merging: Merging, scope: Scope) -> Iterator[Suspicion]:
    mine, at = one.answers, one.standing.occurred_at
    span = merging.within.after(at) - at
    rows = models.Case.objects.filter(
        placing.within(scope, program=one.program), program=one.program, lifecycle=one.lifecycle.id, withdrawn=False,
        merged_into="", occurred_at__gte=at - span, occurred_at__lte=at + span,
    ).exclude(pk=one.id)  # fmt: skip
    for kept in rows.order_by("-occurred_at", "id")[:_LOOKED_AT]:
        other = json.loads(kept.payload)["answers"]
        if mine.get(merging.same) != other.get(merging.same):
            continue
        likeness = alike.likeness(str(mine.get(merging.text) or ""), str(other.get(merging.text) or ""))
        apart = metres(str(mine.get(merging.near) or ""), str(other.get(merging.near) or ""))
        beside = kept.place == one.place if apart is None else apart <= NEAR_METRES
        if likeness >= (RATHER if beside else ALIKE):
            yield Suspicion(
                kept.id, kept.title, kept.place, kept.state, kept.occurred_at, str(other.get(merging.text) or ""),
                likeness, apart,
            )  # fmt: skip


def metres(one: str, other: str) -> float | None:
    """How far two positions (``43.88 125.35``) are apart. Missing: None where either is unknown."""
    if not one or not other:
        return None
    (lat, lon), (lat2, lon2) = (tuple(math.radians(float(part)) for part in text.split()[:2]) for text in (one, other))
    east, north = (lon2 - lon) * math.cos((lat + lat2) / 2), lat2 - lat
    return math.hypot(east, north) * _EARTH_METRES


def leading(held: Held) -> Held:
    """The case that stands for this one: itself, or the one that it was merged into."""
    target = writing.merged_into(held)
    kept = models.Case.objects.filter(pk=target).first() if target else None
    return writing.held_of(kept) if kept is not None else held


def offered(one: Case, moves: Sequence[Move], at: datetime) -> tuple[Move, ...]:
    """Of the moves that are open those that the reporter may make now."""
    found = ((move, one.lifecycle.offer(move.id)) for move in moves)
    return tuple(move for move, offer in found if offer and not _over(offer, one.answers, at))


def _over(offer: Offer, answers: Mapping[str, Any], at: datetime) -> bool:
    """Whether the span of an offer, counted from when the state was entered, has passed."""
    since = datetime.fromisoformat(answers["state_since"])
    return offer.within is not None and offer.within.after(since) < at
