"""What leaves the room of duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from yibiao.core.rosters import Finding, Pattern
from yibiao.core.texts import Text

Every = Literal["day", "week", "month", "quarter", "year", "before-holiday", "once"]
FilingState = Literal["nil", "values", "exempt", "due", "missing"]
AssignmentState = Literal["planned", "confirmed", "arrived", "left", "released"]
SwapState = Literal["asked", "accepted", "declined", "withdrawn", "approved"]
Verdict = Literal["present", "late", "absent", "substituted", "unanswered"]


@dataclass(frozen=True, slots=True)
class Beside:
    """A register listed beside the reports of a slot: its entities whose keys begin with the slot.

    ``column`` is where the sources of ``indicators`` name such an entity.
    """

    register: str
    column: str
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obligation:
    """Who owes which report by when: every unit of ``register`` that passes ``filter`` files ``form`` once a slot.

    ``nil`` is the condition under which a report says that nothing happened, ``nil_answers`` are the answers that make
    one. ``due`` is a clock on the slot's last day (``20:00``) or a span after its end (``5d``, ``12h``, ``3wd``).
    ``compares`` names, by answer of the form, the indicator that says the same from the facts of the unit's place.
    Only reports that pass ``where`` settle it. Before a holiday, a slot begins ``ahead`` of its first day, is due by
    that day and ends with the holiday: what comes in during it is late. ``record_missed``: what was not filed by its
    deadline becomes a fact, so that figures can count it. Nothing is owed for a slot that begins at ``valid_until``.
    """

    topic: str
    label: Text
    form: str
    register: str
    unit: str
    every: Every
    due: str
    filter: str = ""
    nil: str = ""
    nil_answers: Mapping[str, object] | None = None
    escalate: str = ""
    valid_from: date | None = None
    source: str = ""
    where: str = ""
    ahead: str = "7d"
    valid_until: date | None = None
    record_missed: bool = False
    compares: Mapping[str, str] = field(default_factory=dict)
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class PostRule:
    """A seat of a type of shift, as people read it; ``id`` is that of the pattern's post."""

    id: str
    label: Text
    category: str


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A type of shift with its words; ``pattern`` is what shifts are laid from."""

    id: str
    label: Text
    pattern: Pattern
    posts: tuple[PostRule, ...]
    valid_from: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class RosterRule:
    """Whose rosters a program keeps: units of ``register``; filed ``file_before`` the window begins."""

    register: str
    file_before: str
    arrive_early: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """All that a pack version says about duty; empty where it has no duty.toml."""

    pack: str
    obligations: tuple[Obligation, ...] = ()
    shift_types: tuple[ShiftType, ...] = ()
    categories: tuple[tuple[str, Text], ...] = ()
    roster: RosterRule | None = None

    def obligation(self, topic: str) -> Obligation | None:
        return next((one for one in self.obligations if one.topic == topic), None)

    def shift_type(self, id: str) -> ShiftType | None:
        return next((one for one in self.shift_types if one.id == id), None)


@dataclass(frozen=True, slots=True)
class Unit:
    """Who owes reports and keeps rosters: an entity of the register."""

    key: str
    label: str
    place: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One period of an obligation: ``2022-09-10``, ``2022-W36``, ``2022-09``, ``2022-Q3``, ``2022``, ``once``, or
    ``H2022-09-10`` before the holiday that begins then."""

    key: str
    begins: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """One obligation: what of it is filed. ``late`` says that the report came after ``due_at``.

    ``state`` is ``due`` before its deadline and ``missing`` after it where nothing was filed.
    """

    topic: str
    unit: Unit
    slot: Slot
    state: FilingState
    late: bool = False
    filed_at: datetime | None = None
    record: str = ""
    chased: int = 0
    chased_at: datetime | None = None
    escalated_to: str = ""
    reason: str = ""

    @property
    def filed(self) -> bool:
        return self.state in ("nil", "values")


@dataclass(frozen=True, slots=True)
class Matrix:
    """The coverage of a topic: one row per unit, one cell per slot.

    Shape: units by key, slots by time. An exempt cell is neither owed nor filed.
    """

    obligation: Obligation
    slots: tuple[Slot, ...]
    rows: tuple[tuple[Unit, tuple[Cell, ...]], ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for _, row in self.rows for cell in row)

    def count(self, state: FilingState) -> int:
        return sum(cell.state == state for cell in self.cells)

    @property
    def owed(self) -> int:
        return len(self.cells) - self.count("exempt")

    @property
    def filed(self) -> int:
        return sum(cell.filed for cell in self.cells)

    @property
    def late(self) -> int:
        return sum(cell.late for cell in self.cells)

    @property
    def full(self) -> bool:
        return self.owed > 0 and self.filed == self.owed


@dataclass(frozen=True, slots=True)
class Staffer:
    """Somebody who can be put on a roster. The name is shown and never enters a fact; ``key`` does."""

    key: str
    program: str
    unit: str
    name: str
    title: str
    leads: bool
    account: str
    active: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person at a post of a shift, as it stands now."""

    id: str
    shift: str
    roster: str
    unit: str
    place: str
    begins: datetime
    ends: datetime
    person: str
    name: str
    post: str
    category: str
    state: AssignmentState
    revision: int
    arrived_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def fulfilled(self) -> bool:
        return self.arrived_at is not None


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A shift with who is in it."""

    id: str
    key: str
    type: str
    begins: datetime
    ends: datetime
    seats: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster of a unit for a window; ``filed_at`` is when it was filed with the level above."""

    id: str
    program: str
    unit: str
    unit_label: str
    place: str
    begins: datetime
    ends: datetime
    file_by: datetime
    filed_at: datetime | None
    score: int
    revision: int

    @property
    def filed_late(self) -> bool:
        return self.filed_at is not None and self.filed_at > self.file_by


@dataclass(frozen=True, slots=True)
class RosterView:
    """A roster in full: shifts in order of time, what is wrong, how good it is now."""

    roster: Roster
    shifts: tuple[ShiftView, ...]
    findings: tuple[Finding, ...]
    score: int
    people: tuple[Staffer, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """A change of the person of one assignment: asked, accepted by the other, approved by a third, then in effect."""

    id: str
    assignment: Assignment
    from_person: str
    from_name: str
    to_person: str
    to_name: str
    state: SwapState
    reason: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """From one shift to the next: what is still open, signed by both sides."""

    id: str
    unit: str
    place: str
    from_shift: str
    to_shift: str
    at: datetime
    out_person: str
    out_name: str
    in_person: str
    in_name: str
    items: tuple[str, ...]
    offered_at: datetime
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """A check of whether somebody is on post, at a time drawn by lot."""

    id: str
    unit: str
    unit_label: str
    place: str
    planned_at: datetime
    means: str
    verdict: Verdict | Literal[""]
    person: str
    name: str
    seconds: int | None
    follow_up: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """Somebody to put on a unit's list. ``account`` is the key of an account, empty for who has none."""

    name: str
    title: str
    leads: bool = False
    account: str = ""


@dataclass(frozen=True, slots=True)
class Placing:
    """A person to put at a post of a shift."""

    shift: str
    person: str
    post: str
