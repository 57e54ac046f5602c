"""What leaves the room of forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from yibiao.core.problems import Problem
from yibiao.core.texts import Text

FieldType = Literal[
    "text", "integer", "decimal", "date", "time", "datetime", "choice", "choices", "geopoint", "file", "barcode",
    "calculated",
]  # fmt: skip
_NONE: Final = Text("")
Role = Literal["", "place", "occurred_at", "subject", "participants", "organisation"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list; ``filters`` holds the columns that a cascade may look at."""

    name: str
    label: Text
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form version.

    ``name`` is unique within its repeat; ``repeat`` names the repeat it stands in, empty at the top. ``role`` says what
    the answer is to the fact (where, when, about what, with whom). A personal answer never enters the ledger.
    ``required`` is unconditional; ``required_if`` is the condition under which an answer is required, or empty.
    ``prefill`` says what the form knows already: ``last`` (the last record about the same subject) or
    ``<question>.<answer>`` (what the register keeps of the entity picked there). ``check`` names a code whose check
    characters are looked at (``uscc``); one that does not fit is pointed out, never refused.
    """

    name: str
    path: str
    type: FieldType
    label: Text
    hint: Text
    repeat: str = ""
    unit: str = ""
    personal: bool = False
    register: str = ""
    role: Role = ""
    required: bool = False
    readonly: bool = False
    choices: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_message: Text = _NONE
    choice_filter: str = ""
    calculate: str = ""
    default: str = ""
    appearance: str = ""
    group: Text = _NONE
    required_if: str = ""
    prefill: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class EntityRule:
    """The form creates or updates entities of ``register``; ``label`` and ``key`` are expressions over its answers."""

    register: str
    key: str
    label: str
    saves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A group or a repeat. ``parent`` names the repeat it stands in; ``count`` fixes how many items a repeat has."""

    name: str
    path: str
    label: Text
    repeat: bool
    parent: str = ""
    relevant: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class EntityValue:
    """What one record says of an entity of a register; ``data`` holds the answers that are saved to it."""

    register: str
    key: str
    label: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A published form. ``id`` is ``<pack>.<form>``; ``kind`` of its facts is ``record.<id>``."""

    id: str
    version: str
    title: Text
    pack: str
    pack_version: str
    fields: tuple[Field, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    xform: str
    entity: EntityRule | None = None
    sections: tuple[Section, ...] = ()

    @property
    def kind(self) -> str:
        return f"record.{self.id}"

    @property
    def name(self) -> str:
        return self.id.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Held:
    """A question whose answer ``register`` keeps as ``name``; ``question`` is the one by which the form picks from it,
    empty where it picks nothing and could."""

    field: Field
    register: str
    name: str
    question: str

    @property
    def remedy(self) -> str:
        """What the column ``bind::yibiao:prefill`` would say."""
        return f"{self.question}.{self.name}" if self.question else ""


@dataclass(frozen=True, slots=True)
class FieldState:
    """What a filling page needs to know of a field under the present answers; ``index`` counts repeats from 0."""

    name: str
    repeat: str
    index: int
    relevant: bool
    required: bool
    choices: tuple[str, ...] | None
    value: Any
    problems: tuple[Problem, ...]


class Checked(NamedTuple):
    """The outcome of checking answers: cleaned values (typed, calculated, irrelevant ones dropped), or every problem.

    ``public`` goes into the fact, ``personal`` is kept encrypted in its room; both as ``{name: value}`` with repeats as
    lists of such mappings. ``text`` is ``public`` as canonical JSON.
    """

    public: Mapping[str, Any]
    personal: Mapping[str, Any]
    place: str
    occurred_at: Any
    subject: str
    participants: tuple[str, ...]
    problems: tuple[Problem, ...]
    text: str = ""
