"""What leaves the room of citizens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from yibiao.core.spans import Span
from yibiao.core.texts import Text

Means = Literal["page", "open311"]
_NONE: Final = Text("")


@dataclass(frozen=True, slots=True)
class Service:
    """Something that citizens may ask for, from a day until another; ``limit`` is the time promised."""

    code: str
    label: Text
    about: Text
    group: Text
    keywords: tuple[str, ...]
    unit: Text
    limit: Span
    valid_from: date
    valid_until: date | None
    source: str

    def open_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Questions:
    """What the questions of the form are called that citizens' reports are filed on; empty where it has no such one."""

    place: str
    occurred_at: str
    service: str
    description: str
    address: str
    position: str
    means: str
    promised: str
    unit: str
    name: str
    phone: str
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter at which a program takes reports: its form, the kind of case that they open, and its services.

    ``summary`` and ``answer`` are the fields of the case that hold what the public and the reporter are told.
    """

    program: str
    pack: str
    title: Text
    place: str
    form: str
    lifecycle: str
    questions: Questions
    summary: str
    answer: str
    consent: Text
    services: tuple[Service, ...]

    def service(self, code: str) -> Service | None:
        return next((one for one in self.services if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports. ``token`` is hers alone: by it she follows the report, and sent twice it is one report."""

    token: str
    place: str
    service: str
    description: str
    address: str = ""
    latitude: str = ""
    longitude: str = ""
    name: str = ""
    phone: str = ""
    means: Means = "page"
    occurred_at: datetime | None = None
    photos: Iterable[tuple[str, Iterable[bytes]]] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that was taken in; ``case`` is the id that its case has, or will have within a second."""

    record: str
    case: str
    program: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose report a token follows."""

    record: str
    case: str
    program: str
    place: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Challenge:
    """A question that a machine answers only by work, or a person by a sum. ``token`` holds it, sealed by the site.

    Of work: find the number up to ``highest`` for which the SHA-256 of ``salt`` and the number is ``target``.
    """

    token: str
    salt: str = ""
    target: str = ""
    highest: int = 0
    sum: Text = _NONE


@dataclass(frozen=True, slots=True)
class Proof:
    """An answer to a challenge, and the address from which it came."""

    token: str
    answer: str
    address: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A request of another endpoint, as it stands there."""

    id: str
    service: str
    description: str
    requested_at: datetime
    address: str = ""
    latitude: str = ""
    longitude: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of telling another endpoint: told, nothing new to tell, and not taken there with why."""

    told: int
    same: int
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of the requests of another endpoint: taken in, known before, and refused with why."""

    taken: int
    known: int
    refused: Mapping[str, str] = field(default_factory=dict)
