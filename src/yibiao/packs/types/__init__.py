"""What leaves the room of packs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from yibiao.core.periods import Period
from yibiao.core.texts import Text


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """One answer of a declared fact; ``type`` is that of a form's field, ``choices`` are values with their labels."""

    name: str
    type: str
    label: Text
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """Facts of a kind that a room keeps itself, for figures to count.

    Indicators name them as ``name`` (``case:hazard``). Their payload holds ``answers`` by the names of ``columns``.
    """

    name: str
    kind: str
    title: Text
    columns: tuple[DeclaredColumn, ...]


@dataclass(frozen=True, slots=True)
class PackFiles:
    """A pack as read from a folder or zip: its manifest, checked, and every file by relative path."""

    id: str
    version: str
    title: Text
    manifest: Mapping[str, object]
    files: Mapping[str, bytes]
    digest: str


@dataclass(frozen=True, slots=True)
class PackVersion:
    """An installed, frozen version. ``digest`` is the SHA-256 over paths and contents."""

    id: str
    version: str
    title: Text
    digest: str
    installed_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A running instance of a pack: its window (half-open), cut-off, and the place that it covers.

    ``window_until`` is the cut-off: figures of the program open on [window_from, window_until).
    """

    code: str
    pack: str
    pack_version: str
    title: Text
    place: str
    window_from: datetime
    window_until: datetime

    @property
    def last_day(self) -> date:
        """The last day of the window, as people name it."""
        return Period(self.window_from, self.window_until).last_day
