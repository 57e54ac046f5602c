"""A follower that is stopped for ever between writing its files and committing them."""

from __future__ import annotations

import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.figures.killed_settings"

import django

django.setup()

from django.db import connection  # noqa: E402

from yibiao.figures import actions  # noqa: E402


def _stop(execute: object, sql: str, params: object, many: bool, context: object) -> object:
    """The first statement of the commit is the one that moves the cursor: it never gets there."""
    if sql.startswith("UPDATE") and "figures_projection" in sql:
        print("written", flush=True)
        time.sleep(60)
        sys.exit("was not killed")
    return execute(sql, params, many, context)  # type: ignore[operator]


with connection.execute_wrapper(_stop):
    actions.follow()
