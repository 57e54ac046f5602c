"""Reports of citizens on their way in: answers and photos together, stored whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from yibiao.core.problems import Refusal
from yibiao.people.types import Warrant
from yibiao.records import actions, attachments
from yibiao.records.attachments import Incoming
from yibiao.records.intake.openrosa.problems import FILE_KIND
from yibiao.records.types import Receipt, SubmissionDraft

# Of all of these the position can be taken out.
KINDS: Final = ("image/jpeg", "image/png", "image/webp", "image/heic")


def take(
    draft: SubmissionDraft,
    photos: Sequence[tuple[str, Iterable[bytes]]],
    *,
    by: Warrant,
    at: datetime | None = None,
) -> Receipt:
    """Stores a record with its photos, without the position where they were taken.

    Raises: every problem of the answers at once; openrosa.file.kind, records.submission.conflict.
    """
    with Incoming() as incoming:
        for name, chunks in photos:
            incoming.take(name, chunks)
        wrong = [FILE_KIND.at(name=one.name) for one in incoming.files if one.kind not in KINDS]
        if wrong:
            raise Refusal(wrong)
        # Where the photo was taken may be where the reporter lives; what she wants to tell of it she tells.
        files = [(attachments.unplaced(one), False) for one in incoming.files]
        with transaction.atomic():
            receipt = actions.receive(draft, by=by, at=at)
            if files and not receipt.repeated:
                attachments.keep(receipt.id, files, by=by)
    return receipt
