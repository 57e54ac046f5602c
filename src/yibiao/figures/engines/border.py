"""What every engine is asked, and what it is given: compiled SQL, and the relations that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from yibiao.figures.engines.dialects import Dialect
from yibiao.figures.models import Projection
from yibiao.figures.terms import Term
from yibiao.figures.types import Column

Rows: TypeAlias = list[tuple[Any, ...]]
Table: TypeAlias = Any  # an Arrow table; pyarrow has no types of its own
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Files:
    """Some files, and the condition on which their rows count.

    ``shift`` is added to the columns ``positions``, so that those of several logs do not meet.
    """

    paths: tuple[Path, ...]
    where: str
    shift: int = 0
    positions: tuple[str, ...] = ("position",)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a statement calls by a name: rows in files, and ``rows`` that no file has.

    ``less`` names a relation before it, (position, superseded), whose superseded positions do not count.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Table
    files: tuple[Files, ...] = ()
    less: str = ""

    def read_by(self, sql: str) -> Relation:
        """Itself without the columns that a statement does not name."""
        if self.name not in sql:
            return self
        names = set(_WORD.findall(sql)) | ({"position"} if self.less else set())
        named = tuple(one for one in self.columns if one.name in names or not _WORD.fullmatch(one.name))
        return replace(self, columns=named or self.columns[:1])

    def counting(self, rows: str) -> str:
        """A query over all its rows, as one over those that count."""
        if not self.less:
            return rows
        # Joined rather than NOT EXISTS, for which engines first gather all positions that there are.
        return (
            f"SELECT f.* FROM ({rows}) AS f LEFT JOIN {self.less} AS s ON s.superseded = f.position "  # noqa: S608
            "WHERE s.superseded IS NULL"
        )


class Engine(Protocol):
    """Runs compiled SQL over the facts that its terms look at, up to a position.

    ``ready`` is whether what is kept ready (the cube) may speak for it; a second opinion counts everything itself.
    """

    @property
    def dialect(self) -> Dialect: ...

    @property
    def ready(self) -> bool: ...

    def answer(
        self, projection: Projection, upto: int, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()
    ) -> Rows:
        """All rows of one statement; ``extra`` names columns that it reads beyond those of its terms."""
        ...
