"""Keeping personal answers: encrypted per record, provable by a salted digest, erasable without a trace."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yibiao.core import canon, disk
from yibiao.core.problems import refuse
from yibiao.records import problems

# Before what is sealed; nothing that was sealed otherwise begins so.
_SEALED: Final = b"\x01"
# The key of a salt seals one thing.
_ONCE: Final = bytes(12)


@dataclass(frozen=True, slots=True)
class Kept:
    """Personal answers ready to be stored."""

    salt: bytes
    token: bytes
    digest: str


def keep(answers: Mapping[str, Any]) -> Kept:
    """Encrypts answers under a salt of their own."""
    salt = secrets.token_bytes(16)
    text = canon.dumps(answers).encode()
    return Kept(salt, _cipher(salt).encrypt(text), _digest(salt, text))


def reveal(salt: bytes | memoryview, token: bytes | memoryview) -> dict[str, Any]:
    """The answers again.

    Raises: ``records.personal.unreadable``.
    """
    try:
        found: dict[str, Any] = json.loads(_cipher(bytes(salt)).decrypt(bytes(token)))
    except InvalidToken:
        raise refuse(problems.PERSONAL_KEY.at()) from None
    return found


def seal(content: bytes) -> bytes:
    """A file that may hold personal answers, encrypted under a salt that stands before it."""
    salt = secrets.token_bytes(16)
    return salt + _SEALED + _sealing(salt).encrypt(_ONCE, content, None)


def unseal(sealed: bytes) -> bytes:
    """Raises: ``records.personal.unreadable``."""
    salt, content = sealed[:16], memoryview(sealed)[16 + len(_SEALED) :]
    try:
        if sealed[16 : 16 + len(_SEALED)] != _SEALED:
            # As older versions wrote it.
            return _cipher(salt).decrypt(sealed[16:])
        return _sealing(salt).decrypt(_ONCE, content, None)
    except (InvalidToken, InvalidTag):
        raise refuse(problems.PERSONAL_KEY.at()) from None


def _sealing(salt: bytes) -> AESGCM:
    # Sixteen times as fast as what personal answers are kept in, which counts for sheets of a hundred thousand rows.
    return AESGCM(derived(salt, b"yibiao uploads"))


def matches(answers: Mapping[str, Any], salt: bytes | memoryview, digest: str) -> bool:
    """Whether the answers are those of the digest."""
    return secrets.compare_digest(_digest(bytes(salt), canon.dumps(answers).encode()), digest)


def _digest(salt: bytes, text: bytes) -> str:
    return hashlib.sha256(salt + text).hexdigest()


def derived(salt: bytes, purpose: bytes) -> bytes:
    """A key per salt: once the row with its salt is gone, even the key file opens nothing."""
    made = HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose)
    return made.derive(_key(str(Path(settings.DATA) / "personal.key")))


def _cipher(salt: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived(salt, b"yibiao personal answers")))


@lru_cache(maxsize=4)
def _key(path: str) -> bytes:
    """The site's key for personal answers, made once and readable by its owner only; it is not SECRET_KEY."""
    return bytes.fromhex(disk.kept_secret(Path(path), 32).strip())
