"""Tables of figures: frozen definitions, and the manifest of the columns."""

from __future__ import annotations

from django.db import models


class DefinitionSet(models.Model):
    """The definitions of one pack version as canonical JSON; never changed, except for which one is current."""

    pack = models.TextField()
    version = models.TextField()
    digest = models.CharField(max_length=64)
    content = models.TextField()
    current = models.BooleanField(default=True)
    defined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "version"], name="figures_definitionset_version")]


class Projection(models.Model):
    """One set of columns, complete up to ``position``.

    ``token`` names its folder and is new for every build, so that nothing cached of one build is taken for another's.
    ``slot`` is ``active`` for the one that is read, and the token for one that is being built or was replaced; the
    latter stays until the sweep, for readers that began before.
    """

    token = models.CharField(max_length=32, unique=True)
    slot = models.CharField(max_length=32, unique=True)
    position = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)


class Segment(models.Model):
    """An immutable Parquet file. This row is its commit: a file without one does not exist.

    What superseded its rows by position ``applied`` has been taken out of it; a segment of ``history`` holds what was
    taken out, each row with the position that superseded it. ``sha256`` is of the file as it was written; empty for one
    of a version that noted none.
    """

    projection = models.ForeignKey(Projection, on_delete=models.CASCADE)
    source = models.TextField()
    month = models.CharField(max_length=7)
    path = models.TextField(unique=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    rows = models.BigIntegerField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_default="", default="")
    history = models.BooleanField(default=False)
    applied = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["projection", "source", "month"], name="figures_segment_source")]


class Cube(models.Model):
    """Partial aggregates of one measure, exact at ``position`` in the numbering of the tree that ``tree`` names.

    ``digest`` is of what is computed: indicators that compute the same share a cube.
    """

    projection = models.ForeignKey(Projection, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    tree = models.CharField(max_length=64)
    position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["projection", "digest"], name="figures_cube_digest")]


class Cell(models.Model):
    """A program, a place with all below it, and a month.

    ``total`` is the value of the whole month. ``days`` has the facts and the total of each day of the month that has
    any, in no order; ``seen``, of a distinct count, how many keys were seen on a day and last seen so many days before
    it, none where never before. ``cells`` says how they are written.
    """

    cube = models.ForeignKey(Cube, on_delete=models.CASCADE)
    program = models.TextField()
    place = models.CharField(max_length=64)
    month = models.CharField(max_length=7)
    facts = models.BigIntegerField()
    total = models.TextField()
    days = models.TextField()
    seen = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cube", "program", "place", "month"], name="figures_cell_place")]


class Recount(models.Model):
    """When a cube (by its digest), or the columns, was last held against what it was made from, and what differed."""

    projection = models.ForeignKey(Projection, on_delete=models.CASCADE)
    what = models.CharField(max_length=64)
    at = models.DateTimeField()
    wrong = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["projection", "what"], name="figures_recount_once")]
