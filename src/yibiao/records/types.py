"""What leaves the room of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from yibiao.core import canon

State = Literal["received", "approved", "rejected", "withdrawn"]
Channel = Literal["web", "sheet", "api", "openrosa", "sample"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a phone saw of an entity when it spoke of it: the version ``base``, along its own ``branch`` from ``trunk``,
    the last one that it got from here. None where it saw none."""

    uid: str
    create: bool
    base: int | None
    trunk: int | None
    branch: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a phone says of a sending: its instance id as it wrote it, what sent it, and what it saw of the entity."""

    instance: str
    device: str = ""
    agent: str = ""
    claim: Claim | None = None


class SubmissionDraft(NamedTuple):
    """Answers on their way in. ``id`` is the instance id (uuid text) chosen by the sender; one id is one record.

    ``prefilled`` is what the sender was shown as known before she answered, by question.
    """

    id: str
    form: str
    program: str
    answers: Mapping[str, Any]
    channel: Channel
    form_version: str = ""
    sent: Sent | None = None
    prefilled: Mapping[str, Any] = canon.NOTHING


@dataclass(frozen=True, slots=True)
class From:
    """Where a page of a list by key begins: after a key, before one, or at the very end; else so many further on.

    Whoever says a key gets her page as fast as the first, however far on it is. Nothing behind ``upto`` is listed.
    """

    start: int = 0
    after: str = ""
    before: str = ""
    last: bool = False
    upto: str = ""

    @property
    def backwards(self) -> bool:
        return self.last or bool(self.before)


class Receipt(NamedTuple):
    """What the sender gets back. ``repeated`` says that this very content was stored before."""

    id: str
    revision: int
    received_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that need not be asked for: ``of`` is the label of the entity, or the id of the last record."""

    value: Any
    source: Literal["register", "last"]
    of: str


@dataclass(frozen=True, slots=True)
class Origins:
    """How the answers of a record came about: prefilled and left as they were, prefilled and changed, typed."""

    confirmed: tuple[str, ...]
    changed: tuple[str, ...]
    typed: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Origins of a form's answers, counted. ``unkept`` records are from before it was kept."""

    records: int
    unkept: int
    confirmed: int
    changed: int
    typed: int

    @property
    def answers(self) -> int:
        return self.confirmed + self.changed + self.typed


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
    """A file of a record; its content never changes under its digest. ``scan`` is what a scanner made of it: empty
    where none is asked, ``waiting``, ``clean`` or ``infected``."""

    name: str
    digest: str
    size: int
    kind: str
    personal: bool
    received_at: datetime
    scan: str = ""

    @property
    def open(self) -> bool:
        """Whether it may be handed out."""
        return self.scan in ("", "clean")


@dataclass(frozen=True, slots=True)
class Entity:
    """One object of a register, as its newest record left it. ``merged`` are the keys of duplicates merged into it,
    known where the entity was asked for by itself."""

    id: str
    register: str
    key: str
    label: str
    place: str
    data: Mapping[str, Any]
    record: str
    updated_at: datetime
    merged: tuple[str, ...] = ()
    version: int = 1
    uid: str = ""


@dataclass(frozen=True, slots=True)
class EntityStep:
    """What one record said of an entity, under which key; the label stands in ``data`` under the empty name.

    ``record`` is empty where it may not be opened; not ``live`` where it was corrected or withdrawn later. ``ruling``
    says that it was no record but somebody's decision about a clash.
    """

    record: str
    form: str
    program: str
    actor: str
    at: datetime
    key: str
    live: bool
    data: Mapping[str, Any]
    changed: tuple[str, ...]
    first: bool
    ruling: bool = False


@dataclass(frozen=True, slots=True)
class Suspect:
    """Two entities that look like one."""

    one: Entity
    other: Entity

    @property
    def both(self) -> tuple[Entity, Entity]:
        return self.one, self.other


@dataclass(frozen=True, slots=True)
class Closing:
    """A form was closed in a program. ``reopened_at`` is None while it is; ``until`` is the last day for phones."""

    id: str
    form: str
    program: str
    reason: str
    until: date
    actor: str
    at: datetime
    reopened_reason: str = ""
    reopened_by: str = ""
    reopened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """A unit's word that a form asks again for what is known; ``replied_at`` is None until it is answered."""

    id: str
    form: str
    program: str
    place: str
    organisation: str
    reason: str
    actor: str
    at: datetime
    reply: str = ""
    replied_by: str = ""
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record whose word on an entity waits for an earlier one of the same phone."""

    id: int
    record: str
    program: str
    register: str
    key: str
    label: str
    place: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Contested:
    """An answer that two changed apart; ``name`` is empty for the label."""

    name: str
    before: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class Clash:
    """A record (mine) and what came in before it (theirs) contradict each other; ``stands`` until it is settled."""

    id: int
    key: str
    record: str
    answers: tuple[Contested, ...]
    stands: Literal["mine", "theirs"]
    at: datetime


RulingAct = Literal["merge", "apart", "confirm", "settle"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision about entities: ``other`` was merged into ``key``, is another thing than ``key``, is a code of ``key``
    that was confirmed although it looks wrong, or is the record whose clash was settled. ``undone_at`` is None while it
    stands."""

    id: str
    act: RulingAct
    register: str
    key: str
    other: str
    reason: str
    actor: str
    at: datetime
    undone_reason: str = ""
    undone_by: str = ""
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of records. ``total`` counts those that match, up to a bound; with ``more`` there are others.

    On the last page ``older`` says from where to go on, empty where there is nothing more to look at. ``since`` is how
    far back was looked; None where everything was.
    """

    items: tuple[Record, ...]
    total: int
    number: int
    size: int
    more: bool = False
    older: str = ""
    since: datetime | None = None


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
