"""Tables of the room. A row is the index of the newest revision of its fact."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Notice(models.Model):
    """A notice as it stands now."""

    id = models.CharField(max_length=36, primary_key=True)
    program = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    occasion = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    text = models.TextField()
    organisation = models.CharField(max_length=64)
    place = models.CharField(max_length=64, db_index=True)
    actor = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    wants_feedback = models.BooleanField()
    state = models.CharField(max_length=12)
    reason = models.TextField()
    replaces = models.CharField(max_length=36)
    replaced_by = models.CharField(max_length=36)
    revision = models.PositiveIntegerField()
    moved_at = models.DateTimeField()
    sample = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "number"], condition=models.Q(state="issued"), name="notices_number_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["program", "issued_at"], name="notices_newest")]


class Attachment(models.Model):
    """A file of a notice. Its content lies in the data folder under its digest."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    type = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "position"], name="notices_attachment_once"),
        ]


class Receipt(models.Model):
    """One receiver's copy of a notice as it stands now; ``organisation`` is empty for a place as a whole."""

    id = models.CharField(max_length=36, primary_key=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="receipts")
    place = models.CharField(max_length=64)
    organisation = models.CharField(max_length=64)
    level = models.CharField(max_length=12)
    via = models.ForeignKey("self", models.PROTECT, null=True, related_name="below")
    depth = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12)
    due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    addendum = models.TextField()
    read_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=64)
    forwarded_at = models.DateTimeField(null=True)
    feedback = models.TextField()
    feedback_at = models.DateTimeField(null=True)
    reminders = models.PositiveIntegerField()
    reminded_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "place", "organisation"], name="notices_receipt_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["place", "state"], name="notices_receipt_place"),
            models.Index(fields=["organisation", "state"], name="notices_receipt_body"),
        ]


class WarningMessage(models.Model):
    """One message of a warning; ``warning`` is the id of the fact, ``revision`` the number of the message in it."""

    identifier = models.CharField(max_length=31, primary_key=True)
    warning = models.CharField(max_length=36)
    revision = models.PositiveIntegerField()
    newest = models.BooleanField()
    program = models.CharField(max_length=120)
    place = models.CharField(max_length=64, db_index=True)
    organisation = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    status = models.CharField(max_length=10)
    type = models.CharField(max_length=10)
    scope = models.CharField(max_length=12)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    cap = models.TextField()
    sample = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["warning", "revision"], name="notices_warning_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["status", "scope", "sent_at"], name="notices_warning_newest")]
