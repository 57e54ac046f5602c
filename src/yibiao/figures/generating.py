"""Invented facts in the columns, for measuring: tens of millions of them, which no log would take in within an hour.

They are written as compaction would leave them, by the same writer: live and history rows apart, pairs beside them.
Of the facts 2 % correct an earlier one and 0.2 % withdraw one; places are skewed, one fact in a hundred is about an
object of another place, one in ten arrives up to two days late. The same number of facts is the same facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from yibiao.core.periods import Period
from yibiao.core.problems import refuse
from yibiao.figures import columns, problems, store
from yibiao.figures.engines import duckdb, parquet
from yibiao.figures.engines.dialects import identifier, quoted
from yibiao.figures.models import Projection, Segment
from yibiao.figures.types import Column, Source
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.places import queries as places

REVISED: Final = 20  # of a thousand
WITHDRAWN: Final = 2
LATE: Final = 2
OBJECTS: Final = 40
_AFTER: Final = 1_000
_PLACES: Final = (Column("nth", "BIGINT"), Column("code", "VARCHAR"))


@dataclass(frozen=True, slots=True)
class _World:
    """What the rows are made from: the positions after ``base``, one kind after the other in turn."""

    program: str
    base: int
    facts: int
    first: date
    days: int
    kinds: int
    places: int

    @property
    def step(self) -> int:
        """How far before it the fact lies that one corrects or withdraws."""
        return self.kinds * _AFTER

    def changes(self, at: str) -> str:
        """Whether a fact corrects or withdraws one; what does so itself is never changed again."""
        before = f"({at} - {self.step})"
        return (
            f"({before} >= 0 AND {_dice(at, 1)} % 1000 < {REVISED + WITHDRAWN}"
            f" AND {_dice(before, 1)} % 1000 >= {REVISED + WITHDRAWN})"
        )

    def withdraws(self, at: str) -> str:
        return f"({self.changes(at)} AND {_dice(at, 1)} % 1000 >= {REVISED})"


def generate(
    pack: str, program: str, period: Period, facts: int, progress: Callable[[int, int], None] | None = None
) -> int:
    """Fills the columns with so many invented facts of a pack's forms; the position of the last.

    Raises: figures.columns.taken.
    """
    projection = store.active()
    if Segment.objects.filter(projection=projection).exists():
        raise refuse(problems.TAKEN.at())
    made = forms.forms(pack)
    codes = [code for code, _, _ in places.numbering(places.edition(period.last_day).number)]
    days = period.day_list()
    world = _World(program, projection.position, facts, days[0], len(days), len(made), len(codes))
    with duckdb.given([duckdb.table(_PLACES, list(enumerate(codes)))]) as (known,):
        for nth, form in enumerate(made):
            segments = _kind(projection, world, nth, form, known)
            with transaction.atomic():
                Segment.objects.bulk_create(segments)
            if progress:
                progress(nth + 1, len(made))
    Projection.objects.filter(pk=projection.pk).update(position=world.base + facts)
    return world.base + facts


def _kind(projection: Projection, world: _World, nth: int, form: FormVersion, known: str) -> list[Segment]:
    source = columns.sources(form)[0]
    made = []
    for month, low, high in _months(world):
        rows = _rows(source, form, world, (nth, low, high), known)
        kept = f"SELECT * EXCLUDE (gone) FROM ({rows}) AS r WHERE gone IS NULL"  # noqa: S608
        out = f"SELECT * RENAME (gone AS {identifier(parquet.SUPERSEDED_BY)}) FROM ({rows}) AS r WHERE gone IS NOT NULL"  # noqa: S608
        made.append(_segment(projection, world, source.kind, (month, False), kept))
        made.append(_segment(projection, world, source.kind, (month, True), out))
    i, last = "i", f"{world.base} + 1 + i"
    pairs = (
        f"SELECT {last} AS position, {last} - {world.step} AS superseded "  # noqa: S608
        f"FROM range({nth}, {world.facts}, {world.kinds}) AS t(i) WHERE {world.changes(i)}"
    )
    made.append(_segment(projection, world, f"{source.kind}/{columns.SUPERSEDED}", ("all", False), pairs))
    return made


def _segment(projection: Projection, world: _World, name: str, part: tuple[str, bool], query: str) -> Segment:
    month, history = part
    last = world.base + world.facts
    path = store.path(projection, name, month, world.base + 1, last, "-history" if history else "")
    written = parquet.store(store.root() / path, query, [row[0] for row in duckdb.run(f"DESCRIBE {query}")])
    return Segment(
        projection=projection, source=name, month=month, path=path, first=world.base + 1, last=last,
        rows=written.rows, size=written.size, sha256=written.sha256, history=history, applied=last,
    )  # fmt: skip


def _months(world: _World) -> list[tuple[str, int, int]]:
    """Each month with the days of the period that lie in it, counted from its first, half-open."""
    found: dict[str, list[int]] = {}
    for day in range(world.days):
        found.setdefault(f"{world.first + timedelta(days=day):%Y-%m}", []).append(day)
    return [(month, held[0], held[-1] + 1) for month, held in found.items()]


def _rows(source: Source, form: FormVersion, world: _World, part: tuple[int, int, int], known: str) -> str:
    """The rows of one kind in the days low ≤ d < high; ``gone`` is the position that superseded a row."""
    nth, low, high = part
    start = low * world.facts // world.days // world.kinds * world.kinds + nth
    end = min(world.facts, (high + LATE + 1) * world.facts // world.days + world.step + world.kinds)
    numbered = (
        f"SELECT i, {world.changes('i')} AS changed, "  # noqa: S608
        f"CASE WHEN {world.changes('i')} THEN i - {world.step} ELSE i END AS e "
        f"FROM range({start}, {end}, {world.kinds}) AS t(i) WHERE NOT {world.withdraws('i')}"
    )
    late = f"CASE WHEN {_dice('e', 2)} % 10 = 0 THEN {_dice('e', 3)} % {LATE + 1} ELSE 0 END"
    placed = (
        f"SELECT *, greatest(0, e * {world.days} // {world.facts} - CAST({late} AS BIGINT)) AS d,\n"
        f"  CAST(floor({world.places} * power({_share('e', 4)}, 2)) AS BIGINT) * 7919 % {world.places} AS p\n"
        f"FROM ({numbered}) AS n"
    )
    later = f"(i + {world.step})"
    gone = f"CASE WHEN {later} < {world.facts} AND {world.changes(later)} THEN {world.base} + 1 + {later} END AS gone"
    cells = [*_standard(world), *(_answer(form, column) for column in source.columns[len(columns.STANDARD) :]), gone]
    return (
        f"SELECT {', '.join(cells)}\nFROM ({placed}) AS f JOIN {known} AS k ON k.nth = f.p\n"
        f"WHERE d >= {low} AND d < {high}"
    )


def _standard(world: _World) -> list[str]:
    home = f"CASE WHEN {_dice('e', 5)} % 100 = 0 THEN CAST({_dice('e', 6)} % {world.places} AS BIGINT) ELSE p END"
    moment = f"TIMESTAMP '{world.first} 00:00:00' + to_days(CAST(d AS INTEGER))"
    return [
        f"{world.base} + 1 + i AS position", "CAST(NULL AS VARCHAR) AS fact",
        f"CAST(md5('{world.program}' || e) AS UUID) AS {identifier(duckdb.PACKED)}",
        "CASE WHEN changed THEN 2 ELSE 1 END::BIGINT AS revision", "CAST(NULL AS BIGINT) AS item",
        f"{quoted(world.program)} AS program", "code AS place", "'u' || (p // 15) AS organisation",
        f"'a' || p || '-' || ({_dice('e', 7)} % 3) AS actor",
        f"'o' || ({home}) || '-' || ({_dice('e', 8)} % {OBJECTS}) AS subject",
        f"{moment} + to_seconds(CAST({_dice('e', 9)} % 86400 AS BIGINT)) AS occurred_at",
        f"CAST({moment} AS DATE) AS day", "'openrosa' AS channel", "CAST(NULL AS VARCHAR) AS participants",
    ]  # fmt: skip


def _answer(form: FormVersion, column: Column) -> str:
    """A number is small, a choice mostly the first; what else a form asks is what the fact is about."""
    field = next(one for one in form.fields if one.name == column.name)
    salt = 10 + form.fields.index(field)
    choices = [choice.name for choice in form.choices.get(field.choices, ())]
    if column.type == "BIGINT":
        cell = f"CAST({_dice('i', salt)} % 10 AS BIGINT)"
    elif choices:
        listed = ", ".join(quoted(name) for name in choices)
        cell = f"list_extract([{listed}], 1 + CAST(floor({len(choices)} * power({_share('i', salt)}, 2)) AS INTEGER))"
    else:
        cell = "subject"
    return f"{cell} AS {identifier(column.name)}"


def _dice(at: str, salt: int) -> str:
    return f"hash({at} * 64 + {salt})"


def _share(at: str, salt: int) -> str:
    return f"({_dice(at, salt)} % 1000000 / 1000000.0)"
