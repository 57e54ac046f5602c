"""Keeps cubes: builds them from the columns, moves them on by what was sealed since, and recounts them.

A cube is kept for what has many rows; a few thousand are counted as fast as cells are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from yibiao.figures import answering, compiler, cubes, cubing, definitions, geography, moving, reading, store, tail
from yibiao.figures.compiler import Term
from yibiao.figures.engines import duckdb
from yibiao.figures.geography import Climb
from yibiao.figures.models import Cell, Cube, DefinitionSet, Projection, Segment
from yibiao.figures.types import Difference, Indicator, Source

CUBED: Final = 100_000
_PIECE: Final = 400
# So many rows are looked through for keys together; twenty million would take a gigabyte and a half.
TOGETHER: Final = 5_000_000
_TEXTS: Final = ("facts", "total", "days", "seen")
_COLUMNS: Final = ("cube_id", "program", "place", "month", *_TEXTS)
Key = tuple[str, str, str]
Texts = tuple[int, str, str, str]
Cells = dict[Key, Texts]


@dataclass(slots=True)
class _Change:
    """What the days of one cell gain: (facts, total) by day, keys by day and gap."""

    days: dict[int, tuple[int, Decimal]] = field(default_factory=dict)
    seen: dict[tuple[int, int], int] = field(default_factory=dict)


def keep(projection: Projection) -> int:
    """Brings every cube to the projection's position; how many were built anew."""
    due = wanted(projection)
    if not due:
        return 0
    projection.refresh_from_db()
    tree = geography.newest(projection.token)
    held = {cube.digest: cube for cube in Cube.objects.filter(projection=projection)}
    Cube.objects.filter(projection=projection).exclude(digest__in=list(due)).delete()
    anew = []
    for digest, (indicator, source) in due.items():
        cube = held.get(digest)
        if cube is None or cube.tree != tree or projection.position - cube.position > moving.FAR:
            anew.append((indicator, source))
        elif cube.position < projection.position:
            _move(projection, cube, indicator, source)
    return build(projection, anew, tree)


def build(projection: Projection, due: Sequence[tuple[Indicator, Source]], tree: str) -> int:
    """Builds cubes from the columns, those of one source in one pass; how many."""
    built = 0
    for source in dict.fromkeys(source for _, source in due):
        same = [one for one, of in due if of == source]
        terms = [cubes.term(one, source, tree, projection.position) for one in same]
        for indicator, rows in zip(same, _counted(projection, terms), strict=True):
            built += _store(projection, cubes.digest(indicator, source), tree, rows)
    return built


def _store(projection: Projection, digest: str, tree: str, rows: Cells) -> bool:
    """One cube anew; false where another process was faster."""
    try:
        with transaction.atomic():
            Cube.objects.filter(projection=projection, digest=digest).delete()
            made = Cube.objects.create(projection=projection, digest=digest, tree=tree, position=projection.position)
            # In the order of the index, which then grows at its end.
            _insert((made.pk, *key, *rows[key]) for key in sorted(rows))
    except IntegrityError:
        return False
    return True


def recount(projection: Projection, digest: str, due: tuple[Indicator, Source]) -> tuple[Difference, ...]:
    """Counts one cube anew from the columns, and says where its cells differ; it is then built again."""
    indicator, source = due
    cube = Cube.objects.filter(projection=projection, digest=digest).first()
    if cube is None:
        return ()
    held = _cells(cube)
    [counted] = _counted(projection, [cubes.term(indicator, source, cube.tree, cube.position)])
    wrong = [key for key in sorted({*held, *counted}) if _said(held.get(key)) != _said(counted.get(key))]
    if wrong:
        build(projection, [due], cube.tree)
    return tuple(_difference(indicator, key, held.get(key), counted.get(key)) for key in wrong)


def wanted(projection: Projection) -> dict[str, tuple[Indicator, Source]]:
    """The current indicators of which a cube is kept, by what they compute."""
    rows = Segment.objects.filter(projection=projection, history=False).values("source").annotate(rows=Sum("rows"))
    large = {row["source"] for row in rows if row["rows"] > CUBED}
    if not large:
        return {}
    found: dict[str, tuple[Indicator, Source]] = {}
    for content in DefinitionSet.objects.filter(current=True).order_by("pack").values_list("content", flat=True):
        held = definitions.load(content)
        for one in held.indicators:
            source = held.source(one.source) if cubes.cubable(one) else None
            if source is not None and store.column_name(source) in large:
                found.setdefault(cubes.digest(one, source), (one, source))
    return found


def _counted(projection: Projection, terms: Sequence[Term]) -> list[Cells]:
    """Every cell of several terms over one source, from the columns."""
    climb, upto = geography.climb(terms[0].tree), terms[0].upto
    plain = [term for term in terms if cubing.plain(term)]
    found: list[Cells] = [{} for _ in plain]
    if plain:
        for row in reading.over(projection, upto, cubing.several(plain, climb), [cubing.together(plain)]):
            for k, cells in enumerate(found):
                facts, total, days = row[3 + 3 * k : 6 + 3 * k]
                if facts:
                    cells[row[:3]] = (facts, total, days, "")
    by_term = dict(zip(map(id, plain), found, strict=True))
    made = []
    for term in terms:
        held = by_term.get(id(term))
        if held is None:
            rows = reading.over(projection, upto, cubing.cells(term, climb), [term])
            held = {row[:3]: (row[3], row[4], row[5], "") for row in rows}
        if term.shape == "distinct":
            for program, place, month, total, seen in _seen(projection, term, climb):
                facts, _, days, _ = held[program, place, month]
                held[program, place, month] = (facts, total, days, seen)
        made.append(held)
    return made


