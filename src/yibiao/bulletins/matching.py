"""Which indicator a claim speaks of: by unit, words, scope, place, period and part; never by its value.

Nothing here is given a figure, or looks at the value of a claim: an indicator that was chosen because its value is
close would hide the very errors that are sought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from yibiao.bulletins import assigning, units
from yibiao.bulletins.lexicons import Lexicon
from yibiao.bulletins.phrasing import ZONES, Claim, bigrams
from yibiao.core.periods import Period
from yibiao.figures.types import Indicator

# What moves a score; the worth of places in a text stands in ``phrasing``, that of names in ``lexicons``.
WEIGHTS: Final[Mapping[str, float]] = {
    "said": 0.86,  # how much of the indicator's name the text says
    "meant": 0.14,  # how much of the claim's own words the indicator's names say
    "part": 0.10,  # the claim is a part (其中), and so is the indicator, of the same whole
    "whole": -0.30,  # the claim is a part, and the indicator is its whole
    "undivided": -0.04,  # the indicator is a part, and the claim does not say that it is one
    "drift": -0.03,  # the units differ, though they may count one thing
    "kind": -0.10,  # the claim is of another kind
}
PROPOSED: Final = 0.62
LISTED: Final = 0.35
MARGIN: Final = 0.04
# A claim that fails on its unit alone must be a better match than one that does not fail.
MISTAKEN: Final = 0.72
_MOST: Final = 5
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {"zero": ("zero",), "streak": ("streak",), "ratio": ("ratio",)}

Reason = Literal["alias", "words", "unit", "part", "place", "period", "drift"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where and when a claim speaks of; ``place_said`` and ``period_said`` where its own words say so."""

    place: str
    period: Period
    place_said: str = ""
    period_said: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An indicator that a claim may speak of."""

    indicator: Indicator
    score: float
    alias: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a claim may speak of, best first, and which of them is proposed; ``mistaken`` fails only on its unit."""

    found: tuple[Found, ...] = ()
    match: Found | None = None
    mistaken: Found | None = None


def propose(
    claims: Sequence[Claim],
    asked: Sequence[Asked],
    known: Lexicon,
    *,
    settled: Mapping[int, str] | None = None,
    rejected: Mapping[int, frozenset[str]] | None = None,
) -> list[Proposal]:
    """For each claim what it may speak of, so that no two claims of different words get one indicator.

    ``settled`` are claims whose indicator a person has said: they take it. ``rejected`` are refs not to propose again.
    """
    settled, rejected = settled or {}, rejected or {}
    said = [known.said(claim.words) for claim in claims]
    found = [
        _found(claim, said[index], known, rejected.get(index, frozenset()), True) for index, claim in enumerate(claims)
    ]
    found = [_with_parts(claim, found, asked, index) for index, claim in enumerate(claims)]
    taken = {(ref, asked[index].place, asked[index].period): index for index, ref in settled.items()}
    groups = _groups(claims, asked)
    free = [[] if index in settled else each for index, each in enumerate(found)]
    chosen = _assigned(claims, free, groups, asked, taken)
    proposals = []
    for index, each in enumerate(found):
        match = chosen.get(index)
        mistaken = None
        if match is None and index not in settled:
            mistaken = _mistaken(claims[index], known, rejected.get(index, frozenset()), each, chosen.values())
        proposals.append(Proposal(tuple(each[:_MOST]), match, mistaken))
    return _each_once(proposals)


def _each_once(proposals: Sequence[Proposal]) -> list[Proposal]:
    """One claim only can be an indicator's with a mistaken unit: the likeliest."""
    best: dict[str, float] = {}
    for one in proposals:
        if one.mistaken is not None:
            ref = one.mistaken.indicator.ref
            best[ref] = max(best.get(ref, 0.0), one.mistaken.score)
    return [
        replace(one, mistaken=None) if one.mistaken and one.mistaken.score < best[one.mistaken.indicator.ref] else one
        for one in proposals
    ]


def _found(
    claim: Claim, said: Mapping[int, tuple[float, bool]], known: Lexicon, rejected: frozenset[str], agrees: bool
) -> list[Found]:
    """Every indicator whose names the text says well enough, best first: with such a unit, or with another."""
    own = units.dimension(claim.run.unit, claim.run.noun)
    meant = [pair for pair in bigrams(claim.near) | bigrams(claim.run.noun) if "|" not in pair]
    taught = known.taught.get(claim.phrase, frozenset())
    found = []
    for number, entry in enumerate(known.entries):
        one = entry.indicator
        score, alias = said.get(number, (0.0, False))
        if one.ref in rejected or (score < LISTED and one.ref not in taught) or not _kinds_meet(claim, one):
            continue
        if agrees != (claim.run.kind == "zero" or units.agree(own, one.unit)):
            continue
        if agrees and one.ref in taught:
            found.append(Found(one, 1.0, True, ("alias", "unit")))
            continue
        covered = sum(pair in entry.pairs for pair in meant) / len(meant) if meant else 0.0
        score = WEIGHTS["said"] * score + WEIGHTS["meant"] * covered
        reasons: tuple[Reason, ...] = ("words", "unit") if agrees else ("words",)
        if own and agrees and claim.run.kind != "zero" and own != units.dimension(one.unit):
            score, reasons = score + WEIGHTS["drift"], (*reasons, "drift")
        score += WEIGHTS["kind"] * (one.kind != claim.run.kind and {one.kind, claim.run.kind} <= {"streak", "duration"})
        score += WEIGHTS["undivided"] * bool(one.part_of and claim.whole is None)
        found.append(Found(one, max(0.0, min(score, 0.99)), alias, reasons))
    return sorted(found, key=lambda each: (-each.score, each.indicator.ref))


