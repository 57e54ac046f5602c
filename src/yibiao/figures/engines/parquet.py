"""Parquet files of the columns: written in order, whole or not at all, and never changed.

A record's id is nearly always a UUID, of which the text would take more room than all the rest of a row: files hold
such ids in a column of sixteen bytes, ``fact.uuid``, and others as text in ``fact``.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from yibiao.core import disk
from yibiao.figures.engines.dialects import identifier, quoted
from yibiao.figures.engines.duckdb import PACKED, given, read, run, table
from yibiao.figures.types import Column

SUPERSEDED_BY: Final = "superseded.by"
ROW_GROUP: Final = 122_880
_ORDER: Final = ("place", "day", "position", "item")
# As uuid.UUID writes it: any other spelling must come back as it was.
_CANONICAL: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its rows, its size in bytes, and its SHA-256."""

    rows: int
    size: int
    sha256: str


def write(path: Path, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Written:
    """Writes rows as one file, ordered by place and day."""
    names = [column.name for column in columns]
    with given([table(columns, rows)]) as (source,):
        return store(path, _packed(source, names), names)


def merge(paths: Sequence[Path], target: Path) -> Written:
    """Writes the rows of several files as one."""
    return store(target, f"SELECT * FROM {read(paths)}", names(paths))  # noqa: S608


def settle(
    paths: Sequence[Path], pairs: Sequence[Path], upto: int, live: Path, history: Path
) -> tuple[Written | None, Written | None]:
    """Writes the rows of several files as two: those that are live at a position, and those superseded by then.

    The latter say in ``superseded.by`` which position superseded them. None where there are no such rows.
    """
    source, known = read(paths), names(paths)
    gone = f"SELECT position, superseded FROM {read(pairs)} WHERE position <= {upto}" if pairs else ""  # noqa: S608
    if not gone:
        return store(live, f"SELECT * FROM {source}", known), None  # noqa: S608
    kept = f"SELECT f.* FROM {source} AS f ANTI JOIN ({gone}) AS g ON g.superseded = f.position"  # noqa: S608
    out = (
        f"SELECT f.*, g.position AS {identifier(SUPERSEDED_BY)} FROM {source} AS f "  # noqa: S608
        f"JOIN ({gone}) AS g ON g.superseded = f.position"
    )
    return _some(store(live, kept, known), live), _some(store(history, out, known), history)


def hit(paths: Sequence[Path], pairs: Sequence[Path], after: int, upto: int) -> bool:
    """Whether any row of some files is superseded by a position with after < p ≤ upto."""
    if not pairs:
        return False
    gone = f"SELECT superseded FROM {read(pairs)} WHERE position > {after} AND position <= {upto}"  # noqa: S608
    return bool(run(f"SELECT 1 FROM {read(paths)} AS f SEMI JOIN ({gone}) AS g ON g.superseded = f.position LIMIT 1"))  # noqa: S608


def names(paths: Sequence[Path]) -> list[str]:
    """The columns of some files."""
    return [row[0] for row in run(f"DESCRIBE SELECT * FROM {read(paths)}")]  # noqa: S608


def store(path: Path, query: str, known: Iterable[str]) -> Written:
    """Writes what a query gives as one file, ordered by what it has of place, day and position."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    held = set(known)
    order = ", ".join(name for name in _ORDER if name in held)
    rows = run(
        f"COPY ({query} ORDER BY {order}) TO {quoted(str(draft))} "
        f"(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )[0][0]
    disk.sync(draft)
    size, found = draft.stat().st_size, digest(draft)
    draft.replace(path)
    disk.sync(path.parent)
    return Written(int(rows), size, found)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


def _packed(source: str, known: Sequence[str]) -> str:
    if "fact" not in known:
        return f"SELECT * FROM {source}"  # noqa: S608
    canonical = f"regexp_full_match(fact, '{_CANONICAL}')"
    return (
        f"SELECT * REPLACE (CASE WHEN {canonical} THEN NULL ELSE fact END AS fact), "  # noqa: S608
        f"CASE WHEN {canonical} THEN CAST(fact AS UUID) END AS {identifier(PACKED)} FROM {source}"
    )


def _some(written: Written, path: Path) -> Written | None:
    if written.rows:
        return written
    path.unlink()
    return None
