"""What leaves the room of bulletins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from yibiao.core.faults import Fault
from yibiao.core.intervals import Interval
from yibiao.core.periods import Period
from yibiao.core.problems import Problem
from yibiao.core.reading import Run
from yibiao.core.texts import Text

Status = Literal["draft", "issued", "superseded"]
Verdict = Literal["supported", "contradicted", "stale", "wrong-unit", "zero-uncovered", "unmatched", "unread"]
Colour = Literal["red", "amber", "green", "grey"]
How = Literal["bound", "confirmed", "alias", "label"]
DraftKind = Literal["text", "markdown", "docx"]
COLOURS: Final[tuple[Colour, ...]] = ("red", "amber", "green", "grey")
LONGEST_DRAFT: Final = 200_000  # characters
LARGEST_FILE: Final = 10 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Citation:
    """A number in a text: ``text[start:end]`` is the wording of ``value`` of ``indicator``, true when it was written.

    ``value`` is None where nothing could be proved (for instance a zero without coverage) and the words say so.
    """

    start: int
    end: int
    indicator: str
    value: Decimal | None
    unit: str
    wording: str
    rule: str
    place: str
    period: Period


@dataclass(frozen=True, slots=True)
class Bulletin:
    """``id`` is ``<template>-<serial>``. ``source`` is the text with its marks; ``text`` is what is printed."""

    id: str
    template: str
    program: str
    pack: str
    title: str
    status: Status
    source: str
    text: str
    citations: tuple[Citation, ...]
    problems: tuple[Problem, ...]
    place: str
    period: Period
    checkpoint: int | None
    root: str
    author: str
    created_at: datetime
    issued_at: datetime | None
    supersedes: str
    superseded_by: str
    issuer: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Restatement:
    """A cited figure that has changed since: then, now, and the records that made the difference."""

    citation: Citation
    then: Decimal | None
    now: Decimal | None
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether an issued bulletin still stands: its fact in the log, its figures recomputed at its checkpoint."""

    id: str
    checkpoint: int
    root_matches: bool
    sealed: bool
    differences: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return self.root_matches and self.sealed and not self.differences


@dataclass(frozen=True, slots=True)
class Template:
    """A template as its pack gives it. ``id`` is ``<pack>.<name>``; ``place`` and ``period`` may be left open."""

    id: str
    pack: str
    title: str
    source: str
    issuer: str = ""
    number: str = ""
    place: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A source with its numbers filled in. ``checkpoint`` is None when nothing has been sealed yet."""

    text: str
    citations: tuple[Citation, ...]
    problems: tuple[Problem, ...]
    checkpoint: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A true way to write a value: the wording rule and the phrase that it gives."""

    rule: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An indicator that a claim may speak of, and why. ``indicator`` is its ref.

    ``score`` is 0–1. ``bound``: the author cited it; ``confirmed``: a person said so in this draft; ``alias``: by
    another name of it, of its pack or confirmed before; ``label``: by its own. Values of figures play no part in it.
    """

    indicator: str
    label: Text
    unit: str
    place: str
    period: Period
    score: float
    how: How
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One number of a text, held against the records.

    ``key`` names the claim by what it counts, so that it keeps its name when its number is corrected. ``match`` is
    also one of ``candidates``, which come best first. A claim in words only (未发生…) has a run without a numeral:
    its ``num`` is empty.
    **Units**: ``value`` is the exact figure in ``unit``; ``difference`` is what the text says less the figure.
    **Missing**: ``value`` is None where there is no match, no figure, or no right to open it; ``coverage`` (owed,
    filed) only where the indicator relies on reports; ``difference`` None unless the claim does not hold.
    """

    run: Run
    key: str
    match: Candidate | None
    candidates: tuple[Candidate, ...]
    verdict: Verdict
    colour: Colour
    value: Decimal | None
    unit: str
    coverage: tuple[int, int] | None
    difference: Decimal | None
    offers: tuple[Offer, ...]
    said: Text


@dataclass(frozen=True, slots=True)
class Check:
    """A text held against the records at a checkpoint. ``judged`` are its claims and what could not be read, in order.

    ``others`` are the numerals that claim nothing (dates, ordinals, names). ``counts`` holds every colour.
    **Missing**: ``checkpoint`` is None when nothing was sealed; ``number``, ``checked_at`` and ``by`` are those of a
    kept check, else 0, None and empty.
    """

    text: str
    program: str
    place: str
    period: Period
    checkpoint: int | None
    judged: tuple[Judged, ...]
    others: tuple[Run, ...]
    faults: tuple[Fault, ...]
    counts: Mapping[Colour, int]
    number: int = 0
    checked_at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A kept check in the history of its draft."""

    number: int
    checkpoint: int | None
    counts: Mapping[Colour, int]
    faults: int
    checked_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A text from outside, to be checked. ``file`` is the name it was uploaded under, empty for a pasted one.

    Missing: ``last`` is None as long as no check of it was kept.
    """

    id: str
    title: str
    program: str
    place: str
    period: Period
    text: str
    kind: DraftKind
    file: str
    author: str
    created_at: datetime
    edits: int
    has_original: bool
    last: CheckLine | None = None


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One page of drafts; ``total`` counts all in the scope. Missing: the drafts come without text here."""

    items: tuple[Draft, ...]
    total: int
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Alias:
    """A phrasing of a program that a person confirmed to mean an indicator; ``learned_from`` is the draft."""

    id: str
    program: str
    indicator: str
    phrase: str
    unit: str
    place: str
    learned_from: str
    author: str
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """What a published bulletin said, as its author wrote it; never a computed figure.

    ``now`` is today's figure for the same place and period, to stand beside it. Missing: None where the program has
    no records of that period, or the reader may not open it.
    """

    id: str
    indicator: str
    program: str
    place: str
    period: Period
    phrase: str
    value: Decimal
    interval: Interval
    unit: str
    source: str
    author: str
    reported_at: datetime
    now: Decimal | None = None
