"""Puts a province's columns into a shared lake: files first, the manifest last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from yibiao.core import canon, clock
from yibiao.core.problems import refuse
from yibiao.figures import (
    columns,
    follow,
    geography,
    lake,
    merging,
    problems,
    reaching,
    shelves,
    store,
    supplying,
)  # fmt: skip
from yibiao.figures.engines import duckdb, parquet
from yibiao.figures.lake import FileIn, ManifestIn, SealIn
from yibiao.figures.models import Projection, Segment
from yibiao.figures.shelves import Shelf
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Checkpoint
from yibiao.people import queries as people
from yibiao.places import queries as places
from yibiao.places.types import Place

# How many earlier checkpoints a manifest proves to extend.
_PROVED: Final = 60


def publish(folder: Path | str, place: str) -> ManifestIn:
    """Publishes what this site holds, as of its newest checkpoint, as the part of a place; files that stay are kept.

    Raises: figures.lake.empty, figures.lake.outside, figures.copies.unreachable, places.place.unknown.
    """
    top = places.place(place)
    seal = ledger.checkpoint()
    if seal is None:
        raise refuse(problems.LAKE_EMPTY.at())
    projection = store.active()
    follow.reach(projection, seal.size)
    seal = _covered(projection.position, seal)
    segments = list(Segment.objects.filter(projection=projection).order_by("source", "month", "first"))
    _inside(projection, segments, place)
    with reaching.telling(str(folder)):
        return _put(shelves.of(folder), top, projection, segments, seal)


def _put(shelf: Shelf, top: Place, projection: Projection, segments: Sequence[Segment], seal: Checkpoint) -> ManifestIn:
    place = top.code
    before = _published(shelf, place)
    files = [_file(shelf, place, before, one) for one in segments]
    files.append(_list(shelf, place, lake.PLACES, _places(projection)))
    listed = [(one.code, one.place) for one in people.organisations()]
    files.append(_list(shelf, place, lake.ORGANISATIONS, listed))
    files += [
        _list(shelf, place, f"{lake.MERGED}.{quote(register, safe='')}", list(pairs))
        for register, pairs in sorted(merging.standing(seal.size).items())
    ]
    content: dict[str, Any] = {
        "format": 1,
        "place": place,
        "name": top.name,
        "checkpoint": _seal(seal, []),
        "before": _proofs(before, seal),
        "published_at": canon.instant(clock.now()),
        "files": [one.model_dump() for one in files],
    }
    content["digest"] = lake.digest(content)
    shelf.write(f"{place}/{lake.MANIFEST}", json.dumps(content, ensure_ascii=False, indent=1).encode())
    _clear(shelf, place, {one.path for one in files} | ({one.path for one in before.files} if before else set()))
    return ManifestIn.model_validate(content)


def _covered(position: int, seal: Checkpoint) -> Checkpoint:
    """The newest checkpoint that the columns hold: another process may be taking the rest in just now."""
    while seal.size > position:
        before = ledger.checkpoint(seal.number - 1) if seal.number > 1 else None
        if before is None:
            raise refuse(problems.LAKE_EMPTY.at())
        seal = before
    return seal


def _inside(projection: Projection, segments: list[Segment], place: str) -> None:
    """Refuses facts of other places: another province may count them."""
    paths = store.paths(one for one in segments if not one.source.endswith(columns.SUPERSEDED))
    if not paths:
        return
    tree, here = geography.newest(projection.token), places.place(place)
    sql = (
        f"SELECT DISTINCT f.place FROM {duckdb.read(paths)} AS f LEFT JOIN {tree} AS t ON t.code = f.place "  # noqa: S608
        f"AND t.enter >= {here.enter} AND t.enter < {here.leave} WHERE t.code IS NULL ORDER BY 1"
    )
    if found := duckdb.run(sql):
        raise refuse(problems.LAKE_OUTSIDE.at(count=len(found), place=place, example=found[0][0]))


def _places(projection: Projection) -> list[tuple[str, str]]:
    """Every place of today with the one above it; every code of the past with the place where it counts today."""
    today = {one.code: one.parent for one in places.drafts()}
    stands = {enter: code for code, enter, _ in places.numbering(places.edition().number)}
    known = supplying.tree_rows(geography.newest(projection.token))
    return [*today.items(), *((code, stands[at]) for code, at in known if code not in today and at in stands)]


def _published(shelf: Shelf, place: str) -> ManifestIn | None:
    """What was published last, where it is sound."""
    try:
        content = json.loads(shelf.read(f"{place}/{lake.MANIFEST}"))
        held = ManifestIn.model_validate(content)
    except (FileNotFoundError, ValueError):
        return None
    return held if held.digest == lake.digest(content) else None


def _proofs(before: ManifestIn | None, seal: Checkpoint) -> list[dict[str, Any]]:
    """The checkpoints published before, each with the proof that this one extends it."""
    known = [*before.before, before.checkpoint] if before else []
    found = []
    for one in known[-_PROVED:]:
        held = ledger.checkpoint(one.number) if one.number <= seal.number else None
        if held is not None and (held.size, held.root) == (one.size, one.root) and held.size < seal.size:
            found.append(_seal(held, list(ledger.consistency(held.number, seal.number).path)))
    return found


def _seal(seal: Checkpoint, path: list[str]) -> dict[str, Any]:
    return SealIn(number=seal.number, size=seal.size, root=seal.root, path=path).model_dump()


def _file(shelf: Shelf, place: str, before: ManifestIn | None, one: Segment) -> FileIn:
    """A segment in the lake: one that was put there before is there, since segments never change."""
    known = next((row for row in before.files if row.path == one.path), None) if before else None
    path = f"{place}/{one.path}"
    if known is None or not shelf.has(path):
        shelf.put(path, store.root() / one.path)
        known = None
    found = known.sha256 if known else one.sha256 or parquet.digest(store.root() / one.path)
    return FileIn(
        source=one.source, month=one.month, path=one.path, history=one.history, last=one.last, applied=one.applied,
        rows=one.rows, size=one.size, sha256=found,
    )  # fmt: skip


def _list(shelf: Shelf, place: str, name: str, rows: list[tuple[str, str]]) -> FileIn:
    content = json.dumps(sorted(rows), ensure_ascii=False).encode()
    found = hashlib.sha256(content).hexdigest()
    path = f"{name}-{found[:16]}.json"
    if not shelf.has(f"{place}/{path}"):
        shelf.write(f"{place}/{path}", content)
    return FileIn(source=name, month="", path=path, rows=len(rows), size=len(content), sha256=found)


def _clear(shelf: Shelf, place: str, kept: set[str]) -> None:
    """Removes what neither this manifest nor the one before it names; a reader of the latter still finds its files."""
    named = {f"{place}/{path}" for path in (*kept, lake.MANIFEST)}
    for path in shelf.names(place):
        if path not in named:
            shelf.remove(path)
