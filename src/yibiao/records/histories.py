"""The steps of a record, each with the answers that it left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from yibiao.core.periods import SHANGHAI
from yibiao.ledger import queries as ledger
from yibiao.records import models, types


def history(row: models.Submission) -> tuple[types.Revision, ...]:
    """Shape: one per revision, oldest first; ``changed`` names the answers that differ from the step before."""
    steps: list[types.Revision] = []
    told: dict[int, Mapping[str, Any]] = {
        fact.revision: fact.payload["answers"]
        for fact in ledger.history(row.id, kind=f"record.{row.form}")
        if "answers" in fact.payload
    }
    before: Mapping[str, Any] | None = None
    for step in row.revisions.order_by("revision"):
        # Who withdraws a record says nothing of its answers.
        answers = told.get(step.revision, before or {}) if step.answers == models.TOLD else json.loads(step.answers)
        changed = () if before is None else _changed(before, answers)
        at = step.at.astimezone(SHANGHAI)
        steps.append(types.Revision(step.revision, step.act, step.reason, step.actor, at, answers, changed))  # type: ignore[arg-type]
        before = answers
    return tuple(steps)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    names = [*before, *(name for name in after if name not in before)]
    return tuple(name for name in names if before.get(name) != after.get(name))
