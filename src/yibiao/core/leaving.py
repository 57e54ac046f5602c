"""A file that leaves while it is written."""

from __future__ import annotations

import io
from typing import Any


class Leaving(io.RawIOBase):
    """Takes what is written and gives it away; nobody can go back in it."""

    def __init__(self) -> None:
        self._ready = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._ready += piece
        return len(piece)

    @property
    def waiting(self) -> int:
        """The bytes that wait to be taken."""
        return len(self._ready)

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        piece = bytes(self._ready)
        self._ready.clear()
        return piece
