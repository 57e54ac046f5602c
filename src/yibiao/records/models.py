"""Rows of records. Other rooms never see them."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models


class Submission(models.Model):
    """A record as it stands now; its steps are in ``SubmissionRevision``.

    ``lineage`` holds the codes from the root down to the place, ``/220000000000/220100000000/``, in today's tree. A
    subtree is then one range of an index, so that a clerk's list among ten million rows costs as much as her own rows;
    a list of all codes below a prefecture (1,500) or a join into another room's tables would cost the planner a scan.
    ``actions.relocate`` writes it anew when the tree changes; facts keep the plain code.
    """

    id = models.CharField(max_length=36, primary_key=True)
    form = models.CharField(max_length=120)
    form_version = models.CharField(max_length=40)
    program = models.CharField(max_length=120)
    place = models.CharField(max_length=64)
    lineage = models.CharField(max_length=700)
    organisation = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    subject = models.TextField()
    participants = models.TextField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    channel = models.CharField(max_length=12)
    sample = models.BooleanField()
    has_personal = models.BooleanField()
    answers = models.TextField()
    # How its answers came about when it was first filed; null on records from before this was kept.
    confirmed_count = models.PositiveIntegerField(null=True)
    changed_count = models.PositiveIntegerField(null=True)
    typed_count = models.PositiveIntegerField(null=True)
    prefilled = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["received_at", "id"], name="submission_newest"),
            models.Index(fields=["program", "received_at", "id"], name="submission_program"),
            models.Index(fields=["form", "program", "received_at", "id"], name="submission_form"),
            models.Index(fields=["lineage", "received_at", "id"], name="submission_place"),
        ]


# The answers of a step that stand in its fact; a step of before has them itself.
TOLD: Final = "{}"


class SubmissionRevision(models.Model):
    """One step of a record, never changed. ``digest`` names the content, for telling a repeat from a conflict."""

    # Written in one transaction with its record, which is never deleted; the database need not look for it again.
    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="revisions", db_index=False, db_constraint=False
    )
    revision = models.PositiveIntegerField()
    act = models.CharField(max_length=12)
    reason = models.TextField()
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    form_version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    answers = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "revision"], name="records_revision_once"),
        ]


class PersonalAnswers(models.Model):
    """Personal answers of one revision, encrypted; the fact carries only ``digest``, made with this row's salt."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="+", db_index=False)
    revision = models.PositiveIntegerField()
    salt = models.BinaryField()
    token = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "revision"], name="records_personal_once"),
        ]


class Sending(models.Model):
    """How a revision came from a phone; ``instance`` is the id by which the phone, or a later edit, speaks of it."""

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="sendings", db_index=False, db_constraint=False
    )
    revision = models.PositiveIntegerField()
    form = models.CharField(max_length=120)
    program = models.CharField(max_length=120)
    instance = models.CharField(max_length=255)
    device = models.CharField(max_length=255)
    agent = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "form", "program"], name="records_sending_once"),
        ]


class Attachment(models.Model):
    """A file that a record names; the bytes lie in the data folder under their digest, each content once.

    A personal one lies there encrypted under ``salt``, its ``digest`` being that of the encrypted bytes; ``proof``
    knows the same file again. ``scan`` is empty where no scanner is asked, else ``waiting``, ``clean`` or ``infected``.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="attachments", db_index=False)
    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    personal = models.BooleanField()
    received_at = models.DateTimeField()
    salt = models.BinaryField(null=True)
    proof = models.CharField(max_length=64, default="")
    scan = models.CharField(max_length=12, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "name"], name="records_attachment_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["received_at"], condition=models.Q(scan="waiting"), name="attachment_unscanned"),
        ]


class Review(models.Model):
    """A reviewer's word on a record as it stood in ``revision``."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reviews", db_index=False)
    number = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    reason = models.TextField()
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "number"], name="records_review_once"),
        ]


class Entity(models.Model):
    """One object of a register, as its newest live record left it; ``gone`` when no live record is left.

    ``fold`` is the label as ``core.alike`` compares it; ``merged_into`` is the key under which a duplicate goes on.
    ``version`` counts its changes, for telling what somebody without a network saw; ``uid`` is the id that the phone
    which registered it gave it, empty where phones know it by the one that follows from ``id``. ``sought`` is what a
    search looks in (``finding``); ``twin`` says that another had the same ``fold`` when either of them came.
    """

    # Whether ``EntityName`` and the twins are to be seen to when it is saved; no column.
    renamed = False

    id = models.CharField(max_length=36, primary_key=True)
    register = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    label = models.TextField()
    place = models.CharField(max_length=64)
    lineage = models.CharField(max_length=700)
    data = models.TextField()
    record = models.CharField(max_length=36)
    occurred_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    gone = models.BooleanField(default=False)
    fold = models.CharField(max_length=200, default="")
    merged_into = models.CharField(max_length=200, default="")
    version = models.PositiveIntegerField(default=1)
    uid = models.CharField(max_length=36, default="")
    sought = models.TextField(default="")
    twin = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "key"], name="records_entity_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["uid"], condition=~models.Q(uid=""), name="entity_uid"),
            models.Index(fields=["register", "fold"], name="entity_fold"),
            models.Index(fields=["register", "merged_into"], name="entity_merged"),
            # A page of a list is found in one of these alone, however far from the beginning.
            models.Index(fields=["register", "lineage", "key", "gone", "merged_into", "id"], name="entity_reach"),
            models.Index(fields=["register", "key", "lineage", "gone", "merged_into", "id"], name="entity_list"),
            models.Index(fields=["register", "fold"], condition=models.Q(twin=True), name="entity_twins"),
            models.Index(fields=["place"], name="entity_code"),
        ]


