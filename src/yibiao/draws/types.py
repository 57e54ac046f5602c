"""What leaves the room of draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from yibiao.core.draws import Frozen, Outcome, Rules
from yibiao.packs.types import Text

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
