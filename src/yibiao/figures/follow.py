"""Takes sealed facts into columns: files first, then one transaction that commits them and moves the cursor.

A superseded revision stays where it is at first, since files never change. That it is superseded is a row of its own,
in a source ``<kind>/_superseded`` beside the facts: (position of the revision that supersedes, position superseded). A
row is live as of N when its position is at most N and no such row at or below N names it. A withdrawal adds only such a
row. It is one small set of integers to hold against; compaction takes what it names out of the files.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from yibiao.figures import columns, compacting, declaring, filling, staging, store, superseding
from yibiao.figures.engines import parquet
from yibiao.figures.models import Projection, Segment
from yibiao.figures.types import Column, Source
from yibiao.forms import queries as forms
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact

BATCH: Final = 50_000
GRACE: Final = 900.0
ABANDONED: Final = timedelta(days=1)

Layout = dict[str, tuple[Source, ...]]
Cells = tuple[Any, ...]


def layout() -> Layout:
    """The sources of every published form and of every kind of fact that a room declares, by kind."""
    known = {kind: columns.sources(form, forms.dictionary(form.id)) for kind, form in forms.kinds().items()}
    return known | {one.kind: (columns.declared(one),) for one in declaring.everything()}


def step(limit: int = BATCH) -> int:
    """Takes the next sealed facts; how many positions it went forward."""
    projection = store.active()
    taken = _take(projection, limit, layout())
    if taken:
        compacting.compact(projection)
    # Whoever is far behind takes all the rest first: building cubes in between would be for nothing.
    if taken < limit:
        filling.keep(projection)
    return taken


def reach(projection: Projection, position: int) -> None:
    """Takes sealed facts until the columns hold those up to a position; another process may be taking them too."""
    while projection.position < position and step():
        projection.refresh_from_db()


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Builds the columns anew beside the ones being read, then changes over; how many positions were taken."""
    building = Projection.objects.create(token=(token := uuid.uuid4().hex), slot=token)
    upto, sources, taken = sealed(), layout(), 0
    while count := _take(building, BATCH, sources):
        taken += count
        if progress:
            progress(taken, max(upto, taken))
    compacting.compact(building)
    _change_over(building)
    return taken


def renewed(fill: Callable[[Projection], int]) -> int:
    """The same of a projection whose rows lie elsewhere: ``fill`` puts them there and says how many it took."""
    building = Projection.objects.create(token=(token := uuid.uuid4().hex), slot=token)
    taken = fill(building)
    _change_over(building)
    return taken


def _change_over(building: Projection) -> None:
    with transaction.atomic():
        Projection.objects.filter(slot=store.ACTIVE).update(slot=F("token"), retired_at=timezone.now())
        Projection.objects.filter(pk=building.pk).update(slot=store.ACTIVE)


def sweep(grace: float = GRACE) -> int:
    """Removes files that no manifest row names, written or replaced more than ``grace`` seconds ago; how many.

    The grace lets a follower commit the file it has just written, and readers of other processes finish.
    """
    now = timezone.now()
    abandoned = Q(retired_at=None, made_at__lte=now - max(ABANDONED, timedelta(seconds=grace)))
    retired = Q(retired_at__lte=now - timedelta(seconds=grace))
    Projection.objects.exclude(slot=store.ACTIVE).filter(retired | abandoned).delete()
    known = set(Segment.objects.values_list("path", flat=True))
    removed, oldest = 0, time.time() - grace
    for path in store.root().rglob("*"):
        if not path.is_file() or str(path.relative_to(store.root())) in known:
            continue
        if path.stat().st_mtime <= oldest:
            path.unlink(missing_ok=True)
            removed += 1
    _prune(store.root(), oldest)
    staging.sweep()
    return removed


def sealed() -> int:
    """The position up to which facts are sealed."""
    newest = ledger.checkpoint()
    return newest.size if newest else 0


def _take(projection: Projection, limit: int, sources: Layout) -> int:
    after = projection.position
    upto = min(sealed(), after + limit)
    if upto <= after:
        return 0
    facts = list(ledger.entries(after, upto, tuple(sources))) if sources else []
    made = [_segment(projection, key, *held) for key, held in _grouped(facts, sources, after + 1, upto)]
    with transaction.atomic():
        moved = Projection.objects.filter(pk=projection.pk, position=after).update(position=upto)
        # Another follower was faster: its segments hold these facts, and the files written here are orphans or its own.
        if moved:
            Segment.objects.bulk_create(made)
    projection.refresh_from_db()
    return upto - after if moved else 0


def _grouped(
    facts: list[Fact], sources: Layout, first: int, last: int
) -> Iterator[tuple[tuple[str, str], tuple[tuple[Column, ...], list[Cells], int, int]]]:
    """The rows of each source and month."""
    held: dict[tuple[str, str], list[Cells]] = defaultdict(list)
    shapes: dict[str, tuple[Column, ...]] = {}
    for fact in facts:
        for source in sources[fact.kind]:
            name = store.column_name(source)
            shapes[name] = source.columns
            for row in columns.rows(source, fact):
                held[name, row[9].strftime("%Y-%m")].append(row)
    for kind, position, before in superseding.superseded(facts):
        name = f"{kind}/{columns.SUPERSEDED}"
        shapes[name] = columns.SUPERSEDED_COLUMNS
        held[name, "all"].append((position, before))
    for (name, month), rows in held.items():
        yield (name, month), (shapes[name], rows, first, last)


def _segment(
    projection: Projection, key: tuple[str, str], shape: tuple[Column, ...], rows: list[Cells], first: int, last: int
) -> Segment:
    name, month = key
    path = store.path(projection, name, month, first, last)
    written = parquet.write(store.root() / path, shape, rows)
    # What supersedes a row comes after it: nothing before this segment can have touched it.
    return Segment(
        projection=projection, source=name, month=month, path=path, first=first, last=last, rows=written.rows,
        size=written.size, sha256=written.sha256, applied=first - 1,
    )  # fmt: skip


def _prune(root: Path, oldest: float) -> None:
    """Removes folders of projections that are gone and hold no file."""
    if not root.is_dir():
        return
    tokens = set(Projection.objects.values_list("token", flat=True))
    for folder in root.iterdir():
        gone = folder.is_dir() and folder.name not in tokens and folder.stat().st_mtime <= oldest
        if gone and not any(path.is_file() for path in folder.rglob("*")):
            shutil.rmtree(folder, ignore_errors=True)
