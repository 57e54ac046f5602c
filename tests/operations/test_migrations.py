"""A new migration may run while the site of the version before still serves, on tables of any size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.architecture.house import ROOMS
from yibiao.ledger import partitions
from yibiao.ledger.migrating import AddIndexBeside, RemoveIndexBeside

# The newest migration of each room when this rule came: what came before ran on empty tables.
BEFORE = {
    "bulletins": "0003", "cases": "0003", "citizens": "0001", "draws": "0001", "duty": "0001", "figures": "0003",
    "forms": "0001", "ledger": "0003", "notices": "0003", "packs": "0001", "people": "0002", "places": "0001",
    "records": "0010",
}  # fmt: skip
# Tables that grow with the facts: whoever locks one of them stops the writers.
BIG = {
    *(("ledger", name) for name in ("entry", "pending", "position", "node", "checkpoint")),
    *(("records", name) for name in ("submission", "submissionrevision", "personalanswers", "attachment")),
    *(("records", name) for name in ("entity", "entityname", "entityrevision")),
    ("cases", "case"), ("duty", "filing"), ("notices", "told"), ("notices", "delivery"), ("figures", "segment"),
    ("figures", "cell"),
}  # fmt: skip
NEW, OLD = migrations.CreateModel, "the version before still reads it: stop using it first, remove it a release later"
GONE = (migrations.RemoveField, migrations.RenameField, migrations.DeleteModel, migrations.RenameModel)
WRITES = "adding it locks out writers while all rows are gone through"
ROWS = "say in `without_downtime` why nobody waits while it runs"


def refused(room: str, operation: Any, migration: Any) -> str:
    """Why an operation may not run on a living site; empty where it may."""
    if isinstance(operation, GONE):
        return OLD
    if isinstance(operation, migrations.RunPython | migrations.RunSQL):
        return ROWS
    model = (room, getattr(operation, "model_name_lower", ""))
    if model not in BIG:
        return ""
    if isinstance(operation, AddIndexBeside | RemoveIndexBeside):
        return "" if not migration.atomic else "an index is built beside writers outside a transaction: atomic = False"
    if isinstance(operation, migrations.AddIndex | migrations.AddConstraint):
        return f"{WRITES}: use AddIndexBeside"
    if isinstance(operation, migrations.RemoveIndex):
        return "removing it locks out writers: use RemoveIndexBeside"
    if isinstance(operation, migrations.AlterField):
        return "it may write the table anew: add a field beside it instead"
    if isinstance(operation, migrations.AddField):
        return _field(operation.field)
    return ""


def _field(field: Any) -> str:
    if field.unique or field.db_index:
        return f"{WRITES}: add the field bare, then the index with AddIndexBeside"
    if not field.null and field.db_default is models.NOT_PROVIDED:
        return "the version before writes rows without it: null=True, or a db_default"
    return ""


def findings(room: str, name: str, migration: Any) -> Iterator[str]:
    if getattr(migration, "without_downtime", ""):
        return
    # A table that this very migration makes is empty.
    made = {op.name_lower for op in migration.operations if isinstance(op, NEW)}
    for operation in migration.operations:
        if getattr(operation, "model_name_lower", None) not in made and (why := refused(room, operation, migration)):
            yield f"{room} {name}: {operation.describe()}: {why}"


def test_new_migrations_run_without_downtime() -> None:
    disk = MigrationLoader(None).disk_migrations
    held = [(room, name, one) for (room, name), one in sorted(disk.items()) if room in ROOMS]
    assert {room for room, _, _ in held} >= set(BEFORE)
    newer = [(room, name, one) for room, name, one in held if name[:4] > BEFORE.get(room, "0000")]
    found = [line for room, name, one in newer for line in findings(room, name, one)]
    assert not found, "\n".join(found)


def test_the_big_tables_exist() -> None:
    assert {(room, name) for room, name in BIG if name not in apps.all_models[room]} == set()


_WRONG = {
    "index": migrations.AddIndex("entry", models.Index(fields=["kind"], name="x")),
    "unique": migrations.AddConstraint("entry", models.UniqueConstraint(fields=["digest"], name="y")),
    "not null": migrations.AddField("entry", "added", models.TextField(default="")),
    "indexed": migrations.AddField("entry", "added", models.TextField(null=True, db_index=True)),
    "altered": migrations.AlterField("entry", "kind", models.CharField(max_length=9)),
    "removed": migrations.RemoveField("entry", "kind"),
    "renamed": migrations.RenameField("cursor", "position", "place"),
    "rows": migrations.RunPython(migrations.RunPython.noop),
    "beside": AddIndexBeside("entry", models.Index(fields=["kind"], name="z")),
}
_RIGHT = {
    "null": migrations.AddField("entry", "added", models.TextField(null=True)),
    "default": migrations.AddField("entry", "added", models.TextField(db_default="")),
    "small": migrations.AlterField("cursor", "follower", models.CharField(max_length=120)),
    "new": migrations.CreateModel("other", [("id", models.BigAutoField(primary_key=True))]),
}


@pytest.mark.parametrize("name", [*_WRONG, *_RIGHT])
def test_the_rule_knows_what_stops_writers(name: str) -> None:
    migration = migrations.Migration("0099", "ledger")
    migration.operations = [_WRONG.get(name) or _RIGHT[name]]
    assert bool(list(findings("ledger", "0099", migration))) == (name in _WRONG)
    migration.without_downtime = "样例"  # type: ignore[attr-defined]
    assert not list(findings("ledger", "0099", migration))


@pytest.mark.django_db(transaction=True)
def test_an_index_is_built_beside_writers_and_again_after_an_interruption() -> None:
    state = ProjectState.from_apps(apps)
    add = AddIndexBeside("cursor", models.Index(fields=["position"], name="ledger_sample_index"))
    after = state.clone()
    add.state_forwards("ledger", after)

    def there() -> bool:
        with connection.cursor() as cursor:
            return "ledger_sample_index" in connection.introspection.get_constraints(cursor, "ledger_cursor")

    with connection.schema_editor(atomic=False) as editor:
        add.database_forwards("ledger", editor, state, after)
    assert there()
    if connection.vendor == "postgresql":
        with connection.schema_editor(atomic=False) as editor:
            add.database_forwards("ledger", editor, state, after)
    gone = RemoveIndexBeside("cursor", "ledger_sample_index")
    before = after.clone()
    gone.state_forwards("ledger", after)
    with connection.schema_editor(atomic=False) as editor:
        gone.database_forwards("ledger", editor, before, after)
    assert not there()


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite does not vacuum by itself")
def test_the_log_is_vacuumed_in_small_steps() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reloptions FROM pg_class WHERE relname LIKE 'ledger%%' AND relkind = 'r'")
        held = dict(cursor.fetchall())
    entries = [partition.name for partition in partitions.partitions()]
    assert entries
    for table in (*entries, "ledger_key_0", "ledger_position", "ledger_node"):
        assert "autovacuum_vacuum_insert_threshold=1000000" in held[table]
        assert "autovacuum_freeze_min_age=0" in held[table]
    assert "autovacuum_vacuum_threshold=10000" in held["ledger_pending"]
