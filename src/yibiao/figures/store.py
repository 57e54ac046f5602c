"""Where the columns lie and how far they have come."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import IntegrityError, transaction

from yibiao.figures.models import Projection, Segment
from yibiao.figures.types import Source

ACTIVE = "active"


def root() -> Path:
    return Path(settings.DATA) / "columns"


def active() -> Projection:
    """The projection that is read; the first reader or follower of a database makes it."""
    found = Projection.objects.filter(slot=ACTIVE).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Projection.objects.create(token=uuid.uuid4().hex, slot=ACTIVE)
    except IntegrityError:
        return Projection.objects.get(slot=ACTIVE)


def column_name(source: Source) -> str:
    """What a source is called in the manifest: its kind, and its repeat."""
    return f"{source.kind}/{source.repeat}" if source.repeat else source.kind


def path(projection: Projection, name: str, month: str, first: int, last: int) -> str:
    """The path of a segment below the root of the columns."""
    parts = [quote(part, safe="") for part in name.split("/")]
    return "/".join([projection.token, *parts, month, f"{first}-{last}.parquet"])


def files(projection: Projection, name: str, *, months: tuple[str, str] | None = None) -> Sequence[Path]:
    """The committed files of a source, those of some months where given (both included)."""
    rows = Segment.objects.filter(projection=projection, source=name)
    if months:
        rows = rows.filter(month__gte=months[0], month__lte=months[1])
    return [root() / found for found in rows.order_by("first").values_list("path", flat=True)]
