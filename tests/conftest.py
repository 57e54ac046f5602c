"""The suite's databases: a SQLite file, or a PostgreSQL cluster that the suite starts and stops by itself."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

os.environ.setdefault("YIBIAO_DATA", tempfile.mkdtemp(prefix="yibiao-tests-"))

from tests import cluster  # noqa: E402

if os.environ.get("YIBIAO_TEST_DB") == "postgres":
    os.environ["DATABASE_URL"] = cluster.start(Path(os.environ["YIBIAO_DATA"]) / "postgres")


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
