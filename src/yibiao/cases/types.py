"""What leaves the room of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from yibiao.core.lifecycles.types import Lifecycle, Standing

Pace = Literal["", "overdue", "soon", "open", "closed"]


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands, or as it stood at a checkpoint.

    ``due_at`` is when its state must be left; None where nothing is owed. ``record`` is the record that opened it.
    """

    id: str
    lifecycle: Lifecycle
    pack: str
    version: str
    program: str
    place: str
    organisation: str
    title: str
    standing: Standing
    open: bool
    due_at: datetime | None
    moved_at: datetime
    revision: int
    record: str = ""

    @property
    def state(self) -> str:
        return self.standing.state

    @property
    def answers(self) -> Mapping[str, Any]:
        return self.standing.answers

    @property
    def withdrawn(self) -> bool:
        return self.standing.withdrawn

    def overdue(self, at: datetime) -> bool:
        """Derived, never stored: open, and its deadline has passed."""
        return self.open and self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a case's history. ``move`` is ``opened``, ``corrected``, ``withdrawn``, ``escalated`` or a move."""

    revision: int
    move: str
    actor: str
    organisation: str
    at: datetime
    reason: str
    before: str
    after: str
    changed: Mapping[str, Any]
    withdrawn: bool
    position: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A case in a list."""

    id: str
    lifecycle: str
    kind: str
    pack: str
    version: str
    program: str
    place: str
    title: str
    state: str
    open: bool
    withdrawn: bool
    occurred_at: datetime
    since: datetime
    due_at: datetime | None
    escalated_to: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cases; ``total`` counts all that match."""

    items: tuple[Line, ...]
    total: int
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases of one lifecycle are in each state, how many are open, overdue, and due within a day."""

    lifecycle: str
    states: Mapping[str, int]
    total: int
    open: int
    overdue: int
    soon: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A case that a person opens by hand. ``id`` is chosen by the sender: one id is one case."""

    id: str
    lifecycle: str
    program: str
    place: str
    title: str
    occurred_at: datetime
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What everybody may read of a case: where, when it began, since when it is public, and its public answers."""

    id: str
    lifecycle: str
    place: str
    occurred_at: datetime
    since: datetime
    revision: int
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A case that may be a report of the same thing; ``metres`` is None where a position is unknown."""

    id: str
    title: str
    place: str
    state: str
    occurred_at: datetime
    text: str
    likeness: float
    metres: float | None
