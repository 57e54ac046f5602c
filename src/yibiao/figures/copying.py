"""Copies the columns to an address that a cluster sees: files that are new, and the list of all of them last of all."""

from __future__ import annotations

from typing import Any

from yibiao.figures import copies, follow, lake, reaching, store
from yibiao.figures.copies import CATALOGUE, CatalogueIn, CopyIn
from yibiao.figures.engines import parquet, spark
from yibiao.figures.models import Projection, Segment
from yibiao.figures.types import Copied


def copy(root: str) -> Copied:
    """Brings an address up to the columns of now.

    Raises: figures.copies.missing, figures.copies.unreachable.
    """
    files, base = reaching.store(root)
    projection = store.active()
    follow.reach(projection, follow.sealed())
    with reaching.telling(root):
        return _brought(files, base, root, projection)


def check(root: str) -> tuple[str, ...]:
    """The files at an address that are lacking or are not what the list says.

    Raises: figures.copies.missing, figures.copies.unreachable, figures.copies.unreadable.
    """
    files, base = reaching.store(root)
    with reaching.telling(root):
        held = copies.read(files.cat_file(f"{base}/{CATALOGUE}").decode(), root)
        return tuple(one.path for one in held.files if not _sound(files, f"{base}/{one.path}", one))


def _brought(files: Any, base: str, root: str, projection: Projection) -> Copied:
    before = _before(files, base, root)
    known = {one.path: one for one in before.files} if before else {}
    position, segments = _settled(projection)
    made = [known.get(one.path) or _put(files, f"{base}/{one.path}", one) for one in segments]
    names = {one.path for one in made}
    gone = [path for path in (before.former if before else ()) if path not in names]
    content: dict[str, Any] = {
        "format": 1,
        "token": projection.token,
        "position": position,
        "files": [one.model_dump() for one in made],
        "former": sorted(set(known) - names),
    }
    content["digest"] = lake.digest(content)
    files.pipe_file(f"{base}/{CATALOGUE}", CatalogueIn.model_validate(content).model_dump_json().encode())
    for path in gone:
        if files.exists(f"{base}/{path}"):
            files.rm_file(f"{base}/{path}")
    new = [one for one in made if one.path not in known]
    return Copied(position, len(made), len(new), sum(one.size for one in new), len(gone))


def _settled(projection: Projection) -> tuple[int, list[Segment]]:
    """The files, and the position up to which they hold everything; a follower may go on meanwhile."""
    while True:
        position = projection.position
        segments = list(Segment.objects.filter(projection=projection).order_by("source", "first"))
        projection.refresh_from_db()
        if projection.position == position:
            return position, segments


def _before(files: Any, base: str, root: str) -> CatalogueIn | None:
    address = f"{base}/{CATALOGUE}"
    return copies.read(files.cat_file(address).decode(), root) if files.exists(address) else None


def _put(files: Any, address: str, one: Segment) -> CopyIn:
    path = store.root() / one.path
    files.makedirs(address.rpartition("/")[0], exist_ok=True)
    files.put_file(str(path), address)
    # What it was when it was written: a file that was damaged here must not be right there.
    found = one.sha256 or parquet.digest(path)
    return CopyIn(
        path=one.path, source=one.source, month=one.month, history=one.history, first=one.first, last=one.last,
        applied=one.applied, size=one.size, sha256=found, columns=[list(pair) for pair in spark.columns(path)],
    )  # fmt: skip


def _sound(files: Any, address: str, one: CopyIn) -> bool:
    if not files.exists(address) or files.size(address) != one.size:
        return False
    return reaching.digest(files, address) == (one.size, one.sha256)
