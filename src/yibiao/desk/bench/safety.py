"""The measurements of ``yibiao bench safety``: how long the pages of safety work take with much open and much owed."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from yibiao.cases import queries as cases
from yibiao.core import clock
from yibiao.core.periods import SHANGHAI, Period, local_day
from yibiao.core.problems import refuse
from yibiao.desk import installing
from yibiao.desk.bench.measuring import milliseconds
from yibiao.desk.demo.build import settle
from yibiao.desk.operating import everything
from yibiao.desk.problems import BENCH_TAKEN
from yibiao.duty import queries as duty
from yibiao.ledger import queries as log
from yibiao.packs import queries as packs
from yibiao.people import actions as accounts
from yibiao.people import queries as people
from yibiao.people.types import Grant, Warrant
from yibiao.places import actions as places
from yibiao.places import queries as atlas
from yibiao.records import actions as intake
from yibiao.records import queries as records
from yibiao.records.types import SubmissionDraft

PROGRAM, PROVINCE, TOPIC = "holiday-safety", "220000000000", "daily-zero"
# The last day of the program: what is told of a later time belongs to none of its figures.
LAST: Final = date(2022, 9, 12)
HAZARDS_OF_ONE: Final = 10
# One report in so many is never filed, so that there is something to chase.
MISSING: Final = 9
USER: Final = "bench"


@dataclass(frozen=True, slots=True)
class Measure:
    """Medians of some rounds of one page: server time in milliseconds, queries, size of the answer in bytes."""

    ms: float
    queries: int
    size: int

    def as_json(self) -> dict[str, Any]:
        return {"ms": round(self.ms, 1), "queries": self.queries, "bytes": self.size}


def build(open_cases: int, units: int, days: int) -> None:
    """A program with so many open hazards, and units that owe a report for each of some days.

    Raises: desk.bench.taken.
    """
    if packs.programs():
        raise refuse(BENCH_TAKEN.at(folder=settings.DATA))
    places.install_jilin()
    path = next(path for path in packs.shipped() if path.name == PROGRAM)
    installing.install(path)
    accounts.add_organisation(code=USER, name="测速单位（样例）", place=PROVINCE)
    grants = [Grant(right, PROVINCE, frozenset({PROGRAM})) for right in ("fill", "review", "analyse")]
    accounts.add_person(
        username=USER, name="样例·测速", password=None, organisation=USER, role="样例岗", grants=grants, sample=True
    )
    by = people.system_warrant(place=PROVINCE, program=PROGRAM)
    counties = [county.code for each in atlas.children(PROVINCE) for county in atlas.children(each.code)]
    seats = [(f"B{n:04d}", counties[n % len(counties)]) for n in range(units)]
    _send("unit", [_unit(code, place) for code, place in seats], by)
    reports = [
        _report(seat, LAST - timedelta(days=day))
        for day in range(days)
        for number, seat in enumerate(seats)
        if (number + day) % MISSING
    ]
    _send("zero-report", reports, by)
    _send("inspection", [_inspection(n, counties) for n in range(open_cases // HAZARDS_OF_ONE)], by)
    settle()


def database() -> str:
    """What the tables lie in, with its version."""
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def pages(rounds: int, days: int) -> dict[str, Measure]:
    """Every page of safety work, as the editor of the province sees it."""
    client = Client()
    client.force_login(get_user_model().objects.get(username=USER))
    held = cases.page(scope=everything(), program=PROGRAM, at=clock.now(), lifecycle="hazard", size=1).items[0]
    span = {"from": _first(days).isoformat(), "until": LAST.isoformat()}
    asked: dict[str, tuple[str, dict[str, str]]] = {
        "my day": ("/", {}),
        "board": ("/board/", {}),
        "cases": ("/cases/", {}),
        "cases, overdue": ("/cases/", {"pace": "overdue"}),
        "one case": (f"/cases/{held.id}/", {}),
        "duty": ("/duty/", {}),
        "coverage": ("/duty/coverage/", span),
        "chasing": ("/duty/chasing/", span),
        "rosters": ("/duty/rosters/", {}),
        "notices": ("/notices/", {}),
    }
    return {name: _page(client, url, {"program": PROGRAM, **given}, rounds) for name, (url, given) in asked.items()}


def beside(rounds: int, days: int) -> dict[str, dict[str, Any]]:
    """Two questions of the pages, and the same answered in the plain way: unit by unit, and by folding every fact."""
    scope, at = everything(), clock.now()
    period = Period.days(_first(days), LAST)

    def matrix() -> int:
        cells = duty.matrix(PROGRAM, TOPIC, scope=scope, at=at, period=period).cells
        return sum(cell.filed for cell in cells)

    def unit_by_unit() -> int:
        found: set[tuple[str, date]] = set()
        for unit in duty.reporting_units(PROGRAM, scope=scope).values():
            for one in records.each(scope=scope, program=PROGRAM, form=f"{PROGRAM}.zero-report", text=unit.key):
                if one.subject == unit.key and period.contains(one.occurred_at):
                    found.add((unit.key, local_day(one.occurred_at)))
        return len(found)

    def listed() -> int:
        return cases.page(scope=scope, program=PROGRAM, lifecycle="hazard", state="ordered", at=at, size=1).total

    def folded() -> int:
        newest: dict[str, str] = {}
        top = log.checkpoint()
        for fact in log.entries(0, top.size if top else 0, kinds=[f"case.{PROGRAM}.hazard"]):
            newest[fact.id] = str(fact.payload["answers"]["state"])
        return list(newest.values()).count("ordered")

    return {
        "coverage of every unit and day": _two(matrix, unit_by_unit, rounds),
        "cases in one state": _two(listed, folded, rounds),
    }


def _first(days: int) -> date:
    return LAST - timedelta(days=days - 1)


def _two(ours: Callable[[], int], plain: Callable[[], int], rounds: int) -> dict[str, Any]:
    if (mine := ours()) != (other := plain()):
        raise AssertionError(f"the two ways count {mine} and {other}")
    return {
        "found": mine,
        "ms": round(milliseconds(ours, rounds), 1),
        "plain_ms": round(milliseconds(plain, rounds), 1),
    }


class _Counting:
    """How many statements were sent to the database."""

    count = 0

    def __call__(self, execute: Callable[..., Any], *given: Any) -> Any:
        self.count += 1
        return execute(*given)


def _page(client: Client, url: str, asked: dict[str, str], rounds: int) -> Measure:
    made = _Counting()
    with connection.execute_wrapper(made):
        answer = client.get(url, asked)
    if answer.status_code != 200:
        raise AssertionError(f"{url} answers {answer.status_code}")
    return Measure(milliseconds(lambda: client.get(url, asked), rounds), made.count, len(answer.content))


def _send(form: str, answers: Sequence[dict[str, Any]], by: Warrant) -> None:
    drafts = [SubmissionDraft(str(uuid.uuid4()), f"{PROGRAM}.{form}", PROGRAM, each, "sample") for each in answers]
    for start in range(0, len(drafts), 1_000):
        intake.receive_many(drafts[start : start + 1_000], by=by)


def _unit(code: str, place: str) -> dict[str, Any]:
    at = "2022-01-01T09:00:00+08:00"
    return {"code": code, "unit_name": f"样例单位{code}", "level": "county", "place": place, "occurred_at": at}


def _report(seat: tuple[str, str], day: date) -> dict[str, Any]:
    code, place = seat
    at = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=16)
    nothing = {"accidents": 0, "fires": 0, "disasters": 0, "others": 0}
    return {"unit": code, "place": place, "occurred_at": at.isoformat(), **nothing}


def _inspection(number: int, counties: Sequence[str]) -> dict[str, Any]:
    at = datetime(2022, 9, 10, 8, tzinfo=SHANGHAI) + timedelta(minutes=number * 7 % 3_000)
    hazards = [
        {"description": f"样例隐患{number}-{n}", "hazard_grade": "general", "disposal": "by-deadline",
         "deadline": (LAST + timedelta(days=1 + (number + n) % 30)).isoformat()}
        for n in range(HAZARDS_OF_ONE)
    ]  # fmt: skip
    return {
        "place": counties[number % len(counties)], "occurred_at": at.isoformat(), "inspector": "leader",
        "manner": "open", "object_type": "department", "object": f"D{number}", "object_name": f"样例部门{number}",
        "leaders": [{"office": "deputy"}], "hazards": hazards,
    }  # fmt: skip
