"""What leaves the room of places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

LEVELS: Final = (
    "nation", "province", "prefecture", "county", "township", "community", "grid", "quarter", "building", "unit", "household",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edition:
    """The tree as it stood from a day on, until the next edition. ``number`` counts from 1."""

    number: int
    valid_from: date
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """One node of one edition. ``enter``/``leave`` is its half-open preorder range: a subtree is enter ≤ n < leave."""

    code: str
    name: str
    level: str
    parent: str
    edition: int
    enter: int
    leave: int
    initials: str = ""

    def holds(self, other: Place) -> bool:
        """Whether the other place is this one or below it, in the same edition."""
        return self.edition == other.edition and self.enter <= other.enter < self.leave


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    """A row to import: ``parent`` is a code, empty at the top."""

    code: str
    name: str
    level: str
    parent: str
