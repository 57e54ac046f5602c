"""What leaves the room of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from yibiao.core.problems import Problem

Item = TypeVar("Item")
Right = Literal["fill", "review", "analyse", "manage"]
RIGHTS: Final[tuple[Right, ...]] = ("fill", "review", "analyse", "manage")
EVERY_PROGRAM: Final = "*"
# Who acts without an account: a person who reports something, or follows what she reported.
CITIZEN: Final = "citizen"


@dataclass(frozen=True, slots=True)
class Grant:
    """One right of one post over a place subtree and a set of programs (``*`` for all)."""

    right: Right
    place: str
    programs: frozenset[str]

    def over(self, program: str) -> bool:
        return EVERY_PROGRAM in self.programs or program in self.programs


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in. ``key`` stands for the person in facts; the name is shown, never stored in them."""

    key: str
    username: str
    name: str
    organisation: str
    organisation_name: str
    place: str
    role: str
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may read or write under one right: read by every query that shows records or figures."""

    actor: str
    right: Right
    grants: tuple[Grant, ...]

    def places(self, program: str) -> tuple[str, ...]:
        """Codes of the subtrees open to this scope for a program; empty means nothing is."""
        return tuple(grant.place for grant in self.grants if grant.over(program))


@dataclass(frozen=True, slots=True)
class Warrant:
    """Permission as a value: who may do what, where, and by which post. Made at the border, passed to every write."""

    actor: str
    right: Right
    organisation: str
    place: str
    program: str
    because: str


@dataclass(frozen=True, slots=True)
class Organisation:
    code: str
    name: str
    parent: str
    place: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is allowed or refused, in Chinese and English."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to "may this person do that there?"; ``problem`` is set where the answer is no."""

    allowed: bool
    because: Reason
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class PostView:
    """A post that a person holds, with its rights. ``number`` names it in addresses."""

    number: int
    organisation: str
    organisation_name: str
    role: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """An account as its managers see it."""

    account: Account
    posts: tuple[PostView, ...]
    is_active: bool
    password_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FieldClient:
    """A phone or program that files in a person's name, within a place and some programs, until it is revoked."""

    key: str
    person: str
    label: str
    place: str
    programs: frozenset[str]
    made_at: datetime
    revoked_at: datetime | None = None

    def over(self, program: str) -> bool:
        return EVERY_PROGRAM in self.programs or program in self.programs


# The rows of a table with their numbers, each cell as text.
Cells: TypeAlias = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An account that was opened with others; ``password`` is its first one, kept nowhere."""

    username: str
    name: str
    organisation_name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list; ``total`` counts all that match."""

    items: tuple[Item, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def before(self) -> int:
        return max(1, self.number - 1)

    @property
    def after(self) -> int:
        return min(self.pages, self.number + 1)
