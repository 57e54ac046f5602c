"""Incidents before and during the holiday: none that the bulletin denies, and enough to show that its rules look."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from yibiao.desk.demo.plan import Plan, moment, moments, written
from yibiao.desk.demo.world import World, clerk_of

_PLAIN: Final = ("road", "road", "construction", "agriculture", "other", "machinery", "noncoal", "commerce")


def add_incidents(made: Plan, world: World) -> None:
    """Forty ordinary accidents of 2021 and 2022, the last large one in June 2021, fires and floods of 2021."""
    random = made.random
    for at in moments(moment("2021-01-04 00:00"), moment("2022-09-08 00:00"), 40, random):
        deaths = random.choice((0, 1, 1, 1, 2))
        answers = _incident(made, world, at, "accident", deaths, random.choice(_PLAIN))
        made.add("incident", clerk_of(answers["place"]), answers)
    for text, category, deaths, sector in (
        ("2021-03-19 14:20", "accident", 3, "road"),
        ("2021-06-17 05:40", "accident", 4, "construction"),
        ("2021-04-11 13:05", "forest-fire", 0, ""),
        ("2021-04-28 12:30", "forest-fire", 0, ""),
        ("2021-08-07 21:15", "flood", 1, ""),
        ("2022-02-13 03:10", "fire", 1, ""),
        ("2022-07-09 16:00", "flood", 0, ""),
        ("2022-09-10 02:25", "fire", 0, ""),
        ("2022-09-11 17:50", "accident", 0, "road"),
    ):
        answers = _incident(made, world, moment(text), category, deaths, sector)
        made.add("incident", clerk_of(answers["place"]), answers)
    _late_death(made, world)


def _late_death(made: Plan, world: World) -> None:
    """An injured person who died within thirty days raises the grade; a wrong day is put right."""
    late = _incident(made, world, moment("2022-08-15 09:30"), "accident", 1, "construction")
    made.add_mistaken(
        "incident", clerk_of(late["place"]), late, {"deaths": 0, "serious": 1}, "伤者于三十日内死亡，按规定补报"
    )
    shifted = _incident(made, world, moment("2022-08-10 10:45"), "accident", 1, "machinery")
    wrong = {"occurred_at": written(moment("2022-09-10 10:45"))}
    made.add_mistaken("incident", clerk_of(shifted["place"]), shifted, wrong, "月份填错，事故发生在8月")


def _incident(made: Plan, world: World, at: datetime, category: str, deaths: int, sector: str) -> dict[str, Any]:
    random = made.random
    place = random.choices(world.counties, world.bustle())[0].code
    number = f"E{at:%Y%m%d}-{len(made.samples) % 1000:03d}"
    answers: dict[str, Any] = {"number": number, "place": place, "occurred_at": written(at)}
    answers |= {
        "category": category,
        "deaths": deaths,
        "serious": random.choice((0, 0, 1)),
        "loss": str(random.randint(1, 90)),
    }
    if sector:
        answers["sector"] = sector
    return {**answers, "summary": "样例事件，用于演示"}
