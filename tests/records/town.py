"""A town with a register of firms: two clerks, a reviewer, and the forms that keep and ask for firms."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.test import Client

from tests.records.conftest import CHANGCHUN, ERDAO, NANGUAN, PASSWORD, install
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Account, Grant, Scope, Warrant
from yibiao.places import actions as places
from yibiao.records import actions
from yibiao.records.types import SubmissionDraft

KEPT = "kept"
GOOD, ODD, THIRD = "91350100M000100Y43", "91350211M0000XUF46", "91512081MA62K0260E"


class Town:
    """One clerk of 二道, one of 南关, a reviewer of 长春."""

    def __init__(self) -> None:
        places.install_jilin()
        install(Path(__file__).parent / "kept")
        for code, place in (("ed", ERDAO), ("ng", NANGUAN), ("cc", CHANGCHUN)):
            people.add_organisation(code=code, name=f"示例{code}局", place=place)
        self.clerk = self._person("erdao", "ed", "fill", ERDAO)
        self.other = self._person("nanguan", "ng", "fill", NANGUAN)
        self.reviewer = self._person("shenhe", "cc", "review", CHANGCHUN)

    def _person(self, username: str, body: str, right: Any, place: str) -> Account:
        return people.add_person(
            username=username, name=f"示例{username}", password=PASSWORD, organisation=body, role="示例岗",
            grants=[Grant(right, place, frozenset({KEPT}))], sample=True,
        )  # fmt: skip

    def fill(self, account: Account | None = None, place: str = ERDAO) -> Warrant:
        return rights.warrant((account or self.clerk).key, "fill", place=place, program=KEPT)

    def rule(self, place: str = CHANGCHUN) -> Warrant:
        return rights.warrant(self.reviewer.key, "review", place=place, program=KEPT)

    @property
    def scope(self) -> Scope:
        return rights.scope(self.reviewer.key, "review")


def firm(code: str, name: str, day: int = 10, **more: Any) -> SubmissionDraft:
    answers = {"uscc": code, "firm_name": name, "place": ERDAO, "occurred_at": f"2022-09-{day}T09:00:00+08:00", **more}
    return SubmissionDraft(str(uuid.uuid4()), "kept.firm", KEPT, answers, "api")


def check(code: str, **more: Any) -> SubmissionDraft:
    answers = {"firm": code, "hazards": 1, "place": ERDAO, "occurred_at": "2022-09-11T09:00:00+08:00", **more}
    return SubmissionDraft(str(uuid.uuid4()), "kept.check", KEPT, answers, "api")


def with_a_firm() -> Town:
    """The town in whose register one firm stands already."""
    town = Town()
    actions.receive(firm(GOOD, "示例甲厂", staff=10), by=town.fill())
    return town


def signed_in() -> Client:
    """The clerk of 二道 in a browser."""
    client = Client()
    assert client.post("/account/login/", {"login": "erdao", "password": PASSWORD}).status_code == 302
    return client
