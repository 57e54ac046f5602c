"""The holiday: reports that nothing happened, inspections, hazards, duty (10 to 12 September 2022, 20:00)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any, Final

from yibiao.desk.demo import events, keepers, random_checks
from yibiao.desk.demo.codes import credit_code
from yibiao.desk.demo.plan import REGISTERS, Plan, moment, moments, parts, written
from yibiao.desk.demo.world import DEPARTMENTS, PROVINCE, World, clerk_of, organisation_of

FROM: Final = moment("2022-09-10 00:00")
UNTIL: Final = moment("2022-09-12 20:00")
DAYTIME: Final = (8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 17, 19)
TEAMS: Final = (("committee", 6, "明察暗访组"), ("resident", 8, "驻市常态检查组"), ("office", 7, "暗查暗访组"))
COAL: Final = ("2202", "2204", "2205", "2206", "2224")
FAULTS: Final = (
    "消防通道堆放杂物", "灭火器压力不足", "配电箱未闭合", "安全出口标志损坏", "危险作业审批单填写不全",
    "可燃气体报警器未按期检定", "应急照明不亮", "班前安全交底无记录", "值班记录未及时填写", "防护栏缺失",
    "临时用电线路未架空", "储罐区警示标志脱落",
    "通风设施运转异常", "应急物资台账不符", "节日值班表未上墙", "电缆沟积水",
    "特种作业证件未随身携带", "包保责任人履职记录缺一次",
)  # fmt: skip


def plan(world: World) -> Plan:
    """All that the program sends in."""
    made = Plan("holiday-safety")
    units = _units(made, world)
    _zero_reports(made, units)
    _season_reports(made, units)
    enterprises = _enterprises(made, world)
    _team_inspections(made, world, enterprises)
    _leader_inspections(made, world, enterprises)
    _sector_checks(made, enterprises)
    _fire_checks(made, world)
    events.add_incidents(made, world)
    random_checks.add_inspectors(made, world)
    keepers.add(made, enterprises["hazchem"])
    random_checks.add_plans(made)
    return made


def _units(made: Plan, world: World) -> list[tuple[str, str, str]]:
    """Registers who owes reports; gives (code, place, level)."""
    units = [(f"220000-{each}", PROVINCE, "province", f"省{name}值班室") for each, name in enumerate(DEPARTMENTS, 1)]
    units += [(each.code[:6], each.code, "prefecture", f"{each.name}应急值班室") for each in world.prefectures]
    units += [(each.code[:6], each.code, "county", f"{each.name}应急值班室") for each in world.counties]
    for code, place, level, name in units:
        answers = {"code": code, "unit_name": f"{name}（样例）", "level": level, "place": place}
        made.add("unit", clerk_of(place), {**answers, "occurred_at": "2022-01-01T09:00:00+08:00"}, wave=REGISTERS)
    return [(code, place, level) for code, place, level, _ in units]


def _days() -> list[datetime]:
    return [FROM + timedelta(days=each) for each in range(3)]


def _zero_reports(made: Plan, units: Sequence[tuple[str, str, str]]) -> None:
    nothing = {"accidents": 0, "fires": 0, "disasters": 0, "others": 0}
    for day in _days():
        for code, place, _ in units:
            at = day + timedelta(hours=15, minutes=made.random.randrange(299))
            answers = {"unit": code, "place": place, "occurred_at": written(at), **nothing}
            if code == "220284" and day == FROM:
                reason = "误将往年事故填入当日，更正为零报告"
                made.add_mistaken("zero-report", clerk_of(place), answers, {"accidents": 1}, reason)
            else:
                made.add("zero-report", clerk_of(place), answers)


def _season_reports(made: Plan, units: Sequence[tuple[str, str, str]]) -> None:
    ends = [datetime(2022, month + 1, 1, 17, tzinfo=FROM.tzinfo) - timedelta(days=1) for month in range(1, 9)]
    for code, place, level in units:
        if level != "prefecture":
            continue
        for end in [*ends, moment("2022-09-12 17:00")]:
            at = end + timedelta(minutes=made.random.randrange(60))
            answers = {"unit": code, "place": place, "occurred_at": written(at), "flood_deaths": 0, "forest_fires": 0}
            made.add("season-report", clerk_of(place), answers)


def _enterprises(made: Plan, world: World) -> dict[str, list[tuple[str, str, str]]]:
    """Registers enterprises and mines; gives (code, name, place) by field. Fourteen are of two fields."""
    random, fields = made.random, {"hazchem": 338, "noncoal": 122, "trade": 325, "both": 14, "coal": 44}
    names = {"hazchem": "化工", "noncoal": "矿业", "trade": "制造", "both": "新材料", "coal": "煤矿"}
    mining = [each for each in world.counties if each.code[:4] in COAL]
    found: dict[str, list[tuple[str, str, str]]] = {"hazchem": [], "noncoal": [], "trade": [], "coal": []}
    serial = 0
    for field, count in fields.items():
        holds = ["hazchem", "trade"] if field == "both" else [field]
        for _ in range(count):
            serial += 1
            county = random.choice(mining) if field == "coal" else random.choices(world.counties, world.bustle())[0]
            code, name = credit_code(county.code, serial), f"样例{names[field]}{serial:04d}号企业"
            answers: dict[str, Any] = {"uscc": code, "enterprise_name": name, "fields": holds, "place": county.code}
            answers["risk"] = random_checks.risk_of(serial)
            answers["occurred_at"] = written(moment("2022-01-05 10:00") + timedelta(minutes=serial))
            made.add("enterprise", clerk_of(county.code), answers, wave=REGISTERS)
            for each in holds:
                found[each].append((code, name, county.code))
    return found


def _hazard(made: Plan, disposal: str, at: datetime) -> dict[str, Any]:
    hazard = {"description": made.random.choice(FAULTS), "hazard_grade": "general", "disposal": disposal}
    if disposal == "by-deadline":
        hazard["deadline"] = (at.date() + timedelta(days=made.random.choice((7, 10, 15, 30)))).isoformat()
    return hazard


def _objects(made: Plan, world: World, enterprises: Mapping[str, list[tuple[str, str, str]]]) -> list[dict[str, str]]:
    """What the 21 teams go to: 28 counties, 40 departments, 85 enterprises; ten of them twice."""
    random = made.random
    counties = [
        {"object_type": "county", "object": each.code, "object_name": each.name, "place": each.code}
        for each in sorted(random.sample(list(world.counties), 28), key=lambda place: place.code)
    ]
    seats = [PROVINCE, *(each.code for each in world.prefectures)]
    desks = [(place, each, name) for each, name in enumerate(DEPARTMENTS, 1) for place in seats][:40]
    departments = [
        {
            "object_type": "department",
            "object": f"{place[:6]}-{each}",
            "object_name": f"{name}部门（样例）",
            "place": place,
        }
        for place, each, name in desks
    ]
    pool = enterprises["hazchem"][:338] + enterprises["noncoal"] + enterprises["trade"][:325] + enterprises["coal"]
    firms = [
        {"object_type": "enterprise", "object": code, "object_name": name, "place": place}
        for code, name, place in random.sample(pool, 85)
    ]
    return [*counties, *departments, *firms, *counties[:2], *departments[:3], *firms[:5]]


def _team_inspections(made: Plan, world: World, enterprises: Mapping[str, list[tuple[str, str, str]]]) -> None:
    random = made.random
    codes: list[str] = []
    for kind, count, name in TEAMS:
        for each in range(1, count + 1):
            codes.append(f"T{len(codes) + 1:02d}")
            answers = {"code": codes[-1], "team_name": f"第{each}{name}", "team_type": kind, "place": PROVINCE}
            answers["occurred_at"] = "2022-09-08T16:00:00+08:00"
            made.add("team", clerk_of(PROVINCE), answers, wave=REGISTERS)
    objects = _objects(made, world, enterprises)
    hazards = parts(198, [1.0] * len(objects), random, spread=0.9)
    orders = ["at-once"] * 153 + ["by-deadline"] * 45
    random.shuffle(orders)
    times = moments(FROM, UNTIL, len(objects), random, busy=DAYTIME)
    random.shuffle(times)
    teams = list(islice(cycle(codes), len(objects)))
    for each, thing in enumerate(objects):
        found = [_hazard(made, orders.pop(), times[each]) for _ in range(hazards[each])]
        manner = random.choice(("open", "covert", "covert", "dispatch"))
        answers_ = {**thing, "occurred_at": written(times[each]), "inspector": "team", "team": teams[each]}
        full: dict[str, Any] = {**answers_, "manner": manner}
        if teams[each] == random_checks.PLANNED_TEAM:
            full["plan"] = random_checks.TEAM_PLAN
        if found:
            full["hazards"] = found
        _file_inspection(made, each, full)


def _file_inspection(made: Plan, each: int, full: Mapping[str, Any]) -> None:
    clerk = clerk_of(PROVINCE)
    if each == 40:
        extra = {"description": "同一问题重复登记", "hazard_grade": "general", "disposal": "at-once"}
        wrong = {"hazards": [*full.get("hazards", []), extra]}
        made.add_mistaken("inspection", clerk, full, wrong, "同一隐患登记了两次，删去一条")
        return
    made.add("inspection", clerk, full)
    if each in (12, 90):
        made.add_doubled("inspection", clerk, full, "与另一张检查记录重复")


def _leader_inspections(made: Plan, world: World, enterprises: Mapping[str, list[tuple[str, str, str]]]) -> None:
    """171 inspections, 27 of them by two leaders together: 198 leader visits."""
    random = made.random
    pairs = [2] * 27 + [1] * 144
    random.shuffle(pairs)
    firms = {each.code: [] for each in world.counties}  # type: dict[str, list[tuple[str, str, str]]]
    for rows in enterprises.values():
        for row in rows:
            firms[row[2]].append(row)
    seats = [*world.counties, *world.counties, *world.prefectures]
    seats += random.choices(world.counties, world.bustle(), k=171 - len(seats))
    times = moments(FROM, UNTIL, 171, random, busy=DAYTIME)
    random.shuffle(times)
    for seat, leaders, at in zip(seats, pairs, times, strict=True):
        answers: dict[str, Any] = {"place": seat.code, "occurred_at": written(at), "inspector": "leader"}
        answers |= {"manner": random.choice(("open", "covert")), "leaders": _leaders(made, leaders)}
        if firms.get(seat.code):
            code, name, _ = random.choice(firms[seat.code])
            answers |= {"object_type": "enterprise", "object": code, "object_name": name}
        else:
            answers |= {"object_type": "department", "object": f"{seat.code[:6]}-1", "object_name": "应急部门（样例）"}
        if random.random() < 0.3:
            answers["hazards"] = [_hazard(made, "at-once", at)]
        if leaders == 2:
            answers["participants"] = organisation_of(f"{seat.code[:4]}00000000")
        made.add("inspection", clerk_of(seat.code), answers)


def _leaders(made: Plan, count: int) -> list[dict[str, str]]:
    return [
        {"office": office} for office in made.random.sample(("party-secretary", "head", "standing", "deputy"), count)
    ]


def _sector_checks(made: Plan, enterprises: Mapping[str, list[tuple[str, str, str]]]) -> None:
    random = made.random
    for sector, rows in enterprises.items():
        visits = [*rows, *random.sample(rows, len(rows) // 12)] if sector != "coal" else _mine_visits(made, rows)
        for at, (code, _, place) in zip(moments(FROM, UNTIL, len(visits), random, busy=DAYTIME), visits, strict=True):
            found = random.choice((0, 0, 1, 1, 2, 3))
            answers: dict[str, Any] = {"place": place, "occurred_at": written(at), "sector": sector, "enterprise": code}
            answers |= {"lead_level": "county", "hazards_found": found, "hazards_fixed": random.randint(0, found)}
            if random.random() < 0.14:
                answers["lead_level"] = "prefecture"
                answers["participants"] = f"{organisation_of(f'{place[:4]}00000000')} {organisation_of(PROVINCE)}"
            made.add("sector-check", clerk_of(place), answers)
            if random.random() < 0.002:
                made.add_doubled("sector-check", clerk_of(place), answers, "联合检查由牵头单位填报，本表重复")


def _mine_visits(made: Plan, mines: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    visits = [
        mine
        for mine, times in zip(mines, parts(170, [1.0] * 44, made.random, least=2), strict=True)
        for _ in range(times)
    ]
    made.random.shuffle(visits)
    return visits


def _fire_checks(made: Plan, world: World) -> None:
    """309 teams sent out to 674 units, 20 of which are seen twice."""
    random = made.random
    homes = random.choices(world.counties, world.bustle(), k=309)
    counts = parts(674, [1.0] * 309, random, least=1)
    again = set(random.sample(range(309), 20))
    hazards = parts(1268, [1.0] * (674 + 20), random, spread=0.9)
    times, serial = moments(FROM, UNTIL, 309, random, busy=(9, 10, 14, 15, 19, 20, 21)), 0
    random.shuffle(times)
    for each, (county, count, at) in enumerate(zip(homes, counts, times, strict=True)):
        units = []
        for _ in range(count):
            serial += 1
            unit = {"unit_code": f"F{county.code[:6]}{serial:04d}", "unit_name": f"样例消防重点单位{serial:04d}号"}
            units.append({**unit, "hazards": hazards.pop()})
        answers: dict[str, Any] = {"place": county.code, "occurred_at": written(at), "crew": f"{county.name}消防检查组"}
        made.add("fire-check", clerk_of(county.code), {**answers, "units": _seen_twice(units, each in again, hazards)})


def _seen_twice(units: list[dict[str, Any]], twice: bool, hazards: list[int]) -> list[dict[str, Any]]:
    return [*units, {**units[0], "hazards": hazards.pop()}] if twice else units
