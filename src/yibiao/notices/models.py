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


class Told(models.Model):
    """One message in somebody's inbox: what was told of which revision of which fact."""

    account = models.CharField(max_length=64)
    telling = models.CharField(max_length=60)
    fact = models.CharField(max_length=200)
    revision = models.PositiveIntegerField()
    kind = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    program = models.CharField(max_length=120)
    place = models.CharField(max_length=64)
    said = models.JSONField()
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "kind", "fact", "revision", "telling"], name="notices_told_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "read_at", "told_at"], name="notices_told_newest"),
            models.Index(fields=["kind", "fact"], name="notices_told_fact"),
        ]


class Address(models.Model):
    """Where somebody wants to be told outside of the site; encrypted."""

    account = models.CharField(max_length=64)
    channel = models.CharField(max_length=12)
    salt = models.BinaryField()
    token = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "channel"], name="notices_address_once"),
        ]


class Delivery(models.Model):
    """A message on its way out by one channel; ``next_at`` is empty once it was sent or given up."""

    told = models.ForeignKey(Told, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=12)
    state = models.CharField(max_length=10)
    next_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["told", "channel"], name="notices_delivery_once"),
        ]


class Attempt(models.Model):
    """One try of a delivery and what came of it; ``fault`` is the kind of the error, never its text."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    fault = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "number"], name="notices_attempt_once"),
        ]