def _kinds_meet(claim: Claim, one: Indicator) -> bool:
    """A nought is held against what proves noughts; a change against nothing, for no indicator is one."""
    if claim.run.kind in ("change", "distance"):
        return False
    if claim.run.kind == "zero":
        return one.measure == "zero" or one.kind not in ("ratio", "streak")
    return one.kind in _KINDS.get(claim.run.kind, (one.kind,)) or one.unit == claim.run.unit


def _with_parts(claim: Claim, found: Sequence[list[Found]], asked: Sequence[Asked], index: int) -> list[Found]:
    """Scores moved by what the number is a part of: the best guess for its whole stands for it."""
    own = found[index]
    if claim.whole is None or not found[claim.whole]:
        return own
    if asked[index] != asked[claim.whole]:
        return own
    whole = found[claim.whole][0]
    moved = []
    for one in own:
        if one.indicator.ref == whole.indicator.ref:
            moved.append(replace(one, score=max(0.0, one.score + WEIGHTS["whole"])))
        elif one.indicator.part_of and one.indicator.part_of == whole.indicator.id:
            score = min(0.99, one.score + WEIGHTS["part"])
            moved.append(replace(one, score=score, reasons=(*one.reasons, "part")))
        else:
            moved.append(one)
    return sorted(moved, key=lambda each: (-each.score, each.indicator.ref))


def _groups(claims: Sequence[Claim], asked: Sequence[Asked]) -> list[int]:
    """For each claim the number of its group: claims of the same words, place and period say the same thing."""
    numbers: dict[tuple[str, str, Asked], int] = {}
    return [
        numbers.setdefault((claim.phrase, units.group(claim.run.unit), where), len(numbers))
        for claim, where in zip(claims, asked, strict=True)
    ]


def _assigned(
    claims: Sequence[Claim],
    found: Sequence[list[Found]],
    groups: Sequence[int],
    asked: Sequence[Asked],
    taken: Mapping[tuple[str, str, Period], int],
) -> dict[int, Found]:
    slots: dict[tuple[str, str, Period], int] = {}
    scores: dict[tuple[int, int], float] = {}
    for index, each in enumerate(found):
        for one in each:
            slot = (one.indicator.ref, asked[index].place, asked[index].period)
            holder = taken.get(slot)
            free = holder is None or groups[holder] == groups[index]
            if one.score >= PROPOSED and free:
                pair = (groups[index], slots.setdefault(slot, len(slots)))
                scores[pair] = max(scores.get(pair, 0.0), one.score)
    assigned = assigning.assign(scores)
    _share(claims, groups, scores, assigned)
    held = {column: row for row, column in assigned.items()}
    refs = {number: slot for slot, number in slots.items()}
    chosen = {}
    for index, each in enumerate(found):
        column = assigned.get(groups[index])
        if column is None or _undecided(groups[index], column, scores, held):
            continue
        ref = refs[column][0]
        best = next((one for one in each if one.indicator.ref == ref), None)
        if best is not None:
            chosen[index] = best
    return chosen


def _share(
    claims: Sequence[Claim],
    groups: Sequence[int],
    scores: Mapping[tuple[int, int], float],
    assigned: dict[int, int],
) -> None:
    """Numbers of a make-up (六个主题日 … 六大主题日) are said again and again: they share their indicator."""
    makeup = {group for group, claim in zip(groups, claims, strict=True) if claim.run.kind == "structural"}
    for row in makeup - assigned.keys():
        own = [(score, column) for (other, column), score in scores.items() if other == row]
        score, column = max(own, default=(0.0, -1))
        if score >= MISTAKEN and any(held == column and other in makeup for other, held in assigned.items()):
            assigned[row] = column


def _undecided(row: int, column: int, scores: Mapping[tuple[int, int], float], held: Mapping[int, int]) -> bool:
    """Whether another indicator, which no claim holds, would do as well: then none is proposed."""
    own = scores[row, column]
    return any(
        own - score < MARGIN
        for (other, slot), score in scores.items()
        if other == row and slot != column and slot not in held
    )


def _mistaken(
    claim: Claim, known: Lexicon, rejected: frozenset[str], found: Sequence[Found], chosen: Iterable[Found]
) -> Found | None:
    """The indicator that a claim would speak of, were it not for its unit: by the words of its own clause only."""
    own = units.dimension(claim.run.unit, claim.run.noun)
    said = known.said({pair: near for pair, near in claim.words.items() if near >= ZONES["clause"]})
    taken = {one.indicator.ref for one in chosen}
    others = _found(claim, said, known, rejected, False)
    best = next((one for one in others if one.indicator.ref not in taken), None)
    if best is None or best.score < MISTAKEN or not units.mistakable(own, best.indicator.unit):
        return None
    return best if not found or best.score > found[0].score else None
