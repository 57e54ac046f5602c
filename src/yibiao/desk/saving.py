"""A copy of the site while it runs, and the way back: files, the database where it is SQLite, and the newest root."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from yibiao.core import canon, clock, disk
from yibiao.core.problems import refuse
from yibiao.desk import problems
from yibiao.figures import actions as figures
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Checkpoint

MANIFEST: Final = "backup.json"
DATABASE: Final = "yibiao.sqlite3"
KEYS: Final = frozenset({"secret.key", "personal.key"})
# What is made again from the rest, or belongs to a running process.
LEFT_OUT: Final = frozenset({"columns", "static", "metrics", "serve.lock", "serve.log"})


@dataclass(frozen=True, slots=True)
class Saved:
    """What a copy holds; number 0 is a log without a checkpoint. ``database``: whether the database is in it."""

    folder: str
    saved_at: str
    number: int
    size: int
    root: str
    files: int
    database: bool


def save(to: Path, *, keys: bool) -> Saved:
    """Copies the data folder, and a SQLite database, into a folder that is new or empty; the site may go on running.

    The database comes first: every file that it names is there by then.

    Raises: desk.backup.taken, desk.backup.damaged.
    """
    if to.exists() and any(to.iterdir()):
        raise refuse(problems.BACKUP_TAKEN.at(folder=to))
    to.mkdir(parents=True, exist_ok=True)
    to.chmod(0o700)
    at = canon.instant(clock.now())
    sqlite = connection.vendor == "sqlite"
    newest = _copied(to / DATABASE) if sqlite else _standing(ledger.checkpoint())
    files = sum(_copy(path, to / name) for name, path in _files(keys=keys))
    saved = Saved(str(to), at, *newest, files, sqlite)
    manifest = to / MANIFEST
    manifest.write_text(json.dumps(asdict(saved), ensure_ascii=False, indent=2))
    disk.sync(manifest)
    return saved


def restore(source: Path) -> Saved:
    """Puts a copy into an empty data folder, holds the log against its root, and computes the columns anew.

    With PostgreSQL the database itself was restored before, to that moment or a later one.

    Raises: desk.backup.none, desk.backup.in-use, desk.backup.damaged, desk.backup.other.
    """
    if not (source / MANIFEST).is_file():
        raise refuse(problems.BACKUP_NONE.at(folder=source))
    saved = Saved(**json.loads((source / MANIFEST).read_text()))
    data = Path(settings.DATA)
    if any(path.name not in KEYS | LEFT_OUT for path in data.iterdir()):
        raise refuse(problems.BACKUP_IN_USE.at(folder=data))
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and str(name) != MANIFEST:
            target = _database() if str(name) == DATABASE else data / name
            _copy(path, target)
    _hold(saved)
    figures.rebuild()
    return saved


def _hold(saved: Saved) -> None:
    """The log must be sound and go on from the root that was noted."""
    verdict = ledger.verify()
    if not verdict.sound:
        raise refuse(problems.BACKUP_DAMAGED.at(folder=saved.folder, said=verdict.faults[0]))
    newest = ledger.checkpoint()
    if saved.number:
        there = ledger.checkpoint(saved.number) if newest and newest.number >= saved.number else None
        if there is None or there.root != saved.root:
            raise refuse(problems.BACKUP_OTHER.at(number=saved.number))


def _files(*, keys: bool) -> Iterator[tuple[Path, Path]]:
    data = Path(settings.DATA)
    base = _database() if connection.vendor == "sqlite" else data / DATABASE
    beside = {base, *(base.with_name(f"{base.name}{end}") for end in ("-wal", "-shm", "-journal"))}
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data)
        if path.is_file() and path not in beside and name.parts[0] not in LEFT_OUT and (keys or str(name) not in KEYS):
            yield name, path


def _database() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _copied(target: Path) -> tuple[int, int, str]:
    """One read of the whole database, beside which others go on writing; the newest checkpoint in the copy."""
    with closing(sqlite3.connect(_database(), timeout=20)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
        [(said,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
        if said != "ok":
            raise refuse(problems.BACKUP_DAMAGED.at(folder=target.parent, said=said))
        asked = "SELECT number, size, root FROM ledger_checkpoint ORDER BY number DESC LIMIT 1"
        found = copy.execute(asked).fetchone()
    target.chmod(0o600)
    disk.sync(target)
    return (found[0], found[1], found[2]) if found else (0, 0, "")


def _standing(newest: Checkpoint | None) -> tuple[int, int, str]:
    return (newest.number, newest.size, newest.root) if newest else (0, 0, "")


def _copy(path: Path, target: Path) -> bool:
    """Copies a file; one that was swept meanwhile is left out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy2(path, target)
    except FileNotFoundError:
        return False
    disk.sync(target)
    return True
