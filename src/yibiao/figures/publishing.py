"""Puts a province's columns into a shared lake: files first, the manifest last."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from yibiao.core import canon, clock
from yibiao.core.problems import refuse
from yibiao.figures import columns, follow, geography, lake, merging, problems, store, supplying
from yibiao.figures.engines import duckdb
from yibiao.figures.lake import FileIn, ManifestIn, SealIn
from yibiao.figures.models import Projection, Segment
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Checkpoint
from yibiao.people import queries as people
from yibiao.places import queries as places

# How many earlier checkpoints a manifest proves to extend.
_PROVED: Final = 60


def publish(folder: Path, place: str) -> ManifestIn:
    """Publishes what this site holds, as of its newest checkpoint, as the part of a place; files that stay are kept.

    Raises: figures.lake.empty, figures.lake.outside, places.place.unknown.
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
    own = folder / place
    own.mkdir(parents=True, exist_ok=True)
    before = _published(own)
    files = [_file(own, before, one) for one in segments]
    files.append(_list(own, lake.PLACES, _places(projection)))
    files.append(_list(own, lake.ORGANISATIONS, [(one.code, one.place) for one in people.organisations()]))
    files += [
        _list(own, f"{lake.MERGED}.{quote(register, safe='')}", list(pairs))
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
    _write(own / lake.MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode())
    _clear(own, {one.path for one in files} | ({one.path for one in before.files} if before else set()))
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


def _published(own: Path) -> ManifestIn | None:
    """What was published last, where it is sound."""
    try:
        content = json.loads((own / lake.MANIFEST).read_bytes())
        held = ManifestIn.model_validate(content)
    except (OSError, ValueError):
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


def _file(own: Path, before: ManifestIn | None, one: Segment) -> FileIn:
    """A segment in the lake: one that was put there before is there, since segments never change."""
    known = next((row for row in before.files if row.path == one.path), None) if before else None
    target = own / one.path
    if known is None or not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{uuid.uuid4().hex}.tmp")
        try:
            os.link(store.root() / one.path, draft)
        except OSError:
            shutil.copyfile(store.root() / one.path, draft)
        draft.replace(target)
        known = None
    with target.open("rb") as held:
        found = known.sha256 if known else one.sha256 or hashlib.file_digest(held, "sha256").hexdigest()
    return FileIn(
        source=one.source, month=one.month, path=one.path, history=one.history, last=one.last, applied=one.applied,
        rows=one.rows, size=one.size, sha256=found,
    )  # fmt: skip


def _list(own: Path, name: str, rows: list[tuple[str, str]]) -> FileIn:
    content = json.dumps(sorted(rows), ensure_ascii=False).encode()
    found = hashlib.sha256(content).hexdigest()
    path = f"{name}-{found[:16]}.json"
    if not (own / path).is_file():
        _write(own / path, content)
    return FileIn(source=name, month="", path=path, rows=len(rows), size=len(content), sha256=found)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    draft.write_bytes(content)
    draft.replace(path)


def _clear(own: Path, kept: set[str]) -> None:
    """Removes what neither this manifest nor the one before it names; a reader of the latter still finds its files."""
    for path in own.rglob("*"):
        if path.is_file() and path.name != lake.MANIFEST and path.relative_to(own).as_posix() not in kept:
            path.unlink(missing_ok=True)
