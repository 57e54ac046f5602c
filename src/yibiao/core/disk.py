"""What is written survives a power cut, and is there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def sync(path: Path) -> None:
    """What was written to a file or folder survives a power cut from here on."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def kept_secret(path: Path, length: int) -> str:
    """A secret of so many bytes, made once and kept in a file that its owner alone can read.

    A file appears whole or not at all, also on a full disk: of two processes that start together, one wins and both
    read the same.

    Raises OSError where it cannot be read or written.
    """
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
                new.write(secrets.token_hex(length))
                new.flush()
                os.fsync(new.fileno())
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)
        sync(path.parent)
    return path.read_text()
