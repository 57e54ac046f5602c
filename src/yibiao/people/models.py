"""Tables of the room."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    """A key that stands for a person in facts and says nothing about them."""
    return uuid.uuid4().hex


class Organisation(models.Model):
    """A body that people work for; ``place`` is the code of the place that it serves."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="below")
    place = models.CharField(max_length=40, db_index=True)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "people_organisation"


class PersonManager(BaseUserManager["Person"]):
    """Looks accounts up; they are made by ``actions.add_person`` alone."""


class Person(AbstractBaseUser):
    """An account. The name is shown to colleagues and never enters a fact; the key does."""

    username = models.CharField(_("用户名"), max_length=32, unique=True)
    name = models.CharField(_("姓名"), max_length=80)
    key = models.CharField(max_length=32, unique=True, default=new_key)
    is_active = models.BooleanField(default=True)
    sample = models.BooleanField(default=False)
    must_change = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()

    objects = PersonManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        db_table = "people_person"
        ordering = ("username",)


class Post(models.Model):
    """A person in a role at an organisation. The lowest number is the person's first post."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=80)

    class Meta:
        db_table = "people_post"
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "role"], name="people_post_once"),
        ]


class PostGrant(models.Model):
    """One right of a post over a place subtree; ``programs`` is a list of codes, or ``["*"]``."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="grants")
    right = models.CharField(max_length=8)
    place = models.CharField(max_length=40)
    programs = models.JSONField()

    class Meta:
        db_table = "people_grant"
        constraints = [
            models.UniqueConstraint(fields=["post", "right", "place"], name="people_grant_once"),
        ]
        indexes = [models.Index(fields=["right", "place"], name="people_grant_right_place")]


class FormerPassword(models.Model):
    """The hash of a password once in use, so that it is not taken again soon."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="former_passwords")
    hash = models.CharField(max_length=128)

    class Meta:
        db_table = "people_former_password"


class FieldClient(models.Model):
    """A phone or program that files in a person's name. Of its token only hashes are kept.

    ``digest`` is the SHA-256 of the token; ``sealed`` holds what HTTP Digest compares, encrypted, as a digest sign-in
    cannot be checked against a hash of another kind.
    """

    key = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="clients")
    label = models.CharField(max_length=80)
    place = models.CharField(max_length=40)
    programs = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    made_by = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_client"
