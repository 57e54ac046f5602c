"""Plans of inspections and random checks: whom to draw, one draw made public, what was inspected and published."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.core import draws as lots
from yibiao.desk.demo.foreknown import from_site
from yibiao.desk.demo.plan import REGISTERS, Plan, moment, written
from yibiao.desk.demo.world import PROVINCE, World, clerk_of, organisation_of
from yibiao.desk.operating import everything
from yibiao.draws import actions, queries
from yibiao.draws.types import Draw
from yibiao.ledger import actions as ledger
from yibiao.people import queries as people
from yibiao.people.types import Account
from yibiao.records import actions as records
from yibiao.records import queries as stored
from yibiao.records.types import SubmissionDraft

PROGRAM, SCHEME, TITLE = "holiday-safety", "enterprise-check", "中秋节前企业随机抽查（样例）"
# Of fifty enterprises in the order of their registration: how many are of each class.
_OF_FIFTY: Final = ("high", *["upper"] * 5, *["medium"] * 15, *["lower"] * 15, *["low"] * 14)
_FIELDS: Final = (("hazchem", "trade"), ("trade", "noncoal"), ("coal", "noncoal"), ("hazchem",))
_SEED: Final = "9f2c41d7e8b05a63" * 4
_COUNT: Final = 96
# One plan is carried out by a team of the province, one follows the draw, one has not begun and is told to nobody.
TEAM_PLAN, DRAWN_PLAN, SECRET_PLAN = "样计2022-01", "样计2022-02", "样计2022-03"
PLANNED_TEAM: Final = "T15"
INSPECTED, PUBLISHED = 14, 11
_SPACE: Final = uuid.UUID("0c1d9a54-7f52-5a55-9f61-3a1be6a1c6c1")


def risk_of(serial: int) -> str:
    """The risk class of an enterprise, fixed by the serial of its registration."""
    return _OF_FIFTY[serial * 37 % len(_OF_FIFTY)]


def add_inspectors(made: Plan, world: World) -> None:
    """Registers inspectors of every prefecture and of the province."""
    places = [PROVINCE, *(place.code for place in world.prefectures)]
    for serial in range(1, _COUNT + 1):
        place = places[serial % len(places)]
        answers = {
            "number": f"样检{serial:04d}",
            "person_name": f"样例·检查员{serial}",
            "employer": organisation_of(place),
            "fields": list(_FIELDS[serial % len(_FIELDS)]),
            "place": place,
            "occurred_at": written(moment("2022-01-04 09:00")),
        }
        made.add("inspector", clerk_of(place), answers, wave=REGISTERS)


def add_plans(made: Plan) -> None:
    """Registers a plan that a team carries out unannounced, and one that begins after the holiday."""
    for number, name, first, last, planned in (
        (TEAM_PLAN, "节日期间暗查暗访（样例）", "2022-09-10", "2022-09-12", 10),
        (SECRET_PLAN, "国庆节前暗查暗访（样例）", "2022-09-20", "2022-09-28", 12),
    ):
        answers = {**_plan(number, name, "covert", first, last, planned), "team": PLANNED_TEAM}
        made.add("inspection-plan", clerk_of(PROVINCE), answers, wave=REGISTERS)


def _plan(number: str, name: str, manner: str, first: str, last: str, planned: int) -> dict[str, Any]:
    return {
        "number": number, "plan_name": name, "manner": manner, "first": first, "last": last,
        "places": "220100000000 220200000000", "planned": planned, "place": PROVINCE,
        "occurred_at": "2022-09-05T11:00:00+08:00",
    }  # fmt: skip


def hold(accounts: Mapping[str, Account]) -> None:
    """One draw from its hash to its publication, with an object that had closed down; does nothing the second time."""
    held = next((one for one in queries.page(scope=everything(), program=PROGRAM) if one.title == TITLE), None)
    by = people.warrant(accounts["yingjiting"].key, "review", place=PROVINCE, program=PROGRAM)
    if held is None:
        at = moment("2022-09-05 09:00")
        held = actions.prepare(PROGRAM, SCHEME, TITLE, by=by, seed=_SEED, at=at, sample=True)
    ledger.seal_all()
    if held.state == "prepared":
        held = actions.draw(held.id, by=by, at=moment("2022-09-05 09:30"))
    if held.state == "drawn" and held.outcome and not held.outcome.replacements:
        gone = next(one for one in held.outcome.drawn if one.risk == "medium")
        said = "该企业已停产拆除（样例）"
        held = actions.replace(
            held.id, gone.subject, reason=lots.REASONS[0], said=said, by=by, at=moment("2022-09-06 10:00")
        )
    if held.state == "drawn":
        held = actions.make_public(held.id, by=by, at=moment("2022-09-07 15:00"))
    _inspect(held, accounts)


def _inspect(held: Draw, accounts: Mapping[str, Account]) -> None:
    """Files the plan that follows the draw, and an inspection of each of the first objects that were drawn."""
    assert held.outcome is not None  # noqa: S101 - it was made public
    by = people.warrant(accounts[clerk_of(PROVINCE)].key, "fill", place=PROVINCE, program=PROGRAM)
    scope = everything()
    drawn = sorted(held.outcome.drawn, key=lambda one: one.subject)[:INSPECTED]
    plan = _plan(DRAWN_PLAN, "节前企业双随机抽查（样例）", "open", "2022-09-07", "2022-09-09", INSPECTED)
    records.receive_many([_draft("inspection-plan", DRAWN_PLAN, {**plan, "draw": held.id})], by=by)
    drafts = []
    for number, one in enumerate(drawn):
        (firm,) = stored.entities("enterprise", scope=scope, program=PROGRAM, text=one.subject)
        at = moment("2022-09-07 09:00") + timedelta(days=number % 2, minutes=65 * (number // 2))
        answers: dict[str, Any] = {
            "place": firm.place, "occurred_at": written(at), "inspector": "random", "manner": "open",
            "plan": DRAWN_PLAN, "object_type": "enterprise", "object": firm.key, "object_name": firm.label,
            "passed": ["fire-gear", "licences", "training"],
        }  # fmt: skip
        if number % 3 == 0:
            hazard = {"description": "疏散通道堆放杂物", "failed_item": "fire-exit", "hazard_grade": "general"}
            answers["hazards"] = [{**hazard, "disposal": "at-once"}]
        drafts.append(_draft("inspection", f"{DRAWN_PLAN}/{one.subject}", answers))
    records.receive_many(drafts, by=by)


def _draft(form: str, name: str, answers: Mapping[str, Any]) -> SubmissionDraft:
    id = f"{PROGRAM}.{form}"
    prefilled = from_site(id, PROGRAM, answers)
    return SubmissionDraft(str(uuid.uuid5(_SPACE, name)), id, PROGRAM, answers, "sample", prefilled=prefilled)


def results(accounts: Mapping[str, Account]) -> Iterator[datetime]:
    """Most of what was inspected by the draw is published in its twenty working days; gives the moment first."""
    yield (at := moment("2022-09-13 16:00"))
    found = known.page(
        scope=everything(), program=PROGRAM, lifecycle="inspection-result", state="recorded", size=100,
        at=moment("2022-09-09 00:00"),
    )  # fmt: skip
    lines = [line for line in found.items if line.occurred_at < moment("2022-09-10 00:00")]
    by = people.warrant(accounts["yingjiting"].key, "review", place=PROVINCE, program=PROGRAM)
    for line in sorted(lines, key=lambda line: line.occurred_at)[:PUBLISHED]:
        record = stored.record(known.case(line.id, scope=everything()).record, scope=everything())
        found_any = bool(record.answers.get("hazards"))
        said = "发现隐患1处，已责令立即整改（样例）" if found_any else "未发现问题（样例）"
        cases.move(line.id, "publish", {"result": said}, by=by, at=at)
