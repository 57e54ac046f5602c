"""Random checks of enterprises: whom to draw, the risk class of each enterprise, one draw made public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yibiao.core import draws as lots
from yibiao.desk.demo.plan import REGISTERS, Plan, moment, written
from yibiao.desk.demo.world import PROVINCE, World, clerk_of, organisation_of
from yibiao.desk.operating import everything
from yibiao.draws import actions, queries
from yibiao.ledger import actions as ledger
from yibiao.people import queries as people
from yibiao.people.types import Account

PROGRAM, SCHEME, TITLE = "holiday-safety", "enterprise-check", "中秋节前企业随机抽查（样例）"
# Of fifty enterprises in the order of their registration: how many are of each class.
_OF_FIFTY: Final = ("high", *["upper"] * 5, *["medium"] * 15, *["lower"] * 15, *["low"] * 14)
_FIELDS: Final = (("hazchem", "trade"), ("trade", "noncoal"), ("coal", "noncoal"), ("hazchem",))
_SEED: Final = "9f2c41d7e8b05a63" * 4
_COUNT: Final = 96


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
        actions.make_public(held.id, by=by, at=moment("2022-09-07 15:00"))
