"""What a distinct count tells apart, and the columns of a term as statements name them."""

from __future__ import annotations

from typing import Final

from yibiao.figures.engines.dialects import DUCKDB, Dialect, identifier, quoted
from yibiao.figures.terms import NAME, Term

APART: Final = "\x1f"


def key(term: Term, dimension: str = "") -> tuple[str, str]:
    """What a distinct count counts, and the column of several names that has to be split for it."""
    split = ""
    for name in (*term.keys, dimension):
        column = term.source.column(name)
        if column is not None and column.type == "SET":
            split = name
    if not term.keys:
        return "NULL", split
    if _plain(term):
        return named(term.keys[0]), split
    parts = [
        one(term, name, "NULLIF(split.name, '')" if name == split else cell(name, term.dialect)) for name in term.keys
    ]
    return f" || {quoted(APART)} || ".join(parts), split


def keyed(term: Term) -> str:
    """The condition that a row has a key."""
    said = key(term)[0]
    return f"{said} <> ''" if _plain(term) else f"{said} IS NOT NULL"


def named(name: str) -> str:
    """A column of the rows of a term."""
    return f"f.{identifier(name)}"


def as_text(name: str, dialect: Dialect) -> str:
    return f"CAST({named(name)} AS {dialect.write('text')})"


def cell(text: str, dialect: Dialect = DUCKDB) -> str:
    """A column, or a template over columns, as text. Missing: NULL, also for an empty text."""
    if "${" not in text:
        return f"NULLIF({as_text(text, dialect)}, '')"
    parts, start = [], 0
    for found in NAME.finditer(text):
        if found.start() > start:
            parts.append(quoted(text[start : found.start()]))
        parts.append(f"COALESCE({as_text(found[1], dialect)}, '')")
        start = found.end()
    if start < len(text):
        parts.append(quoted(text[start:]))
    return f"NULLIF(TRIM({' || '.join(parts)}), '')"


def _plain(term: Term) -> bool:
    """Whether a key is one text as it stands: an engine counts it without looking at it twice."""
    column = term.source.column(term.keys[0]) if len(term.keys) == 1 else None
    return column is not None and column.type == "VARCHAR" and not term.merged


def one(term: Term, name: str, key_: str) -> str:
    """A key, or the one that it counts as."""
    pairs = next((pairs for held, pairs in term.merged if held == name), ())
    cases = " ".join(f"WHEN {quoted(old)} THEN {quoted(kept)}" for old, kept in pairs)
    return f"CASE {key_} {cases} ELSE {key_} END" if cases else key_
