"""Reads a pack from a folder or a zip file without trusting either."""

from __future__ import annotations

import difflib
import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from yibiao.core import canon
from yibiao.core.problems import Problem
from yibiao.core.texts import Text
from yibiao.packs import manifest, problems
from yibiao.packs.types import PackFiles

MAX_FILES: Final = 500
MAX_BYTES: Final = 20 * 1024 * 1024
MAX_RATIO: Final = 100
# Short repetitive tables compress well without being bombs: the ratio counts from this size on.
RATIO_FROM: Final = 1024 * 1024
_SUFFIXES: Final = (".toml", ".md", ".xlsx", ".csv", ".json", ".txt", ".png", ".jpg", ".jpeg", ".svg", ".geojson")
_TOP: Final = (
    manifest.NAME,
    "indicators.toml",
    "registers.toml",
    "duty.toml",
    "lifecycles.toml",
    "notices.toml",
    "draws.toml",
    "services.toml",
)


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted paths and the digests of their contents."""
    return canon.digest({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})


def read(path: Path) -> tuple[PackFiles | None, list[Problem]]:
    """The pack at a folder or zip file, or everything that is wrong with it."""
    if path.is_dir():
        files, found = _folder(path)
    elif path.is_file():
        files, found = _zip(path)
    else:
        return None, [problems.PATH_MISSING.at(path=path.name)]
    if found:
        return None, found
    return _assemble(files)


def _assemble(files: dict[str, bytes]) -> tuple[PackFiles | None, list[Problem]]:
    found = [problem for name in sorted(files) if (problem := _unexpected(name))]
    content = files.get(manifest.NAME)
    if content is None:
        return None, [problems.MANIFEST_MISSING.at(), *found]
    parsed, wrong = manifest.parse(content)
    if parsed is None or found:
        return None, wrong + found
    plain = canon.plain(parsed.model_dump(by_alias=True, exclude_none=True))
    assert isinstance(plain, dict)  # noqa: S101 -- a model is always dumped as a mapping
    title = Text(parsed.title.zh, parsed.title.en)
    return PackFiles(parsed.id, parsed.version, title, plain, files, digest(files)), []


def _unexpected(name: str) -> Problem | None:
    pure = PurePosixPath(name)
    if pure.suffix.lower() not in _SUFFIXES:
        kinds = ", ".join(_SUFFIXES)
        return problems.FILE_UNEXPECTED.at(
            name, advice_zh=f"请去掉这个文件；包里只放 {kinds}。", advice_en=f"Take it out; a pack holds only {kinds}."
        )
    if len(pure.parts) == 1 and name not in _TOP and pure.suffix == ".toml":
        for near in difflib.get_close_matches(name, _TOP, 1, 0.8):
            return problems.FILE_UNEXPECTED.at(name, advice_zh=f"请改名为 {near}。", advice_en=f"Rename it to {near}.")
    return None


def _folder(root: Path) -> tuple[dict[str, bytes], list[Problem]]:
    files: dict[str, bytes] = {}
    found: list[Problem] = []
    size = 0
    for folder, names, entries in os.walk(root):
        names[:] = sorted(name for name in names if not _ignored(name))
        for entry in sorted(entries):
            path = Path(folder, entry)
            name = path.relative_to(root).as_posix()
            if _ignored(entry):
                continue
            if path.is_symlink() or not path.is_file():
                found.append(problems.PATH_UNSAFE.at(name))
                continue
            size += path.stat().st_size
            if size > MAX_BYTES:
                return {}, [problems.TOO_LARGE.at(limit=MAX_BYTES // 1024 // 1024)]
            files[name] = path.read_bytes()
            if len(files) > MAX_FILES:
                return {}, [problems.TOO_MANY.at(limit=MAX_FILES, count=f"{len(files)}+")]
    return files, found


def _ignored(name: str) -> bool:
    return name.startswith((".", "__")) or name.endswith("~")


def _zip(path: Path) -> tuple[dict[str, bytes], list[Problem]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            found = _suspicious(members)
            if found:
                return {}, found
            return _unpack(archive, members)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        return {}, [problems.ZIP_BROKEN.at(path.name, reason=str(error).rstrip("."))]


def _suspicious(members: list[zipfile.ZipInfo]) -> list[Problem]:
    """What the table of contents gives away, before a byte is unpacked."""
    found: list[Problem] = []
    if len(members) > MAX_FILES:
        found.append(problems.TOO_MANY.at(limit=MAX_FILES, count=len(members)))
    if sum(member.file_size for member in members) > MAX_BYTES:
        found.append(problems.TOO_LARGE.at(limit=MAX_BYTES // 1024 // 1024))
    seen: set[str] = set()
    for member in members:
        if not _safe(member) or member.filename in seen:
            found.append(problems.PATH_UNSAFE.at(member.orig_filename))
        seen.add(member.filename)
        if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            found.append(problems.ZIP_BOMB.at(member.orig_filename, limit=MAX_RATIO))
    return found


def _safe(member: zipfile.ZipInfo) -> bool:
    # zipfile cuts names at a NUL and turns separators: the name as it was written is the one to judge.
    name = member.orig_filename
    if not name or "\\" in name or ":" in name or "\0" in name or name.startswith("/"):
        return False
    return ".." not in name.split("/") and not stat.S_ISLNK(member.external_attr >> 16)


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> tuple[dict[str, bytes], list[Problem]]:
    kept = [member for member in members if not any(_ignored(part) for part in PurePosixPath(member.filename).parts)]
    files: dict[str, bytes] = {}
    room = MAX_BYTES
    for member in kept:
        with archive.open(member) as stream:
            # The declared size may lie: read no more than there is room for.
            content = stream.read(room + 1)
        if len(content) > room:
            return {}, [problems.TOO_LARGE.at(limit=MAX_BYTES // 1024 // 1024)]
        room -= len(content)
        files[member.filename] = content
    tops = {PurePosixPath(name).parts[0] for name in files}
    if manifest.NAME not in files and len(tops) == 1:
        # A folder zipped as a whole: its own name is no part of the pack.
        files = {name.partition("/")[2]: content for name, content in files.items() if "/" in name}
    return files, []
