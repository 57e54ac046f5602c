"""One named world for the desk: two shipped programs, five people, two inspections, one issued bulletin, one draft."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from yibiao.bulletins import actions as bulletins
from yibiao.cases import queries as cases
from yibiao.core.periods import Period
from yibiao.desk import followers, installing
from yibiao.ledger import actions as ledger
from yibiao.notices import actions as notices
from yibiao.notices import queries as papers
from yibiao.notices.types import NoticeDraft, Receiver, WarningDraft
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


@dataclass(frozen=True)
class World:
    """``editor`` fills, reviews and reads the province, ``clerk`` 二道, ``other`` 南关; ``manager`` sees no facts."""

    editor: Account
    clerk: Account
    other: Account
    manager: Account
    idle: Account
    inspection: str
    case: str
    elsewhere: str
    bulletin: str
    draft: str
    notice: str
    receipt: str
    warning: str
    cap: str


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
    issued = bulletins.issue(bulletins.draft(f"{SAFETY}.main", SAFETY, place=JILIN, period=period, by=by).id, by=by)
    draft = bulletins.take_draft("示例：全省市、县领导带队检查安全生产5人次。", program=SAFETY, title="示例稿", by=by)
    bulletins.keep_check(draft.id, by=by)
    notice = notices.issue(
        NoticeDraft(SAFETY, "notice", "示安办〔2022〕1号", "示例通知", "示例正文", (Receiver(ERDAO),)), by=by
    )
    (receipt,) = papers.receipts(notice.id, scope=rights.scope(editor.key, "review"))
    tomorrow = timezone.now() + timedelta(days=1)
    warning = notices.issue_warning(
        WarningDraft(SAFETY, "暴雨", "Met", "Severe", "Expected", "Likely", "示例预警", "示例说明", (ERDAO,), tomorrow),
        by=by,
    )
    seal()
    return World(
        editor=editor,
        clerk=clerk,
        other=other,
        manager=person("guanli", "示例丁", "jl", manage=JILIN),
        idle=person("xinren", "示例戊", "ed"),
        inspection=drafts[clerk].id,
        case=cases.of_record(drafts[clerk].id, scope=rights.scope(clerk.key, "analyse"))[0].id,
        elsewhere=drafts[other].id,
        bulletin=issued.id,
        draft=draft.id,
        notice=notice.id,
        receipt=receipt.id,
        warning=warning.warning,
        cap=warning.alert.identifier,
    )


def seal() -> None:
    """Everything sealed and followed, also what followers write themselves."""
    while ledger.seal_all() is not None:
        followers.catch_up()
