"""Which indicator a claim speaks of: by unit, words, scope, place, period and part; never by its value.

Nothing here is given a figure, or looks at the value of a claim: an indicator that was chosen because its value is
close would hide the very errors that are sought.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from yibiao.bulletins import assigning, units
from yibiao.bulletins.phrasing import Claim, bigrams, plain
from yibiao.core.periods import Period
from yibiao.figures.types import Indicator

# What each name of an indicator is worth, and what else moves a score. All that was ever weighed stands here.
NAMES: Final[Mapping[str, float]] = {"label": 1.0, "alias": 1.0, "counts": 0.94}
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
MISTAKEN: Final = 0.80
_MOST: Final = 5
_EMPTY: Final = frozenset("的和与及等各共已了在为是有由其或")
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
class Learned:
    """A phrasing that was confirmed before."""

    indicator: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Found:
    """An indicator that a claim may speak of. ``agrees`` is False where the units rule it out."""

    indicator: Indicator
    score: float
    alias: bool
    agrees: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a claim may speak of, best first, and which of them is proposed; ``mistaken`` fails only on its unit."""

    found: tuple[Found, ...] = ()
    match: Found | None = None
    mistaken: Found | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A name of an indicator: each letter with its weight and the pairs of letters that it stands in."""

    text: str
    how: str
    letters: tuple[tuple[str, str, float], ...]
    total: float


@dataclass(frozen=True, slots=True)
class Entry:
    indicator: Indicator
    names: tuple[Name, ...]
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The names of the indicators of a pack, weighed by how few of them share each letter."""

    entries: tuple[Entry, ...]
    learned: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=64)
def lexicon(indicators: tuple[Indicator, ...], learned: tuple[Learned, ...] = ()) -> Lexicon:
    """The lexicon of a set of indicators, and of what was learned; kept, because both seldom change."""
    taught: dict[str, list[str]] = {}
    for one in learned:
        taught.setdefault(one.indicator, []).append(one.phrase)
    names = {one.ref: _names(one, taught.get(one.ref, [])) for one in indicators}
    shared = Counter(letter for said in names.values() for letter in {sign for _, text in said for sign in text})
    weights = {letter: math.log(1 + len(indicators) / count) for letter, count in shared.items()}
    entries = tuple(
        Entry(
            one,
            tuple(_name(how, text, weights) for how, text in names[one.ref]),
            frozenset().union(*(bigrams(text) for _, text in names[one.ref])),
        )
        for one in indicators
    )
    phrases: dict[str, tuple[str, ...]] = {}
    for taught_one in learned:
        phrases[taught_one.phrase] = (*phrases.get(taught_one.phrase, ()), taught_one.indicator)
    return Lexicon(entries, phrases)


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
    found = [_found(claim, known, rejected.get(index, frozenset())) for index, claim in enumerate(claims)]
    found = [_with_parts(claim, found, asked, index) for index, claim in enumerate(claims)]
    taken = {(ref, asked[index].place, asked[index].period): index for index, ref in settled.items()}
    groups = _groups(claims, asked)
    chosen = _assigned(claims, found, groups, asked, taken)
    proposals = []
    for index, each in enumerate(found):
        match = None if index in settled else chosen.get(index)
        mistaken = None if match or index in settled else _mistaken(each, set(chosen.values()))
        proposals.append(Proposal(tuple(one for one in each if one.agrees)[:_MOST], match, mistaken))
    return proposals


def _names(one: Indicator, taught: Iterable[str]) -> tuple[tuple[str, str], ...]:
    said = [("label", plain(one.label.zh)), ("counts", plain(one.counts.zh.partition("，")[0]))]
    said += [("alias", plain(text)) for text in (*one.aliases, *taught)]
    return tuple(dict.fromkeys((how, text) for how, text in said if len(text) > 1))


def _name(how: str, text: str, weights: Mapping[str, float]) -> Name:
    padded = f"|{text}|"
    letters = tuple(
        (padded[at - 1 : at + 1], padded[at : at + 2], weights[sign])
        for at, sign in enumerate(padded)
        if 0 < at <= len(text) and sign not in _EMPTY
    )
    return Name(text, how, letters, sum(weight for _, _, weight in letters) or 1.0)


def _found(claim: Claim, known: Lexicon, rejected: frozenset[str]) -> list[Found]:
    """Every indicator whose names the text says well enough, best first; also those that the unit rules out."""
    own = units.dimension(claim.run.unit, claim.run.noun)
    meant = [pair for pair in sorted(bigrams(claim.near) | bigrams(claim.run.noun)) if "|" not in pair]
    taught = known.learned.get(claim.phrase, ())
    found = []
    for entry in known.entries:
        one = entry.indicator
        if one.ref in rejected or not _kinds_meet(claim, one):
            continue
        agrees = claim.run.kind == "zero" or units.agree(own, one.unit)
        if agrees and one.ref in taught:
            found.append(Found(one, 1.0, True, True, ("alias", "unit")))
            continue
        said, alias = _said(entry, claim.words)
        if said < LISTED:
            continue
        covered = sum(pair in entry.pairs for pair in meant) / len(meant) if meant else 0.0
        score = WEIGHTS["said"] * said + WEIGHTS["meant"] * covered
        reasons: tuple[Reason, ...] = ("words", "unit") if agrees else ("words",)
        if own and agrees and claim.run.kind != "zero" and own != units.dimension(one.unit):
            score, reasons = score + WEIGHTS["drift"], (*reasons, "drift")
        score += WEIGHTS["kind"] * (one.kind != claim.run.kind and {one.kind, claim.run.kind} <= {"streak", "duration"})
        score += WEIGHTS["undivided"] * bool(one.part_of and claim.whole is None)
        found.append(Found(one, max(0.0, min(score, 0.99)), alias, agrees, reasons))
    return sorted(found, key=lambda each: (-each.score, each.indicator.ref))


def _said(entry: Entry, words: Mapping[str, float]) -> tuple[float, bool]:
    """How much of the best of its names the text says, nearer words weighing more; and whether that was an alias."""
    best, alias = 0.0, False
    for name in entry.names:
        said = 0.0
        for left, right, weight in name.letters:
            one, other = words.get(left, 0.0), words.get(right, 0.0)
            said += weight * (one if one > other else other)
        said *= NAMES[name.how] / name.total
        if said > best:
            best, alias = said, name.how == "alias"
    return best, alias


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
    whole = next((one for one in found[claim.whole] if one.agrees), None)
    if whole is None:
        return own
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
            if one.agrees and one.score >= PROPOSED and free:
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
        best = next((one for one in each if one.indicator.ref == ref and one.agrees), None)
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


def _mistaken(found: Sequence[Found], chosen: set[Found]) -> Found | None:
    """The indicator that a claim would speak of, were it not for its unit."""
    best = found[0] if found else None
    if best is None or best.agrees or best.score < MISTAKEN:
        return None
    return None if any(best.indicator.ref == one.indicator.ref for one in chosen) else best
