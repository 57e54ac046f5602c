"""One named world for the desk: two shipped programs, five people, a few inspections, one issued bulletin.

It is built once, in a database of its own; every test is rolled back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client, override_settings
from pytest_django.plugin import DjangoDbBlocker

from yibiao.bulletins import actions as bulletins
from yibiao.core.periods import Period
from yibiao.desk import followers, installing
from yibiao.ledger import actions as ledger
from yibiao.packs import queries as packs
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant
from yibiao.places import actions as places
from yibiao.records import actions as records
from yibiao.records.types import SubmissionDraft

JILIN, CHANGCHUN, ERDAO, NANGUAN = "220000000000", "220100000000", "220105000000", "220102000000"
SAFETY, PATROL = "holiday-safety", "night-patrol"
PASSWORD = "Chun-Tian-2022"
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class World:
    """``editor`` fills, reviews and reads the province, ``clerk`` 二道, ``other`` 南关; ``manager`` sees no facts."""

    editor: Account
    clerk: Account
    other: Account
    manager: Account
    idle: Account
    inspection: str
    elsewhere: str
    bulletin: str


def inspection(place: str, name: str, hazards: int = 2, leaders: int = 1) -> SubmissionDraft:
    answers: dict[str, Any] = {
        "place": place,
        "occurred_at": "2022-09-10T09:30:00+08:00",
        "inspector": "leader",
        "manner": "open",
        "object_type": "county",
        "object": place,
        "object_name": name,
        "leaders": [{"office": "head"}] * leaders,
        "hazards": [{"description": "示例隐患", "hazard_grade": "general", "disposal": "at-once"}] * hazards,
    }
    return SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.inspection", SAFETY, answers, "web")


@pytest.fixture(scope="package")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("desk")
    with (
        django_db_blocker.unblock(),
        override_settings(DATA=folder, PASSWORD_HASHERS=QUICK),
        _database_of_its_own(folder),
    ):
        yield build()


def build() -> World:
    places.install_jilin()
    for pack in (SAFETY, PATROL):
        installing.install(installing.locate(pack))
    for code, name, place in (("jl", "示例省局", JILIN), ("ed", "示例二道局", ERDAO), ("ng", "示例南关局", NANGUAN)):
        people.add_organisation(code=code, name=name, place=place)

    def person(username: str, name: str, organisation: str, **places_of: str) -> Account:
        grants = [Grant(right, place, frozenset({SAFETY})) for right, place in places_of.items()]  # type: ignore[arg-type]
        return people.add_person(
            username=username, name=name, password=PASSWORD, organisation=organisation, role="示例岗", grants=grants,
            sample=True,
        )  # fmt: skip

    editor = person("bianshen", "示例甲", "jl", fill=JILIN, review=JILIN, analyse=JILIN)
    clerk = person("erdao", "示例乙", "ed", fill=ERDAO, analyse=ERDAO)
    other = person("nanguan", "示例丙", "ng", fill=NANGUAN, analyse=NANGUAN)
    drafts = {clerk: inspection(ERDAO, "示例二道"), other: inspection(NANGUAN, "示例南关")}
    for account, draft in drafts.items():
        records.receive(draft, by=rights.warrant(account.key, "fill", place=account.place, program=SAFETY))
    seal()
    program = packs.program(SAFETY)
    by = rights.warrant(editor.key, "review", place=JILIN, program=SAFETY)
    period = Period(program.window_from, program.window_until)
    issued = bulletins.issue(
        bulletins.draft(f"{SAFETY}.main", SAFETY, place=JILIN, period=period, by=by).id, by=by
    )
    seal()
    return World(
        editor=editor,
        clerk=clerk,
        other=other,
        manager=person("guanli", "示例丁", "jl", manage=JILIN),
        idle=person("xinren", "示例戊", "ed"),
        inspection=drafts[clerk].id,
        elsewhere=drafts[other].id,
        bulletin=issued.id,
    )


def seal() -> None:
    while ledger.seal() is not None:
        pass
    followers.catch_up()


@pytest.fixture
def site(world: World) -> Iterator[World]:
    """The world, as it was built: what a test writes is rolled back."""
    with transaction.atomic():
        yield world
        transaction.set_rollback(True)


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


@contextmanager
def _database_of_its_own(folder: Path) -> Iterator[None]:
    connection = connections["default"]
    settings, kept = connection.settings_dict, connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        settings["NAME"] = str(folder / "desk.sqlite3")
    else:
        with connection._nodb_cursor() as cursor:
            cursor.execute('DROP DATABASE IF EXISTS "desk"')
            cursor.execute('CREATE DATABASE "desk"')
        settings["NAME"] = "desk"
    try:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        yield
    finally:
        connection.close()
        settings["NAME"] = kept
