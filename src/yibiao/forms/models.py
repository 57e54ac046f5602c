"""Tables of the room of forms."""

from __future__ import annotations

from django.db import models


class Form(models.Model):
    """A published version of a form, kept for ever.

    ``current`` marks the newest version of a form; ``offered`` says that the current version of its pack still has it.
    """

    form = models.CharField(max_length=120)
    version = models.CharField(max_length=60)
    pack = models.CharField(max_length=40)
    pack_version = models.CharField(max_length=30)
    definition = models.JSONField()
    xform = models.TextField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    current = models.BooleanField()
    offered = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "version"], name="forms_version_once"),
            models.UniqueConstraint(
                fields=["form"], condition=models.Q(current=True), name="forms_one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.version}"
