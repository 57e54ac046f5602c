"""Counts every cell of cubes from the columns.

What the database must say for it is asked first; the counting itself asks it nothing, so that cells that were counted
can be stored meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise, repeat
from typing import Any, Final, TypeAlias

import pyarrow.compute as pc
from django.db.models import Max, Min, Sum

from yibiao.core.periods import midnight
from yibiao.figures import answering, cells, cubing, geography, sightings, store
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Relation, Table
from yibiao.figures.geography import Climb
from yibiao.figures.models import Projection, Segment
from yibiao.figures.sightings import Packing
from yibiao.figures.terms import Term

# So many rows are looked through for keys together, in half a gigabyte; of so many facts are counted as one.
TOGETHER: Final = 25_000_000
MONTHLY: Final = 8_000_000
_PIECE: Final = 10_000
_ORDER: Final = [(name, "ascending") for name in ("program", "place", "month")]
Key = tuple[str, str, str]
Texts = tuple[int, str, str, str]
Seen: TypeAlias = Mapping[Key, tuple[str, str]]
Statement: TypeAlias = tuple[str, Sequence[Relation]]


@dataclass(frozen=True, slots=True)
class Counted:
    """The cells of one term: by program, place and month, their facts, total and days, and what was seen."""

    held: Table
    seen: Seen | None

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """(program, place, month, facts, total, days, seen), in that order."""
        for batch in self.held.filter(pc.field(3) > 0).to_batches(_PIECE):
            columns = [column.to_pylist() for column in batch.columns]
            if self.seen is None:
                yield from zip(*columns, repeat(""), strict=False)
                continue
            seen = [self.seen[key] for key in zip(*columns[:3], strict=True)]
            yield from zip(*columns[:4], (one[0] for one in seen), columns[5], (one[1] for one in seen), strict=True)

    def cells(self) -> dict[Key, Texts]:
        """The same by program, place and month."""
        return {row[:3]: row[3:] for row in self.rows()}


@dataclass(frozen=True, slots=True)
class _Keys:
    """What is needed to find the keys of a distinct count."""

    term: Term
    relations: Sequence[Relation]
    way: Packing
    rows: int


def counting(projection: Projection, terms: Sequence[Term]) -> Callable[[], list[Counted]]:
    """What counts several terms over one source, each for itself in what it gives."""
    climb = geography.climb(terms[0].tree)
    plain = [nth for nth, term in enumerate(terms) if cubing.plain(term)]
    spans = _spans(projection, terms[0])
    passes: list[tuple[list[int], list[Statement]]] = []
    if plain:
        parts = [[replace(terms[nth], from_=from_, until=until) for nth in plain] for from_, until in spans]
        said = [(cubing.several(alike, climb), _supplied(projection, cubing.together(alike))) for alike in parts]
        passes.append((plain, said))
    for nth, term in enumerate(terms):
        if nth not in plain:
            each = [replace(term, from_=from_, until=until) for from_, until in spans]
            passes.append(([nth], [(cubing.cells(one, climb), _supplied(projection, one)) for one in each]))
    keys = {nth: _keys(projection, term, climb) for nth, term in enumerate(terms) if term.shape == "distinct"}

    def count() -> list[Counted]:
        # These take most of the memory, and are through before there is anything else.
        seen = {nth: _seen(one, climb) for nth, one in keys.items()}
        found: dict[int, Counted] = {}
        for numbers, statements in passes:
            # Put in order here: an engine would carry all of the texts through its sorting.
            table = duckdb.joined([duckdb.gathered(*statement) for statement in statements]).sort_by(_ORDER)
            for at, nth in enumerate(numbers):
                found[nth] = Counted(table.select([0, 1, 2, *range(3 + 3 * at, 6 + 3 * at)]), seen.get(nth))
            duckdb.let_go()
        return [found[nth] for nth in range(len(terms))]

    return count


def _spans(projection: Projection, term: Term) -> list[tuple[datetime | None, datetime | None]]:
    """All time, in parts of whole months with so many facts each: what a cell counts lies in one month."""
    held = Segment.objects.filter(projection=projection, source=store.column_name(term.source))
    rows, cuts = 0, list[datetime]()
    for month, more in held.values_list("month").annotate(rows=Sum("rows")).order_by("month"):
        if rows and rows + more > MONTHLY:
            cuts.append(midnight(date.fromisoformat(f"{month}-01")))
            rows = 0
        rows += more
    return list(pairwise([None, *cuts, None]))


def _supplied(projection: Projection, term: Term) -> Sequence[Relation]:
    return answering.IN_PROCESS.supply(projection, term.upto, [term], ())


def _keys(projection: Projection, term: Term, climb: Climb) -> _Keys:
    # Also what was superseded since: it counted then.
    held = Segment.objects.filter(projection=projection, source=store.column_name(term.source))
    size = held.aggregate(low=Min("month"), high=Max("month"), rows=Sum("rows"))
    low, high = (date.fromisoformat(f"{size[name] or '2000-01'}-01") for name in ("low", "high"))
    way = sightings.packing(climb, low, high + timedelta(days=30))
    return _Keys(term, _supplied(projection, term), way, size["rows"] or 0)


def _seen(one: _Keys, climb: Climb) -> Seen:
    """Total and ``seen`` of the cells of a distinct count, so many keys at a time."""
    found: dict[Key, tuple[str, str]] = {}
    parts = 1 + one.rows // min(TOGETHER, one.way.keys)
    for (program,) in duckdb.answer(cubing.programs(one.term), one.relations):
        counted = []
        for nth in range(parts):
            batches = duckdb.batches(cubing.keys(one.term, program, nth, parts), one.relations)
            counted.append(sightings.counted(sightings.packed(batches, one.way, one.rows), climb, one.way))
            duckdb.let_go()
        for month in sightings.months(counted, climb, one.way):
            for place, total, text in zip(month.places, month.totals(), cells.seen_texts(month), strict=True):
                found[program, place, month.name] = (str(total), text)
    return found
