"""From a text to its check: read, matched with indicators, and each claim held against its figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from yibiao.bulletins import bearings, lexicons, matching, phrasing, pinned, problems, units, verdicts
from yibiao.bulletins.lexicons import Learned
from yibiao.bulletins.matching import Asked, Found, Proposal
from yibiao.bulletins.phrasing import Claim, Read
from yibiao.bulletins.types import COLOURS, LONGEST_DRAFT, Candidate, Check, Citation, Colour, How, Judged, Verdict
from yibiao.core import faults
from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.core.reading import Run
from yibiao.core.texts import Text
from yibiao.figures.types import Figure, Indicator, Query

_REASONS: Final[Mapping[str, Text]] = {
    "alias": Text("这个说法以前确认过", "This wording was confirmed before"),
    "words": Text("文字与指标名称相近", "The words are like the indicator's name"),
    "unit": Text("单位相符", "The units agree"),
    "drift": Text("量词不同，但可以指同一对象", "Another measure word, which may count the same things"),
    "part": Text("是前面那个数的一部分", "A part of the number before"),
    "bound": Text("作者引用的就是这个指标", "The author cited this indicator"),
    "confirmed": Text("有人在本稿中确认过", "Confirmed by a person in this draft"),
}
_NONE: Final = Text("没有对上本专项的指标。", "No indicator of the program was found for it.")
_SEVERAL: Final = Text("有相近的指标，请选定一个。", "Some indicators come near: choose one.")
_TOO_MANY: Final = Text("文稿里的数太多，这一个没有核。", "The text has too many numbers: this one was not checked.")
_UNREAD: Final = Text("没有读懂这个数，请人工核对。", "This number could not be read: please check it by eye.")
CLOSED: Final = Text(
    "这个数不在您的查看范围内，或这个地方和时段没有数。", "This figure lies outside your scope, or there is none."
)


@dataclass(frozen=True, slots=True)
class Settled:
    """The indicator that a person has said a claim speaks of; place and period where they said those as well."""

    indicator: str
    how: How
    place: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a text is held against. ``said`` is by key of claim; ``rejected`` are refs that are not to be proposed."""

    program: str
    place: str
    period: Period
    indicators: tuple[Indicator, ...]
    learned: tuple[Learned, ...] = ()
    bound: Sequence[Citation] = ()
    said: Mapping[str, Settled] | None = None
    rejected: Mapping[str, frozenset[str]] | None = None


def check(text: str, setting: Setting, asker: pinned.Asker | None) -> Check:
    """The check of a text; without an asker (nothing was sealed) nothing is held against any figure.

    Raises: bulletins.draft.too-long.
    """
    if len(text) > LONGEST_DRAFT:
        raise refuse(problems.DRAFT_LONG.at(count=len(text), limit=LONGEST_DRAFT))
    found = phrasing.claims(text)
    matched = found.claims
    known = {one.ref: one for one in setting.indicators}
    settled = _settled(matched, setting, known)
    asked = bearings.bearings(text, matched, setting.place, setting.period)
    asked = [_where(asked[index], settled.get(index), setting) for index in range(len(matched))]
    proposals = matching.propose(
        matched,
        asked,
        lexicons.lexicon(setting.indicators, setting.learned),
        settled={index: one.indicator for index, one in settled.items()},
        rejected=_rejected(matched, setting),
    )
    judged = [
        _judged(claim, asked[index], proposals[index], settled.get(index), known, setting, asker)
        for index, claim in enumerate(matched)
    ]
    judged += [_bare(run, "", "unmatched", _TOO_MANY) for run in found.beyond]
    judged += [_bare(run, "", "unread", _UNREAD) for run in found.unread]
    judged.sort(key=lambda one: one.run.start)
    return _check(text, setting, found, judged, asker)


def _check(text: str, setting: Setting, found: Read, judged: list[Judged], asker: pinned.Asker | None) -> Check:
    count = Counter(one.colour for one in judged)
    counts: dict[Colour, int] = {colour: count[colour] for colour in COLOURS}
    return Check(
        text=text,
        program=setting.program,
        place=setting.place,
        period=setting.period,
        checkpoint=asker.checkpoint.number if asker else None,
        judged=tuple(judged),
        others=found.others,
        faults=faults.find(found.reading),
        counts=counts,
    )


