"""The world of cases: the shipped programs of safety and patrol, a province, a county and who works in them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests import databases
from yibiao.cases import queries as cases
from yibiao.cases.types import Case, CaseDraft
from yibiao.core.periods import SHANGHAI, Period
from yibiao.desk import followers, installing
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.packs import queries as packs
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant, Right, Scope, Warrant
from yibiao.places import actions as places
from yibiao.records import actions as records
from yibiao.records.types import SubmissionDraft

JILIN, CHANGCHUN, ERDAO, NANGUAN = "220000000000", "220100000000", "220105000000", "220102000000"
SAFETY, PATROL = "holiday-safety", "night-patrol"


def moment(text: str) -> datetime:
    """``09-10 08:00`` of 2022 in Beijing."""
    return datetime.fromisoformat(f"2022-{text}").replace(tzinfo=SHANGHAI)


@dataclass(frozen=True)
class World:
    """``clerk`` fills and ``checker`` fills and reviews in 二道; ``editor`` fills and reviews in the whole province."""

    editor: Account
    clerk: Account
    checker: Account
    elsewhere: Account

    def by(self, who: Account, right: Right = "fill", place: str = "", program: str = SAFETY) -> Warrant:
        return rights.warrant(who.key, right, place=place or who.place, program=program)

    @property
    def all(self) -> Scope:
        return rights.system_scope(place=JILIN)

    def hazards(self, record: str) -> list[Case]:
        """The cases that a record opened, by title."""
        lines = cases.page(scope=self.all, program="", at=moment("09-12 20:00"), size=500).items
        found = [cases.case(one.id, scope=self.all) for one in lines]
        return sorted((one for one in found if one.record == record), key=lambda one: one.title)

    def figure(self, id: str, *, program: str = SAFETY, as_of: int | None = None, place: str = JILIN) -> Any:
        opened = packs.program(program)
        period = Period(opened.window_from, opened.window_until)
        return figures.figure(Query(f"{program}.{id}", program, place, period, as_of), scope=self.all).value


def settle() -> int:
    """Everything sealed and followed, also what followers write themselves; the newest checkpoint."""
    while ledger.seal_all() is not None:
        followers.catch_up()
    newest = log.checkpoint()
    return newest.number if newest else 0


def item(text: str, disposal: str = "by-deadline", grade: str = "general", **more: Any) -> dict[str, Any]:
    made = {"description": text, "hazard_grade": grade, "disposal": disposal, **more}
    return {**made, "deadline": "2022-09-20"} if disposal == "by-deadline" and "deadline" not in more else made


def inspection(
    world: World, *items: Mapping[str, Any], id: str = "", place: str = ERDAO, at: str = "09-10 09:30"
) -> str:
    """An inspection of a provincial team, received at once; gives its id."""
    answers = inspected(*items, place=place, at=at)
    draft = SubmissionDraft(id or str(uuid.uuid4()), f"{SAFETY}.inspection", SAFETY, answers, "web")
    records.receive(draft, by=world.by(world.editor), at=moment(at))
    return draft.id


def inspected(*items: Mapping[str, Any], place: str = ERDAO, at: str = "09-10 09:30") -> dict[str, Any]:
    return {
        "place": place, "occurred_at": moment(at).isoformat(), "inspector": "team", "team": "T01", "manner": "open",
        "object_type": "enterprise", "object": "91220101MA0000001X", "object_name": "示例企业", "hazards": list(items),
    }  # fmt: skip


def draft(lifecycle: str = "hazard", program: str = SAFETY, **answers: Any) -> CaseDraft:
    return CaseDraft(str(uuid.uuid4()), lifecycle, program, ERDAO, "示例事项", moment("09-10 10:00"), answers)


def build() -> World:
    places.install_jilin()
    for pack in (SAFETY, PATROL):
        installing.install(installing.locate(pack))
    for code, name, place in (("jl", "示例省局", JILIN), ("ed", "示例二道局", ERDAO), ("ng", "示例南关局", NANGUAN)):
        people.add_organisation(code=code, name=name, place=place)

    def person(username: str, name: str, organisation: str, place: str, *held: Right) -> Account:
        return people.add_person(
            username=username, name=name, password="Chun-Tian-2022", organisation=organisation, role="示例岗",
            grants=[Grant(right, place, frozenset({SAFETY, PATROL})) for right in held], sample=True,
        )  # fmt: skip

    team = {
        "code": "T01", "team_name": "示例组", "team_type": "office", "place": JILIN,
        "occurred_at": "2022-09-08T16:00:00+08:00",
    }  # fmt: skip
    by = rights.system_warrant(place=JILIN, program=SAFETY)
    records.receive(SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.team", SAFETY, team, "web"), by=by)
    return World(
        editor=person("sheng", "示例甲", "jl", JILIN, "fill", "review", "analyse"),
        clerk=person("erdao", "示例乙", "ed", ERDAO, "fill", "analyse"),
        checker=person("fucha", "示例丙", "ed", ERDAO, "fill", "review", "analyse"),
        elsewhere=person("nanguan", "示例丁", "ng", NANGUAN, "fill", "review", "analyse"),
    )


built, world = databases.world_of("cases", build)
