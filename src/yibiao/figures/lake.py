"""A shared lake: a folder for each province, with its files and a manifest that says what they are and how far they go.

Nothing in it is believed: a manifest has its own digest and that of every file, its checkpoint must extend the one that
was seen before, and a file is read only once its digest is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import unquote

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from yibiao.core import canon, merkle
from yibiao.core.problems import refuse
from yibiao.figures import columns, problems, reaching, store
from yibiao.figures.shelves import Shelf
from yibiao.figures.types import Part, Source
from yibiao.places import queries as places

MANIFEST: Final = "manifest.json"
PLACES: Final = "places"
ORGANISATIONS: Final = "organisations"
MERGED: Final = "merged"
_STRICT: Final = ConfigDict(strict=True, extra="forbid")
Got = TypeVar("Got")
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.~%-]+(/[0-9A-Za-z_.~%-]+)*$", max_length=500)]


class FileIn(BaseModel):
    """A file as the segment that it was. ``source`` of a list that is no segment is its name, ``month`` is empty."""

    model_config = _STRICT
    source: str
    month: str
    path: Name
    history: bool = False
    last: int = 0
    applied: int = 0
    rows: int = 0
    size: int
    sha256: Digest


class SealIn(BaseModel):
    """A checkpoint; ``path`` proves that the manifest's checkpoint extends it (RFC 9162 §2.1.4)."""

    model_config = _STRICT
    number: int
    size: int
    root: Digest
    path: list[Digest] = []


class ManifestIn(BaseModel):
    model_config = _STRICT
    format: Annotated[int, Field(ge=1, le=1)]
    place: str
    name: str
    checkpoint: SealIn
    before: list[SealIn]
    published_at: str
    files: list[FileIn]
    digest: Digest


class Damaged(Exception):  # noqa: N818 - it is said of a province, and none of ours
    """A province's files are not what its manifest says."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(why)
        self.place, self.why = place, why


def digest(content: dict[str, Any]) -> str:
    """The digest of a manifest, or of another list of files: of all that it says but the digest."""
    return canon.digest({key: value for key, value in content.items() if key != "digest"})


def parts(shelf: Shelf, under: str, now: datetime, late: timedelta) -> list[tuple[Part, ManifestIn | None]]:
    """Each province that a place is in or that is in it, in the order of codes; a manifest where it can be used.

    Provinces are the places below the top of today's tree, and whatever else has put something into the lake.
    Raises: figures.lake.overlap.
    """
    here = sorted(one for one in shelf.parts() if not one.startswith("."))
    _apart(here)
    tops = places.children("")
    first = (
        tops if {one.code for one in tops} & set(here) else [low for one in tops for low in places.children(one.code)]
    )
    expected = {one.code: one.name for one in first}
    touched = [one for one in {*expected, *here} if one == under or _within(one, under) or _within(under, one)]
    return [_part(shelf, code, expected.get(code, ""), now, late) for code in sorted(touched)]


def _within(code: str, of: str) -> bool:
    return bool(places.names([code])) and places.descends(code, of)


def _apart(codes: Sequence[str]) -> None:
    for first in codes:
        for second in codes:
            if first != second and _within(second, first):
                raise refuse(problems.LAKE_OVERLAP.at(first=first, second=second))


def _part(shelf: Shelf, code: str, name: str, now: datetime, late: timedelta) -> tuple[Part, ManifestIn | None]:
    try:
        content = json.loads(shelf.read(f"{code}/{MANIFEST}"))
        held = ManifestIn.model_validate(content)
    except FileNotFoundError:
        return Part(code, name, "missing"), None
    except Exception as wrong:
        return Part(code, name, "unreadable", why=reaching.why(wrong)), None
    seal, at = held.checkpoint, datetime.fromisoformat(held.published_at)
    said = Part(code, held.name, "heard", seal.number, seal.size, seal.root, at)
    if held.digest != digest(content):
        return _wrong(said, "damaged", MANIFEST), None
    if held.place != code:
        return _wrong(said, "damaged", held.place), None
    if not _extends(code, held):
        return _wrong(said, "forked", seen().get(code, SealIn(number=0, size=0, root="0" * 64)).root), None
    if now - at > late:
        return _wrong(said, "late", held.published_at), None
    return said, held


def _wrong(said: Part, state: str, why: str) -> Part:
    return Part(said.place, said.name, state, said.checkpoint, said.size, said.root, said.published_at, why)


def seen() -> dict[str, SealIn]:
    """The checkpoint of each province that was seen last."""
    path = _remembered()
    return {code: SealIn(**row) for code, row in json.loads(path.read_bytes()).items()} if path.is_file() else {}


def remember(manifests: Sequence[ManifestIn]) -> None:
    """Whatever is published from here on must extend these."""
    found = {code: held.model_dump() for code, held in seen().items()}
    found |= {one.place: SealIn(**one.checkpoint.model_dump(exclude={"path"})).model_dump() for one in manifests}
    path = _remembered()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(found, indent=1))
    draft.replace(path)


def _remembered() -> Path:
    return Path(settings.DATA) / "lake" / "seen.json"


def _extends(code: str, held: ManifestIn) -> bool:
    """Whether a manifest's log contains the log that was seen before, unchanged."""
    old, new = seen().get(code), held.checkpoint
    if old is None:
        return True
    path = next((one.path for one in held.before if (one.size, one.root) == (old.size, old.root)), None)
    if path is None:
        return (old.size, old.root) == (new.size, new.root)
    steps = [bytes.fromhex(step) for step in path]
    return merkle.verify_consistency(old.size, new.size, steps, bytes.fromhex(old.root), bytes.fromhex(new.root))


