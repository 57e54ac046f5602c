"""The community's desk: registers as of March 2022, and forty-nine days of requests and return visits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from yibiao.desk.demo.codes import credit_code
from yibiao.desk.demo.plan import REGISTERS, Plan, moment, moments, parts, written
from yibiao.desk.demo.world import COMMUNITY_CLERK, SHIWEI, World

FROM: Final = moment("2022-03-11 00:00")
UNTIL: Final = moment("2022-04-29 00:00")
QUARTERS, STAND_ALONE, BUILDINGS, WITH_LIFT = 9, 4, 74, 8
HOUSEHOLDS, RESIDENTS = 3_938, 8_306
MODES: Final = ("property", "property", "self", "community", "property", "self", "community", "self", "community")


def quarter_code(each: int) -> str:
    return f"{SHIWEI}-q{each}"


def building_code(each: int) -> str:
    return f"{SHIWEI}-b{each}"


def quarter_of(building: int) -> int:
    """The quarter of a building, from 1; 0 for the last four, which stand alone."""
    return 0 if building > BUILDINGS - STAND_ALONE else 1 + (building - 1) % QUARTERS


def places() -> list[tuple[str, str, str, str]]:
    """(code, name, level, parent) of what lies below the community."""
    rows = [(quarter_code(each), f"样例小区{each}", "quarter", SHIWEI) for each in range(1, QUARTERS + 1)]
    for each in range(1, BUILDINGS + 1):
        parent = quarter_code(quarter_of(each)) if quarter_of(each) else SHIWEI
        rows.append((building_code(each), _building_name(each), "building", parent))
    return rows


def _building_name(each: int) -> str:
    if not quarter_of(each):
        return f"样例独栋楼{each - BUILDINGS + STAND_ALONE}"
    return f"样例小区{quarter_of(each)}第{1 + (each - 1) // QUARTERS}栋"


def plan(world: World) -> Plan:
    """All that the program sends in."""
    made = Plan("community-desk")
    _quarters(made)
    homes = _buildings_and_households(made)
    _merchants(made)
    _workers(made)
    _care(made, homes)
    _requests(made, homes)
    return made


def _register(made: Plan, form: str, answers: Mapping[str, Any], place: str, at: str) -> None:
    made.add(form, COMMUNITY_CLERK, {**answers, "place": place, "occurred_at": written(moment(at))}, wave=REGISTERS)


def _quarters(made: Plan) -> None:
    for each, mode in enumerate(MODES, 1):
        answers = {
            "code": quarter_code(each),
            "quarter_name": f"样例小区{each}",
            "quarter_type": "quarter",
            "management": mode,
        }
        _register(made, "quarter", answers, quarter_code(each), "2022-02-15 09:00")
    for building in range(BUILDINGS - STAND_ALONE + 1, BUILDINGS + 1):
        answers = {
            "code": building_code(building),
            "quarter_name": _building_name(building),
            "quarter_type": "stand-alone",
        }
        _register(made, "quarter", {**answers, "management": "community"}, building_code(building), "2022-02-15 10:00")


def _buildings_and_households(made: Plan) -> list[tuple[str, str]]:
    """Registers buildings and their households; gives (household, building)."""
    random = made.random
    lifts = set(random.sample(range(1, BUILDINGS - STAND_ALONE + 1), WITH_LIFT))
    counts = parts(HOUSEHOLDS, [2.4 if each in lifts else 1.0 for each in range(1, BUILDINGS + 1)], random, least=20)
    residents = _residents(made)
    homes: list[tuple[str, str]] = []
    for building, count in enumerate(counts, 1):
        place = building_code(building)
        quarter = quarter_code(quarter_of(building)) if quarter_of(building) else place
        answers: dict[str, Any] = {"code": place, "building_name": _building_name(building), "quarter": quarter}
        answers |= {
            "floors": 18 if building in lifts else 6,
            "staircases": 3,
            "lift": "yes" if building in lifts else "no",
        }
        _register(made, "building", answers, place, "2022-02-16 09:00")
        for door in range(1, count + 1):
            code = f"{place}-h{door}"
            household: dict[str, Any] = {"code": code, "building": place, "quarter": quarter}
            household |= {"staircase": 1 + door % 3, "door": f"{1 + door // 9}{door % 9 + 1:02d}"}
            household |= {"residents": residents.pop()}
            at = f"2022-02-{17 + door % 11} {9 + door % 8:02d}:{random.randrange(60):02d}"
            _register(made, "household", household, place, at)
            homes.append((code, place))
    _moved(made, homes)
    return homes


def _residents(made: Plan) -> list[int]:
    """How many live in each household: one to six, 8,306 together."""
    people = [1] * HOUSEHOLDS
    for _ in range(RESIDENTS - HOUSEHOLDS):
        each = made.random.randrange(HOUSEHOLDS)
        while people[each] >= 6:
            each = made.random.randrange(HOUSEHOLDS)
        people[each] += 1
    return people


def _moved(made: Plan, homes: list[tuple[str, str]]) -> None:
    """Two families tell of a change in March, one person more and one less: the register keeps the newest."""
    by_code = {each.answers["code"]: each.answers for each in made.samples if each.form.endswith(".household")}
    smaller = next(code for code, _ in homes[500:] if by_code[code]["residents"] > 2)
    for code, change in ((homes[100][0], 1), (smaller, -1)):
        answers = {**by_code[code], "residents": by_code[code]["residents"] + change}
        answers["occurred_at"] = written(moment("2022-03-05 10:30"))
        made.add("household", COMMUNITY_CLERK, answers)


def _merchants(made: Plan) -> None:
    for serial in range(1, 13):
        trade = ("fresh-food", "daily-goods", "medicine")[serial % 3]
        answers = {
            "uscc": credit_code("220105", serial, family="YM"),
            "merchant_name": f"样例商户{serial:02d}号",
            "trade": trade,
        }
        _register(made, "merchant", answers, SHIWEI, f"2022-03-11 {8 + serial % 6:02d}:30")


def _workers(made: Plan) -> None:
    for serial in range(1, 35):
        role = "secretary" if serial == 1 else "committee" if serial < 9 else "grid-head" if serial < 17 else "worker"
        answers = {"code": f"SW{serial:02d}", "person_name": f"样例·工作人员{serial:02d}", "worker_role": role}
        _register(made, "worker", answers, SHIWEI, "2022-02-14 09:00")


def _care(made: Plan, homes: list[tuple[str, str]]) -> None:
    random = made.random
    for serial, (household, place) in enumerate(random.sample(homes, 46), 1):
        answers: dict[str, Any] = {"code": f"C{serial:03d}", "household": household, "consent": "yes"}
        answers |= {"person_name": f"样例·居民{serial:03d}", "visit_every": random.choice((3, 7, 14))}
        answers["care_kind"] = random.choice(("elderly", "elderly", "weak", "ill", "disabled", "pregnant"))
        at = moment("2022-03-08 09:00") + timedelta(minutes=20 * serial)
        made.add("care", COMMUNITY_CLERK, {**answers, "place": place, "occurred_at": written(at)})


def _requests(made: Plan, homes: list[tuple[str, str]]) -> None:
    random = made.random
    times = moments(FROM, UNTIL, 2_318, random, busy=(7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20))
    visited = set(random.sample(range(2_200), 1_764))
    pleased = set(random.sample(sorted(visited), 1_702))
    for each, at in enumerate(times):
        household, place = random.choice(homes)
        about = {"number": f"R{each + 1:05d}", "household": household, "place": place}
        answers = {**about, "occurred_at": written(at), "means": random.choice(("phone", "group", "door", "post"))}
        answers["request_kind"] = random.choice(
            ("medicine", "medicine", "hospital", "supplies", "supplies", "daily-life", "repair", "other")
        )
        answers["handler"] = random.choice(("grid", "merchant", "community", "volunteer"))
        made.add("request", COMMUNITY_CLERK, answers)
        if each == 1_000:
            made.add_doubled("request", COMMUNITY_CLERK, answers, "同一需求登记了两次")
        if each in visited:
            back = min(at + timedelta(hours=random.randint(3, 48)), UNTIL - timedelta(minutes=5))
            outcome = {
                "outcome": "done" if each in pleased else "again",
                "satisfied": "yes" if each in pleased else "no",
            }
            made.add("return-visit", COMMUNITY_CLERK, {**about, "occurred_at": written(back), **outcome})
