"""The summer night patrol: police on duty, venues, offences, publicity and service (9 to 11 September 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from yibiao.core.periods import local_day, midnight
from yibiao.desk.demo.plan import REGISTERS, Plan, moment, moments, parts, written
from yibiao.desk.demo.world import World, clerk_of, organisation_of
from yibiao.places.types import Place

FROM: Final = moment("2022-09-09 00:00")
UNTIL: Final = moment("2022-09-12 00:00")
NIGHT: Final = (18, 19, 20, 20, 21, 21, 22, 22, 23, 0, 1)
VENUES, ROWS, SHEET = 28_143, 29_900, 14
TYPES: Final = (
    ("hotel", "旅馆"), ("net-cafe", "网吧"), ("song", "歌厅"), ("bath", "浴池"), ("bar", "酒吧"), ("food", "饭店"),
    ("food", "烧烤店"), ("shop", "超市"), ("station", "客运站点"), ("fuel", "加油站"), ("other", "棋牌室"),
)  # fmt: skip
TOPICS: Final = ("telecom-fraud", "theft", "drowning", "fire", "drink-driving", "drugs")
ROADS: Final = ("人民大街", "解放路", "胜利路", "江湾路", "新华路", "环城路", "团结路", "站前街")
POINTS: Final = ("火车站广场", "夜市", "酒吧街", "文化广场", "大型商场", "江边步道", "高速出口", "医院门前")
NIGHTS: Final = tuple(local_day(FROM) + timedelta(days=each) for each in range(3))
# Squads of a night: the hour at which they begin, how long they stay, and how many go, relative to the others.
STARTS: Final = (
    (8, 8, 0.5), (16, 6, 0.8), (18, 4, 1.2), (18, 6, 1.4), (19, 6, 1.6), (20, 5, 1.5), (21, 6, 1.2), (22, 5, 0.8),
)  # fmt: skip
ZONES: Final = (("中心城区片区", "副局长"), ("商圈夜市片区", "政治处主任"))
# The number of the spare squads that were called off: they were planned and are in no figure.
CALLED_OFF: Final = "99"
SPARES: Final = 3


def plan(world: World) -> Plan:
    """All that the program sends in."""
    made = Plan("night-patrol")
    _units(made, world)
    _deployments(made, world)
    _venue_checks(made, world)
    _offences(made, world)
    _sessions(made, world)
    _assistance(made, world)
    return made


def _units(made: Plan, world: World) -> None:
    """The police of every county, which owes a return each night."""
    for county in world.counties:
        answers = {"code": county.code[:6], "unit_name": f"{county.name}公安局（样例）", "place": county.code}
        answers["occurred_at"] = "2022-09-01T09:00:00+08:00"
        made.add("unit", clerk_of(county.code), answers, wave=REGISTERS)


def _zones(made: Plan, world: World) -> dict[tuple[str, date], list[str]]:
    """A leader for every zone and night, two zones where much happens; the codes by county and night."""
    found: dict[tuple[str, date], list[str]] = {}
    for county, bustle in zip(world.counties, world.bustle(), strict=True):
        for night in NIGHTS:
            for number, (name, office) in enumerate(ZONES[: 2 if bustle > 1.5 else 1], 1):
                leader = f"{office}（样例·{len(made.samples) % 97 + 1:02d}）"
                answers = {"night": night.isoformat(), "place": county.code, "number": number, "zone_name": name}
                answers |= {"leader": leader, "occurred_at": f"{night}T09:00:00+08:00"}
                made.add("zone", clerk_of(county.code), answers, wave=REGISTERS)
                found.setdefault((county.code, night), []).append(f"{night}-{county.code[:6]}-{number}")
    return found


def _deployments(made: Plan, world: World) -> None:
    """Eight squads per county and night. Changchun tells its last night beforehand, and calls three squads off."""
    random, zones = made.random, _zones(made, world)
    duties = [(county, night, each) for county in world.counties for night in NIGHTS for each in range(len(STARTS))]
    weights = [bustle * STARTS[each][2] for bustle in world.bustle() for _ in NIGHTS for each in range(len(STARTS))]
    police = parts(62_037, weights, random, least=4)
    vehicles = parts(17_042, weights, random, least=1)
    mass = parts(41_208, weights, random)
    for number, (county, night, each) in enumerate(duties):
        start, hours, _ = STARTS[each]
        at = midnight(night) + timedelta(hours=start, minutes=random.choice((0, 30)))
        answers = _duty(made, county, night, each + 1, zones[county.code, night]) | {"occurred_at": written(at)}
        answers |= {"ends": written(at + timedelta(hours=hours)), "police": police[number]}
        answers |= {"vehicles": vehicles[number], "mass": mass[number]}
        if number % 40 == 7:
            answers["participants"] = organisation_of(f"{county.code[:4]}00000000")
        if number % 480 == 100:
            wrong = {"police": police[number] * 10}
            made.add_mistaken("deployment", clerk_of(county.code), answers, wrong, "警力多写了一个零")
            continue
        made.add("deployment", clerk_of(county.code), answers)
        if number in (333, 901):
            made.add_doubled("deployment", clerk_of(county.code), answers, "同一班次填报了两次")
        if answers["told"] == "before" and each == 2 and number < SPARES * len(NIGHTS) * len(STARTS):
            spare = {"number": f"{answers['number'][:-2]}{CALLED_OFF}", "squad": "机动组"}
            made.add("deployment", clerk_of(county.code), {**answers, **spare})


def _duty(made: Plan, county: Place, night: date, serial: int, zones: Sequence[str]) -> dict[str, Any]:
    random = made.random
    point = random.random() < 0.4
    answers: dict[str, Any] = {"number": f"{county.code[:6]}-{night:%m%d}-{serial:02d}", "place": county.code}
    answers |= {"squad": f"{county.name}巡防{serial}组（样例）", "zone": zones[serial % len(zones)]}
    answers |= {"kind": "point" if point else "route", "route": random.choice(POINTS if point else ROADS)}
    answers["told"] = "before" if county.code.startswith("2201") and night == NIGHTS[-1] else "after"
    return answers


def _venue_checks(made: Plan, world: World) -> None:
    """Check sheets of up to fourteen venues. 28,143 venues; some are checked on a second night."""
    random = made.random
    fixed, ordered = _hazards(made, 2_964), _hazards(made, 927)
    row = 0
    again = parts(ROWS - VENUES, world.bustle(), random)
    for county, count, more in zip(world.counties, parts(VENUES, world.bustle(), random, least=40), again, strict=True):
        venues = [_venue(made, county, each) for each in range(1, count + 1)]
        visits = [*venues, *random.sample(venues, min(more, count))]
        sheets = [visits[each : each + SHEET] for each in range(0, len(visits), SHEET)]
        for at, sheet in zip(moments(FROM, UNTIL, len(sheets), random, busy=NIGHT), sheets, strict=True):
            rows = []
            for venue in sheet:
                rows.append({**venue, "fixed": fixed.get(row, 0), "ordered": ordered.get(row, 0)})
                row += 1
            _file_sheet(made, county, {"place": county.code, "occurred_at": written(at)}, rows)


def _hazards(made: Plan, total: int) -> dict[int, int]:
    """Hazards by row: most rows have none, a few have two or three."""
    found: dict[int, int] = {}
    for _ in range(total):
        row = made.random.randrange(ROWS)
        found[row] = found.get(row, 0) + 1
    return found


def _venue(made: Plan, county: Place, serial: int) -> dict[str, str]:
    kind, word = made.random.choice(TYPES)
    return {"venue": f"{county.code[:6]}-{serial:04d}", "venue_name": f"样例{word}{serial:04d}号", "venue_type": kind}


def _file_sheet(made: Plan, county: Place, answers: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    random = made.random
    answers |= {"crew": f"{county.name}第{random.randint(1, 12)}检查小组", "venues": rows}
    answers["manner"] = random.choice(("open", "open", "surprise", "cross", "covert"))
    luck = random.random()
    if luck < 0.003:
        wrong = {"venues": [{**rows[0], "ordered": rows[0]["ordered"] + 5}, *rows[1:]]}
        made.add_mistaken("venue-check", clerk_of(county.code), answers, wrong, "首行隐患数登记有误，按检查单更正")
        return
    made.add("venue-check", clerk_of(county.code), answers)
    if luck > 0.998:
        made.add_doubled("venue-check", clerk_of(county.code), answers, "检查单重复录入")


def _offences(made: Plan, world: World) -> None:
    random = made.random
    kinds = ["drink-driving"] * 684 + ["drunk-driving"] * 113 + ["street-racing"] * 38
    random.shuffle(kinds)
    for serial, (kind, at) in enumerate(
        zip(kinds, moments(FROM, UNTIL, len(kinds), random, busy=NIGHT), strict=True), 1
    ):
        county = random.choices(world.counties, world.bustle())[0]
        answers: dict[str, Any] = {"number": f"A{serial:05d}", "place": county.code, "occurred_at": written(at)}
        answers |= {"behaviour": kind, "road": random.choice(ROADS)}
        answers["vehicle_type"] = (
            "motorcycle" if kind == "street-racing" else random.choice(("car", "car", "car", "truck"))
        )
        if kind == "drink-driving":
            answers["bac"] = random.randint(20, 79)
        elif kind == "drunk-driving":
            answers["bac"] = random.randint(80, 246)
        if serial == 400 and kind != "street-racing":
            other = (
                {"behaviour": "drunk-driving", "bac": 95}
                if kind == "drink-driving"
                else {"behaviour": "drink-driving", "bac": 60}
            )
            made.add_mistaken(
                "offence", clerk_of(county.code), answers, other, "血液检测结果与呼气检测不同，以血液检测为准"
            )
        else:
            made.add("offence", clerk_of(county.code), answers)


def _sessions(made: Plan, world: World) -> None:
    """2,764 sessions at 2,528 points; 236 points are used twice."""
    random = made.random
    homes = sorted(random.choices(world.counties, world.bustle(), k=2_528), key=lambda place: place.code)
    points = [(f"{home.code[:6]}-P{each:04d}", home) for each, home in enumerate(homes, 1)]
    used = [*points, *random.sample(points, 236)]
    leaflets = parts(286_314, [1.0] * len(used), random, least=10)
    times = moments(FROM, UNTIL, len(used), random, busy=(9, 10, 15, 16, 18, 18, 19, 19, 20, 20))
    random.shuffle(times)
    for (point, home), count, at in zip(used, leaflets, times, strict=True):
        answers: dict[str, Any] = {"point": point, "point_name": f"{home.name}宣传点{point[-4:]}", "place": home.code}
        answers |= {"occurred_at": written(at), "topics": sorted(random.sample(TOPICS, random.randint(1, 3)))}
        made.add("session", clerk_of(home.code), {**answers, "leaflets": count})


def _assistance(made: Plan, world: World) -> None:
    random = made.random
    shifts = [(county, FROM + timedelta(hours=6 * each)) for county in world.counties for each in range(12)]
    weights = [bustle for bustle in world.bustle() for _ in range(12)]
    served, requests = parts(24_316, weights, random, least=2), parts(10_482, weights, random)
    for each, (county, start) in enumerate(shifts):
        at = start + timedelta(minutes=random.randrange(360))
        answers: dict[str, Any] = {
            "place": county.code,
            "occurred_at": written(at),
            "unit_name": f"{county.name}公安局（样例）",
        }
        made.add("assistance", clerk_of(county.code), {**answers, "served": served[each], "requests": requests[each]})
