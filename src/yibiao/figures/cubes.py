"""The cube: what each indicator comes to for every place and day, kept in the database and read instead of counted.

It serves counts, sums and distinct counts of days by where things happened, in today's tree, as of the newest
checkpoints: a cube stands at a position, and what was sealed after it is added from the log. Anything else is counted
from the columns, which give the same; also what tells entities apart of which some were merged since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from yibiao.core import expressions
from yibiao.figures import cells, columns, merging, moving, reading
from yibiao.figures.arrivals import EVERYWHERE
from yibiao.figures.models import Cube, Projection
from yibiao.figures.moving import Days, Kept
from yibiao.figures.reading import Question
from yibiao.figures.terms import Term
from yibiao.figures.types import Indicator, Merged, Source

SHAPES: Final = {"count": "count", "zero": "count", "sum": "sum", "distinct": "distinct"}
# Asked for each figure: Django takes longer to make this statement than to run it.
_CELLS: Final = (
    "SELECT c.position, l.month, l.facts, l.total, l.days, l.seen FROM figures_cube AS c "
    "JOIN figures_cell AS l ON l.cube_id = c.id WHERE c.projection_id = %s AND c.digest = %s AND c.tree = %s "
    "AND l.program = %s AND l.place = %s AND l.month >= %s AND l.month <= %s"
)
# How cells are written: one that another version wrote is none of ours.
_WRITTEN: Final = 2


def cubable(indicator: Indicator) -> bool:
    """Whether an indicator is one of those of which a cube can be kept."""
    if indicator.measure not in SHAPES or indicator.attribution != "place" or not indicator.source:
        return False
    return not any(column.name in indicator.filter for column in columns.CUTOFF)


def merged(indicator: Indicator, merges: Merged) -> Merged:
    """Those of a source's merges that tell what an indicator tells apart: its cube is another one with each."""
    cells_ = indicator.of.split("|") if indicator.measure == "distinct" else []
    return tuple(one for one in merges if one[0] in cells_)


def term(indicator: Indicator, source: Source, tree: str, upto: int, merges: Merged) -> Term:
    """All rows of an indicator at all places, of all programs and times."""
    test = expressions.parse_filter(indicator.filter, columns.filter_types(source)) if indicator.filter else None
    shape = SHAPES[indicator.measure]
    return Term(
        number=0, source=source, shape=shape, upto=upto, tree=tree, enter=0, leave=EVERYWHERE, filter=test,
        of=indicator.of if shape == "sum" else "", keys=tuple(indicator.of.split("|")) if shape == "distinct" else (),
        merged=merged(indicator, merges),
    )  # fmt: skip


def digest(indicator: Indicator, source: Source, merges: Merged) -> str:
    """What a cube computes, whatever the indicator is called and whichever version of its pack says so."""
    one = term(indicator, source, "", 0, merges)
    read = [(column.name, column.type) for column in one.columns()]
    said = (_WRITTEN, source.kind, source.repeat, one.shape, indicator.filter, one.of, one.keys, read, *one.merged)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def figure(question: Question, indicator: Indicator) -> tuple[Decimal, int] | None:
    """The value and the number of facts, where a cube can say them."""
    days = moving.days(question, indicator)
    if not cubable(indicator) or not question.standing.whole or days is None:
        return None
    source = reading.source_of(question, indicator.source)
    found = _read(question, indicator, digest(indicator, source, reading.merged(question, indicator)), days)
    if found is None or not moving.near(found.position, question.upto):
        return None
    if found.position == question.upto:
        return found.value, found.facts
    return moving.added([moving.Behind(question, indicator, days, found)])[0]


def since(asked: Sequence[tuple[Question, Indicator, Kept]]) -> list[tuple[Decimal, int] | None]:
    """The same of several from what was found as of earlier positions, whoever found it; None where not so.

    Shape: one for each, in order.
    """
    behind = {index: one for index, each in enumerate(asked) if (one := _behind(*each)) is not None}
    found: list[tuple[Decimal, int] | None] = [None] * len(asked)
    for index, more in zip(behind, moving.added(list(behind.values())), strict=True):
        found[index] = more
    return found


def _behind(question: Question, indicator: Indicator, found: Kept) -> moving.Behind | None:
    days = moving.days(question, indicator)
    near = moving.near(found.position, question.upto)
    if not cubable(indicator) or days is None or not near or _told_apart_otherwise(question, indicator, found.position):
        return None
    return moving.Behind(question, indicator, days, found)


def _told_apart_otherwise(question: Question, indicator: Indicator, position: int) -> bool:
    """Whether anything is merged of what an indicator tells apart, or was at an earlier position: nothing is added to
    what was counted with other merges, one that was undone since among them."""
    if merged(indicator, reading.merged(question, indicator)):
        return True
    return indicator.measure == "distinct" and bool(
        merged(indicator, merging.merged(reading.source_of(question, indicator.source), position))
    )


def _read(question: Question, indicator: Indicator, digest_: str, days: Days) -> Kept | None:
    last = days.last
    # One statement, so that cells and position belong together.
    rows = _cells(question, digest_, days)
    if not rows:
        return _nothing(question, digest_, days)
    value, facts = Decimal(0), 0
    for _, month, counted, total, days_, seen in rows:
        # A cube knows whole days only: of a day that is looked at in part it is sure where nothing happened on it.
        if days.cut and month == f"{last:%Y-%m}" and any(nth == last.day for nth, _, _ in cells.days(days_)):
            return None
        more, behind = _of_month(month, (counted, total, days_, seen), days, distinct=indicator.measure == "distinct")
        value, facts = value + more, facts + behind
    return Kept(rows[0][0], value, facts)


def _cells(question: Question, digest_: str, days: Days) -> list[tuple[Any, ...]]:
    """(position, month, facts, total, days, seen) of each month that the days touch."""
    first = f"{days.first:%Y-%m}" if days.first else ""
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, [
            question.projection.pk, digest_, question.standing.tree, question.query.program,
            question.standing.place.code, first, f"{days.last:%Y-%m}",
        ])  # fmt: skip
        return list(cursor.fetchall())


def _nothing(question: Question, digest_: str, days: Days) -> Kept | None:
    """Nothing counted at the place: sure only where the cube did not move meanwhile."""
    cubes = Cube.objects.filter(projection=question.projection, digest=digest_, tree=question.standing.tree)
    positions = cubes.values_list("position", flat=True)
    before = positions.first()
    if before is None or _cells(question, digest_, days) or positions.first() != before:
        return None
    return Kept(before, Decimal(0), 0)


def _of_month(month: str, cell: tuple[int, str, str, str], days: Days, *, distinct: bool) -> tuple[Decimal, int]:
    """What the days of a month that are asked for come to; of a distinct count only what was not seen on one before."""
    facts, total, by_day, seen = cell
    begin = date.fromisoformat(f"{month}-01")
    low = (days.first - begin).days + 1 if days.first else -EVERYWHERE
    high = (days.last - begin).days + 1
    if low <= 1 and high >= 31 and (not distinct or low == 1):
        return Decimal(total), facts
    listed = [(int(behind), Decimal(more)) for nth, behind, more in cells.days(by_day) if low <= nth <= high]
    facts = sum(behind for behind, _ in listed)
    if not distinct:
        return sum((more for _, more in listed), Decimal(0)), facts
    return Decimal(cells.new_keys(seen, low, high)), facts


def position(projection: Projection) -> int | None:
    """The position at which the oldest cube stands; None where none is kept."""
    return Cube.objects.filter(projection=projection).order_by("position").values_list("position", flat=True).first()
