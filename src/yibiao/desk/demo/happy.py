"""The happy quarters of Changchun, 2022: register, seven steps, quotas, awards, weak quarters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any, Final

from yibiao.desk.demo.plan import REGISTERS, Plan, largest_remainder, moment, parts, written
from yibiao.desk.demo.world import CHANGCHUN, CHANGCHUN_CLERK, ERDAO, MINFENG, SHIWEI, World, clerk_of

QUARTERS: Final = 3_612
QUOTA: Final = {"city": 200, "county": 400}
OLD_SHARE: Final = {"city": 0.62, "county": 0.63}
STEPS: Final = (
    ("build", "03-20", "逐小区制定创建方案"), ("recommend", "08-15", "社区、街道、县（市）区逐级推荐"),
    ("review", "09-20", "初审材料并实地复核"), ("panel", "10-18", "组织专家评审"),
    ("notice", "11-02", "向社会公示拟命名名单"), ("announce", "11-18", "集中通报命名结果"),
    ("follow-up", "12-15", "对已命名小区开展复核"),
)  # fmt: skip

Quarter = tuple[str, str, str, str]


def plan(world: World) -> Plan:
    """All that the program sends in."""
    made = Plan("happy-community")
    counties = [each.code for each in world.of_changchun()]
    quarters = _quarters(made, counties)
    _quotas(made, counties, quarters)
    _steps(made, counties)
    for county in counties:
        _county(made, county, quarters[county])
    _honours(made, counties, quarters)
    return made


def _at(day: str, minutes: int) -> str:
    return written(moment(f"2022-{day} 08:30") + timedelta(minutes=minutes))


def _quarters(made: Plan, counties: Sequence[str]) -> dict[str, list[Quarter]]:
    """Registers every quarter; gives (code, place, old, county) by county."""
    random = made.random
    weights = [0.7 if county[4:6] in {"12", "13", "22", "82", "83", "84"} else 1.4 for county in counties]
    found: dict[str, list[Quarter]] = {}
    for county, count in zip(counties, parts(QUARTERS, weights, random), strict=True):
        rows: list[Quarter] = []
        for serial in range(1, count + 1):
            place = {1: MINFENG, 2: MINFENG, 3: SHIWEI}.get(serial, county) if county == ERDAO else county
            rows.append((f"{county[:6]}-Z{serial:04d}", place, "yes" if random.random() < 0.47 else "no", county))
            answers = {
                "code": rows[-1][0],
                "quarter_name": f"样例居民小区{county[:6]}-{serial:04d}",
                "old": rows[-1][2],
            }
            at = _at(f"03-{1 + serial % 18:02d}", serial % 480)
            made.add("quarter", clerk_of(county), {**answers, "place": place, "occurred_at": at}, wave=REGISTERS)
        found[county] = rows
    return found


def shares(level: str, counts: Sequence[int]) -> list[int]:
    """The quota of every county at a level, by largest remainder of its number of quarters."""
    return largest_remainder(QUOTA[level], counts)


def _quotas(made: Plan, counties: Sequence[str], quarters: dict[str, list[Quarter]]) -> None:
    counts = [len(quarters[county]) for county in counties]
    for level in QUOTA:
        for county, known, places in zip(counties, counts, shares(level, counts), strict=True):
            answers: dict[str, Any] = {"level": level, "places": places, "known_quarters": known, "place": county}
            made.add("quota", CHANGCHUN_CLERK, {**answers, "occurred_at": _at("03-25", 0)})


def _steps(made: Plan, counties: Sequence[str]) -> None:
    for step, day, matter in STEPS:
        local = step in {"build", "recommend", "review", "follow-up"}
        for each, place in enumerate(counties if local else [CHANGCHUN]):
            answers = {"step": step, "place": place, "matter": matter, "occurred_at": _at(day, 11 * each)}
            made.add("step", clerk_of(place), answers)


def _county(made: Plan, county: str, rows: list[Quarter]) -> None:
    """The county's list of weak quarters: one in a hundred, rounded up."""
    for each, (code, place, _, _) in enumerate(made.random.sample(rows, ceil(len(rows) / 100))):
        answers = {"quarter": code, "place": place, "occurred_at": _at("12-05", 30 * each), "fix_by": "2023-06-30"}
        answers["shortfall"] = made.random.choice(("facilities", "service", "environment", "safety"))
        made.add("weak", clerk_of(county), answers)


def _honours(made: Plan, counties: Sequence[str], quarters: dict[str, list[Quarter]]) -> None:
    """Applications, and awards drawn from them; old quarters are at least 60 % of every county's list."""
    counts = [len(quarters[county]) for county in counties]
    seats = {level: shares(level, counts) for level in QUOTA}
    weak = {each.answers["quarter"] for each in made.samples if each.form.endswith(".weak")}
    for each, county in enumerate(counties):
        good = [row for row in quarters[county] if row[0] not in weak]
        made.random.shuffle(good)
        old, new = [row for row in good if row[2] == "yes"], [row for row in good if row[2] == "no"]
        for level in QUOTA:
            count = seats[level][each]
            share = ceil(count * OLD_SHARE[level])
            chosen = [old.pop() for _ in range(share)] + [new.pop() for _ in range(count - share)]
            _apply_and_award(made, level, chosen)
        for row in [*old, *new][: len(good) // 8]:
            _apply(made, made.random.choice(("city", "county")), row)


def _apply(made: Plan, level: str, row: Quarter) -> None:
    code, place, old, county = row
    day = f"0{made.random.randint(4, 7)}-{made.random.randint(1, 28):02d}"
    answers = {
        "quarter": code,
        "level": level,
        "old": old,
        "place": place,
        "occurred_at": _at(day, made.random.randrange(500)),
    }
    made.add("application", clerk_of(county), answers)


def _apply_and_award(made: Plan, level: str, chosen: Sequence[Quarter]) -> None:
    for row in chosen:
        _apply(made, level, row)
        code, place, old, county = row
        answers = {"quarter": code, "level": level, "old": old, "place": place}
        answers |= {"decision": f"样例创建〔2022〕{'6' if level == 'city' else '7'}号", "occurred_at": _at("11-18", 60)}
        made.add("award", CHANGCHUN_CLERK if level == "city" else clerk_of(county), answers)
