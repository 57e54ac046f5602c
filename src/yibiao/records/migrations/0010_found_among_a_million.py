import django.db.models.deletion
from django.db import migrations, models

from yibiao.records import finding

# The triggers that FTS5 asks for of a table with its text elsewhere.
SQLITE = (
    "CREATE VIRTUAL TABLE records_entitypiece USING fts5(pieces, content='records_entityname', content_rowid='id',"
    " detail='none', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER records_entityname_put AFTER INSERT ON records_entityname BEGIN"
    " INSERT INTO records_entitypiece (rowid, pieces) VALUES (new.id, new.pieces); END",
    "CREATE TRIGGER records_entityname_gone AFTER DELETE ON records_entityname BEGIN"
    " INSERT INTO records_entitypiece (records_entitypiece, rowid, pieces) VALUES ('delete', old.id, old.pieces); END",
    "CREATE TRIGGER records_entityname_changed AFTER UPDATE ON records_entityname BEGIN"
    " INSERT INTO records_entitypiece (records_entitypiece, rowid, pieces) VALUES ('delete', old.id, old.pieces);"
    " INSERT INTO records_entitypiece (rowid, pieces) VALUES (new.id, new.pieces); END",
)
POSTGRESQL = (
    "CREATE INDEX entity_pieces ON records_entityname USING gin (string_to_array(pieces, ' '))",
    "DROP INDEX IF EXISTS {like}",
)


def indexed(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        like = schema_editor._create_index_name("records_entityname", ["entity_id"], suffix="_like")
        for statement in POSTGRESQL:
            schema_editor.execute(statement.format(like=schema_editor.quote_name(like)))
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def named(apps, schema_editor):
    entity, name = apps.get_model("records", "Entity"), apps.get_model("records", "EntityName")
    batch = []
    for row in entity.objects.only("pk", "label", "key").iterator(2_000):
        row.sought = finding.sought(row.label, row.key)
        batch.append(row)
        if len(batch) == 2_000:
            keep(entity, name, batch)
            batch = []
    keep(entity, name, batch)
    twice = entity.objects.exclude(fold="").values("register", "fold").annotate(many=models.Count("pk"))
    for row in twice.filter(many__gt=1).iterator():
        entity.objects.filter(register=row["register"], fold=row["fold"]).update(twin=True)


def keep(entity, name, rows):
    entity.objects.bulk_update(rows, ["sought"])
    name.objects.bulk_create([name(entity_id=row.pk, pieces=finding.pieces(row.sought)) for row in rows])


class Migration(migrations.Migration):
    dependencies = [("records", "0009_fewer_indexes")]
    operations = [
        migrations.AddField("entity", "sought", models.TextField(default="")),
        migrations.AddField("entity", "twin", models.BooleanField(default=False)),
        migrations.RemoveIndex("entity", "entity_place"),
        migrations.AddIndex(
            "entity",
            models.Index(fields=["register", "lineage", "key", "gone", "merged_into", "id"], name="entity_reach"),
        ),
        migrations.AddIndex(
            "entity",
            models.Index(fields=["register", "key", "lineage", "gone", "merged_into", "id"], name="entity_list"),
        ),
        migrations.AddIndex(
            "entity",
            models.Index(fields=["register", "fold"], condition=models.Q(twin=True), name="entity_twins"),
        ),
        migrations.CreateModel(
            "EntityName",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "entity",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="records.entity",
                    ),
                ),
                ("pieces", models.TextField()),
            ],
        ),
        migrations.RunPython(indexed, migrations.RunPython.noop),
        migrations.RunPython(named, migrations.RunPython.noop),
    ]
