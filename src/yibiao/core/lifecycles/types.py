"""The parts of a lifecycle, and where a case stands in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

from yibiao.core.expressions import Node
from yibiao.core.spans import Span
from yibiao.core.texts import Text

FieldType = Literal["text", "integer", "decimal", "date", "datetime", "choice"]
FIELD_TYPES: Final[tuple[FieldType, ...]] = ("text", "integer", "decimal", "date", "datetime", "choice")
Right = Literal["fill", "review", "manage"]
# What a paper may name besides: where and when it happened, and the day on which it is printed.
PRINTED: Final = ("place", "occurred_at", "today")
# What every case has beside the fields of its lifecycle: name → (type, Chinese, English).
STANDARD: Final[Mapping[str, tuple[str, str, str]]] = {
    "title": ("text", "事项", "Case"),
    "state": ("choice", "状态", "State"),
    "state_since": ("datetime", "何时进入这一状态", "In this state since"),
    "round": ("integer", "第几轮", "Round"),
    "opened_on": ("date", "立项日期", "Opened on"),
    "closed_on": ("date", "办结日期", "Closed on"),
    "due_at": ("datetime", "本环节时限", "Due at"),
    "promised_on": ("date", "办结期限", "To be closed by"),
    "on_time": ("choice", "按期办结", "Closed on time"),
    "late": ("choices", "迟于时限的环节", "Steps that were late"),
    "escalated_to": ("text", "已提级至", "Escalated to"),
    "origin": ("text", "来源", "Where it comes from"),
}
YES_NO: Final = (("yes", "是", "Yes"), ("no", "否", "No"))


def named_in(template: str) -> list[str]:
    """The names in a template: ``${venue_name}``."""
    return [part.partition("}")[0] for part in template.split("${")[1:]]


@dataclass(frozen=True, slots=True)
class Derivation:
    """A value that follows where ``when`` holds, for cases that began while the rule was in force."""

    value: str
    when: Node
    text: str
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""

    def in_force(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a case holds. ``derived`` makes it follow from other fields: the first rule that holds."""

    id: str
    type: FieldType
    label: Text
    choices: tuple[tuple[str, Text], ...] = ()
    unit: str = ""
    default: str = ""
    minimum: int | None = None
    derived: tuple[Derivation, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a state must be left: a field that holds a date or a time, or a span after ``anchor``.

    An empty anchor is the moment in which the state was entered.
    """

    field: str = ""
    span: Span | None = None
    anchor: str = ""
    when: Node | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """``final``: nothing more is owed. ``escalate``: how long overdue until the place above is told.

    The deadline of a state that is a ``promise`` is the day by which the whole case is to be closed.
    """

    id: str
    label: Text
    final: bool = False
    deadlines: tuple[Deadline, ...] = ()
    open_ended: bool = False
    promise: bool = False
    escalate: Span | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A field that a move asks for; ``required`` where ``when`` holds, or always."""

    field: str
    required: bool = True
    when: Node | None = None
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What leads from some states to another; an empty ``to`` stays where it is.

    It is offered ``where`` a condition holds, and ``when`` must hold once the answers are in. ``other_than`` names
    moves (or ``opened``) that the same person must not have made in this round. ``repeats`` begins a new round.
    ``sets`` are answers that the move itself gives (empty: takes away), ``stamps`` the fields that take its time.
    ``later`` are fields that it may only put off: to a later day or moment than the one that stands.
    """

    id: str
    label: Text
    from_: frozenset[str]
    to: str
    right: Right
    asks: tuple[Ask, ...] = ()
    where: Node | None = None
    when: Node | None = None
    needs: Text = field(default=Text(""))
    other_than: tuple[str, ...] = ()
    reason: bool = False
    repeats: bool = False
    withdraws: bool = False
    sets: Mapping[str, str] = field(default_factory=dict)
    stamps: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """The state in which a case opens where ``when`` holds."""

    state: str
    when: Node | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """How records open cases: each record, each item of a repeat, or as many as a number says.

    ``fields`` are fields of the case from answers of the record, ``constants`` are given. ``title`` is a template.
    """

    form: str
    repeat: str
    title: str
    fields: Mapping[str, str]
    constants: Mapping[str, str]
    count: str = ""
    when: str = ""
    starts: tuple[Start, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit of one channel: from ``anchor`` (a field, or ``opened``) until one of the moves ``stopped_by``."""

    id: str
    label: Text
    channel: str
    anchor: str
    limit: Span
    stopped_by: tuple[str, ...]
    when: Node | None = None
    valid_from: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that a case has once one of ``moves`` was made. Its lines are templates over what the case holds."""

    id: str
    label: Text
    moves: tuple[str, ...]
    title: str
    number: str = ""
    to: str = ""
    body: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    where: Node | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.title, self.number, self.to, *self.body)


@dataclass(frozen=True, slots=True)
class Public:
    """What of a case everybody may read: in which states, and which of its fields."""

    states: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A move that only the person who reported the case makes, within a span after its state was entered."""

    move: str
    within: Span | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reporter:
    """What the person who reported a case sees of it (the way of its states, some of its fields), and may do."""

    path: tuple[str, ...]
    fields: tuple[str, ...]
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Merging:
    """How a case is closed as a report of another, and taken out of it again; ``field`` holds the other's id.

    Those are suspected that began within a span of each other with the same answer to ``same``, whose ``text`` is
    alike or whose positions (``near``) are close.
    """

    move: str
    undo: str
    field: str
    same: str
    text: str
    near: str
    within: Span


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The table of one kind of case, as a version of its pack has it."""

    id: str
    label: Text
    valid_from: date
    source: str
    start: str
    fields: tuple[Field, ...]
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    openings: tuple[Opening, ...] = ()
    clocks: tuple[Clock, ...] = ()
    papers: tuple[Paper, ...] = ()
    public: Public | None = None
    reporter: Reporter | None = None
    merging: Merging | None = None

    def offer(self, move: str) -> Offer | None:
        """What the reporter alone may do by a move; None where the move is the desk's."""
        offers = self.reporter.offers if self.reporter else ()
        return next((one for one in offers if one.move == move), None)

    def field(self, id: str) -> Field | None:
        return next((one for one in self.fields if one.id == id), None)

    def state(self, id: str) -> State | None:
        return next((one for one in self.states if one.id == id), None)

    def paper(self, id: str) -> Paper | None:
        return next((one for one in self.papers if one.id == id), None)

    def move(self, id: str) -> Move | None:
        return next((one for one in self.moves if one.id == id), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands after an act.

    ``answers`` is all of it, flat; ``movers`` says who made which move in this round.
    """

    answers: Mapping[str, Any]
    movers: Mapping[str, str]
    occurred_at: datetime
    withdrawn: bool = False

    @property
    def state(self) -> str:
        return str(self.answers["state"])

    @property
    def round(self) -> int:
        return int(self.answers["round"])
