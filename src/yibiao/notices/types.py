"""What leaves the room of notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from yibiao.core.alerts import COLOURS, Alert
from yibiao.core.texts import Text

NoticeState = Literal["issued", "replaced", "withdrawn"]
ReceiptState = Literal["unread", "read", "signed", "answered"]
OPEN: tuple[ReceiptState, ...] = ("unread", "read")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice in a program: 通知, 提示函. ``due_hours`` is the usual time to sign for it, 0 for none."""

    id: str
    label: Text
    due_hours: int = 0
    wants_feedback: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pack says of notices: their kinds, and the occasions that they may be issued for."""

    kinds: tuple[Kind, ...] = ()
    occasions: tuple[tuple[str, Text], ...] = ()

    def kind(self, id: str) -> Kind | None:
        return next((one for one in self.kinds if one.id == id), None)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets a notice: a place as a whole, or one organisation of it."""

    place: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """A notice before it is issued. Without ``due_at`` the kind's usual time holds; ``replaces`` is an earlier id."""

    program: str
    kind: str
    number: str
    title: str
    text: str
    receivers: tuple[Receiver, ...]
    occasion: str = ""
    due_at: datetime | None = None
    wants_feedback: bool | None = None
    attachments: tuple[Upload, ...] = ()
    replaces: str = ""
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a notice; ``digest`` is the SHA-256 of its content, in hex. Units: ``size`` in bytes."""

    name: str
    digest: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How far the receipts of a notice are. ``late`` counts those signed after their time or still open after it."""

    receivers: int = 0
    unread: int = 0
    read: int = 0
    signed: int = 0
    answered: int = 0
    late: int = 0

    @property
    def unsigned(self) -> int:
        return self.unread + self.read

    @property
    def signed_share(self) -> int:
        """Units: whole percent, rounded down, so that 100 means all."""
        return (self.receivers - self.unsigned) * 100 // self.receivers if self.receivers else 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it stands. ``organisation`` issued it at ``place``; ``due_at`` is None where nothing is asked."""

    id: str
    program: str
    kind: str
    occasion: str
    number: str
    title: str
    text: str
    organisation: str
    place: str
    actor: str
    issued_at: datetime
    due_at: datetime | None
    wants_feedback: bool
    state: NoticeState
    reason: str
    replaces: str
    replaced_by: str
    revision: int
    sample: bool
    attachments: tuple[Attachment, ...] = ()
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receiver's copy. ``via`` is the receipt from which it was forwarded, ``depth`` 1 for the issuer's own."""

    id: str
    notice: str
    place: str
    organisation: str
    level: str
    via: str
    depth: int
    state: ReceiptState
    due_at: datetime | None
    received_at: datetime
    addendum: str
    read_at: datetime | None
    signed_at: datetime | None
    signed_by: str
    forwarded_at: datetime | None
    feedback: str
    feedback_at: datetime | None
    reminders: int
    reminded_at: datetime | None
    revision: int

    def late(self, now: datetime) -> bool:
        """Whether it was signed after its time, or is still open after it."""
        return self.due_at is not None and (self.signed_at or now) > self.due_at


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice with the receipt by which it waits for somebody."""

    notice: Notice
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Receipts of one level of the tree (``province``, ``county`` …) that nobody has signed for yet."""

    level: str
    receipts: tuple[Receipt, ...]
    receivers: int


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of notices; ``total`` counts all that match."""

    items: tuple[Notice, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a notice or on a receipt, as the log tells it. ``details`` are the answers after the act."""

    move: str
    actor: str
    organisation: str
    at: datetime
    reason: str
    receipt: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WarningDraft:
    """A warning before it is issued, for the places of ``areas`` (codes). ``sector`` is the code of GB/T 4657."""

    program: str
    event: str
    category: str
    severity: str
    urgency: str
    certainty: str
    headline: str
    description: str
    areas: tuple[str, ...]
    expires: datetime
    instruction: str = ""
    responses: tuple[str, ...] = ()
    status: str = "Actual"
    scope: str = "Public"
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    onset: datetime | None = None
    sector: str = "000"
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a warning: the first, an update, or the cancellation. ``warning`` names them all."""

    warning: str
    revision: int
    program: str
    place: str
    organisation: str
    actor: str
    alert: Alert
    sample: bool
    newest: bool

    @property
    def colour(self) -> str:
        """``red``, ``orange``, ``yellow``, ``blue``; empty where the severity is unknown."""
        held = {severity: colour for colour, severity in COLOURS.items()}
        return held.get(self.alert.infos[0].severity, "") if self.alert.infos else ""

    def in_force(self, now: datetime) -> bool:
        """Whether it is the last word on the warning, no cancellation, and has not expired."""
        expires = self.alert.infos[0].expires if self.alert.infos else None
        return self.newest and self.alert.type != "Cancel" and expires is not None and expires > now


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out by a channel: a subject and a text, in the receiver's language, without personal data."""

    id: int
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A channel whose newest message did not get through; ``fault`` is the kind of the error."""

    channel: str
    fault: str
    at: datetime
    tries: int
    given_up: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One message of an inbox. ``about`` says what ``subject`` is: a notice, a warning, a case, a shift, a report."""

    id: int
    telling: str
    about: str
    subject: str
    program: str
    place: str
    text: Text
    urgent: bool
    told_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """Messages that wait to leave the site, since when the oldest is due, None where none is; those given up."""

    waiting: int
    since: datetime | None
    given_up: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of messages; ``unread`` counts all that are unread."""

    items: tuple[Item, ...]
    total: int
    unread: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))
