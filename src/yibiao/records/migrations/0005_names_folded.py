from django.db import migrations

from yibiao.core import alike


def fold(apps, schema_editor):
    """Entities from before names were compared get theirs; lineages are compared as bytes."""
    entities = apps.get_model("records", "Entity").objects.filter(fold="").only("pk", "label")
    batch = []
    for row in entities.iterator(2_000):
        row.fold = alike.folded(row.label)
        batch.append(row)
        if len(batch) == 2_000:
            entities.model.objects.bulk_update(batch, ["fold"])
            batch = []
    entities.model.objects.bulk_update(batch, ["fold"])
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE records_complaint ALTER COLUMN lineage TYPE varchar(700) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("records", "0004_registers_asked_once")]
    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
