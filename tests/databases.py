"""The database that tests run on: one of its own for a folder that shares a built world, and how much is tried."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

World = TypeVar("World")
Fixture: TypeAlias = Callable[..., Iterator[World]]
_empty: list[str] = []


def examples(many: int) -> int:
    """How many random examples to try: a third on PostgreSQL, whose own share of what they run is small."""
    return max(2, many // 3) if os.environ.get("YIBIAO_TEST_DB") == "postgres" else many


@contextmanager
def built_once(
    name: str, build: Callable[[], World], blocker: DjangoDbBlocker, folders: pytest.TempPathFactory
) -> Iterator[World]:
    """A world for the tests of a folder, in a database and a data folder of its own."""
    folder = folders.mktemp(name)
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with blocker.unblock(), override_settings(DATA=folder, PASSWORD_HASHERS=quick), of_its_own(name, folder):
        yield build()


@contextmanager
def rolled_back() -> Iterator[None]:
    """What a test writes in it is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def world_of(
    name: str, build: Callable[[], World]
) -> tuple[Callable[..., Iterator[World]], Callable[..., Iterator[World]]]:
    """The two fixtures of a folder that shares a world: ``built``, and ``world``, of which a test is rolled back."""

    @pytest.fixture(scope="package", name="built")
    def built(
        django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[World]:
        with built_once(name, build, django_db_blocker, tmp_path_factory) as world:
            yield world

    @pytest.fixture(name="world")
    def world(built: World) -> Iterator[World]:
        with rolled_back():
            yield built

    return built, world


def empty() -> None:
    """Empty the tables that have rows, but for the kinds of content and the permissions that Django writes into them;
    only here do the ledger's triggers step aside."""
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    from yibiao.ledger import partitions, triggers

    connection = connections["default"]
    kept = {Permission._meta.db_table, ContentType._meta.db_table}
    tables = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in kept]
    # Of no model: it stands beside the entries on PostgreSQL.
    tables += [partitions.KEYS] if connection.vendor == "postgresql" else []
    looks = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(looks)
        full = {name for (name,) in cursor.fetchall()}
    guarded = not full.isdisjoint({*triggers.TABLES, partitions.KEYS})
    if guarded:
        triggers.remove(connection)
    try:
        # Keys that point at other tables are looked at when all are empty.
        with transaction.atomic(), connection.cursor() as cursor:
            for name in full:
                cursor.execute(f"DELETE FROM {name}")
    finally:
        if guarded:
            triggers.install(connection)


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def keep_empty(folder: Path) -> None:
    """Keep the migrated, still empty database of the suite: to copy it is twenty times as fast as to migrate again."""
    connection = connections["default"]
    # Where no test asks for the suite's database, there is none.
    if "django_migrations" not in connection.introspection.table_names():
        return
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / "empty.sqlite3")) as copy:
            connection.connection.backup(copy)
        _empty.append(str(folder / "empty.sqlite3"))
    else:
        _created(name := f"empty_{_worker()}", like=connection.settings_dict["NAME"])
        _empty.append(name)


def _created(name: str, *, like: str) -> None:
    """A PostgreSQL database that begins as a copy of another, which nobody may be using."""
    connection = connections["default"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')


@contextmanager
def of_its_own(name: str, folder: Path, *, bare: bool = False) -> Iterator[None]:
    """Point the default connection at an empty, migrated database; afterwards at the one from before.

    A ``bare`` one is not migrated at all.
    """
    connection = connections["default"]
    settings, kept = connection.settings_dict, connection.settings_dict["NAME"]
    connection.close()
    # Workers of one run share the cluster, so each has its own.
    name = f"{name}_{_worker()}"
    copied = bool(_empty) and not bare
    if connection.vendor != "sqlite":
        _created(name, like=_empty[0] if copied else "template1")
        settings["NAME"] = name
    elif copied:
        settings["NAME"] = shutil.copy(_empty[0], folder / f"{name}.sqlite3")
    else:
        settings["NAME"] = str(folder / f"{name}.sqlite3")
    try:
        if not copied and not bare:
            call_command("migrate", verbosity=0)
        if not bare:
            call_command("createcachetable", verbosity=0)
        yield
    finally:
        connection.close()
        settings["NAME"] = kept
