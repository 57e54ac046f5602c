"""Rows as they leave the room, and as the answers of their facts."""

from __future__ import annotations

import json
from typing import Any, Final

from yibiao.core import canon, draws
from yibiao.draws import models
from yibiao.draws.types import Draw
from yibiao.ledger.types import FactDraft
from yibiao.people.types import Warrant

KIND: Final = "draw.held"


def draw(row: models.Draw) -> Draw:
    return Draw(
        id=row.id,
        program=row.program,
        scheme=row.scheme,
        place=row.place,
        organisation=row.organisation,
        actor=row.actor,
        title=row.title,
        state=row.state,  # type: ignore[arg-type]
        frozen=draws.frozen_of(json.loads(row.frozen)),
        digest=row.digest,
        outcome=draws.outcome_of(json.loads(row.outcome)) if row.outcome else None,
        prepared_at=row.prepared_at,
        drawn_at=row.drawn_at,
        public_at=row.public_at,
        revision=row.revision,
        sample=row.sample,
    )


def answers(row: models.Draw) -> dict[str, Any]:
    """The whole state of a draw, flat: the seed only once it was opened."""
    frozen, outcome = json.loads(row.frozen), json.loads(row.outcome) if row.outcome else {}
    return {
        "title": row.title,
        "scheme": row.scheme,
        "state": row.state,
        "digest": row.digest,
        "seed_sha256": frozen["seed_sha256"],
        "seed": outcome.get("seed", ""),
        "beacon": outcome.get("beacon", ""),
        "objects": len(frozen["subjects"]),
        "inspectors": len(frozen["inspectors"]),
        "drawn": len(outcome.get("drawn", ())),
        "replaced": len(outcome.get("replacements", ())),
        "outcome": canon.digest(outcome) if outcome else "",
        "drawn_at": canon.plain(row.drawn_at),
        "public_at": canon.plain(row.public_at),
    }


def fact(row: models.Draw, move: str, *, by: Warrant) -> FactDraft:
    """The next revision of a draw's fact; the first one carries the lists, later ones what was drawn."""
    payload: dict[str, Any] = {"answers": answers(row), "move": move, "moved_at": canon.instant(row.moved_at)}
    payload |= {"frozen": json.loads(row.frozen)} if row.revision == 1 else {"outcome": json.loads(row.outcome)}
    if row.sample:
        payload |= {"sample": True, "channel": "sample"}
    return FactDraft(
        kind=KIND,
        id=row.id,
        revision=row.revision,
        program=row.program,
        place=row.place,
        organisation=by.organisation,
        actor=by.actor,
        subject=row.id,
        occurred_at=row.prepared_at,
        payload=payload,
    )
