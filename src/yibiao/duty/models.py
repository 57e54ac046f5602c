"""Rows of duty: each an index of the newest revision of a fact."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Filing(models.Model):
    """One obligation on which anything happened: unit × topic × slot. One on which nothing did has no row."""

    id = models.CharField(max_length=36, primary_key=True)
    program = models.CharField(max_length=120)
    topic = models.CharField(max_length=60)
    unit = models.CharField(max_length=200)
    slot = models.CharField(max_length=20)
    place = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    late = models.BooleanField(default=False)
    filed_at = models.DateTimeField(null=True)
    record = models.CharField(max_length=36, default="")
    chased = models.PositiveIntegerField(default=0)
    chased_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(max_length=64, default="")
    reason = models.TextField(default="")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "topic", "unit", "slot"], name="duty_filing_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["program", "topic", "slot"], name="duty_filing_slot")]


class Report(models.Model):
    """A record that files an obligation, at its newest revision; several may file the same one."""

    record = models.CharField(max_length=36)
    topic = models.CharField(max_length=60)
    filing = models.ForeignKey(Filing, models.CASCADE, related_name="reports")
    revision = models.PositiveIntegerField()
    nil = models.BooleanField()
    filed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "topic"], name="duty_report_once")]


class Staffer(models.Model):
    """Somebody who can be put on a unit's roster. ``calendar`` counts how often the secret of the feed was renewed."""

    key = models.CharField(max_length=36, primary_key=True)
    program = models.CharField(max_length=120)
    unit = models.CharField(max_length=200)
    place = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    title = models.CharField(max_length=80)
    leads = models.BooleanField()
    account = models.CharField(max_length=64, db_index=True)
    active = models.BooleanField(default=True)
    calendar = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["program", "unit"], name="duty_staffer_unit")]


class Roster(models.Model):
    """The roster of a unit for a window."""

    id = models.CharField(max_length=36, primary_key=True)
    program = models.CharField(max_length=120)
    unit = models.CharField(max_length=200)
    unit_label = models.TextField()
    place = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    file_by = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["program", "unit", "begins_at"], name="duty_roster_unit")]


class Shift(models.Model):
    """One shift of a roster; its times never change."""

    id = models.CharField(max_length=36, primary_key=True)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="shifts")
    key = models.CharField(max_length=80)
    type = models.CharField(max_length=60)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["roster", "key"], name="duty_shift_once")]
        indexes: ClassVar = [models.Index(fields=["begins_at", "ends_at"], name="duty_shift_time")]


class Assignment(models.Model):
    """A person at a post of a shift."""

    id = models.CharField(max_length=36, primary_key=True)
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="seats")
    person = models.ForeignKey(Staffer, models.PROTECT, related_name="seats")
    post = models.CharField(max_length=60)
    category = models.CharField(max_length=60)
    state = models.CharField(max_length=12)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shift", "person", "post"],
                condition=~models.Q(state="released"),
                name="duty_seat_once",
            ),
        ]


class Swap(models.Model):
    """A change of the person of one assignment; at most one is open at a time."""

    id = models.CharField(max_length=36, primary_key=True)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="swaps")
    from_person = models.ForeignKey(Staffer, models.PROTECT, related_name="+")
    to_person = models.ForeignKey(Staffer, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    reason = models.TextField()
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=models.Q(state__in=("asked", "accepted")),
                name="duty_swap_open_once",
            ),
        ]


class Handover(models.Model):
    """What one shift leaves to the next, signed by both."""

    id = models.CharField(max_length=36, primary_key=True)
    from_shift = models.ForeignKey(Shift, models.PROTECT, related_name="handed")
    to_shift = models.ForeignKey(Shift, models.PROTECT, related_name="taken")
    out_person = models.ForeignKey(Staffer, models.PROTECT, related_name="+")
    in_person = models.ForeignKey(Staffer, models.PROTECT, null=True, related_name="+")
    items = models.JSONField()
    offered_by = models.CharField(max_length=64)
    offered_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["from_shift"], name="duty_handover_once")]


class SpotCheck(models.Model):
    """A check drawn by lot, and what it found."""

    id = models.CharField(max_length=36, primary_key=True)
    program = models.CharField(max_length=120)
    unit = models.CharField(max_length=200)
    unit_label = models.TextField()
    place = models.CharField(max_length=64)
    planned_at = models.DateTimeField()
    draw = models.CharField(max_length=200)
    means = models.CharField(max_length=12, default="")
    verdict = models.CharField(max_length=12, default="")
    person = models.ForeignKey(Staffer, models.PROTECT, null=True, related_name="+")
    seconds = models.PositiveIntegerField(null=True)
    follow_up = models.TextField(default="")
    checked_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["program", "planned_at"], name="duty_spot_time")]
