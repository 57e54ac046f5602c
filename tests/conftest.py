"""The suite's databases: a SQLite file, or a PostgreSQL cluster that the suite starts and stops by itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import cluster

# Folders whose tests share what was costly to build: a second worker would have to build it again.
WORLDS: Final = ("architecture", "cases", "citizens", "demo", "desk", "draws", "duty", "notices")

# On a busy machine, what is tried takes longer; nothing is wrong with it.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The suite's database; as it is now, empty, it is kept for the folders that have one of their own."""
    from tests import databases

    with django_db_blocker.unblock():
        databases.keep_empty(Path(os.environ["YIBIAO_DATA"]))


@pytest.fixture(autouse=True, scope="session")
def _flush_knows_the_triggers() -> None:
    """Tests with real transactions empty the tables afterwards.

    Django's own flush empties every table, then writes all kinds of content and permissions again; here they stay.
    """
    from django.test import TransactionTestCase

    from tests import databases

    TransactionTestCase._fixture_teardown = lambda self: databases.empty()  # type: ignore[method-assign]
