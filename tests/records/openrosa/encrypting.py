"""A phone's side of encrypted forms, after the specification and by itself: it shares no code with the server.

Source: ODK XForms specification, sub-specification Encryption.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.serialization import load_der_public_key
from lxml import etree

COLLECT = "http://www.opendatakit.org/xforms/encrypted"
SPECIFIED = "http://opendatakit.org/submissions"


def public_key(form: bytes) -> str:
    """The key that a form served to phones carries, empty where it carries none."""
    found = etree.fromstring(form).find(".//{http://www.w3.org/2002/xforms}model/{*}submission")
    return "" if found is None else found.get("base64RsaPublicKey", "")


def rsa_encrypted(public: str, plain: bytes, mask: str = "sha256") -> str:
    """``mask``: ODK Collect makes the mask of the padding with SHA-256, Enketo with SHA-1."""
    key = load_der_public_key(base64.b64decode(public))
    assert isinstance(key, rsa.RSAPublicKey)
    masked = padding.MGF1(hashes.SHA256() if mask == "sha256" else hashes.SHA1())  # noqa: S303
    how = padding.OAEP(mgf=masked, algorithm=hashes.SHA256(), label=None)
    return base64.b64encode(key.encrypt(plain, how)).decode()


@dataclass
class Sealed:
    """What a phone sends of one filled form: ``manifest`` in the place of the answers, and the encrypted files.

    The fields may be changed before ``manifest`` is asked for, to send what is not as it should be.
    """

    public: str
    form: str
    id: str
    version: str | None
    namespace: str
    key: str
    files: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    signature: str | None = None
    mask: str = "sha256"

    @property
    def manifest(self) -> bytes:
        of = "" if self.version is None else f' version="{self.version}"'
        media = "".join(f"<media><file>{name}</file></media>" for name in self.files if name != "submission.xml.enc")
        signed = self.signed() if self.signature is None else self.signature
        return (
            f'<data xmlns="{self.namespace}" id="{self.form}"{of} encrypted="yes">'
            f"<base64EncryptedKey>{self.key}</base64EncryptedKey>"
            f'<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{self.id}</orx:instanceID></orx:meta>'
            f"{media}<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
            f"<base64EncryptedElementSignature>{signed}</base64EncryptedElementSignature></data>"
        ).encode()

    def signed(self) -> str:
        lines = [self.form, *([] if self.version is None else [self.version]), self.key, self.id]
        lines += [f"{name[:-4]}::{digest}" for name, digest in self.digests.items()]
        text = "\n".join(lines) + "\n"
        return rsa_encrypted(self.public, hashlib.md5(text.encode(), usedforsecurity=False).digest(), self.mask)


def sealed(
    answers: bytes,
    public: str,
    files: Mapping[str, bytes] | None = None,
    *,
    namespace: str = COLLECT,
    mask: str = "sha256",
) -> Sealed:
    """Encrypts a filled form and its files: the files first, one after the other, then the form."""
    root = etree.fromstring(answers)
    id = root.findtext("{*}meta/{*}instanceID") or ""
    secret = os.urandom(32)
    key = rsa_encrypted(public, secret, mask)
    of = Sealed(public, root.get("id", ""), id, root.get("version"), namespace, key, mask=mask)
    seed = list(hashlib.md5(id.encode() + secret, usedforsecurity=False).digest())
    for count, (name, content) in enumerate({**(files or {}), "submission.xml": answers}.items()):
        seed[count % 16] = (seed[count % 16] + 1) & 0xFF
        encryptor = Cipher(algorithms.AES(secret), CFB(bytes(seed))).encryptor()
        short = 16 - len(content) % 16
        of.files[f"{name}.enc"] = encryptor.update(content + bytes([short]) * short) + encryptor.finalize()
        of.digests[f"{name}.enc"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return of
