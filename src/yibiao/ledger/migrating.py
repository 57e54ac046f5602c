"""For migrations of tables that may hold hundreds of millions of rows: nobody waits while they run."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import AddIndex, RemoveIndex


class AddIndexBeside(AddIndex):
    """Adds an index while rows go on being written. The migration must say ``atomic = False``.

    A build that was interrupted leaves an invalid index behind on PostgreSQL; running it again replaces that.
    """

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        schema_editor.remove_index(model, self.index, concurrently=True)


class RemoveIndexBeside(RemoveIndex):
    """Removes an index while rows go on being written. The migration must say ``atomic = False``."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        quoted = schema_editor.quote_name(self.name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {quoted}")


def inserted(table: str, given: str, columns: str) -> str:
    """For functions of PostgreSQL: the insertion of rows that a parameter gives as JSON, in their order.

    ``columns`` names each with its type, as in ``place text, revision integer``.
    """
    named = [column.strip().partition(" ") for column in columns.split(",")]
    names = ", ".join(f'"{name}"' for name, _, _ in named)
    values = ", ".join(f"(given.row ->> {place})::{kind}" for place, (_, _, kind) in enumerate(named))
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608 names in a migration
        f"FROM jsonb_array_elements({given}) WITH ORDINALITY AS given (row, place) ORDER BY given.place"
    )
