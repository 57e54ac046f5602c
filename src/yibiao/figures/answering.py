"""The engines that answer, each by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from yibiao.figures import supplying
from yibiao.figures.compiler import Term
from yibiao.figures.engines import dialects, duckdb
from yibiao.figures.engines.border import Engine, Rows
from yibiao.figures.engines.dialects import Dialect
from yibiao.figures.models import Projection

DEFAULT: Final = "duckdb"


@dataclass(frozen=True, slots=True)
class InProcess:
    """DuckDB in this process, over the files and the tail."""

    dialect: Dialect = dialects.DUCKDB
    ready: bool = True

    def answer(
        self, projection: Projection, upto: int, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()
    ) -> Rows:
        return duckdb.answer(sql, supplying.relations(projection, upto, terms, extra))


IN_PROCESS: Final[Engine] = InProcess()
