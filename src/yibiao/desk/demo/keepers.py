"""Keepers of major-hazard sources: who they are, and which of their duties were done on time, late or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from yibiao.desk.demo.plan import REGISTERS, Plan, moment, written
from yibiao.desk.demo.world import clerk_of

COUNT: Final = 12
_DAYS: Final = ("2022-09-10", "2022-09-11", "2022-09-12")
_FOUND: Final = ("储罐区围堰有裂纹", "可燃气体报警器一处故障", "班组交接记录漏签")


def add(made: Plan, enterprises: Sequence[tuple[str, str, str]]) -> None:
    """Registers sources of some enterprises with their keepers, and files what the keepers did."""
    for number, (uscc, name, place) in enumerate(enterprises[:COUNT], 1):
        code = f"样源{number:03d}"
        answers: dict[str, Any] = {"code": code, "source_name": f"{name}储罐区（样例）", "enterprise": uscc}
        answers |= {"level": str(1 + number % 4), "place": place, "occurred_at": "2022-01-06T10:00:00+08:00"}
        for role, post, who in (
            ("main", "总经理", "甲"),
            ("technical", "总工程师", "乙"),
            ("operating", "车间主任", "丙"),
        ):
            answers |= {f"{role}_post": post, f"{role}_name": f"样例·{who}{number}"}
        made.add("major-source", clerk_of(place), answers, wave=REGISTERS)
        for task, at in _done(number):
            _file(made, code, place, task, at, number)


def _done(number: int) -> list[tuple[str, datetime]]:
    """What the keepers of a source did; some came late and some did nothing."""
    noon = moment("2022-03-14 11:00") + timedelta(days=number)
    done = [("quarterly-check", noon)]
    if number != 5:
        done.append(("quarterly-check", noon + timedelta(days=84)))
    if number <= 4:
        done += [("yearly-review", noon + timedelta(days=10)), ("quarterly-check", noon + timedelta(days=150))]
    if number != 8:
        late = number == 3
        done.append(("holiday-check", moment("2022-09-10 11:00") if late else moment("2022-09-07 10:00")))
    if number != 10:
        done.append(("weekly-check", moment("2022-09-06 15:00") + timedelta(hours=number)))
    if number <= 6:
        done.append(("weekly-check", moment("2022-09-12 09:00") + timedelta(minutes=20 * number)))
    for day in _DAYS:
        if (number, day) != (11, _DAYS[1]):
            hour = "10:40" if (number, day) == (7, _DAYS[2]) else "09:10"
            done.append(("daily-promise", moment(f"{day} {hour}") + timedelta(minutes=number)))
    return done


def _file(made: Plan, code: str, place: str, task: str, at: datetime, number: int) -> None:
    answers: dict[str, Any] = {"source": code, "place": place, "task": task, "occurred_at": written(at)}
    if task == "holiday-check" and number in (2, 6, 9):
        hazard: Mapping[str, Any] = {
            "description": _FOUND[number % 3], "hazard_grade": "general", "disposal": "by-deadline",
            "deadline": (at.date() + timedelta(days=7)).isoformat(),
        }  # fmt: skip
        answers |= {"found": "发现一处隐患，已交办", "has_hazards": "yes", "hazards": [hazard]}
    else:
        answers |= {"found": "逐项排查，未发现隐患", "has_hazards": "no"}
    made.add("keeper-duty", clerk_of(place), answers)
