"""What leaves the room of draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from yibiao.core.draws import Frozen, Outcome, Rules
from yibiao.core.periods import midnight
from yibiao.core.texts import Text

DrawState = Literal["prepared", "drawn", "public"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of draw that a pack knows: which registers hold the lists, which answers say class, field and body."""

    id: str
    label: Text
    objects: str
    risk: str
    object_fields: str
    owner: str
    inspectors: str
    inspector_fields: str
    employer: str
    rules: Rules
    risks: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw as it stands. ``outcome`` is None until it was made; ``digest`` was published before."""

    id: str
    program: str
    scheme: str
    place: str
    organisation: str
    actor: str
    title: str
    state: DrawState
    frozen: Frozen
    digest: str
    outcome: Outcome | None
    prepared_at: datetime
    drawn_at: datetime | None
    public_at: datetime | None
    revision: int
    sample: bool

    @property
    def drawn_count(self) -> int:
        return len(self.outcome.drawn) if self.outcome else 0


@dataclass(frozen=True, slots=True)
class PlanRule:
    """Where a program keeps its plans of inspections, and which manners are told before they begin.

    ``answer`` is where an inspection (``form``) names its plan; ``result`` is the lifecycle that publishes what came
    of it.
    """

    register: str
    manner: str
    open: frozenset[str]
    first: str
    last: str
    places: str
    planned: str
    team: str
    draw: str
    form: str
    answer: str
    result: str
    source: str


@dataclass(frozen=True, slots=True)
class InspectionPlan:
    """A plan of inspections as its newest record has it. ``told`` says that its manner is told beforehand."""

    number: str
    label: str
    place: str
    manner: str
    told: bool
    first: date | None
    last: date | None
    places: tuple[str, ...]
    planned: int
    team: str
    draw: str

    def known_at(self, place_inspected: bool, at: datetime) -> bool:
        """Whether it may be seen at a moment: by who plans always, by the place inspected once it is told or begins."""
        begun = self.first is not None and midnight(self.first) <= at
        return not place_inspected or self.told or begun
