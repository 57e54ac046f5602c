"""Lineages are compared as ranges of bytes."""

from django.db import migrations


def byte_order(apps, schema_editor):
    """A language's order in PostgreSQL would ignore the slashes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE cases_case ALTER COLUMN lineage TYPE varchar(700) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(byte_order, migrations.RunPython.noop)]
