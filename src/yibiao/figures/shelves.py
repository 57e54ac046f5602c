"""Where a lake lies: a folder that all can read, or a store of objects, of which files are kept here once fetched.

Files never change, so that one which is kept is the one that lies there as soon as its digest is right.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings

from yibiao.core import clock
from yibiao.figures import reaching
from yibiao.figures.engines import fetching, parquet

# So long, in seconds, stays what was used last: another process may be reading it.
_USED: Final = 3600


class Shelf(Protocol):
    """The files of a lake by their paths below it. What is not there or cannot be had raises errors of its kind."""

    address: str
    """What machines of a cluster call it; empty where they see the same folder."""
    folder: Path
    """Below it lies what ``file`` gives, under the same paths."""

    def parts(self) -> list[str]:
        """The names of its folders. Raises: figures.copies.unreachable."""
        ...

    def read(self, path: str) -> bytes:
        """A small file. Raises FileNotFoundError where there is none."""
        ...

    def file(self, path: str, size: int, sha256: str) -> Path | None:
        """The file on this machine; None where it is not what its digest says."""
        ...

    def sound(self, path: str, size: int, sha256: str) -> bool:
        """Whether the file, where it lies, is what its digest says."""
        ...

    def has(self, path: str) -> bool: ...

    def put(self, path: str, source: Path) -> None: ...

    def write(self, path: str, content: bytes) -> None: ...

    def names(self, part: str) -> list[str]:
        """The paths of all files of a part."""
        ...

    def remove(self, path: str) -> None: ...

    def tidy(self, part: str, named: Collection[str]) -> None:
        """Lets go of what is kept of a part and was not named, and of what is kept beyond its bound."""
        ...


def of(lake: Path | str, *, anew: bool = False) -> Shelf:
    """The shelf at a path or an address; ``anew`` where others read there, and what is kept here would prove nothing.

    Raises: figures.copies.missing, figures.copies.unreachable.
    """
    address = str(lake)
    if isinstance(lake, Path) or fetching.scheme(address) in ("", "file"):
        return Folder(Path(address.removeprefix("file://")))
    return Store(address, anew)


class Folder:
    """A folder, such as a mount."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, ""

    def parts(self) -> list[str]:
        return [one.name for one in self.folder.iterdir() if one.is_dir()] if self.folder.is_dir() else []

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def file(self, path: str, size: int, sha256: str) -> Path | None:
        found = self.folder / path
        return found if _is(found, size, sha256) else None

    def sound(self, path: str, size: int, sha256: str) -> bool:
        return self.file(path, size, sha256) is not None

    def has(self, path: str) -> bool:
        return (self.folder / path).is_file()

    def put(self, path: str, source: Path) -> None:
        def made(draft: Path) -> bool:
            try:
                os.link(source, draft)
            except OSError:
                shutil.copyfile(source, draft)
            return True

        _drafted(self.folder / path, made)

    def write(self, path: str, content: bytes) -> None:
        _drafted(self.folder / path, lambda draft: draft.write_bytes(content) == len(content))

    def names(self, part: str) -> list[str]:
        found = (self.folder / part).rglob("*")
        return [one.relative_to(self.folder).as_posix() for one in found if one.is_file()]

    def remove(self, path: str) -> None:
        (self.folder / path).unlink(missing_ok=True)

    def tidy(self, part: str, named: Collection[str]) -> None:
        pass


class Store:
    """A store of objects, through fsspec."""

    def __init__(self, address: str, anew: bool = False) -> None:
        self.address = address.rstrip("/")
        self.files, self.base = reaching.store(self.address)
        name = hashlib.sha256(self.address.encode()).hexdigest()[:16]
        self.folder = Path(settings.DATA) / "lake" / "kept" / name
        self.anew, self.seen = anew, set[str]()

    def parts(self) -> list[str]:
        self.files.invalidate_cache()
        with reaching.telling(self.address):
            try:
                found: list[dict[str, Any]] = self.files.ls(self.base, detail=True)
            except FileNotFoundError:
                return []
        return [one["name"].rstrip("/").rpartition("/")[2] for one in found if one["type"] == "directory"]

    def read(self, path: str) -> bytes:
        return bytes(self.files.cat_file(self._at(path)))

    def file(self, path: str, size: int, sha256: str) -> Path | None:
        found, known = self.folder / path, not self.anew or path in self.seen

        def fetched(draft: Path) -> bool:
            self.files.get_file(self._at(path), str(draft))
            return _is(draft, size, sha256)

        if not (known and _is(found, size, sha256)) and not _drafted(found, fetched):
            return None
        self.seen.add(path)
        # Its change is left as it is: by that it is known for what was read already.
        os.utime(found, ns=(int(clock.now().timestamp() * 1e9), found.stat().st_mtime_ns))
        return found

    def sound(self, path: str, size: int, sha256: str) -> bool:
        return reaching.digest(self.files, self._at(path)) == (size, sha256)

    def has(self, path: str) -> bool:
        return bool(self.files.exists(self._at(path)))

    def put(self, path: str, source: Path) -> None:
        self.files.makedirs(self._at(path).rpartition("/")[0], exist_ok=True)
        self.files.put_file(str(source), self._at(path))

    def write(self, path: str, content: bytes) -> None:
        self.files.makedirs(self._at(path).rpartition("/")[0], exist_ok=True)
        self.files.pipe_file(self._at(path), content)

    def names(self, part: str) -> list[str]:
        self.files.invalidate_cache()
        return [one.removeprefix(f"{self.base}/") for one in self.files.find(self._at(part))]

    def remove(self, path: str) -> None:
        self.files.rm_file(self._at(path))

    def tidy(self, part: str, named: Collection[str]) -> None:
        before = clock.now().timestamp() - _USED
        for found in list(_files(self.folder / part)):
            if found.relative_to(self.folder).as_posix() not in named and found.stat().st_atime < before:
                found.unlink(missing_ok=True)
        held = sorted(((one.stat(), one) for one in _files(self.folder)), key=lambda pair: pair[0].st_atime)
        over = sum(stat.st_size for stat, _ in held) - settings.YIBIAO_LAKE_MB * 1_000_000
        for stat, found in held:
            if over > 0 and stat.st_atime < before:
                found.unlink(missing_ok=True)
                over -= stat.st_size

    def _at(self, path: str) -> str:
        return f"{self.base}/{path}"


def _files(folder: Path) -> Iterator[Path]:
    return (one for one in folder.rglob("*") if one.is_file())


def _drafted(target: Path, make: Callable[[Path], bool]) -> bool:
    """Puts a file there whole or not at all; whether it was made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        made = make(draft)
        if made:
            draft.replace(target)
        return made
    finally:
        draft.unlink(missing_ok=True)


def _is(path: Path, size: int, sha256: str) -> bool:
    try:
        held = path.stat()
        return held.st_size == size and _sha256(path, held.st_size, held.st_mtime_ns) == sha256
    except OSError:
        return False


@lru_cache(maxsize=65_536)
def _sha256(path: Path, _size: int, _changed: int) -> str:
    return parquet.digest(path)
