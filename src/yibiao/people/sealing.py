"""What HTTP Digest compares for a field client, kept under a seal: it would open the door by itself."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

# The realm is part of every stored hash: a change would lock out whoever signs in by HTTP Digest.
REALM: Final = "yibiao"


def sealed(key: str, token: str) -> bytes:
    """The hash H(A1) of RFC 7616, encrypted: MD5, as the phones in use know no other."""
    hashed = hashlib.md5(f"{key}:{REALM}:{token}".encode(), usedforsecurity=False).hexdigest()
    return _cipher().encrypt(hashed.encode())


def unsealed(kept: bytes) -> str:
    """The hash again; empty where the site's key has changed since."""
    try:
        return _cipher().decrypt(kept).decode()
    except InvalidToken:
        return ""


def _cipher() -> Fernet:
    key = hashlib.sha256(b"yibiao.people.field-client:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
