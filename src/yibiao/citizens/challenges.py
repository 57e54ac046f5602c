"""Challenges of our own serving: work for a machine, or a sum for a person without scripts; each opens one door once.

The site keeps nothing of a challenge until it is answered: its token is the challenge itself, signed, with a keyed hash
of the answer. See docs/adr/0015.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction

from yibiao.citizens import models, problems
from yibiao.citizens.keyed import keyed
from yibiao.citizens.types import Challenge
from yibiao.core import clock
from yibiao.core.problems import refuse
from yibiao.core.texts import Text

SALT: Final = "citizens.challenge"
LASTS: Final = timedelta(hours=1)
LONGEST: Final = 2_000
_DIGITS: Final = "零一二三四五六七八九"
_NUMBERS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_HIGHEST_TERM: Final = 9


def work(purpose: str) -> Challenge:
    """A challenge for a machine: some tens of thousands of hashes, a second on a cheap phone, costly by the million."""
    highest = settings.YIBIAO_CHALLENGE
    salt, number = secrets.token_hex(12), secrets.randbelow(highest) + 1
    token = _token("work", purpose, str(number), salt)
    return Challenge(token, salt, hashlib.sha256(f"{salt}{number}".encode()).hexdigest(), highest)


def sum_of(purpose: str) -> Challenge:
    """A challenge for a person: a sum of two small numbers, written in words."""
    one, other = (secrets.randbelow(_HIGHEST_TERM) + 1 for _ in range(2))
    token = _token("sum", purpose, str(one + other), secrets.token_hex(12))
    return Challenge(token, sum=Text(f"{_DIGITS[one]}加{_DIGITS[other]}", f"{_NUMBERS[one]} plus {_NUMBERS[other]}"))


def kind(token: str, purpose: str) -> str:
    """``work`` or ``sum``.

    Raises: citizens.challenge.wrong|expired.
    """
    return _opened(token, purpose)[0]


def spend(token: str, answer: str, purpose: str) -> None:
    """Accepts the answer to a challenge, once for ever; runs inside the caller's transaction.

    Raises: citizens.challenge.wrong|expired|spent.
    """
    asked, sealed, salt = _opened(token, purpose)
    if not hmac.compare_digest(sealed, _sealed(asked, purpose, answer.strip()[:20], salt)):
        raise refuse(problems.UNPROVEN.at())
    now = clock.now()
    digest = hashlib.sha256(token.encode()).hexdigest()
    try:
        with transaction.atomic():
            models.SpentChallenge.objects.create(digest=digest, expires_at=now + 2 * LASTS)
    except IntegrityError:
        raise refuse(problems.SPENT.at()) from None


def sweep() -> int:
    """Forgets the challenges that could not be answered any more; how many."""
    gone, _ = models.SpentChallenge.objects.filter(expires_at__lt=clock.now()).delete()
    return gone


def _token(asked: str, purpose: str, answer: str, salt: str) -> str:
    at = int(clock.now().timestamp())
    return signing.dumps([asked, purpose, _sealed(asked, purpose, answer, salt), salt, at], salt=SALT)


def _opened(token: str, purpose: str) -> tuple[str, str, str]:
    if len(token) > LONGEST:
        raise refuse(problems.UNPROVEN.at())
    try:
        asked, of, sealed, salt, at = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise refuse(problems.UNPROVEN.at()) from None
    if of != purpose:
        raise refuse(problems.UNPROVEN.at())
    if clock.now().timestamp() - at > LASTS.total_seconds():
        raise refuse(problems.EXPIRED.at())
    return asked, sealed, salt


def _sealed(asked: str, purpose: str, answer: str, salt: str) -> str:
    # Keyed: there are only seventeen sums to try.
    return keyed(asked, purpose, salt, answer)
