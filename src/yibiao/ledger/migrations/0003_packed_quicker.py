from django.db import migrations

from yibiao.ledger.writing import compress


def quicker(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        compress(schema_editor, apps.get_model("ledger", "Entry")._meta.db_table, "payload")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_triggers")]
    operations = [migrations.RunPython(quicker, migrations.RunPython.noop)]
