"""One leaf of an indicator as a statement looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

from yibiao.core import expressions
from yibiao.figures.engines.dialects import DUCKDB, Dialect
from yibiao.figures.types import Attribution, Column, Merged, Source

# A name in a template over columns.
NAME: Final = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
CARRIED: Final = ("position", "fact", "revision", "item", "place", "occurred_at", "day")
# Where DuckDB has a row from: which part of its relation, which file of it, which row of that.
ROW: Final = ("row_part", "row_file", "row_nth")
# The same of one row, and when it happened.
Row: TypeAlias = tuple[int, int, int, datetime]


@dataclass(frozen=True, slots=True)
class Term:
    """One leaf of an indicator: which rows of a source it looks at, and what each adds.

    ``shape`` is count, sum, distinct or latest. ``per`` and ``keys`` are cells: names of columns, or templates over
    them (``${code}``). ``program`` is empty for all programs, ``from_`` and ``until`` are None for no bound.
    ``solid`` is whether every code from ``lowest`` to ``highest`` is one of the range of the tree. ``merged`` are the
    cells in which some keys count as others. What is ``rowed`` tells where DuckDB has each row from (``ROW``), and
    ``at`` is where it has those that are wanted, where not all are. A stock looks at the subjects in ``only`` alone,
    where there are any.
    """

    number: int
    source: Source
    shape: str
    upto: int
    tree: str
    enter: int
    leave: int
    program: str = ""
    from_: datetime | None = None
    until: datetime | None = None
    filter: expressions.Node | None = None
    of: str = ""
    per: str = ""
    keys: tuple[str, ...] = ()
    attribution: Attribution = "place"
    lowest: str = ""
    highest: str = ""
    solid: bool = False
    nothing: bool = False
    merged: Merged = ()
    rowed: bool = False
    at: tuple[Row, ...] = ()
    only: tuple[str, ...] = ()
    dialect: Dialect = DUCKDB

    @property
    def facts(self) -> str:
        return f"facts_{self.number}"

    @property
    def superseded(self) -> str:
        return f"superseded_{self.number}"

    def columns(self, extra: Iterable[str] = ()) -> tuple[Column, ...]:
        """The columns that its SQL names; what a form computes is read as a number where one is needed."""
        wanted = [*CARRIED, "program", "organisation", *self.shown(), *extra]
        numbers = {self.of} if self.shape in ("sum", "latest") else set()
        numbers |= set(_numbers(self.filter)) if self.filter else set()
        found = []
        for name in dict.fromkeys(wanted):
            column = self.source.column(name)
            if column is not None:
                loose = column.type == "ANY" and name in numbers
                found.append(replace(column, type="DECIMAL") if loose else column)
        return tuple(found)

    def shown(self) -> tuple[str, ...]:
        """The columns that the rule looks at: what a reader of a contribution wants to see."""
        named = [self.of] if self.of else []
        for cell in (*self.keys, self.per):
            named += NAME.findall(cell) if "${" in cell else [cell]
        named += sorted(expressions.names(self.filter)) if self.filter else []
        return tuple(name for name in dict.fromkeys(named) if name)


def _numbers(node: expressions.Node) -> Iterator[str]:
    """Names that are held against a number."""
    match node:
        case expressions.And() | expressions.Or():
            for item in node.items:
                yield from _numbers(item)
        case expressions.Not():
            yield from _numbers(node.item)
        case expressions.Compare():
            sides = (node.left, node.right)
            if any(isinstance(side, expressions.Literal) and isinstance(side.value, Decimal) for side in sides):
                yield from (side.name for side in sides if isinstance(side, expressions.Name))
        case expressions.Among():
            if all(isinstance(item.value, Decimal) for item in node.values):
                yield node.name.name
