"""A record's row as it leaves the room."""

from __future__ import annotations

import json

from yibiao.core.periods import SHANGHAI
from yibiao.records import models, types


def record_of(row: models.Submission) -> types.Record:
    """A row as it leaves the room."""
    return types.Record(
        id=row.id,
        form=row.form,
        form_version=row.form_version,
        program=row.program,
        place=row.place,
        organisation=row.organisation,
        actor=row.actor,
        subject=row.subject,
        participants=tuple(row.participants.split()),
        occurred_at=row.occurred_at.astimezone(SHANGHAI),
        received_at=row.received_at.astimezone(SHANGHAI),
        revision=row.revision,
        state=row.state,  # type: ignore[arg-type]
        channel=row.channel,  # type: ignore[arg-type]
        answers=json.loads(row.answers),
        has_personal=row.has_personal,
        sample=row.sample,
    )
