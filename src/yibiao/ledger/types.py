"""What leaves the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from yibiao.core import canon


class FactDraft(NamedTuple):
    """A fact before it is appended. There is one for each row of a list, and a tuple is made in a third of the time of
    a frozen object.

    ``id`` names the thing for all its revisions; ``revision`` counts from 1; ``subject`` is what the fact is about
    (an entity, a case), empty where there is none; ``actor`` is the key of an account, empty for the system.
    ``occurred_at`` is when it happened, never when it arrived. ``payload`` is canonical JSON, or its text, without
    personal fields.
    """

    kind: str
    id: str
    revision: int
    program: str
    place: str
    organisation: str
    actor: str
    subject: str
    occurred_at: datetime
    payload: Mapping[str, Any] | canon.Ready = canon.NOTHING
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A stored entry. ``position`` is None until it is sealed; positions count from 1 without a gap."""

    kind: str
    id: str
    revision: int
    program: str
    place: str
    organisation: str
    actor: str
    subject: str
    occurred_at: datetime
    received_at: datetime
    payload: Mapping[str, Any]
    withdrawn: bool
    digest: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log up to ``size`` entries, its Merkle root (hex) and when it was sealed. ``number`` counts from 1."""

    number: int
    size: int
    root: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Proof that entry ``position`` (from 1) is in the tree of ``checkpoint`` (RFC 9162 §2.1.3)."""

    position: int
    leaf: str
    path: tuple[str, ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Consistency:
    """Proof that the tree of ``new`` extends the tree of ``old`` (RFC 9162 §2.1.4)."""

    old: Checkpoint
    new: Checkpoint
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of ``verify``: how many entries were held against the log, and what is wrong with which."""

    entries: int
    checkpoints: int
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries the log holds, how many of them wait for their position, and how many checkpoints there are."""

    entries: int
    pending: int
    checkpoints: int
