"""On PostgreSQL the entries lie in partitions; what was the table becomes the first of them."""

from django.db import migrations

from yibiao.ledger import dividing


def divided(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        dividing.divide(schema_editor.connection)


class Migration(migrations.Migration):
    without_downtime = (
        "keys are written beside readers and writers; the tables change places within milliseconds, by one who waits"
        " for them a second at a time; the version before reads and appends as it did"
    )
    atomic = False
    dependencies = [("ledger", "0005_appended_by_a_call")]
    operations = [migrations.RunPython(divided, migrations.RunPython.noop)]
