"""The cyber security week: live rooms, events, works, items and reach (5 to 11 September 2022)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from yibiao.desk.demo.codes import credit_code
from yibiao.desk.demo.plan import REGISTERS, Plan, moment, moments, parts, written
from yibiao.desk.demo.world import PROVINCE, World, clerk_of, organisation_of

FROM: Final = moment("2022-09-05 00:00")
UNTIL: Final = moment("2022-09-12 00:00")
OFFICE_HOURS: Final = (9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 18, 19)
ENTRIES: Final = ("community", "village", "enterprise", "office", "campus", "barracks", "family")
DAYS: Final = (
    ("campus", 6, "校园"), ("telecom", 7, "电信"), ("law", 8, "法治"), ("finance", 9, "金融"), ("youth", 10, "青少年"),
    ("personal-data", 11, "个人信息保护"),
)  # fmt: skip
READINGS: Final = 14


def plan(world: World) -> Plan:
    """All that the program sends in."""
    made = Plan("cyber-week")
    _live(made)
    _theme_days(made, world)
    _events(made, world)
    _exhibitors(made)
    _works(made, world)
    _handouts(made, world)
    _reach(made, world)
    return made


def _live(made: Plan) -> None:
    """Twelve rooms, each read fourteen times; the newest readings add up."""
    random = made.random
    endpoints = parts(398_617, [1.0] * 12, random, spread=0.7)
    audience = [
        each + more for each, more in zip(endpoints, parts(51_021, [1.0] * 12, random, spread=0.7), strict=True)
    ]
    for room in range(12):
        times = moments(FROM + timedelta(hours=9), UNTIL, READINGS, random)
        for reading, at in enumerate(times, 1):
            answers: dict[str, Any] = {
                "room": f"L{room + 1:02d}",
                "room_name": f"第{room + 1}直播间",
                "place": PROVINCE,
            }
            answers["occurred_at"] = written(at)
            answers["endpoints"] = endpoints[room] * reading // READINGS
            answers["audience"] = audience[room] * reading // READINGS
            if room == 4 and reading == READINGS:
                wrong = {"audience": audience[room] + 900}
                made.add_mistaken("live", clerk_of(PROVINCE), answers, wrong, "主办单位核定后调减")
            else:
                made.add("live", clerk_of(PROVINCE), answers)


def _event(made: Plan, number: str, name: str, kind: str, place: str) -> dict[str, Any]:
    answers: dict[str, Any] = {"number": number, "event_name": name, "event_kind": kind, "place": place}
    answers["host_name"] = "网信办（样例）"
    if made.random.random() < 0.1 and place != PROVINCE:
        answers["participants"] = f"{organisation_of(f'{place[:4]}00000000')} {organisation_of(PROVINCE)}"
    return answers


def _theme_days(made: Plan, world: World) -> None:
    for day, date, name in DAYS:
        for each, prefecture in enumerate(world.prefectures):
            answers = _event(
                made, f"D{date:02d}-{each + 1}", f"{prefecture.name}{name}主题日活动", "theme-day", prefecture.code
            )
            at = moment(f"2022-09-{date:02d} 09:00") + timedelta(minutes=made.random.randrange(120))
            made.add("event", clerk_of(prefecture.code), {**answers, "theme_day": day, "occurred_at": written(at)})


def _events(made: Plan, world: World) -> None:
    random = made.random
    for kind, count, name in (
        ("offline", 318, "七进"),
        ("contest", 97, "知识竞赛"),
        ("lecture", 22, "讲座"),
        ("broadcast", 64, "展播"),
    ):
        for serial, at in enumerate(moments(FROM, UNTIL, count, random, busy=OFFICE_HOURS), 1):
            county = random.choices(world.counties, world.bustle())[0]
            if kind == "offline" and at.hour not in OFFICE_HOURS:
                at = at.replace(hour=random.choice(OFFICE_HOURS))
            answers = _event(
                made, f"{kind[0].upper()}{serial:04d}", f"{county.name}{name}{serial}号", kind, county.code
            )
            answers["occurred_at"] = written(at)
            if kind == "offline":
                answers["entry"] = ENTRIES[serial % 7]
            if kind == "contest":
                answers["attempts"] = random.randint(300, 9000)
                answers["contestants"] = answers["attempts"] * random.randint(40, 95) // 100
            made.add("event", clerk_of(county.code), answers)
            if kind == "offline" and serial in (77, 230):
                made.add_doubled("event", clerk_of(county.code), answers, "联合活动，参加单位又报了一次")


def _exhibitors(made: Plan) -> None:
    random = made.random
    for serial in range(1, 27):
        home = PROVINCE if serial <= 15 else "220100000000"
        answers = {"uscc": credit_code(home, serial, family="YW"), "exhibitor_name": f"样例网络安全企业{serial:02d}号"}
        answers |= {"exhibitor_type": "vendor" if serial <= 15 else "internet", "place": home}
        at = moment("2022-09-05 08:00") + timedelta(minutes=random.randrange(120))
        made.add("exhibitor", clerk_of(home), {**answers, "occurred_at": written(at)}, wave=REGISTERS)


def _works(made: Plan, world: World) -> None:
    random = made.random
    fields = ["network"] * 92 + ["data"] * 61 + ["personal"] * 60
    random.shuffle(fields)
    for serial, (field, at) in enumerate(zip(fields, moments(FROM, UNTIL, len(fields), random), strict=True), 1):
        county = random.choices(world.counties, world.bustle())[0]
        answers = {"number": f"W{serial:04d}", "work_name": f"样例科普作品{serial:04d}号", "work_field": field}
        answers |= {
            "scene": random.choice(("office", "life", "epidemic")),
            "place": county.code,
            "occurred_at": written(at),
        }
        made.add("work", clerk_of(county.code), answers)


def _handouts(made: Plan, world: World) -> None:
    random = made.random
    homes = random.choices(world.counties, world.bustle(), k=960)
    items = parts(1_993_640, [1.0] * 960, random, least=100, spread=0.8)
    times = moments(FROM, UNTIL, 960, random, busy=OFFICE_HOURS)
    random.shuffle(times)
    for each, (county, count, at) in enumerate(zip(homes, items, times, strict=True)):
        answers: dict[str, Any] = {"place": county.code, "occurred_at": written(at), "items": count}
        answers["item_kind"] = random.choice(("booklet", "booklet", "leaflet", "poster", "gift"))
        if each in (200, 640):
            made.add_mistaken("handout", clerk_of(county.code), answers, {"items": count + 2000}, "误按印制数填报")
        else:
            made.add("handout", clerk_of(county.code), answers)


def _reach(made: Plan, world: World) -> None:
    """84 accounts, each read about twice a day; only the newest reading of each counts."""
    random = made.random
    names = {"weibo": "微博号", "douyin": "抖音号", "wechat": "公众号"}
    homes = [*world.counties, *world.prefectures, *random.choices(world.prefectures, k=15)]
    final = parts(10_004_812, [3.0 if each.code[4:6] == "00" else 1.0 for each in homes], random, spread=0.8)
    for serial, (home, exposures) in enumerate(zip(homes, final, strict=True), 1):
        platform = random.choice(tuple(names))
        for reading, at in enumerate(moments(FROM, UNTIL, READINGS, random), 1):
            answers: dict[str, Any] = {"account": f"M{serial:03d}", "account_name": f"{home.name}样例{names[platform]}"}
            answers |= {"platform": platform, "place": home.code, "occurred_at": written(at)}
            made.add("reach", clerk_of(home.code), {**answers, "exposures": exposures * reading // READINGS})
