"""Tables of the room of packs."""

from __future__ import annotations

from django.db import models


class Version(models.Model):
    """An installed version of a pack; never changed but for ``current``."""

    pack = models.CharField(max_length=40)
    version = models.CharField(max_length=30)
    title_zh = models.TextField()
    title_en = models.TextField()
    manifest = models.JSONField()
    digest = models.CharField(max_length=64)
    installed_at = models.DateTimeField()
    current = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "version"], name="packs_version_once"),
            models.UniqueConstraint(
                fields=["pack"], condition=models.Q(current=True), name="packs_one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.version}"


class File(models.Model):
    """One file of an installed version."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="files")
    path = models.CharField(max_length=300)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "path"], name="packs_file_once")]

    def __str__(self) -> str:
        return self.path


class Program(models.Model):
    """A running instance of a pack; its window never changes."""

    code = models.CharField(max_length=60, primary_key=True)
    pack = models.CharField(max_length=40, db_index=True)
    pack_version = models.CharField(max_length=30)
    title_zh = models.TextField()
    title_en = models.TextField()
    place = models.CharField(max_length=40)
    window_from = models.DateTimeField()
    window_until = models.DateTimeField()
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code