def held(shelf: Shelf, one: ManifestIn, source: Source, months: tuple[str, str]) -> store.Held:
    """The files of a source that a figure reads, once their digests are right.

    Raises: Damaged.
    """
    name, gone, upto = store.column_name(source), f"{source.kind}/{columns.SUPERSEDED}", one.checkpoint.size
    rows = [row for row in one.files if row.source == name and months[0] <= row.month <= months[1]]
    live = [row for row in rows if not row.history]
    applied = min((row.applied for row in live), default=0)
    pairs = [row for row in one.files if live and row.source == gone and row.last > applied]
    history = [row for row in rows if row.history and row.applied > upto]
    return store.Held(
        tuple(_sound(shelf, one, row) for row in live), tuple(_sound(shelf, one, row) for row in history),
        tuple(_sound(shelf, one, row) for row in pairs), applied, max((row.last for row in rows), default=0),
    )  # fmt: skip


def listed(shelf: Shelf, one: ManifestIn, name: str) -> list[tuple[str, str]]:
    """A list that a province published beside its facts: pairs of codes.

    Raises: Damaged.
    """
    row = next((row for row in one.files if row.source == name and not row.month), None)
    if row is None:
        return []
    return [(first, second) for first, second in json.loads(_sound(shelf, one, row).read_bytes())]


def merged(shelf: Shelf, one: ManifestIn) -> dict[str, tuple[tuple[str, str], ...]]:
    """What a province found to be one, by register.

    Raises: Damaged.
    """
    names = [row.source for row in one.files if not row.month and row.source.startswith(f"{MERGED}.")]
    return {unquote(name.partition(".")[2]): tuple(listed(shelf, one, name)) for name in names}


def check(shelf: Shelf, one: ManifestIn) -> None:
    """Holds every file of a province, as it lies there, against its digest.

    Raises: Damaged.
    """
    for row in one.files:
        _had(one, row, shelf.sound)


def _sound(shelf: Shelf, one: ManifestIn, row: FileIn) -> Path:
    return _had(one, row, shelf.file)


def _had(one: ManifestIn, row: FileIn, get: Callable[[str, int, str], Got | None]) -> Got:
    """What is got of a file, where it is what its digest says."""
    if ".." in row.path.split("/"):
        raise Damaged(one.place, row.path)
    try:
        found = get(f"{one.place}/{row.path}", row.size, row.sha256)
    except Exception as wrong:
        raise Damaged(one.place, f"{row.path}: {reaching.why(wrong)}") from wrong
    if not found:
        raise Damaged(one.place, row.path)
    return found
