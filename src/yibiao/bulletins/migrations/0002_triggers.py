"""From here on the database itself refuses to change an issued bulletin."""

from django.db import migrations

from yibiao.bulletins import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
