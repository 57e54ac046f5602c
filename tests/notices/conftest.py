"""A small world of posts that send each other notices: the province, a city, two of its districts, a street."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests import databases
from yibiao.desk import installing
from yibiao.notices import actions
from yibiao.notices.types import Notice, NoticeDraft, Receiver
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant, Organisation, Right, Scope, Warrant
from yibiao.places import actions as places
from yibiao.places.types import PlaceDraft

JILIN, CHANGCHUN, ERDAO, NANGUAN, SIPING = (
    "220000000000", "220100000000", "220105000000", "220102000000", "220300000000",
)  # fmt: skip
STREET = "220105004000"
SAFETY = "holiday-safety"


@dataclass(frozen=True)
class World:
    province: Account
    city: Account
    erdao: Account
    fire: Account
    nanguan: Account
    street: Account
    siping: Account
    leader: Account

    def warrant(self, who: Account, right: Right) -> Warrant:
        return rights.warrant(who.key, right, place=who.place, program=SAFETY)

    def scope(self, who: Account) -> Scope:
        every: tuple[Right, ...] = ("fill", "review", "analyse")
        return Scope(who.key, "analyse", tuple(one for right in every for one in rights.scope(who.key, right).grants))

    def bodies(self, who: Account) -> tuple[Organisation, ...]:
        return rights.organisations(codes=[post.organisation for post in rights.posts(who.key)])


def build() -> World:
    places.install_jilin()
    places.add_below(ERDAO, [PlaceDraft(STREET, "示例东站街道", "township", ERDAO)])
    installing.install(installing.locate(SAFETY))
    for code, name, place in (
        ("jl", "示例省局", JILIN), ("cc", "示例市局", CHANGCHUN), ("ed", "示例二道局", ERDAO),
        ("ed-fire", "示例二道消防", ERDAO), ("ng", "示例南关局", NANGUAN), ("dz", "示例东站街道办", STREET),
        ("sp", "示例四平局", SIPING),
    ):  # fmt: skip
        people.add_organisation(code=code, name=name, place=place)

    def person(username: str, organisation: str, place: str, *held: Right) -> Account:
        grants = [Grant(right, place, frozenset({SAFETY})) for right in held]
        return people.add_person(
            username=username, name=f"示例{username}", password="Chun-Tian-2022", organisation=organisation,
            role="示例岗", grants=grants, sample=True,
        )  # fmt: skip

    return World(
        province=person("sheng", "jl", JILIN, "fill", "review", "analyse"),
        city=person("shi", "cc", CHANGCHUN, "fill", "review"),
        erdao=person("erdao", "ed", ERDAO, "fill", "review"),
        fire=person("xiaofang", "ed-fire", ERDAO, "fill"),
        nanguan=person("nanguan", "ng", NANGUAN, "fill"),
        street=person("jiedao", "dz", STREET, "fill"),
        siping=person("siping", "sp", SIPING, "fill"),
        leader=person("lingdao", "cc", CHANGCHUN, "analyse"),
    )


built, world = databases.world_of("notices", build)


def draft(*places_of: str, **more: object) -> NoticeDraft:
    told: dict[str, object] = {
        "program": SAFETY,
        "kind": "notice",
        "number": "示安办〔2022〕21号",
        "title": "关于示例假期安全防范的通知",
        "text": "各单位：\n请做好值班值守。",
        "receivers": tuple(map(Receiver, places_of)),
    }
    return NoticeDraft(**{**told, **more})  # type: ignore[arg-type]


@pytest.fixture
def issued(world: World) -> Notice:
    """A notice of the province to two cities."""
    return actions.issue(draft(CHANGCHUN, SIPING), by=world.warrant(world.province, "review"))
