"""Reports of citizens as figures, counted a second way in plain Python over the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.citizens.conftest import PROGRAM, SHIWEI, World, reported, settle
from yibiao.cases import actions as cases
from yibiao.citizens import actions as citizens
from yibiao.core.periods import Period
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import queries as log
from yibiao.people import queries as people


def figure(world: World, id: str, period: Period) -> Any:
    return figures.figure(Query(f"{PROGRAM}.{id}", PROGRAM, SHIWEI, period), scope=world.all).value


def standing(kind: str) -> list[dict[str, Any]]:
    """The answers of the newest revision of every fact of a kind."""
    newest = {fact.id: fact for fact in log.entries(0, log.counts().entries, (kind,))}
    return [dict(fact.payload["answers"]) for fact in newest.values()]


def test_reports_count_each_and_closed_ones_once(world: World) -> None:
    (_, first), (_, second), (third, _) = (reported(), reported(), reported(service="noise"))
    for move, answers in (("dispatch", {}), ("handle", {"answer": "已换"}), ("visit", {"satisfied": "yes"})):
        cases.move(first.case, move, answers, by=world.by)
    cases.move(second.case, "merge", {"merged_into": first.case}, by=world.by)
    by = people.citizen_warrant(place=SHIWEI, program=PROGRAM, organisation="sw", because="示例")
    assert citizens.report(third, by=by).repeated, "sent twice it is one"
    settle()
    now = datetime.now(UTC)
    period = Period(now - timedelta(days=2), now + timedelta(days=2))
    reports, closed = standing(f"record.{PROGRAM}.report"), standing(f"case.{PROGRAM}.report")
    assert figure(world, "citizen-reports", period) == len(reports) == 3
    assert figure(world, "citizen-reports-online", period) == sum(one["means"] == "page" for one in reports) == 3
    assert figure(world, "citizen-reports-closed", period) == sum(one["state"] == "closed" for one in closed) == 1
    assert figure(world, "requests", period) == 0, "what is printed counts what it counted before"
