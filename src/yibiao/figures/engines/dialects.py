"""What engines call the same thing: marks in the text of a statement, each with its reason.

All else that the compiler writes is read alike by every engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

NAMES: Final = ("duckdb", "postgres", "spark")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing, how each engine writes it, and why it is not written alike. ``{}`` stands for what it is done to."""

    name: str
    why: str
    duckdb: str
    postgres: str
    spark: str

    def text(self, engine: str) -> str:
        return {"duckdb": self.duckdb, "postgres": self.postgres, "spark": self.spark}[engine]


MARKS: Final = (
    Mark(
        "text",
        "Spark wants a length for VARCHAR.",
        "VARCHAR", "VARCHAR", "STRING",
    ),
    Mark(
        "split",
        "There is no common function that makes rows of a text; none of these loses the row of an empty one.",
        "UNNEST(string_split(COALESCE({}, ''), ' ')) AS split(name)",
        "regexp_split_to_table(COALESCE({}, ''), ' ') AS split(name)",
        "LATERAL explode(split(COALESCE({}, ''), ' ')) AS split(name)",
    ),
    Mark(
        "json",
        "Each engine has its own function that makes a JSON text of names and cells.",
        "CAST(json_object({}) AS VARCHAR)", "CAST(json_build_object({}) AS VARCHAR)", "to_json(named_struct({}))",
    ),
    Mark(
        "number",
        "PostgreSQL cannot try a cast before its version 16.",
        "TRY_CAST({0} AS DECIMAL(18, 4))",
        "CASE WHEN {0} ~ '^\\s*[+-]?[0-9]{{1,14}}(\\.[0-9]*)?\\s*$' THEN CAST({0} AS DECIMAL(18, 4)) END",
        "TRY_CAST({0} AS DECIMAL(18, 4))",
    ),
    Mark(
        "uuid",
        "PostgreSQL has its rows from the log, with ids as text; Spark reads a UUID as sixteen bytes.",
        "CAST({} AS VARCHAR)", "{}",
        "LOWER(REGEXP_REPLACE(HEX({}), '(.{{8}})(.{{4}})(.{{4}})(.{{4}})(.{{12}})', '$1-$2-$3-$4-$5'))",
    ),
    Mark(
        "inline",
        "Spark has no word for it, and never stores what a WITH names.",
        "NOT MATERIALIZED ", "NOT MATERIALIZED ", "",
    ),
    Mark(
        "ordered",
        "PostgreSQL compares text by the language of the database, the others by code points.",
        "VARCHAR", 'VARCHAR COLLATE "C"', "STRING",
    ),
)  # fmt: skip
_BY_NAME: Final[Mapping[str, Mark]] = {mark.name: mark for mark in MARKS}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one engine wants its text."""

    engine: str

    def write(self, mark: str, *cells: str) -> str:
        """A mark around what it is done to."""
        return _BY_NAME[mark].text(self.engine).format(*cells)

    def as_json(self, cells: Mapping[str, str]) -> str:
        """An expression that gives cells as one JSON text."""
        if not cells:
            return "'{}'"
        return self.write("json", ", ".join(f"{quoted(name)}, {cell}" for name, cell in cells.items()))


DUCKDB: Final = Dialect("duckdb")
POSTGRES: Final = Dialect("postgres")
SPARK: Final = Dialect("spark")


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
