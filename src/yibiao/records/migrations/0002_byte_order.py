from django.db import migrations

TABLES = ("records_submission", "records_entity", "records_entityrevision")


def byte_order(apps, schema_editor):
    """Lineages are compared as ranges of bytes; a language's order in PostgreSQL would ignore their slashes."""
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN lineage TYPE varchar(700) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(byte_order, migrations.RunPython.noop)]
