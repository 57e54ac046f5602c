"""The demo, built once for all tests of this folder in a database of its own, on SQLite or PostgreSQL.

The first build is cut off in the middle and the second goes on: what the tests hold against the page is what is left
after an accident.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests import databases
from tests.demo.recount import Book, books
from tests.spark import cluster as cluster
from yibiao.desk.demo import build
from yibiao.ledger import queries as ledger


class CutOffError(Exception):
    """The machine went away."""


@dataclass(frozen=True)
class Demo:
    books: dict[str, Book]
    said: tuple[str, ...]
    size: int


@pytest.fixture(scope="package")
def demo(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(DATA=folder), databases.of_its_own("demo", folder):
        with pytest.raises(CutOffError):
            build.build(_cut_off)
        said: list[str] = []
        build.build(said.append)
        size = ledger.counts().entries
        yield Demo(books(ledger.entries(0, size, limit=size)), tuple(said), size)


def _cut_off(line: str) -> None:
    if "网络安全宣传周" in line:
        raise CutOffError
