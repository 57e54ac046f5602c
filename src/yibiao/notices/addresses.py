"""Where people want to be told outside of the site: given by themselves, encrypted, and theirs to take back."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yibiao.notices import models

# Channel → the shape of an address, and what it is called.
SHAPES: Final[Mapping[str, tuple[re.Pattern[str], str, str]]] = {
    "email": (re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,180}\.[^\s@,;<>]{2,}"), "邮箱地址", "e-mail address"),
    "sms": (re.compile(r"1\d{10}"), "手机号码", "mobile number"),
    "wechat": (re.compile(r"[A-Za-z0-9_-]{6,64}"), "企业微信账号", "WeCom account"),
}


def keep(account: str, channel: str, address: str) -> None:
    """Puts an address down; an empty one takes it back."""
    models.Address.objects.filter(account=account, channel=channel).delete()
    if address:
        salt = secrets.token_bytes(16)
        token = _cipher(salt).encrypt(address.encode())
        models.Address.objects.create(account=account, channel=channel, salt=salt, token=token)


def channels(account: str) -> tuple[str, ...]:
    held = models.Address.objects.filter(account=account).order_by("channel")
    return tuple(held.values_list("channel", flat=True))


def of(account: str, channel: str) -> str:
    """The address; empty where there is none, or where the site's key has been changed since."""
    row = models.Address.objects.filter(account=account, channel=channel).first()
    if row is None:
        return ""
    try:
        return _cipher(bytes(row.salt)).decrypt(bytes(row.token)).decode()
    except InvalidToken:
        return ""


def _cipher(salt: bytes) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"yibiao addresses").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
