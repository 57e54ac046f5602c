"""A few citizens of 十委社区 report what they see in April; most of it is dealt with, some is reported twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.citizens import actions as citizens
from yibiao.citizens.types import Report, Taken
from yibiao.desk.demo.community import building_code, quarter_code
from yibiao.desk.demo.plan import moment
from yibiao.desk.demo.stories import Story
from yibiao.desk.demo.world import COMMUNITY_CLERK, SHIWEI
from yibiao.desk.operating import everything
from yibiao.people import queries as people
from yibiao.people.types import Account

PROGRAM: Final = "community-desk"


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody reports, and what becomes of it: ``summary`` once accepted, ``answer`` once dealt with, ``closed``
    once she was asked, ``same`` the number of the report that speaks of the same thing."""

    at: str
    place: str
    service: str
    text: str
    summary: str = ""
    answer: str = ""
    closed: bool = False
    same: int | None = None


REPORTS: Final = (
    Told("2022-04-02 08:10", building_code(3), "repair", "楼道灯坏了，晚上看不见台阶", "楼道灯报修", "已换灯泡", True),
    Told("2022-04-02 19:40", building_code(3), "repair", "楼道灯坏了，晚上看不清台阶，怕老人摔着", same=0),
    Told("2022-04-03 09:05", quarter_code(2), "sanitation", "北门垃圾两天没有清走", "北门垃圾清运", "当日清完", True),
    Told("2022-04-05 16:30", quarter_code(5), "safety", "有人从窗户拉线给电动车充电", "飞线充电", "已拆线劝离", True),
    Told("2022-04-08 07:50", building_code(21), "care", "对门老人独居，想请人帮忙取药", "独居老人取药", "已送药", True),
    Told("2022-04-11 21:15", quarter_code(7), "noise", "夜里装修吵到十点多", "夜间装修噪声", "已约定时段"),
    Told("2022-04-14 12:20", quarter_code(1), "parking", "车堵在单元门口，轮椅出不去", "车辆堵门"),
    Told("2022-04-19 10:00", SHIWEI, "other", "想知道广场什么时候开放"),
)  # fmt: skip


def token(number: int) -> str:
    """Of the demo alone: everywhere else nobody can guess one."""
    return f"sample-citizen-report-number-{number:04d}"


def reports(opened: Mapping[str, Account]) -> Story:
    """Files the reports; those that were filed already stay one."""
    for number, told in enumerate(REPORTS):
        at = moment(told.at)
        yield at
        _file(number, told, at)


def _file(number: int, told: Told, at: datetime) -> Taken:
    by = people.citizen_warrant(place=SHIWEI, program=PROGRAM, organisation="shiwei", because="样例")
    report = Report(
        token(number), told.place, told.service, f"{told.text}（样例）", name="样例·居民", occurred_at=at
    )  # fmt: skip
    return citizens.report(report, by=by, at=at)


def handling(opened: Mapping[str, Account]) -> Story:
    """What the community does with them; nothing where it was done already."""
    account = opened[COMMUNITY_CLERK]
    by = people.warrant(account.key, "fill", place=account.place, program=PROGRAM)
    taken = [_file(number, told, moment(told.at)) for number, told in enumerate(REPORTS)]
    if known.lines([taken[0].case], scope=everything())[taken[0].case].state != "received":
        return
    for told, mine in zip(REPORTS, taken, strict=True):
        at = moment(told.at)
        yield at
        steps = [("merge", {"merged_into": taken[told.same].case})] if told.same is not None else []
        if told.summary:
            steps += [("accept", {"summary": told.summary}), ("dispatch", {})]
        if told.answer:
            steps.append(("handle", {"answer": told.answer}))
        if told.closed:
            steps.append(("visit", {"satisfied": "yes"}))
        for each, (move, answers) in enumerate(steps, 1):
            cases.move(mine.case, move, answers, by=by, at=at + timedelta(hours=3 * each))
