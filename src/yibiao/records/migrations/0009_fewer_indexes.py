import django.db.models.deletion
from django.db import migrations, models

from yibiao.ledger.writing import compress

# Django gives each of these a second index on PostgreSQL for LIKE, which nothing asks of ids.
LIKE = (
    ("Submission", "id"),
    ("Attachment", "digest"),
    ("Entity", "id"),
    ("EntityRevision", "entity_id"),
)


def without_like(apps, schema_editor):
    """Every index that a record is written into costs a page of its own, however many records there are."""
    if schema_editor.connection.vendor == "postgresql":
        for name, column in LIKE:
            table = apps.get_model("records", name)._meta.db_table
            index = schema_editor._create_index_name(table, [column], suffix="_like")
            schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(index)}")


def quicker(apps, schema_editor):
    """Long answers are packed several times as fast, where this PostgreSQL was built with it."""
    if schema_editor.connection.vendor == "postgresql":
        for name in ("Submission", "SubmissionRevision"):
            compress(schema_editor, apps.get_model("records", name)._meta.db_table, "answers")


def to_submission(related, constraint=True):
    return models.ForeignKey(
        db_index=False,
        db_constraint=constraint,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related,
        to="records.submission",
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0008_files_sealed_and_scanned")]
    operations = [
        # A unique constraint begins with the submission already.
        migrations.AlterField("attachment", "submission", to_submission("attachments")),
        migrations.AlterField("personalanswers", "submission", to_submission("+")),
        migrations.AlterField("review", "submission", to_submission("reviews")),
        migrations.AlterField("submissionrevision", "submission", to_submission("revisions", False)),
        migrations.AlterField("sending", "submission", to_submission("sendings", False)),
        # What lies at a place is found by its lineage.
        migrations.RemoveIndex("submission", "submission_code"),
        migrations.RunPython(without_like, migrations.RunPython.noop),
        migrations.RunPython(quicker, migrations.RunPython.noop),
    ]
