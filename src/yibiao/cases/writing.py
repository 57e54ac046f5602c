"""From a case to its fact and its row, and back: the row is what the newest fact says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from yibiao.cases import models, tables, types
from yibiao.cases.placing import Atlas
from yibiao.core import canon
from yibiao.core.lifecycles import moving
from yibiao.core.lifecycles.types import Lifecycle, Standing
from yibiao.core.periods import SHANGHAI
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import Fact, FactDraft

_COLUMNS: Final = (
    "place", "lineage", "title", "state", "open", "withdrawn", "occurred_at", "since", "due_at", "escalate_at",
    "escalated_to", "moved_at", "revision", "payload",
    "merged_into",
)  # fmt: skip
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Held:
    """A case with all that its fact says of it, before or after an act.

    ``lineage`` is where the place stands today; it is no part of the fact and may be empty. ``taken`` is what was last
    taken from the record that opened it: by it a correction is told from what people did.
    """

    id: str
    pack: str
    version: str
    lifecycle: Lifecycle
    program: str
    place: str
    organisation: str
    standing: Standing
    revision: int = 0
    record: str = ""
    item: int | None = None
    number: int = 1
    channel: str = ""
    lineage: str = ""
    taken: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return tables.kind_of(self.pack, self.lifecycle.id)


@dataclass(frozen=True, slots=True)
class Act:
    """What was done, by whom, and when."""

    move: str
    at: datetime
    actor: str = ""
    organisation: str = ""
    reason: str = ""


def store(done: Sequence[tuple[Held, Act]], *, at: datetime) -> None:
    """Appends one fact per act and brings the rows up to date; runs inside the caller's transaction."""
    atlas = Atlas()
    facts = [fact(held, act) for held, act in done]
    newest = {held.id: (held, act, said) for (held, act), said in zip(done, facts, strict=True)}
    rows = [row(held, act, said, atlas) for held, act, said in newest.values()]
    for start in range(0, len(rows), _CHUNK):
        models.Case.objects.bulk_create(
            rows[start : start + _CHUNK], update_conflicts=True, unique_fields=["id"], update_fields=_COLUMNS
        )
    ledger.append(facts, received_at=at)


def fact(held: Held, act: Act) -> FactDraft:
    standing = held.standing
    return FactDraft(
        kind=held.kind,
        id=held.id,
        revision=held.revision,
        program=held.program,
        place=held.place,
        organisation=held.organisation,
        actor=act.actor,
        subject=held.id,
        occurred_at=standing.occurred_at,
        payload=payload(held, act),
        withdrawn=standing.withdrawn,
    )


def payload(held: Held, act: Act) -> dict[str, Any]:
    """What a fact carries beside its head. Missing: what is empty is left out."""
    said: dict[str, Any] = {
        "answers": {name: value for name, value in held.standing.answers.items() if value is not None},
        "lifecycle": held.lifecycle.id,
        "version": held.version,
        "movers": dict(held.standing.movers),
        "move": act.move,
        "moved_at": act.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "reason": act.reason,
        "by_organisation": act.organisation,
        "record": held.record,
        "item": held.item,
        "number": held.number,
        "channel": held.channel,
        "taken": dict(held.taken),
    }
    return {name: value for name, value in said.items() if value not in ("", None, {})}


def row(held: Held, act: Act, said: FactDraft, atlas: Atlas) -> models.Case:
    """The row of a case after an act whose fact is ``said``."""
    standing = held.standing
    return models.Case(
        id=held.id,
        kind=held.kind,
        pack=held.pack,
        version=held.version,
        lifecycle=held.lifecycle.id,
        program=held.program,
        place=held.place,
        lineage=held.lineage or atlas.lineage(held.place),
        organisation=held.organisation,
        title=standing.answers["title"],
        state=standing.state,
        open=moving.is_open(held.lifecycle, standing),
        withdrawn=standing.withdrawn,
        occurred_at=standing.occurred_at,
        since=datetime.fromisoformat(standing.answers["state_since"]),
        due_at=moving.due_at(standing),
        escalate_at=moving.escalate_at(held.lifecycle, standing),
        escalated_to=standing.answers.get("escalated_to") or "",
        moved_at=act.at.replace(microsecond=0),
        revision=held.revision,
        record=held.record,
        item=held.item,
        number=held.number,
        payload=canon.dumps(said.payload),
        merged_into=merged_into(held),
    )


def merged_into(held: Held) -> str:
    """The case of which this one is another report; empty where it stands for itself."""
    merging = held.lifecycle.merging
    return str(held.standing.answers.get(merging.field) or "")[:36] if merging else ""


def held_of(kept: models.Case) -> Held:
    """The case of a row."""
    held = _held(
        kept.id, kept.pack, kept.program, kept.place, kept.organisation, kept.occurred_at, kept.withdrawn,
        kept.revision, json.loads(kept.payload),
    )  # fmt: skip
    return replace(held, lineage=kept.lineage)


def folded(one: Fact) -> tuple[Held, Act]:
    """The case as a fact left it, and the act."""
    pack = one.kind.split(".")[1]
    held = _held(
        one.id, pack, one.program, one.place, one.organisation, one.occurred_at, one.withdrawn, one.revision,
        one.payload,
    )  # fmt: skip
    said = one.payload
    at = datetime.fromisoformat(said["moved_at"])
    return held, Act(said["move"], at, one.actor, said.get("by_organisation", ""), said.get("reason", ""))


def case_of(held: Held, moved_at: datetime) -> types.Case:
    """The case as it leaves the room."""
    due = moving.due_at(held.standing)
    return types.Case(
        held.id, held.lifecycle, held.pack, held.version, held.program, held.place, held.organisation,
        str(held.standing.answers["title"]), held.standing, moving.is_open(held.lifecycle, held.standing), due,
        moved_at, held.revision, held.record,
    )  # fmt: skip


def _held(
    id: str, pack: str, program: str, place: str, organisation: str, occurred_at: datetime, withdrawn: bool,
    revision: int, said: Mapping[str, Any],
) -> Held:  # fmt: skip
    lifecycle = tables.lifecycle(pack, said["version"], said["lifecycle"])
    standing = Standing(said["answers"], said.get("movers", {}), occurred_at.astimezone(SHANGHAI), withdrawn)
    return Held(
        id, pack, said["version"], lifecycle, program, place, organisation, standing, revision,
        said.get("record", ""), said.get("item"), said.get("number", 1), said.get("channel", ""), "",
        said.get("taken", {}),
    )  # fmt: skip
