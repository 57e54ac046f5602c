"""Rules for passwords beyond Django's own.

Source: common evaluation values for GB/T 22239-2019 level 3 (mixed classes, 90 days, none of the last five).
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from yibiao.people.models import FormerPassword, Person
from yibiao.people.types import Reason

# Why a password was refused, by the code of the rule, for problems that speak both languages at once.
WHY: Final[Mapping[str, Reason]] = {
    "password_too_similar": Reason("与用户名或姓名太相似", "it is too close to the user name or the name"),
    "password_too_short": Reason("少于 8 个字符", "it has fewer than 8 characters"),
    "password_too_common": Reason("太常见", "it is too common"),
    "password_classes": Reason(
        "小写字母、大写字母、数字、符号不足 3 类",
        "it holds fewer than three of small letters, capitals, digits and symbols",
    ),
    "password_repeated": Reason("是最近 5 次用过的密码", "it is one of the last five"),
}
CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


class LongEnough:
    """At least so many characters. Django's own says it in English where its Chinese catalogue has a gap."""

    def __init__(self, least: int = 8) -> None:
        self.least = least

    def validate(self, password: str, user: Person | None = None) -> None:
        if len(password) < self.least:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        return gettext("密码至少 %(least)s 个字符。") % {"least": self.least}


class MixedClasses:
    """At least three of: small letters, capitals, digits, other characters."""

    def __init__(self, least: int = 3) -> None:
        self.least = least

    def validate(self, password: str, user: Person | None = None) -> None:
        found = sum(any(letter in group for letter in password) for group in CLASSES)
        found += any(letter not in "".join(CLASSES) for letter in password)
        if found < self.least:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        return gettext("密码须包含小写字母、大写字母、数字、符号中的至少 %(least)s 类。") % {"least": self.least}


class NotOneOfTheLast:
    """Neither the present password nor one of those before it, five in all."""

    def __init__(self, count: int = 5) -> None:
        self.count = count

    def validate(self, password: str, user: Person | None = None) -> None:
        if not isinstance(user, Person) or user.pk is None:
            return
        kept = FormerPassword.objects.filter(person=user).order_by("-pk").values_list("hash", flat=True)
        if any(check_password(password, known) for known in {user.password, *kept[: self.count]}):
            raise ValidationError(self.get_help_text(), code="password_repeated")

    def password_changed(self, password: str, user: Person | None = None) -> None:
        """Django calls this after the new hash is stored."""
        if not isinstance(user, Person):
            return
        FormerPassword.objects.create(person=user, hash=user.password)
        kept = FormerPassword.objects.filter(person=user).order_by("-pk").values_list("pk", flat=True)[: self.count]
        FormerPassword.objects.filter(person=user).exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        return gettext("不能使用最近 %(count)s 次用过的密码。") % {"count": self.count}


def due(person: Person, at: datetime) -> bool:
    """Whether the password must be changed before anything else: it is new from an administrator, or too old."""
    if person.must_change or person.password_changed_at is None:
        return True
    days: int = settings.YIBIAO_PASSWORD_DAYS
    return days > 0 and at - person.password_changed_at > timedelta(days=days)
