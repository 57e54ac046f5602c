"""HTTP Digest (RFC 7616, qop=auth, MD5 as the phones in use know no other): the key of a field client and its token.

The server keeps no nonces: one is a time under a seal, good for a while from any process, and a phone may use it again
with a rising count. Sending twice stores once, so a repeated request gains nobody anything.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final
from urllib.parse import unquote

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from yibiao.people import queries as people
from yibiao.people.types import FieldClient

REALM: Final = people.REALM
LIFE: Final = 600
_PAIR: Final = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_NEEDED: Final = ("username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce")


class Wrong(Exception):  # noqa: N818
    """The answer to the challenge is not right."""


class Stale(Wrong):
    """It is right, but for a nonce that has grown old."""


def challenge(stale: bool) -> str:
    nonce = _signer().sign(secrets.token_urlsafe(8))
    more = ", stale=true" if stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"{more}'


def client(given: str, method: str, uri: str) -> FieldClient:
    """The field client that answered a challenge.

    Raises: ``Wrong``, ``Stale``, ``people.client.unknown``.
    """
    told = {name.lower(): quoted or plain for name, quoted, plain in _PAIR.findall(given.partition(" ")[2])}
    if any(not told.get(name) for name in _NEEDED) or told["realm"] != REALM or told["qop"] != "auth":
        raise Wrong
    if unquote(told["uri"]) != unquote(uri):
        raise Wrong
    held, secret = people.client_by_key(told["username"])
    second = _md5(f"{method}:{told['uri']}")
    wanted = _md5(":".join((secret, told["nonce"], told["nc"], told["cnonce"], "auth", second)))
    if not secret or not secrets.compare_digest(wanted.encode(), told["response"].encode()):
        raise Wrong
    try:
        _signer().unsign(told["nonce"], max_age=LIFE)
    except SignatureExpired:
        raise Stale from None
    except BadSignature:
        raise Wrong from None
    return held


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="yibiao.records.openrosa.nonce")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
