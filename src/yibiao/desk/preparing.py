"""The tables of a data folder: made where there are none, and brought to their newest shape."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import connection


def prepare() -> None:
    """Brings the database to the newest shape; safe to run again."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def begin() -> None:
    """Makes the tables of a data folder that is used for the first time; `serve` brings an older one up to date."""
    if "django_migrations" not in connection.introspection.table_names():
        prepare()
