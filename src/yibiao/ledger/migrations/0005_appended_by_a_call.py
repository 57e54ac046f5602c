"""PostgreSQL keeps the plan of a function, also behind a pooler: a fact or two are appended by calling one."""

from django.db import migrations

from yibiao.ledger.migrating import inserted

ENTRIES = inserted(
    "ledger_entry",
    "entries",
    "fact text, subject text, occurred_at timestamptz, payload text, digest text, kind text, revision integer,"
    " program text, place text, organisation text, actor text, withdrawn boolean, received_at timestamptz",
)
# The plan is made for any rows, at the first call.
APPEND = (
    "CREATE FUNCTION ledger_append(entries jsonb) RETURNS void LANGUAGE plpgsql"
    " SET plan_cache_mode = force_generic_plan AS $$ BEGIN"
    f" WITH made AS ({ENTRIES} RETURNING id) INSERT INTO ledger_pending (entry_id) SELECT id FROM made; END $$"
)


def made(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(APPEND)


def gone(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION ledger_append(jsonb)")


class Migration(migrations.Migration):
    without_downtime = "a new function takes no lock of a table"
    dependencies = [("ledger", "0004_vacuumed_steadily")]
    operations = [migrations.RunPython(made, gone)]
