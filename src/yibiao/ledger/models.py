"""Tables of the log. Entries, positions, checkpoints and nodes are insert-only: triggers of the database say so."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One fact as it was appended. ``payload`` is canonical JSON text, so that its bytes never depend on a database.

    On PostgreSQL the table lies in partitions, and a table beside it keeps the constraint: see ``partitions``.
    """

    kind = models.TextField()
    fact = models.TextField()
    revision = models.PositiveIntegerField()
    program = models.TextField()
    place = models.TextField()
    organisation = models.TextField()
    actor = models.TextField()
    subject = models.TextField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    withdrawn = models.BooleanField()
    payload = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "revision", "kind"], name="ledger_entry_once")]


class Pending(models.Model):
    """An entry that waits for its position; written beside the entry, removed by the sealer."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.DO_NOTHING, related_name="waiting", db_constraint=False
    )


class Position(models.Model):
    """The place of an entry in the log, from 1 without a gap, and its leaf hash."""

    position = models.BigIntegerField(primary_key=True)
    # No constraint in the database: entries cannot be deleted, and ``verify`` must be able to name one that is gone.
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, related_name="sealed", db_constraint=False)
    leaf = models.BinaryField()


class Node(models.Model):
    """The hash of a complete subtree; level 0, the leaves, is kept with the positions."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()


class Checkpoint(models.Model):
    """The log up to ``size`` entries under one root."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()


class Cursor(models.Model):
    """How far a follower has taken the log."""

    follower = models.CharField(primary_key=True, max_length=100)
    position = models.BigIntegerField()
