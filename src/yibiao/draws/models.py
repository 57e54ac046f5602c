"""Tables of the room. A row is the index of the newest revision of its fact."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Draw(models.Model):
    """A draw as it stands now. ``seed`` is secret until the draw is made; ``outcome`` is empty until then."""

    id = models.CharField(max_length=36, primary_key=True)
    program = models.CharField(max_length=120)
    scheme = models.CharField(max_length=40)
    place = models.CharField(max_length=64, db_index=True)
    organisation = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=10)
    frozen = models.TextField()
    digest = models.CharField(max_length=64)
    seed = models.CharField(max_length=64)
    outcome = models.TextField()
    prepared_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    public_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField()
    moved_at = models.DateTimeField()
    sample = models.BooleanField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["program", "prepared_at"], name="draws_newest")]
