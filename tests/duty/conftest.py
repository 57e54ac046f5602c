"""The world of duty: the shipped holiday program, a province, a prefecture and two counties that owe reports."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests import databases
from yibiao.core.periods import SHANGHAI, Period
from yibiao.desk import followers, installing
from yibiao.ledger import actions as ledger
from yibiao.packs import queries as packs
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant, Right, Scope, Warrant
from yibiao.places import actions as places
from yibiao.records import actions as records
from yibiao.records.types import Receipt, SubmissionDraft

JILIN, CHANGCHUN, ERDAO, NANGUAN = "220000000000", "220100000000", "220105000000", "220102000000"
PROGRAM = "holiday-safety"
UNITS = (
    ("220000", JILIN, "province"), ("220100", CHANGCHUN, "prefecture"), ("220105", ERDAO, "county"),
    ("220102", NANGUAN, "county"),
)  # fmt: skip
NOTHING = {"accidents": 0, "fires": 0, "disasters": 0, "others": 0}


def moment(text: str) -> datetime:
    """``09-10 08:00`` of 2022 in Beijing."""
    return datetime.fromisoformat(f"2022-{text}").replace(tzinfo=SHANGHAI)


@dataclass(frozen=True)
class World:
    province: Account
    city: Account
    erdao: Account
    nanguan: Account
    window: Period

    def by(self, who: Account, right: Right = "fill", place: str = "") -> Warrant:
        return rights.warrant(who.key, right, place=place or who.place, program=PROGRAM)

    @property
    def all(self) -> Scope:
        return rights.system_scope(place=JILIN, program=PROGRAM)


def report(world: World, unit: str, at: str, *, filed: str = "", id: str = "", **values: int) -> Receipt:
    """A daily report of a unit about a moment, filed then or at another."""
    place = next(place for code, place, _ in UNITS if code == unit)
    answers: dict[str, Any] = {"unit": unit, "place": place, "occurred_at": moment(at).isoformat(), **NOTHING, **values}
    draft = SubmissionDraft(id or str(uuid.uuid4()), f"{PROGRAM}.zero-report", PROGRAM, answers, "web")
    by = rights.system_warrant(place=JILIN, program=PROGRAM)
    return records.receive(draft, by=by, at=moment(filed or at))


def settle() -> None:
    """Everything sealed and followed, also what followers write themselves."""
    while ledger.seal_all() is not None:
        followers.catch_up()


def build() -> World:
    places.install_jilin()
    installing.install(installing.locate(PROGRAM))
    for code, name, place in (("jl", "示例省局", JILIN), ("cc", "示例市局", CHANGCHUN), ("ed", "示例二道局", ERDAO)):
        people.add_organisation(code=code, name=name, place=place)
    people.add_organisation(code="ng", name="示例南关局", place=NANGUAN)

    def person(username: str, name: str, organisation: str, place: str, *held: Right) -> Account:
        return people.add_person(
            username=username, name=name, password="Chun-Tian-2022", organisation=organisation, role="示例岗",
            grants=[Grant(right, place, frozenset({PROGRAM})) for right in held], sample=True,
        )  # fmt: skip

    program = packs.program(PROGRAM)
    made = World(
        province=person("sheng", "示例甲", "jl", JILIN, "fill", "review", "analyse"),
        city=person("shi", "示例乙", "cc", CHANGCHUN, "fill", "review", "analyse"),
        erdao=person("erdao", "示例丙", "ed", ERDAO, "fill", "analyse"),
        nanguan=person("nanguan", "示例丁", "ng", NANGUAN, "fill", "analyse"),
        window=Period(program.window_from, program.window_until),
    )
    by = rights.system_warrant(place=JILIN, program=PROGRAM)
    drafts = [
        SubmissionDraft(
            str(uuid.uuid4()), f"{PROGRAM}.unit", PROGRAM,
            {"code": code, "unit_name": f"示例{code}", "level": level, "place": place,
             "occurred_at": "2022-01-01T09:00:00+08:00"}, "web",
        )
        for code, place, level in UNITS
    ]  # fmt: skip
    records.receive_many(drafts, by=by)
    return made


built, world = databases.world_of("duty", build)