def _settled(claims: Sequence[Claim], setting: Setting, known: Mapping[str, Indicator]) -> dict[int, Settled]:
    """What persons have said, by index of claim: a citation covers the claim that it overlaps."""
    found: dict[int, Settled] = {}
    cited = sorted((one for one in setting.bound if one.value is not None), key=lambda one: one.start)
    at = 0
    for index, claim in enumerate(claims):
        said = (setting.said or {}).get(claim.key)
        if said is not None and said.indicator in known:
            found[index] = said
        while at < len(cited) and cited[at].end <= claim.run.start:
            at += 1
        if at < len(cited) and cited[at].start < claim.run.end and cited[at].indicator in known:
            one = cited[at]
            found[index] = Settled(one.indicator, "bound", one.place, one.period)
    return found


def _rejected(claims: Sequence[Claim], setting: Setting) -> dict[int, frozenset[str]]:
    said = setting.rejected or {}
    return {index: said[claim.key] for index, claim in enumerate(claims) if claim.key in said}


def _where(asked: Asked, settled: Settled | None, setting: Setting) -> Asked:
    """A place or period that a person gave on purpose goes before what the words around the number seem to say."""
    if settled is None:
        return asked
    if settled.place and settled.place != setting.place:
        asked = replace(asked, place=settled.place, place_said="")
    if settled.period and settled.period != setting.period:
        asked = replace(asked, period=settled.period, period_said="")
    return asked


def _judged(
    claim: Claim,
    asked: Asked,
    proposal: Proposal,
    settled: Settled | None,
    known: Mapping[str, Indicator],
    setting: Setting,
    asker: pinned.Asker | None,
) -> Judged:
    candidates = tuple(_candidate(one, asked) for one in proposal.found)
    match, agrees = _match(claim, asked, proposal, settled, known)
    if match is None:
        several = bool(candidates) and candidates[0].score >= matching.PROPOSED
        return replace(_bare(claim.run, claim.key, "unmatched", _SEVERAL if several else _NONE), candidates=candidates)
    if not any(one.indicator == match.indicator for one in candidates):
        candidates = (match, *candidates)
    else:
        candidates = (match, *(one for one in candidates if one.indicator != match.indicator))
    query = Query(
        match.indicator, setting.program, match.place, match.period, asker.checkpoint.number if asker else None
    )
    figure = asker.figure(query) if asker else None
    bare = replace(_bare(claim.run, claim.key, "unmatched", CLOSED), match=match, candidates=candidates)
    if figure is None:
        return bare
    held = verdicts.hold(claim.run, _known(figure), units_agree=agrees)
    return replace(
        bare,
        verdict=held.verdict,
        colour=verdicts.colour(held.verdict, match.how),
        value=figure.value,
        unit=figure.unit,
        coverage=(figure.coverage.owed, figure.coverage.filed) if figure.coverage else None,
        difference=held.difference,
        offers=held.offers,
        said=held.said,
    )


def _match(
    claim: Claim, asked: Asked, proposal: Proposal, settled: Settled | None, known: Mapping[str, Indicator]
) -> tuple[Candidate | None, bool]:
    """The match with the place and period to ask for, and whether the units agree."""
    if settled is not None:
        one = known[settled.indicator]
        dimension = units.dimension(claim.run.unit, claim.run.noun)
        agrees = claim.run.kind == "zero" or not dimension or units.agree(dimension, one.unit)
        reasons = (_REASONS[settled.how], *_shifts(asked))
        return Candidate(one.ref, one.label, one.unit, asked.place, asked.period, 1.0, settled.how, reasons), agrees
    if proposal.match is not None:
        return _candidate(proposal.match, asked), True
    if proposal.mistaken is not None:
        return _candidate(proposal.mistaken, asked), False
    return None, True


def _candidate(found: Found, asked: Asked) -> Candidate:
    one = found.indicator
    reasons = (*(_REASONS[reason] for reason in found.reasons if reason in _REASONS), *_shifts(asked))
    how: How = "alias" if found.alias else "label"
    return Candidate(one.ref, one.label, one.unit, asked.place, asked.period, round(found.score, 3), how, reasons)


def _shifts(asked: Asked) -> tuple[Text, ...]:
    said = [word for word in (asked.place_said, asked.period_said) if word]
    return tuple(Text(f"文中写明“{word}”", f"The text says “{word}”") for word in said)


def _bare(run: Run, key: str, verdict: Verdict, said: Text) -> Judged:
    return Judged(
        run=run,
        key=key,
        match=None,
        candidates=(),
        verdict=verdict,
        colour="grey",
        value=None,
        unit="",
        coverage=None,
        difference=None,
        offers=(),
        said=said,
    )


def _known(figure: Figure) -> verdicts.Found:
    coverage = (figure.coverage.owed, figure.coverage.filed) if figure.coverage else None
    return verdicts.Found(figure.value, figure.unit, figure.indicator.measure == "zero", coverage)
