"""The suite's databases: a SQLite file, or a PostgreSQL cluster that the suite starts and stops by itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import cluster

# Folders whose tests share one costly world: a second worker would have to build it again.
WORLDS: Final = ("cases", "citizens", "demo", "desk", "duty")


class ByWorld(LoadScopeScheduling):
    """A worker takes a whole folder that shares a world, and of the others one file at a time."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in WORLDS else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByWorld:
    return ByWorld(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        cluster.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite tests run on a real file: WAL and locks behave as in the field."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        database.setdefault("TEST", {})["NAME"] = str(Path(os.environ["YIBIAO_DATA"]) / f"test-{worker}.sqlite3")


def _flush_with_triggers_aside() -> None:
    """Tests with real transactions empty all tables afterwards; only there do the ledger's triggers step aside."""
    from django.db import connection
    from django.test import TransactionTestCase

    from yibiao.ledger import triggers

    flush = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        triggers.remove(connection)
        try:
            flush(self)
        finally:
            triggers.install(connection)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _flush_knows_the_triggers() -> None:
    _flush_with_triggers_aside()
