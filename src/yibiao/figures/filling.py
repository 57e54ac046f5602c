"""Keeps cubes: builds them from the columns, moves them on by what was sealed since, and recounts them.

A cube is kept for what has many rows; a few thousand are counted as fast as cells are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from time import monotonic
from typing import Any, Final, NamedTuple, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from yibiao.figures import (
    arrivals,
    cells,
    cubes,
    cubing,
    geography,
    merging,
    moving,
    reading,
    sightings,
    store,
    tail,
)
from yibiao.figures.counting import Counted, Key, Texts, counting
from yibiao.figures.engines import duckdb
from yibiao.figures.models import Cell, Cube, Projection, Segment
from yibiao.figures.terms import Term
from yibiao.figures.types import Difference, Indicator, Merged, Source

CUBED: Final = 100_000
# Seconds before a cube is built again for other merges.
PAUSE: Final = 300.0
_PIECE: Final = 400
_TEXTS: Final = ("facts", "total", "days", "seen")
_COLUMNS: Final = ("cube_id", "program", "place", "month", *_TEXTS)
T = TypeVar("T")
_merged_at: dict[str, float] = {}
Cells = dict[Key, Texts]


class Due(NamedTuple):
    """An indicator of which a cube is kept, and what was merged of what it tells apart."""

    indicator: Indicator
    source: Source
    merges: Merged

    def term(self, tree: str, upto: int) -> Term:
        """All that the cube counts, as of a position."""
        return cubes.term(self.indicator, self.source, tree, upto, self.merges)


@dataclass(slots=True)
class _Change:
    """What the days of one cell gain: (facts, total) by day, keys by day and gap."""

    days: dict[int, tuple[int, Decimal]] = field(default_factory=dict)
    seen: dict[tuple[int, int], int] = field(default_factory=dict)


def keep(projection: Projection) -> int:
    """Brings every cube to the projection's position; how many were built anew."""
    projection.refresh_from_db()
    due = wanted(projection)
    if not due:
        return 0
    tree = geography.newest(projection.token)
    held = {cube.digest: cube for cube in Cube.objects.filter(projection=projection)}
    Cube.objects.filter(projection=projection).exclude(digest__in=list(due)).delete()
    anew = []
    for digest, one in due.items():
        cube = held.get(digest)
        if cube is None or cube.tree != tree or projection.position - cube.position > moving.FAR:
            if not _pausing(one):
                anew.append(one)
        elif cube.position < projection.position:
            _move(projection, cube, one)
    return build(projection, anew, tree)


def _pausing(one: Due) -> bool:
    """Whether a cube was built for other merges a moment ago: who merges many in a row waits for the last of them."""
    if not one.merges:
        return False
    digest, now = cubes.digest(one.indicator, one.source, ()), monotonic()
    if now - _merged_at.get(digest, -PAUSE) < PAUSE:
        return True
    _merged_at[digest] = now
    return False


def build(projection: Projection, due: Sequence[Due], tree: str) -> int:
    """Builds cubes from the columns, those of one source in one pass; how many."""
    by_source: dict[Source, list[Due]] = defaultdict(list)
    for one in due:
        by_source[one.source].append(one)
    jobs = (counting(projection, [one.term(tree, projection.position) for one in same]) for same in by_source.values())
    built = 0
    for same, counted in zip(by_source.values(), _ahead(jobs), strict=True):
        for one in same:
            # What is stored is let go: the next are being counted, in as much memory.
            built += _store(projection, cubes.digest(*one), tree, counted.pop(0))
    if built and connection.vendor == "postgresql":
        # Of a cube that it has never looked at it expects nothing, and reads all of it for a few cells.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE figures_cell")
    return built


def _ahead(jobs: Iterable[Callable[[], T]]) -> Iterator[T]:
    """What each job gives; the next one runs meanwhile."""
    with ThreadPoolExecutor(1) as beside:
        waiting: list[Future[T]] = []
        for job in jobs:
            waiting.append(beside.submit(job))
            if len(waiting) > 1:
                yield waiting.pop(0).result()
        for last in waiting:
            yield last.result()


def _store(projection: Projection, digest: str, tree: str, counted: Counted) -> bool:
    """One cube anew; false where another process was faster."""
    try:
        with transaction.atomic():
            Cube.objects.filter(projection=projection, digest=digest).delete()
            made = Cube.objects.create(projection=projection, digest=digest, tree=tree, position=projection.position)
            # In the order of the index, which then grows at its end.
            cube = made.pk
            _insert((cube, *row) for row in counted.rows())
    except IntegrityError:
        return False
    return True


def recount(projection: Projection, digest: str, due: Due) -> tuple[Difference, ...]:
    """Counts one cube anew from the columns, and says where its cells differ; it is then built again.

    One of a tree that has changed since is made anew by whoever keeps it next, and is served to nobody until then.
    """
    stood = _standing(projection, digest)
    if stood is None:
        return ()
    cube, held = stood
    [found] = counting(projection, [due.term(cube.tree, cube.position)])()
    counted = found.cells()
    wrong = [key for key in sorted({*held, *counted}) if _said(held.get(key)) != _said(counted.get(key))]
    if wrong:
        build(projection, [due], cube.tree)
    return tuple(_difference(due.indicator, key, held.get(key), counted.get(key)) for key in wrong)


def _standing(projection: Projection, digest: str) -> tuple[Cube, Cells] | None:
    """A cube in the tree of today, with its cells as they are at its position: another process may be moving it on."""
    rows = Cube.objects.filter(projection=projection, digest=digest, tree=geography.newest(projection.token))
    while (cube := rows.first()) is not None:
        held = _cells(cube)
        if rows.filter(pk=cube.pk, position=cube.position).exists():
            return cube, held
    return None


