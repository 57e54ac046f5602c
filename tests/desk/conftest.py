"""The world of the desk, built once in a database of its own; every test is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
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


@pytest.fixture(scope="package")
def signed_in(world: World, django_db_blocker: DjangoDbBlocker) -> dict[str, str]:
    """The sessions of all who work there, by person: each came in by the door once."""
    with django_db_blocker.unblock():
        people = (world.editor, world.clerk, world.other, world.manager, world.idle)
        return {one.key: sign_in(one).cookies[settings.SESSION_COOKIE_NAME].value for one in people}


def sign_in(account: Account) -> Client:
    client = Client()
    answer = client.post("/account/login/", {"login": account.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


@pytest.fixture
def site(world: World) -> Iterator[World]:
    """The world as it was built; what a test writes is rolled back."""
    with databases.rolled_back():
        yield world


@pytest.fixture
def enter(signed_in: dict[str, str], site: World) -> Callable[[Account | None], Client]:
    """A browser in which somebody has signed in; None for a visitor."""

    def go(account: Account | None) -> Client:
        if account is not None and account.key not in signed_in:
            return sign_in(account)
        client = Client()
        if account is not None:
            client.cookies[settings.SESSION_COOKIE_NAME] = signed_in[account.key]
        return client

    return go
