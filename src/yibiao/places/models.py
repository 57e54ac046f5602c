"""Tables of the tree of places: dated editions, their nodes in preorder, and what withdrawn codes became."""

from __future__ import annotations

from django.db import models


class Edition(models.Model):
    """The tree from a day on, until the next edition."""

    number = models.PositiveIntegerField(primary_key=True)
    valid_from = models.DateField(unique=True)
    label = models.CharField(max_length=200)
    source = models.CharField(max_length=500)


class Node(models.Model):
    """A place in one edition. ``enter``/``leave`` is its preorder range, half-open."""

    id = models.BigAutoField(primary_key=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT)
    code = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=16)
    parent = models.CharField(max_length=64)
    enter = models.PositiveIntegerField()
    leave = models.PositiveIntegerField()
    initials = models.CharField(max_length=200, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="places_node_code")]
        indexes = [
            models.Index(fields=["edition", "enter"], name="places_node_enter"),
            models.Index(fields=["edition", "parent", "enter"], name="places_node_parent"),
            models.Index(fields=["edition", "level", "enter"], name="places_node_level"),
        ]


class Succession(models.Model):
    """From edition ``since`` on, a withdrawn code stands for ``successor`` (several rows where a place was split)."""

    id = models.BigAutoField(primary_key=True)
    since = models.ForeignKey(Edition, on_delete=models.PROTECT)
    code = models.CharField(max_length=64, db_index=True)
    successor = models.CharField(max_length=64)
    main = models.BooleanField(default=True)