def _seen(projection: Projection, term: Term, climb: Climb) -> Iterator[tuple[Any, ...]]:
    """(program, place, month, total, seen) of a distinct count, some keys and then some months at a time."""
    name, keys = store.column_name(term.source), compiler.entered(term)
    rows = Segment.objects.filter(projection=projection, source=name, history=False).aggregate(n=Sum("rows"))["n"] or 0
    parts = 1 + rows // TOGETHER
    sql = [f"SELECT * FROM (\n{cubing.seen(cubing.part(keys, n, parts), climb)}\n) AS s" for n in range(parts)]  # noqa: S608
    held = duckdb.joined([answering.IN_PROCESS.gathered(projection, term.upto, one, [term]) for one in sql])
    with duckdb.given([held]) as (seen,):
        for first, end in _spans(seen, held.num_rows):
            yield from duckdb.run(cubing.written(cubing.within(seen, first, end), climb))


def _spans(seen: str, rows: int) -> Iterator[tuple[date, date]]:
    """The months of what was seen, as many at a time as have no more rows than are dealt with together."""
    [(low, high)] = duckdb.run(f"SELECT MIN(packed), MAX(packed) FROM {seen}")  # noqa: S608 - a name of our own
    if low is None:
        return
    days = [date.min + timedelta(days=packed // cubing.APART) for packed in (low, high)]
    first, last = ((day.year * 12 + day.month - 1) for day in days)
    step = max(1, (last - first + 1) * TOGETHER // rows)
    for nth in range(first, last + 1, step):
        yield _month(nth), _month(min(nth + step, last + 1))


def _month(nth: int) -> date:
    return date(nth // 12, nth % 12 + 1, 1)


def _move(projection: Projection, cube: Cube, indicator: Indicator, source: Source) -> None:
    """Adds to a cube what was sealed since it stood."""
    term = cubes.term(indicator, source, cube.tree, projection.position)
    changes: dict[Key, _Change] = defaultdict(_Change)
    new, gone = tail.moves(projection, source, cube.position, projection.position)
    if new.num_rows or gone.num_rows:
        with duckdb.given([new, gone]) as (a, b):
            relation = cubes.signed(term, a, b)
            for row in duckdb.run(cubing.cells(term, geography.climb(cube.tree), relation)):
                changes[row[:3]].days = {nth: (n, Decimal(more)) for nth, n, more in cubes.entries(row[5])}
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
    before = reading.over(projection, position, cubing.among(then, relation), [then])
    climb = geography.climb(term.tree)
    with duckdb.given([duckdb.table(cubing.ENTRIES, before)]) as (held,):
        for keys, sign in ((f"FROM {held}", -1), (cubing.after(held, term, relation), 1)):
            for program, place, month, nth, gap, n in duckdb.run(cubing.gaps(cubing.seen(keys, climb), climb)):
                seen = changes[program, place, month].seen
                seen[int(nth), int(gap)] = seen.get((int(nth), int(gap)), 0) + sign * int(n)


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
    days = {nth: (n, Decimal(more)) for nth, n, more in cubes.entries(held[2])} if held else {}
    for nth, (n, more) in change.days.items():
        before = days.get(nth, (0, Decimal(0)))
        days[nth] = before[0] + n, before[1] + more
    days = {nth: both for nth, both in sorted(days.items()) if both[0]}
    if not days:
        return None
    seen = {(nth, gap): int(n) for nth, gap, n in cubes.entries(held[3])} if held else {}
    for at, n in change.seen.items():
        seen[at] = seen.get(at, 0) + n
    seen = {at: n for at, n in sorted(seen.items()) if n}
    total = sum((more for _, more in days.values()), Decimal(0))
    if distinct:
        total = Decimal(sum(n for (nth, gap), n in seen.items() if gap == 0 or gap >= nth))
    return (
        sum(n for n, _ in days.values()), _number(total),
        " ".join(f"{nth}:{n}:{_number(more)}" for nth, (n, more) in days.items()),
        " ".join(f"{nth}:{gap}:{n}" for (nth, gap), n in seen.items()),
    )  # fmt: skip


def _cells(cube: Cube, places: Iterable[str] = (), months: Iterable[str] = ()) -> dict[Key, Texts]:
    rows = Cell.objects.filter(cube=cube)
    if places:
        rows = rows.filter(place__in=list(places), month__in=list(months))
    return {row[:3]: row[3:] for row in rows.values_list("program", "place", "month", *_TEXTS).iterator()}


def _said(texts: Texts | None) -> object:
    """What a cell says; the order of its days says nothing."""
    return texts and (*texts[:2], sorted(texts[2].split()), sorted(texts[3].split()))


def _number(value: Any) -> str:
    """A number in one spelling, so that cells can be held against one another."""
    return f"{reading.exact(value):f}"


def _insert(rows: Iterable[Sequence[Any]]) -> None:
    """Many cells in one go."""
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY figures_cell ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(_COLUMNS))
        cursor.executemany(f"INSERT INTO figures_cell ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - names of our own


def _difference(indicator: Indicator, key: Key, held: Texts | None, counted: Texts | None) -> Difference:
    return Difference(indicator.ref, *key, Decimal(held[1]) if held else None, Decimal(counted[1]) if counted else None)