class EntityName(models.Model):
    """The pieces of what is sought in an entity, two characters each, for the index of the database over them.

    SQLite has a table of FTS5 beside it, kept by triggers, PostgreSQL an index over the array of pieces.
    """

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="+", db_constraint=False)
    pieces = models.TextField()


class EntityRevision(models.Model):
    """What one revision of one record said about an entity; ``live`` until a correction or withdrawal takes it back.

    ``said_as`` is the key of a merged duplicate under which it was said, empty where it was the entity's own.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="revisions")
    record = models.CharField(max_length=36)
    revision = models.PositiveIntegerField()
    label = models.TextField()
    place = models.CharField(max_length=64)
    lineage = models.CharField(max_length=700)
    data = models.TextField()
    occurred_at = models.DateTimeField()
    at = models.DateTimeField()
    live = models.BooleanField(default=True)
    said_as = models.CharField(max_length=200, default="")
    # Which version of the entity it made, and what a phone said of it: its id and the step of its branch.
    version = models.PositiveIntegerField(default=0)
    uid = models.CharField(max_length=36, default="")
    branch = models.CharField(max_length=36, default="")
    base = models.PositiveIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["record", "live"], name="entity_revision_record"),
            models.Index(fields=["uid"], condition=~models.Q(uid=""), name="entity_revision_uid"),
        ]


class Waiting(models.Model):
    """What a phone said of an entity on top of something it said before and that has not come yet."""

    record = models.CharField(max_length=36, unique=True)
    revision = models.PositiveIntegerField()
    program = models.CharField(max_length=120)
    entity = models.CharField(max_length=36, db_index=True)
    register = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    label = models.TextField()
    data = models.TextField()
    place = models.CharField(max_length=64)
    lineage = models.CharField(max_length=700)
    occurred_at = models.DateTimeField()
    uid = models.CharField(max_length=36)
    branch = models.CharField(max_length=36)
    base = models.PositiveIntegerField()
    trunk = models.PositiveIntegerField(null=True)
    since = models.DateTimeField(db_index=True)


class Clash(models.Model):
    """A record changed what somebody else had changed since its sender last saw the entity.

    ``answers`` maps each such answer to what it was, what the other made of it and what the record did; the label has
    the empty name. ``stands`` says whose stands until somebody settles it.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="clashes")
    record = models.CharField(max_length=36, db_index=True)
    base = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    answers = models.TextField()
    stands = models.CharField(max_length=8)
    at = models.DateTimeField()
    ruling = models.CharField(max_length=36, default="")


class Ruling(models.Model):
    """What somebody decided about entities: ``merge`` and ``apart`` of two, ``confirm`` of an odd code (``other``)."""

    id = models.CharField(max_length=36, primary_key=True)
    act = models.CharField(max_length=12)
    register = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    other = models.CharField(max_length=200)
    program = models.CharField(max_length=120)
    place = models.CharField(max_length=64)
    reason = models.TextField()
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    undone_reason = models.TextField(default="")
    undone_by = models.CharField(max_length=64, default="")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["register", "key"], name="ruling_key"),
            models.Index(fields=["register", "other"], name="ruling_other"),
        ]


class Complaint(models.Model):
    """A unit's word that a form asks again for what is known; answered once."""

    id = models.CharField(max_length=36, primary_key=True)
    form = models.CharField(max_length=120)
    program = models.CharField(max_length=120)
    place = models.CharField(max_length=64)
    lineage = models.CharField(max_length=700)
    organisation = models.CharField(max_length=64)
    reason = models.TextField()
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    reply = models.TextField(default="")
    replied_by = models.CharField(max_length=64, default="")
    replied_at = models.DateTimeField(null=True)


class Closing(models.Model):
    """A form is closed in a program, until it is opened again; phones may still send until the end of ``until``."""

    id = models.CharField(max_length=36, primary_key=True)
    form = models.CharField(max_length=120)
    program = models.CharField(max_length=120)
    reason = models.TextField()
    until = models.DateField()
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    reopened_reason = models.TextField(default="")
    reopened_by = models.CharField(max_length=64, default="")
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["form", "program"], condition=models.Q(reopened_at=None), name="records_closed_once"
            ),
        ]


class Upload(models.Model):
    """A sheet between its preview and its taking; the file lies in the data folder until ``expires_at``."""

    id = models.CharField(max_length=36, primary_key=True)
    actor = models.CharField(max_length=64)
    form = models.CharField(max_length=120)
    form_version = models.CharField(max_length=40)
    program = models.CharField(max_length=120)
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    taken_at = models.DateTimeField(null=True)
    taken = models.PositiveIntegerField(default=0)
