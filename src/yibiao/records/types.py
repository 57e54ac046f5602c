"""What leaves the room of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

State = Literal["received", "approved", "rejected", "withdrawn"]
Channel = Literal["web", "sheet", "api", "openrosa", "sample"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a phone says of a sending: its instance id as it wrote it, and what sent it."""

    instance: str
    device: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionDraft:
    """Answers on their way in. ``id`` is the instance id (uuid text) chosen by the sender; one id is one record."""

    id: str
    form: str
    program: str
    answers: Mapping[str, Any]
    channel: Channel
    form_version: str = ""
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender gets back. ``repeated`` says that this very content was stored before."""

    id: str
    revision: int
    received_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A submission as it stands, or as it stood in one revision. ``answers`` never holds personal answers."""

    id: str
    form: str
    form_version: str
    program: str
    place: str
    organisation: str
    actor: str
    subject: str
    participants: tuple[str, ...]
    occurred_at: datetime
    received_at: datetime
    revision: int
    state: State
    channel: Channel
    answers: Mapping[str, Any]
    has_personal: bool
    sample: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """One step of a record's history: received, corrected or withdrawn, with the reason and who did it."""

    revision: int
    act: Literal["received", "corrected", "withdrawn"]
    reason: str
    actor: str
    at: datetime
    answers: Mapping[str, Any]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    state: State
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of a record; its content never changes under its digest."""

    name: str
    digest: str
    size: int
    kind: str
    personal: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Entity:
    """One object of a register, as its newest record left it."""

    id: str
    register: str
    key: str
    label: str
    place: str
    data: Mapping[str, Any]
    record: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of records; ``total`` counts all that match."""

    items: tuple[Record, ...]
    total: int
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Line:
    """An answer as people read it: labels of choices, names of places and entities, the unit beside it."""

    name: str
    label: str
    value: str
    unit: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The items of a repeat: one line of cells per item, in the order of ``labels``."""

    name: str
    label: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Presented:
    """A record with its form, for a page. ``lines`` hold personal questions too, without their answers."""

    record: Record
    title: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]
