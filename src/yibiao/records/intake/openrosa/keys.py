"""The keys with which phones encrypt what is filled in: a file of the operator, never in the database nor in a log.

The first key of the file is given to phones; the others, older ones, still open what was encrypted before.
"""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.records.intake.openrosa import problems

BITS: Final = 3072
LEAST: Final = 2048
# The specification names the padding as Java does, whose providers differ in the hash of the mask: ODK Collect's is
# SHA-256, Enketo's is SHA-1. The hash of the padding itself is SHA-256 with both.
# Source: ODK XForms, Encryption, “Key Encryption”; RFC 8017, 7.1.
_OAEP: Final = tuple(
    padding.OAEP(padding.MGF1(mask), hashes.SHA256(), None)
    for mask in (hashes.SHA256(), hashes.SHA1())  # noqa: S303
)
_END: Final = b"-----END PRIVATE KEY-----"
_REASONS: Final = {
    "gone": ("读不到", "it cannot be read"),
    "open": ("别人也能读（权限应为 600）", "others may read it (its mode must be 600)"),
    "none": (
        "里面没有能用的 RSA 私钥（PEM，无口令，至少 2048 位）",
        "it holds no RSA key that can be used (PEM, no password, 2048 bits at least)",
    ),
    "there": ("已经存在", "it exists already"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keys:
    """``public`` is the first key as XForms write it: its SubjectPublicKeyInfo in base64."""

    public: str
    private: tuple[rsa.RSAPrivateKey, ...] = field(repr=False)

    def opened(self, encrypted: bytes) -> bytes | None:
        """What was encrypted to one of the keys; None where it was to another."""
        for key in self.private:
            for padded in _OAEP:
                try:
                    return key.decrypt(encrypted, padded)
                except ValueError:
                    continue
        return None


def held() -> Keys | None:
    """The keys of the site; None where none are set up.

    Raises: ``records.openrosa.key-file``.
    """
    named = settings.YIBIAO_FORM_KEYS
    if not named:
        return None
    path = Path(named)
    try:
        of = path.stat()
    except OSError:
        raise _unfit("gone") from None
    return _read(path, of.st_mtime_ns, of.st_size, stat.S_IMODE(of.st_mode))


def unfit() -> Problem | None:
    """Why the file cannot be used; None where it can, or where none is named."""
    try:
        held()
    except Refusal as refusal:
        return refusal.problems[0]
    return None


def make(path: Path, *, renew: bool) -> Keys:
    """Writes a new key to a file; ``renew``: before the keys that it holds already, else there must be no such file.

    Raises: ``records.openrosa.key-file``.
    """
    if path.exists() and not renew:
        raise _unfit("there", str(path))
    older = b""
    if renew:
        try:
            older = path.read_bytes()
        except OSError:
            raise _unfit("gone", str(path)) from None
        _parsed(older)
    fresh = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    content = fresh.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    beside = path.with_name(f"{path.name}.new")
    # Readable by its owner from the first byte on; the old file stands until the new one is whole.
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content + older)
        out.flush()
        os.fsync(out.fileno())
    os.replace(beside, path)
    return Keys(_public(fresh), (fresh,))


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, _size: int, mode: int) -> Keys:
    if mode & 0o077:
        raise _unfit("open")
    try:
        found = _parsed(path.read_bytes())
    except OSError:
        raise _unfit("gone") from None
    return Keys(_public(found[0]), found)


def _parsed(content: bytes) -> tuple[rsa.RSAPrivateKey, ...]:
    """Every key of a file; one that cannot be used spoils it, as nobody would notice that it was left out."""
    found = []
    for piece in content.split(_END)[:-1]:
        try:
            key = serialization.load_pem_private_key(piece + _END + b"\n", None)
        except (ValueError, TypeError):
            raise _unfit("none") from None
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < LEAST:
            raise _unfit("none")
        found.append(key)
    if not found:
        raise _unfit("none")
    return tuple(found)


def _public(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def _unfit(reason: str, where: str = "") -> Refusal:
    zh, en = _REASONS[reason]
    return refuse(problems.KEY_FILE.at(where, why=zh, why_en=en))
