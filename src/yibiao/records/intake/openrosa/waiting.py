"""Encrypted files that came before their last: kept as they are until the post that says that nothing follows.

What lies here is no record and opens to nobody without the key; what is not finished within days is swept away
(``attachments.sweep``).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings

from yibiao.core import disk
from yibiao.records import attachments
from yibiao.records.attachments import Arrived


class Waiting:
    """The place of one sending: the same for every post with the same manifest by the same person."""

    def __init__(self, person: str, xml: bytes) -> None:
        self.folder = _root() / hashlib.sha256(person.encode() + b"\n" + xml).hexdigest()

    def hold(self, files: Iterable[Arrived]) -> None:
        """Keeps files; on the disk when it returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for one in files:
            # They were written to the disk when they came in.
            os.replace(one.path, self.folder / _name(one.name))
        disk.sync(self.folder)

    def files(self, names: Iterable[str]) -> Mapping[str, Path]:
        """Those that are here, by name."""
        found = {name: self.folder / _name(name) for name in names} if self.folder.is_dir() else {}
        return {name: path for name, path in found.items() if path.is_file()}

    def done(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _root() -> Path:
    return Path(settings.DATA) / "attachments" / attachments.WAITING
