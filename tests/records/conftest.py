"""A small world: Jilin's counties, two clerks, a reader, a reviewer, and a pack with a form of every kind of answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from yibiao.forms import actions as forms
from yibiao.forms import queries as form_files
from yibiao.packs import actions as packs
from yibiao.packs import queries as pack_files
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant, Warrant
from yibiao.places import actions as places
from yibiao.records.types import SubmissionDraft

JILIN, CHANGCHUN, ERDAO, NANGUAN = "220000000000", "220100000000", "220105000000", "220102000000"
PASSWORD = "Chun-Tian-2022"
PROGRAM = "watch"
VISIT, SITE = "watch.visit", "watch.site"
AT = "2022-09-10T09:30:00+08:00"

PACK = Path(__file__).parent / "pack"


@dataclass(frozen=True)
class World:
    clerk: Account
    other: Account
    reader: Account
    reviewer: Account
    idle: Account
    manager: Account

    def warrant(self, account: Account | None = None, right: str = "fill", place: str = ERDAO) -> Warrant:
        return rights.warrant((account or self.clerk).key, right, place=place, program=PROGRAM)  # type: ignore[arg-type]


def grant(right: str, place: str) -> Grant:
    return Grant(right, place, frozenset({PROGRAM}))  # type: ignore[arg-type]


def install(folder: Path) -> None:
    files, wrong = pack_files.read(folder)
    assert files is not None, wrong
    checked, wrong = form_files.check(files)
    assert not wrong, [problem.text() for problem in wrong]
    forms.publish(packs.install(files), checked)


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db: None) -> World:
    return build()


def build() -> World:
    places.install_jilin()
    install(PACK)
    for code, name, place in (
        ("jl", "示例省局", JILIN),
        ("ed", "示例二道局", ERDAO),
        ("ng", "示例南关局", NANGUAN),
        ("ed-fire", "示例消防", ERDAO),
    ):  # fmt: skip
        people.add_organisation(code=code, name=name, place=place)

    def person(username: str, name: str, organisation: str, *grants: Grant) -> Account:
        return people.add_person(
            username=username, name=name, password=PASSWORD, organisation=organisation, role="示例岗", grants=grants,
            sample=True,
        )  # fmt: skip

    return World(
        clerk=person("erdao", "示例甲", "ed", grant("fill", ERDAO)),
        other=person("nanguan", "示例乙", "ng", grant("fill", NANGUAN)),
        reader=person("sheng", "示例丙", "jl", grant("analyse", JILIN)),
        reviewer=person("shenhe", "示例丁", "jl", grant("review", CHANGCHUN)),
        idle=person("xinren", "示例戊", "ed"),
        manager=person("guanli", "示例庚", "jl", grant("manage", JILIN)),
    )


def site(code: str = "S1", **more: Any) -> SubmissionDraft:
    answers = {"code": code, "site_name": f"示例场所{code}", "place": ERDAO, "occurred_at": AT, **more}
    return SubmissionDraft(str(uuid.uuid4()), SITE, PROGRAM, answers, "api")


def visit(id: str = "", channel: Any = "api", **more: Any) -> SubmissionDraft:
    answers = {
        "site": "S1", "place": ERDAO, "occurred_at": AT, "sector": "mine", "trade": "coal", "topics": ["fire"],
        "hazards": 2, "measure": "立即整改", **more,
    }  # fmt: skip
    given = {name: value for name, value in answers.items() if value is not None}
    return SubmissionDraft(id or str(uuid.uuid4()), VISIT, PROGRAM, given, channel)


@pytest.fixture
def sites(world: World) -> None:
    """Two sites of 二道 stand in the register."""
    from yibiao.records import actions

    actions.receive_many([site("S1"), site("S2")], by=world.warrant())


@pytest.fixture
def signed_in(world: World) -> Callable[[Account], Client]:
    def go(account: Account) -> Client:
        client = Client()
        answer = client.post("/account/login/", {"login": account.username, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return go


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])
