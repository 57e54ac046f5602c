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


class Draft(models.Model):
    """A text from outside; ``original`` is the file that it came in, where that can be given back corrected."""

    id = models.CharField(max_length=40, primary_key=True)
    title = models.CharField(max_length=200)
    program = models.CharField(max_length=60, db_index=True)
    place = models.CharField(max_length=40)
    period_from = models.DateTimeField()
    period_until = models.DateTimeField()
    text = models.TextField()
    kind = models.CharField(max_length=10)
    file = models.CharField(max_length=200, blank=True)
    original = models.BinaryField(null=True)
    edits = models.PositiveIntegerField(default=0)
    author = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "bulletins_draft"


class Kept(models.Model):
    """A check of a draft as it was found at a checkpoint; never changed."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="checks")
    number = models.PositiveIntegerField()
    checkpoint = models.PositiveBigIntegerField()
    content: models.JSONField[Any, Any] = models.JSONField()
    counts: models.JSONField[Any, Any] = models.JSONField()
    faults = models.PositiveIntegerField()
    author = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "bulletins_check"
        constraints = (models.UniqueConstraint(fields=["draft", "number"], name="bulletins_check_once"),)


class Decision(models.Model):
    """What a person said of a claim in a draft: it is this indicator, or it is not. The newest word stands."""

    id = models.CharField(max_length=40, primary_key=True)
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="decisions")
    key = models.CharField(max_length=40)
    indicator = models.CharField(max_length=130)
    confirmed = models.BooleanField()
    place = models.CharField(max_length=40, blank=True)
    period_from = models.DateTimeField(null=True)
    period_until = models.DateTimeField(null=True)
    author = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "bulletins_decision"
        constraints = (
            models.UniqueConstraint(fields=["draft", "key", "indicator"], name="bulletins_decision_once"),
            models.UniqueConstraint(
                fields=["draft", "key"], condition=models.Q(confirmed=True), name="bulletins_one_confirmed"
            ),
        )


class Alias(models.Model):
    """A phrasing that a person confirmed; one that was withdrawn stays as a row, out of use."""

    id = models.CharField(max_length=40, primary_key=True)
    program = models.CharField(max_length=60)
    indicator = models.CharField(max_length=130)
    phrase = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=40)
    draft = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    author = models.CharField(max_length=64, blank=True)
    learned_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "bulletins_alias"
        constraints = (
            models.UniqueConstraint(
                fields=["program", "phrase", "unit"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="bulletins_alias_once",
            ),
        )


class Reported(models.Model):
    """What a published bulletin said of an indicator; figures never look at it."""

    id = models.CharField(max_length=40, primary_key=True)
    indicator = models.CharField(max_length=130)
    program = models.CharField(max_length=60)
    place = models.CharField(max_length=40)
    period_from = models.DateTimeField()
    period_until = models.DateTimeField()
    phrase = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    # As text: the bounds of an interval are exact, and a column of decimals would fix their places.
    value = models.CharField(max_length=60)
    low = models.CharField(max_length=60)
    high = models.CharField(max_length=60, blank=True)
    bounds = models.CharField(max_length=3)
    source = models.CharField(max_length=200)
    origin = models.CharField(max_length=140)
    key = models.CharField(max_length=40)
    author = models.CharField(max_length=64, blank=True)
    reported_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "bulletins_reported"
        indexes = (models.Index(fields=["indicator", "program", "place"], name="bulletins_reported_series"),)
        constraints = (
            models.UniqueConstraint(
                fields=["origin", "key", "indicator"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="bulletins_reported_once",
            ),
        )
