"""Compaction: many small files become one, and superseded rows leave the live ones.

Old files stay for the sweep, so that a reader that listed them a moment ago still finds them; the sweep's grace begins
when they are replaced.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import Count, Min, QuerySet, Sum

from yibiao.figures import columns, store
from yibiao.figures.engines import parquet
from yibiao.figures.models import Projection, Segment

SMALL: Final = 200_000
MANY: Final = 8
# So many rows of supersession may wait before the live files of their kind are gone through.
PENDING: Final = 20_000
log = logging.getLogger(__name__)


def compact(projection: Projection) -> int:
    """Merges the small segments of every source and month that has many, and settles what was superseded.

    Gives the number of files that were replaced.
    """
    small = Segment.objects.filter(projection=projection, rows__lt=SMALL)
    crowded = small.values("source", "month", "history").annotate(files=Count("pk")).filter(files__gt=MANY)
    replaced = 0
    for row in list(crowded.order_by("source", "month", "history")):
        parts = small.filter(source=row["source"], month=row["month"], history=row["history"])
        if not _damaged(projection, merged := list(parts.order_by("first"))):
            replaced += _replace(projection, merged)
    for source in _pending(projection):
        replaced += settle(projection, source)
    return replaced


def settle(projection: Projection, name: str) -> int:
    """Takes what was superseded by now out of the live files of a source; how many files were replaced."""
    replaced = 0
    for one in list(_live(projection, name).filter(applied__lt=projection.position)):
        pairs = _pairs(projection, name, one.applied)
        if _damaged(projection, [one]):
            continue
        if parquet.hit(store.paths([one]), store.paths(pairs), one.applied, projection.position):
            replaced += _replace(projection, [one])
        else:
            Segment.objects.filter(pk=one.pk).update(applied=projection.position)
    return replaced


def _pending(projection: Projection) -> list[str]:
    """The sources whose live files have much held against them."""
    found = []
    oldest = Segment.objects.filter(projection=projection, history=False).values("source").annotate(at=Min("applied"))
    for row in oldest.order_by("source"):
        if not row["source"].endswith(columns.SUPERSEDED):
            waiting = _pairs(projection, row["source"], row["at"]).aggregate(rows=Sum("rows"))["rows"]
            found += [row["source"]] if (waiting or 0) > PENDING else []
    return found


def _replace(projection: Projection, parts: Sequence[Segment]) -> int:
    """One segment in place of several, and one of history for what was superseded in them."""
    name, month, history = parts[0].source, parts[0].month, parts[0].history
    first, last, upto = parts[0].first, max(part.last for part in parts), projection.position
    # Never a name that a committed file has: history may be put together twice at one position, and whoever was killed
    # in between would leave the second under the name of the first.
    mark = f"-{upto}-{uuid.uuid4().hex[:8]}"
    path = store.path(projection, name, month, first, last, f"{mark}-histories" if history else mark)
    apart = store.path(projection, name, month, first, last, f"{mark}-history")
    if history or name.endswith(columns.SUPERSEDED):
        live, gone = parquet.merge(store.paths(parts), store.root() / path), None
        upto = max(part.applied for part in parts)
    else:
        pairs = store.paths(_pairs(projection, name, min(part.applied for part in parts)))
        found = parquet.settle(store.paths(parts), pairs, upto, store.root() / path, store.root() / apart)
        live, gone = found  # type: ignore[assignment]
    store.touch(parts)
    with transaction.atomic():
        deleted, _ = Segment.objects.filter(pk__in=[part.pk for part in parts]).delete()
        if deleted != len(parts):
            # Another compaction was faster; the files written here are orphans.
            transaction.set_rollback(True)
            return 0
        for written, at, old in ((live, path, history), (gone, apart, True)):
            if written is not None:
                Segment.objects.create(
                    projection=projection, source=name, month=month, path=at, first=first, last=last,
                    rows=written.rows, size=written.size, sha256=written.sha256, history=old, applied=upto,
                )  # fmt: skip
    return len(parts)


def _damaged(projection: Projection, parts: Sequence[Segment]) -> bool:
    """Whether a file that would be merged is not as it was written: its rows must not get a digest that is right."""
    name = parts[0].source
    pairs = () if name.endswith(columns.SUPERSEDED) else _pairs(projection, name, min(part.applied for part in parts))
    wrong = [one.path for one in (*parts, *pairs) if store.damaged(one)]
    for path in wrong:
        log.error("not merged, since it is not as it was written: %s", path)
    return bool(wrong)


def _live(projection: Projection, name: str) -> QuerySet[Segment]:
    return Segment.objects.filter(projection=projection, source=name, history=False)


def _pairs(projection: Projection, name: str, applied: int) -> QuerySet[Segment]:
    """The files that tell what superseded rows of a source after a position."""
    gone = f"{name.split('/')[0]}/{columns.SUPERSEDED}"
    return Segment.objects.filter(projection=projection, source=gone, last__gt=applied)
