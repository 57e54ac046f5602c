"""A community that takes reports: the shipped pack, its clerk and a clerk of elsewhere, built once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests import databases
from yibiao.citizens import actions as citizens
from yibiao.citizens import queries
from yibiao.citizens.types import Proof, Report, Taken
from yibiao.desk import followers, installing
from yibiao.ledger import actions as ledger
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant, Right, Scope, Warrant
from yibiao.places import actions as places
from yibiao.places.types import PlaceDraft

ERDAO, STREET, SHIWEI, QUARTER = "220105000000", "220105004000", "220105004005", "220105004005-q1"
PROGRAM = "community-desk"
PASSWORD = "Chun-Tian-2022"
ADDRESS = "198.51.100.7"
LAMP = "三单元楼道灯坏了，晚上看不见台阶"


@dataclass(frozen=True)
class World:
    """``clerk`` fills in at the community, ``other`` in another county."""

    clerk: Account
    other: Account

    @property
    def by(self) -> Warrant:
        return rights.warrant(self.clerk.key, "fill", place=SHIWEI, program=PROGRAM)

    @property
    def all(self) -> Scope:
        return rights.system_scope(place=SHIWEI)


def settle() -> None:
    """Everything sealed and followed, also what followers write themselves."""
    while ledger.seal_all() is not None:
        followers.catch_up()


def proof(address: str = ADDRESS) -> Proof:
    """A sum, solved as a person does."""
    asked = queries.challenge(simple=True)
    digits = "零一二三四五六七八九"
    one, other = asked.sum.zh.split("加")
    return Proof(asked.token, str(digits.index(one) + digits.index(other)), address)


def told(**more: Any) -> Report:
    given: dict[str, Any] = {"place": QUARTER, "service": "repair", "description": LAMP, **more}
    return Report(citizens.new_token(), **given)


def reported(**more: Any) -> tuple[Report, Taken]:
    """A report that was let in, and its case opened."""
    report = told(**more)
    taken = citizens.report_openly(report, proof=proof())
    settle()
    return report, taken


def build() -> World:
    places.install_jilin()
    rows = [
        PlaceDraft(STREET, "示例街道", "township", ERDAO),
        PlaceDraft(SHIWEI, "示例社区", "community", STREET),
        PlaceDraft(QUARTER, "示例小区", "quarter", SHIWEI),
    ]
    places.add_below(ERDAO, rows)
    installing.install(installing.locate(PROGRAM))
    people.add_organisation(code="sw", name="示例社区", place=SHIWEI)
    people.add_organisation(code="ng", name="示例南关局", place="220102000000")

    def person(username: str, organisation: str, place: str, *held: Right) -> Account:
        grants = [Grant(right, place, frozenset({PROGRAM})) for right in held]
        return people.add_person(
            username=username, name="示例", password=PASSWORD, organisation=organisation, role="示例岗", grants=grants,
            sample=True,
        )  # fmt: skip

    return World(person("shequ", "sw", SHIWEI, "fill", "analyse"), person("nanguan", "ng", "220102000000", "fill"))


built, world = databases.world_of("citizens", build)
