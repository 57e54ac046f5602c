"""PostgreSQL freezes what was appended in small steps, and clears the queue of the sealer often, however long the log."""

from django.db import migrations

from yibiao.ledger import dividing, partitions

APPENDED = ("ledger_entry", "ledger_position", "ledger_node")
OFTEN = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000"


def steadily(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # Where entries lie in partitions already, these have been set on each.
        in_partitions = [partitions.TABLE] if partitions.partitions(schema_editor.connection) else []
        for table in set(APPENDED).difference(in_partitions):
            schema_editor.execute(f"ALTER TABLE {table} SET ({dividing.STEADILY})")
        schema_editor.execute(f"ALTER TABLE ledger_pending SET ({OFTEN})")


class Migration(migrations.Migration):
    without_downtime = "ALTER TABLE … SET of these takes a lock beside which rows are written and read"
    dependencies = [("ledger", "0003_packed_quicker")]
    operations = [migrations.RunPython(steadily, migrations.RunPython.noop)]