def wanted(projection: Projection) -> dict[str, Due]:
    """The current indicators of which a cube is kept, by what they compute."""
    rows = Segment.objects.filter(projection=projection, history=False).values("source").annotate(rows=Sum("rows"))
    large = {row["source"] for row in rows if row["rows"] > CUBED}
    if not large:
        return {}
    found: dict[str, Due] = {}
    for held in reading.in_force():
        for one in held.indicators:
            source = held.source(one.source) if cubes.cubable(one) else None
            if source is not None and store.column_name(source) in large:
                due = Due(one, source, cubes.merged(one, merging.merged(source, projection.position)))
                found.setdefault(cubes.digest(*due), due)
    return found


def _move(projection: Projection, cube: Cube, due: Due) -> None:
    """Adds to a cube what was sealed since it stood."""
    term = due.term(cube.tree, projection.position)
    changes: dict[Key, _Change] = defaultdict(_Change)
    new, gone = tail.moves(projection, due.source, cube.position, projection.position)
    if new.num_rows or gone.num_rows:
        with arrivals.signed(term, new, gone) as relation:
            for row in duckdb.run(cubing.cells(term, geography.climb(cube.tree), relation)):
                changes[row[:3]].days = {nth: (n, Decimal(more)) for nth, n, more in cells.days(row[5])}
            if term.shape == "distinct":
                _moved_keys(projection, term, cube.position, relation, changes)
    with transaction.atomic():
        stood = Cube.objects.filter(pk=cube.pk, position=cube.position)
        if stood.update(position=projection.position):
            _apply(cube, changes, distinct=term.shape == "distinct")


def _moved_keys(projection: Projection, term: Term, position: int, relation: str, changes: dict[Key, _Change]) -> None:
    """The days of the keys that were touched, as they are now less as they were."""
    then = replace(term, upto=position)
    # One look into the files: what touched keys were is what the moves are added to.
    before = duckdb.table(cubing.ENTRIES, reading.over(projection, position, cubing.among(then, relation), [then]))
    with duckdb.given([before]) as (held,):
        after = duckdb.table(cubing.ENTRIES[:-1], duckdb.run(cubing.after(held, term, relation)))
    climb = geography.climb(term.tree)
    for program in duckdb.distinct(before, "program") | duckdb.distinct(after, "program"):
        for place, month, entries in sightings.moved(before, after, program, climb):
            changes[program, place, month].seen = {(nth, gap): n for nth, gap, n in entries}


def _apply(cube: Cube, changes: Mapping[Key, _Change], *, distinct: bool) -> None:
    keys = list(changes)
    for start in range(0, len(keys), _PIECE):
        piece = keys[start : start + _PIECE]
        held = _cells(cube, {place for _, place, _ in piece}, {month for _, _, month in piece})
        made = {key: _merged(held.get(key), changes[key], distinct=distinct) for key in piece}
        Cell.objects.bulk_create(
            [Cell(cube=cube, program=key[0], place=key[1], month=key[2], **dict(zip(_TEXTS, texts, strict=True)))
             for key, texts in made.items() if texts],
            update_conflicts=True, unique_fields=["cube", "program", "place", "month"], update_fields=list(_TEXTS),
        )  # fmt: skip
        for program, place, month in (key for key, texts in made.items() if texts is None):
            Cell.objects.filter(cube=cube, program=program, place=place, month=month).delete()


def _merged(held: Texts | None, change: _Change, *, distinct: bool) -> Texts | None:
    """A cell with a change; None where nothing is left of it."""
    days = {nth: (n, Decimal(more)) for nth, n, more in cells.days(held[2])} if held else {}
    for nth, (n, more) in change.days.items():
        before = days.get(nth, (0, Decimal(0)))
        days[nth] = before[0] + n, before[1] + more
    days = {nth: both for nth, both in sorted(days.items()) if both[0]}
    if not days:
        return None
    seen = cells.seen_entries(held[3]) if held else {}
    for at, n in change.seen.items():
        seen[at] = seen.get(at, 0) + n
    total = sum((more for _, more in days.values()), Decimal(0))
    if distinct:
        total = Decimal(sum(n for (nth, gap), n in seen.items() if gap == 0 or gap >= nth))
    return (
        sum(n for n, _ in days.values()), _number(total),
        cells.days_text((nth, n, _number(more)) for nth, (n, more) in days.items()), cells.seen_text(seen),
    )  # fmt: skip


def _cells(cube: Cube, places: Iterable[str] = (), months: Iterable[str] = ()) -> dict[Key, Texts]:
    rows = Cell.objects.filter(cube=cube)
    if places:
        rows = rows.filter(place__in=list(places), month__in=list(months))
    return {row[:3]: row[3:] for row in rows.values_list("program", "place", "month", *_TEXTS).iterator()}


def _said(texts: Texts | None) -> object:
    """What a cell says; the order of its days says nothing."""
    return texts and (*texts[:2], sorted(texts[2].split()), texts[3])


def _number(value: Any) -> str:
    """A number in one spelling, so that cells can be held against one another."""
    return f"{reading.exact(value):f}"


def _insert(rows: Iterable[Sequence[Any]]) -> None:
    """Many cells in one go, as they come: all of them are more than should be held at once."""
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY figures_cell ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(_COLUMNS))
        cursor.executemany(f"INSERT INTO figures_cell ({names}) VALUES ({marks})", rows)  # type: ignore[arg-type]  # noqa: S608


def _difference(indicator: Indicator, key: Key, held: Texts | None, counted: Texts | None) -> Difference:
    return Difference(indicator.ref, *key, Decimal(held[1]) if held else None, Decimal(counted[1]) if counted else None)
