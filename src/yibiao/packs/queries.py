"""Reads packs from disk, and what is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db import connection

from yibiao.core import moments
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, refuse
from yibiao.core.texts import Text
from yibiao.packs import models, problems, reading, types

# Asked for each case: Django takes longer to make this statement than to run it.
_CONTENT: Final = (
    "SELECT f.content FROM packs_file AS f JOIN packs_version AS v ON v.id = f.version_id "
    "WHERE v.pack = %s AND v.version = %s AND f.path = %s"
)


def read(path: Path) -> tuple[types.PackFiles | None, list[Problem]]:
    """The pack in a folder or zip file, or None and everything that is wrong with it."""
    return reading.read(path)


def shipped() -> list[Path]:
    """The folders of the packs that come with Yibiao, by id."""
    root = Path(__file__).resolve().parent / "shipped"
    return sorted(folder for folder in root.iterdir() if (folder / "pack.toml").is_file()) if root.is_dir() else []


def order(version: str) -> tuple[int, ...]:
    """A version number as numbers, so that 1.10.0 comes after 1.9.0."""
    return tuple(int(part) for part in version.split("."))


def versions(pack: str | None = None) -> tuple[types.PackVersion, ...]:
    """Installed versions.

    Shape: by pack, newest version first; may be empty.
    """
    rows = models.Version.objects.defer("manifest")
    if pack is not None:
        rows = rows.filter(pack=pack)
    newest = sorted(rows, key=lambda row: order(row.version), reverse=True)
    return tuple(version_of(row) for row in sorted(newest, key=lambda row: row.pack))


def current(pack: str) -> types.PackVersion:
    """The newest installed version of a pack.

    Raises: ``packs.version.unknown``.
    """
    row = moments.once(("pack", pack), lambda: models.Version.objects.filter(pack=pack, current=True).first())
    if row is None:
        raise refuse(problems.VERSION_UNKNOWN.at(pack=pack, version=""))
    return version_of(row)


def file(pack: str, version: str, path: str) -> bytes:
    """One file of an installed version.

    Raises: ``packs.file.unknown``.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONTENT, [pack, version, path])
        row = cursor.fetchone()
    if row is None:
        raise refuse(problems.FILE_UNKNOWN.at(pack=pack, version=version, path=path))
    return bytes(row[0])


def files(pack: str, version: str) -> types.PackFiles:
    """An installed version as it was read.

    Raises: ``packs.version.unknown``.
    """
    row = models.Version.objects.filter(pack=pack, version=version).first()
    if row is None:
        raise refuse(problems.VERSION_UNKNOWN.at(pack=pack, version=version))
    content = {item.path: bytes(item.content) for item in row.files.all()}
    return types.PackFiles(row.pack, row.version, _title(row), row.manifest, content, row.digest)


def programs() -> tuple[types.Program, ...]:
    """All programs, by the beginning of their window, then code; may be empty."""
    return tuple(program_of(row) for row in models.Program.objects.order_by("window_from", "code"))


def program(code: str) -> types.Program:
    """One program.

    Raises: ``packs.program.unknown``.
    """
    return moments.once(("program", code), lambda: _program(code))


def _program(code: str) -> types.Program:
    row = models.Program.objects.filter(code=code).first()
    if row is None:
        raise refuse(problems.PROGRAM_UNKNOWN.at(code=code))
    return program_of(row)


def _title(row: models.Version | models.Program) -> Text:
    return Text(row.title_zh, row.title_en)


def version_of(row: models.Version) -> types.PackVersion:
    """The row as it leaves the room."""
    return types.PackVersion(row.pack, row.version, _title(row), row.digest, row.installed_at, row.current)


def program_of(row: models.Program) -> types.Program:
    """The row as it leaves the room, its window in Shanghai time."""
    return types.Program(
        code=row.code,
        pack=row.pack,
        pack_version=row.pack_version,
        title=_title(row),
        place=row.place,
        window_from=row.window_from.astimezone(SHANGHAI),
        window_until=row.window_until.astimezone(SHANGHAI),
    )
