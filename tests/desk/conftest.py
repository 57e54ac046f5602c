"""The world of the desk, built once in a database of its own; every test is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests import databases
from tests.desk.world import PASSWORD, World, build
from yibiao.people.types import Account


@pytest.fixture(scope="package")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with databases.built_once("desk", build, django_db_blocker, tmp_path_factory) as world:
        yield world


@pytest.fixture
def site(world: World) -> Iterator[World]:
    """The world as it was built; what a test writes is rolled back."""
    with databases.rolled_back():
        yield world


@pytest.fixture
def enter(site: World) -> Callable[[Account | None], Client]:
    """A browser in which somebody has signed in; None for a visitor."""

    def go(account: Account | None) -> Client:
        client = Client()
        if account is not None:
            answer = client.post("/account/login/", {"login": account.username, "password": PASSWORD})
            assert answer.status_code == 302, answer.content.decode()
        return client

    return go
