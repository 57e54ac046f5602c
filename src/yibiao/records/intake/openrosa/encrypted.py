"""What a phone encrypted: its manifest, and the answers and files that it speaks of, opened by the site's key.

Nothing of it is read before all of it is found to be what the phone signed. A wrong padding, a changed byte and a wrong
signature are told alike: whoever tries out changed files learns nothing of what is in them.

Source: ODK XForms specification, sub-specification Encryption (https://getodk.github.io/xforms-spec/encryption), and
the files of ODK Collect, whose manifest has another namespace.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.padding import PKCS7
from lxml import etree

from yibiao.core.problems import Refusal, refuse
from yibiao.records.attachments import Incoming
from yibiao.records.intake.openrosa import instance, keys, multipart, problems

ENDING: Final = ".enc"
FILE_LIMIT: Final = 1_000
_KEY_BYTES: Final = 32
_PIECE: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """``media`` and then ``xml`` name the encrypted files in the order in which they were encrypted."""

    form: str
    version: str | None
    id: str
    key: str
    signature: str
    media: tuple[str, ...]
    xml: str

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.media, self.xml)


def manifest(root: etree._Element) -> Manifest:
    """Raises: ``records.openrosa.encrypted-manifest``."""
    said: dict[str, list[str]] = {}
    for one in root.iter():
        if isinstance(one.tag, str):
            said.setdefault(etree.QName(one).localname, []).append((one.text or "").strip())
    media = tuple(name for name in said.get("file", ()) if name)
    found = Manifest(
        (root.get("id") or "").strip(),
        root.get("version"),
        _only(said, "instanceID"),
        _only(said, "base64EncryptedKey"),
        _only(said, "base64EncryptedElementSignature"),
        media,
        _only(said, "encryptedXmlFile"),
    )
    if not found.form or len(found.id) > instance.ID_LIMIT:
        raise _malformed("id" if not found.form else "instanceID")
    odd = any(not name.endswith(ENDING) for name in found.files) or len(set(found.files)) < len(found.files)
    if odd or len(found.files) > FILE_LIMIT:
        raise _malformed("file")
    return found


def unlocked(of: Manifest) -> tuple[bytes, bytes]:
    """The key of the files, and what was signed.

    Raises: ``records.openrosa.encrypted|encrypted-key``.
    """
    ring = keys.held()
    if ring is None:
        raise refuse(problems.ENCRYPTED.at())
    key, signed = ring.opened(_plain(of.key)), ring.opened(_plain(of.signature)) or b""
    if key is None or len(key) != _KEY_BYTES:
        raise refuse(problems.ENCRYPTED_KEY.at())
    return key, signed


def opened(of: Manifest, files: Mapping[str, Path], into: Incoming) -> bytes:
    """The answers, with the files decrypted into ``into`` under their own names.

    Raises: ``records.openrosa.encrypted|encrypted-key|encrypted-missing|encrypted-broken``.
    """
    key, signed = unlocked(of)
    if missing := [name for name in of.files if name not in files]:
        raise refuse(problems.ENCRYPTED_MISSING.at(names="、".join(name[:80] for name in missing[:5])))
    seeds, clear = _seeds(of.id, key), bytearray()
    lines = [of.form, *(() if of.version is None else (of.version,)), of.key, of.id]
    try:
        for name in of.files:
            file = _File(files[name], key, next(seeds))
            if name == of.xml:
                for piece in file:
                    clear += piece
                    if len(clear) > instance.XML_LIMIT:
                        raise multipart.too_large(instance.XML_LIMIT)
            else:
                into.take(name.removesuffix(ENDING), file)
            lines.append(f"{name.removesuffix(ENDING)}::{file.hashed.hexdigest()}")
    except ValueError:
        raise refuse(problems.ENCRYPTED_BROKEN.at()) from None
    if not hmac.compare_digest(_md5("".join(f"{line}\n" for line in lines).encode()), signed):
        raise refuse(problems.ENCRYPTED_BROKEN.at())
    return bytes(clear)


class _File:
    """One file, decrypted piece by piece; ``hashed`` is the MD5 of what was read so far.

    Iterating raises ``ValueError`` where the padding is wrong.
    """

    def __init__(self, path: Path, key: bytes, seed: bytes) -> None:
        self.path = path
        self.cipher = Cipher(algorithms.AES(key), CFB(seed))
        self.hashed = hashlib.md5(usedforsecurity=False)

    def __iter__(self) -> Iterator[bytes]:
        cipher, padded = self.cipher.decryptor(), PKCS7(128).unpadder()
        with self.path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield self._seen(padded.update(cipher.update(piece)))
        yield self._seen(padded.update(cipher.finalize()) + padded.finalize())

    def _seen(self, piece: bytes) -> bytes:
        self.hashed.update(piece)
        return piece


def _seeds(id: str, key: bytes) -> Iterator[bytes]:
    """The initialization vector of each file: one byte further for every file, by the rule of the specification."""
    seed = bytearray(_md5(id.encode() + key))
    count = 0
    while True:
        at = count % len(seed)
        seed[at] = (seed[at] + 1) % 256
        count += 1
        yield bytes(seed)


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _plain(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _only(said: Mapping[str, list[str]], name: str) -> str:
    found = said.get(name, [])
    if len(found) != 1 or not found[0]:
        raise _malformed(name)
    return found[0]


def _malformed(what: str) -> Refusal:
    return refuse(problems.ENCRYPTED_MANIFEST.at(what=what))
