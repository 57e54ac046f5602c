"""Rules for passwords beyond Django's own.

Source: common evaluation values for GB/T 22239-2019 level 3 (mixed classes, 90 days, none of the last five).
"""

from __future__ import annotations

import string
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from yibiao.people.models import FormerPassword, Person

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


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
