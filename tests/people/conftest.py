"""A small world of posts: the province's reader, two counties' clerks, an administrator at each level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.test import Client

from yibiao.people import actions
from yibiao.people.types import Account, Grant
from yibiao.places import actions as places

JILIN, CHANGCHUN, ERDAO, NANGUAN, JILIN_CITY = (
    "220000000000", "220100000000", "220105000000", "220102000000", "220200000000",
)  # fmt: skip
PASSWORD = "Chun-Tian-2022"


@dataclass(frozen=True)
class World:
    reader: Account
    erdao_clerk: Account
    nanguan_clerk: Account
    erdao_admin: Account
    province_admin: Account
    patrol_admin: Account
    idle: Account


@pytest.fixture(autouse=True)
def _quick_hashes(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


def grant(right: str, place: str, *programs: str) -> Grant:
    return Grant(right, place, frozenset(programs or ("*",)))  # type: ignore[arg-type]


@pytest.fixture
def world(db: None) -> World:
    # What an earlier test tried too often must not count against this one.
    cache.clear()
    places.install_jilin()
    actions.add_organisation(code="jl-yjt", name="示例省应急厅", place=JILIN)
    for code, name, place in (("cc-yjj", "示例市应急局", CHANGCHUN), ("jlc-yjj", "示例江城应急局", JILIN_CITY)):
        actions.add_organisation(code=code, name=name, parent="jl-yjt", place=place)
    actions.add_organisation(code="ed-yjj", name="示例二道应急局", parent="cc-yjj", place=ERDAO)
    actions.add_organisation(code="ng-yjj", name="示例南关应急局", parent="cc-yjj", place=NANGUAN)

    def person(username: str, name: str, organisation: str, role: str, *grants: Grant) -> Account:
        return actions.add_person(
            username=username, name=name, password=PASSWORD, organisation=organisation, role=role, grants=grants,
            sample=True,
        )  # fmt: skip

    return World(
        reader=person("sheng-fenxi", "示例甲", "jl-yjt", "分析员", grant("analyse", JILIN)),
        erdao_clerk=person(
            "erdao-tianbao", "示例乙", "ed-yjj", "填报员", grant("fill", ERDAO, "holiday-2022"), grant("analyse", ERDAO)
        ),
        nanguan_clerk=person("nanguan-tianbao", "示例丙", "ng-yjj", "填报员", grant("fill", NANGUAN)),
        erdao_admin=person("erdao-guanli", "示例丁", "ed-yjj", "管理员", grant("manage", ERDAO)),
        province_admin=person("sheng-guanli", "示例戊", "jl-yjt", "管理员", grant("manage", JILIN)),
        patrol_admin=person("erdao-xunluo", "示例己", "ed-yjj", "专项管理员", grant("manage", ERDAO, "patrol-2022")),
        idle=person("erdao-xinren", "示例庚", "ed-yjj", "新人"),
    )


@pytest.fixture
def signed_in(world: World) -> Callable[[Account], Client]:
    def go(account: Account, password: str = PASSWORD) -> Client:
        client = Client()
        sent = {"login": account.username, "password": password}
        assert client.post("/account/login/", sent).status_code == 302
        return client

    return go
