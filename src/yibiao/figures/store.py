"""Where the columns lie and how far they have come."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from yibiao.figures import columns
from yibiao.figures.engines import parquet
from yibiao.figures.models import Projection, Segment
from yibiao.figures.types import Source

ACTIVE: Final = "active"
# Asked for each figure: Django takes longer to make this statement than to run it.
_ACTIVE: Final = "SELECT * FROM figures_projection WHERE slot = %s"
_SEGMENTS: Final = (
    "SELECT source, history, path, last, applied FROM figures_segment WHERE projection_id = %s "
    "AND ((source = %s AND month >= %s AND month <= %s) OR source = %s) ORDER BY first"
)
_ROWS: Final = "SELECT SUM(rows) FROM figures_segment WHERE projection_id = %s AND source = %s"


def root() -> Path:
    return Path(settings.DATA) / "columns"


def active() -> Projection:
    """The projection that is read; the first reader or follower of a database makes it."""
    found = next(iter(Projection.objects.raw(_ACTIVE, [ACTIVE])), None)
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


def path(projection: Projection, name: str, month: str, first: int, last: int, mark: str = "") -> str:
    """The path of a segment below the root of the columns."""
    parts = [quote(part, safe="") for part in name.split("/")]
    return "/".join([projection.token, *parts, month, f"{first}-{last}{mark}.parquet"])


class Row(NamedTuple):
    """A row of the manifest, or of a list of copies."""

    source: str
    history: bool
    path: str
    last: int
    applied: int


@dataclass(frozen=True, slots=True)
class Held:
    """The committed files of a source, and those that tell what superseded rows in them.

    ``pairs`` are the latter after position ``applied``: whatever superseded a row by then moved it to ``history``.
    ``last`` is the highest position that a row may have.
    """

    live: tuple[Path, ...]
    history: tuple[Path, ...]
    pairs: tuple[Path, ...]
    applied: int
    last: int


def held(
    projection: Projection, source: Source, *, upto: int, months: tuple[str, str] = ("0000-00", "9999-99")
) -> Held:
    """The files of a source that a figure as of a position reads, those of some months (both included).

    One statement lists them all, so that no compaction comes in between.
    """
    name, gone = column_name(source), f"{source.kind}/{columns.SUPERSEDED}"
    with connection.cursor() as cursor:
        cursor.execute(_SEGMENTS, [projection.pk, name, *months, gone])
        return chosen([Row(*row) for row in cursor.fetchall()], name, gone, upto)


def chosen(found: Sequence[Row], name: str, gone: str, upto: int) -> Held:
    """What a figure as of a position reads of some files, in the order of their positions."""
    live = [row for row in found if row.source == name and not row.history]
    applied = min((row.applied for row in live), default=0)
    return Held(
        tuple(root() / row.path for row in live),
        # What had been superseded by then already was no part of the figure.
        tuple(root() / row.path for row in found if row.source == name and row.history and row.applied > upto),
        tuple(root() / row.path for row in found if live and row.source == gone and row.last > applied),
        applied,
        max((row.last for row in found if row.source == name), default=0),
    )


def damaged(one: Segment) -> bool:
    """Whether a file is missing or not as it was written; one of which no digest was noted is believed."""
    path = root() / one.path
    return not path.is_file() or (bool(one.sha256) and parquet.digest(path) != one.sha256)


def touch(segments: Iterable[Segment]) -> None:
    """Notes with the files themselves that they are of use until now, however long ago they were written."""
    for path in paths(segments):
        with suppress(FileNotFoundError):
            os.utime(path)


def rows(projection: Projection, name: str) -> int:
    """How many rows the files of a source have, with those that were superseded."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [projection.pk, name])
        return int(cursor.fetchone()[0] or 0)


def paths(segments: Iterable[Segment]) -> list[Path]:
    return [root() / one.path for one in segments]
