"""Tables of the room: tokens by their hashes alone, and what keeps machines and floods out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Ticket(models.Model):
    """A token that follows a report, known by its SHA-256 only."""

    digest = models.CharField(max_length=64, primary_key=True)
    record = models.CharField(max_length=36)
    case = models.CharField(max_length=36)
    program = models.CharField(max_length=120)
    place = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["record"], name="ticket_record")]


class SpentChallenge(models.Model):
    """A challenge that was answered: it opens nothing a second time. Swept once it could not be answered any more."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)


class Tally(models.Model):
    """How much came from one address, or for one place, within an hour; ``key`` is a keyed hash that changes daily."""

    key = models.CharField(max_length=64)
    hour = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "hour"], name="citizens_tally_once")]


class Pull(models.Model):
    """How far the requests of another endpoint were taken in."""

    source = models.CharField(max_length=300)
    program = models.CharField(max_length=120)
    upto = models.DateTimeField()
    pulled_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "program"], name="citizens_pull_once")]


class Fetched(models.Model):
    """A request of another endpoint and the case that it became here; ``told`` is a hash of what was last told there.

    ``over``: nothing more is told of it.
    """

    source = models.CharField(max_length=300)
    number = models.CharField(max_length=200)
    program = models.CharField(max_length=120)
    case = models.CharField(max_length=36)
    told = models.CharField(max_length=64)
    over = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "number"], name="citizens_fetched_once")]
