"""What leaves the room of places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

LEVELS: Final = (
    "nation", "province", "prefecture", "county", "township", "community", "grid", "quarter", "building", "unit",
    "household",
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


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a county is drawn: its seat in degrees (WGS 84, to a tenth), and its tile in the grid of the province."""

    lon: float
    lat: float
    col: int
    row: int


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an amendment.

    ``rename`` gives ``code`` the name; ``move`` hangs it under ``parent``, with ``new_code`` where it gets one;
    ``merge`` closes it into ``new_code``; ``split`` closes it and opens ``parts``, the first of which stands for it;
    ``add`` opens it under ``parent``; ``close`` withdraws it, whose parent then stands for it.
    """

    act: Literal["rename", "move", "merge", "split", "add", "close"]
    code: str
    name: str = ""
    parent: str = ""
    new_code: str = ""
    level: str = ""
    parts: tuple[PlaceDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which tree it is that one reads: that of a database, in the version that it has now."""

    database: str
    version: tuple[int, int]
