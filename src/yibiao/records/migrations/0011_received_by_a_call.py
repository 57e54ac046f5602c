"""PostgreSQL keeps the plans of a function, also behind a pooler: what phones send is received by calling one."""

from django.db import migrations

from yibiao.ledger.migrating import inserted

SUBMISSIONS = inserted(
    "records_submission",
    "submissions",
    "id text, subject text, occurred_at timestamptz, answers text, actor text, form text, form_version text,"
    " program text, place text, lineage text, organisation text, participants text, channel text, sample boolean,"
    " has_personal boolean, confirmed_count integer, changed_count integer, typed_count integer, prefilled text,"
    " received_at timestamptz, revision integer, state text",
)
STEPS = inserted(
    "records_submissionrevision",
    "steps",
    "submission_id text, digest text, revision integer, act text, reason text, answers text, actor text,"
    " at timestamptz, form_version text",
)
SENDINGS = inserted(
    "records_sending",
    "sendings",
    "submission_id text, revision integer, form text, program text, instance text, device text, agent text",
)
# A plan that was made while a table was empty is kept when there are a million rows: never one that reads them all.
RECEIVE = (
    "CREATE FUNCTION records_receive(ids text[], submissions jsonb, steps jsonb, sendings jsonb, entries jsonb)"
    " RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$ BEGIN"
    " IF EXISTS (SELECT FROM records_submission WHERE id = ANY(ids)) THEN RETURN false; END IF;"
    f" {SUBMISSIONS}; {STEPS}; IF sendings IS NOT NULL THEN {SENDINGS}; END IF;"
    " PERFORM ledger_append(entries); RETURN true; END $$"
)


def made(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(RECEIVE)


def gone(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION records_receive(text[], jsonb, jsonb, jsonb, jsonb)")


class Migration(migrations.Migration):
    without_downtime = "a new function takes no lock of a table"
    dependencies = [("records", "0010_found_among_a_million"), ("ledger", "0005_appended_by_a_call")]
    operations = [migrations.RunPython(made, gone)]
