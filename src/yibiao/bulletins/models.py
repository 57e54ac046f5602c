"""Tables of templates and bulletins."""

from __future__ import annotations

from typing import Any

from django.db import models


class Template(models.Model):
    """A template of one pack version; versions are frozen, so rows are never changed."""

    template = models.CharField(max_length=120)
    pack = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    source = models.TextField()
    issuer = models.CharField(max_length=100, blank=True)
    number = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=40, blank=True)
    period_from = models.DateTimeField(null=True)
    period_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "bulletins_template"
        constraints = (models.UniqueConstraint(fields=["template", "version"], name="bulletins_template_once"),)


class Bulletin(models.Model):
    """A bulletin; once it is issued only ``status`` and ``superseded_by`` may change."""

    id = models.CharField(max_length=140, primary_key=True)
    template = models.CharField(max_length=120)
    serial = models.PositiveIntegerField()
    program = models.CharField(max_length=60, db_index=True)
    pack = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    issuer = models.CharField(max_length=100, blank=True)
    number = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=12, default="draft")
    source = models.TextField()
    edits = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True)
    citations: models.JSONField[Any, Any] = models.JSONField(default=list)
    place = models.CharField(max_length=40)
    period_from = models.DateTimeField()
    period_until = models.DateTimeField()
    checkpoint = models.PositiveBigIntegerField(null=True)
    root = models.CharField(max_length=64, blank=True)
    author = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    supersedes = models.CharField(max_length=140, blank=True)
    superseded_by = models.CharField(max_length=140, blank=True)

    class Meta:
        db_table = "bulletins_bulletin"
        constraints = (
            models.UniqueConstraint(fields=["template", "serial"], name="bulletins_serial_once"),
            models.CheckConstraint(
                condition=models.Q(status="draft", checkpoint__isnull=True)
                | models.Q(status__in=("issued", "superseded"), checkpoint__isnull=False),
                name="bulletins_issued_at_a_checkpoint",
            ),
        )
