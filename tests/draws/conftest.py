"""The world of the draws: one shipped program, a city that draws and another, and what is drawn from."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from tests import databases
from yibiao.desk import installing
from yibiao.ledger import actions as ledger
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant, Right, Scope, Warrant
from yibiao.places import actions as places
from yibiao.records import actions as records
from yibiao.records.types import SubmissionDraft

CHANGCHUN, ERDAO, SIPING = "220100000000", "220105000000", "220300000000"
SAFETY, SCHEME = "holiday-safety", "enterprise-check"
RISKS = ("high", "upper", "medium", "lower", "low")


@dataclass(frozen=True)
class World:
    city: Account
    other: Account

    def warrant(self, who: Account, right: Right = "review") -> Warrant:
        return rights.warrant(who.key, right, place=who.place, program=SAFETY)

    def scope(self, who: Account) -> Scope:
        return rights.scope(who.key, "review")


def filed(form: str, answers: dict[str, Any], by: Warrant) -> None:
    told = {**answers, "occurred_at": "2022-01-05T09:00:00+08:00"}
    records.receive(SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.{form}", SAFETY, told, "web"), by=by)


def build() -> World:
    places.install_jilin()
    installing.install(installing.locate(SAFETY))
    for code, place in (("cc", CHANGCHUN), ("sp", SIPING)):
        people.add_organisation(code=code, name=f"示例{code}", place=place)
    every: tuple[Right, ...] = ("fill", "review")

    def person(name: str, organisation: str, place: str) -> Account:
        grants = [Grant(right, place, frozenset({SAFETY})) for right in every]
        return people.add_person(
            username=name, name=f"示例{name}", password="Chun-Tian-2022", organisation=organisation, role="示例岗",
            grants=grants, sample=True,
        )  # fmt: skip

    made = World(person("shi", "cc", CHANGCHUN), person("siping", "sp", SIPING))
    by = made.warrant(made.city, "fill")
    for n in range(30):
        filed("enterprise", {
            "uscc": f"91220105YB{n:06d}00", "enterprise_name": f"示例企业{n}", "fields": ["trade"],
            "risk": RISKS[n % 5], "place": ERDAO,
        }, by)  # fmt: skip
    for n in range(6):
        filed("inspector", {
            "number": f"示检{n:03d}", "person_name": f"示例·甲{n}", "employer": "cc" if n % 2 else "ed",
            "fields": ["trade"], "place": CHANGCHUN,
        }, by)  # fmt: skip
    ledger.seal_all()
    return made


built, world = databases.world_of("draws", build)
