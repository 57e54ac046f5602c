"""What leaves the room of bulletins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from yibiao.core.periods import Period
from yibiao.core.problems import Problem

Status = Literal["draft", "issued", "superseded"]


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
