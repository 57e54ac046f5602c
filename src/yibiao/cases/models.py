"""Rows of cases: each an index of the newest revision of its fact, so that lists need not read the log."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Case(models.Model):
    """A case as its newest fact left it. ``payload`` is that fact's canonical JSON; every other column follows from it.

    ``lineage`` holds the codes from the root down to the place in today's tree, as records have it. ``record`` and
    ``item`` say which record opened the case, ``number`` which of several that one item opened.
    """

    id = models.CharField(max_length=36, primary_key=True)
    kind = models.CharField(max_length=100)
    pack = models.CharField(max_length=40)
    version = models.CharField(max_length=30)
    lifecycle = models.CharField(max_length=40)
    program = models.CharField(max_length=120)
    place = models.CharField(max_length=64)
    lineage = models.CharField(max_length=700)
    organisation = models.CharField(max_length=64)
    title = models.TextField()
    state = models.CharField(max_length=40)
    open = models.BooleanField()
    withdrawn = models.BooleanField()
    occurred_at = models.DateTimeField()
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(max_length=64)
    moved_at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    record = models.CharField(max_length=36)
    item = models.PositiveIntegerField(null=True)
    number = models.PositiveIntegerField()
    payload = models.TextField()
    # The case of which this one is another report; empty where it stands for itself.
    merged_into = models.CharField(max_length=36, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["program", "lifecycle", "occurred_at", "id"], name="case_newest"),
            models.Index(fields=["program", "open", "due_at"], name="case_due"),
            models.Index(fields=["lineage", "program"], name="case_place"),
            models.Index(fields=["record"], name="case_record"),
            models.Index(fields=["escalate_at"], name="case_escalate"),
            models.Index(fields=["merged_into"], name="case_merged"),
        ]
