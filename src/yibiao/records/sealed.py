"""Personal files on the disk: encrypted piece by piece, so that a long one needs no more memory than a short one.

Whoever loses the row with the salt loses the file: erasing a person leaves bytes that nothing opens.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yibiao.core.problems import refuse
from yibiao.records import personal, problems

PIECE: Final = 1024 * 1024
_TAG: Final = 16


def salt() -> bytes:
    return secrets.token_bytes(16)


def seal(source: Path, target: Path, salt: bytes) -> str:
    """Writes the encrypted file; its SHA-256."""
    cipher, hashed = _cipher(salt), hashlib.sha256()
    with source.open("rb") as clear, target.open("wb") as out:
        piece, number = clear.read(PIECE), 0
        while True:
            following = clear.read(PIECE)
            # The last piece says that it is the last: a file that was cut does not pass for a whole one.
            sealed = cipher.encrypt(number.to_bytes(12, "big"), piece, b"more" if following else b"last")
            out.write(sealed)
            hashed.update(sealed)
            if not following:
                break
            piece, number = following, number + 1
        out.flush()
    return hashed.hexdigest()


def pieces(path: Path, salt: bytes) -> Iterator[bytes]:
    """The file again.

    Raises: ``records.personal.unreadable``.
    """
    cipher = _cipher(salt)
    with path.open("rb") as file:
        piece, number = file.read(PIECE + _TAG), 0
        while True:
            following = file.read(PIECE + _TAG)
            try:
                yield cipher.decrypt(number.to_bytes(12, "big"), piece, b"more" if following else b"last")
            except InvalidTag:
                raise refuse(problems.PERSONAL_KEY.at()) from None
            if not following:
                return
            piece, number = following, number + 1


def proof(salt: bytes, digest: str) -> str:
    """What is kept of the digest of the clear file, for knowing the same file again while its salt stands."""
    return hashlib.sha256(salt + digest.encode()).hexdigest()


def _cipher(salt: bytes) -> AESGCM:
    return AESGCM(personal.derived(salt, b"yibiao personal files"))
