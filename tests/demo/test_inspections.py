"""Keepers, plans and hazards on time, counted a second way in plain Python over the demo's facts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.demo.conftest import Demo
from tests.demo.recount import Answers, Book, at, share
from tests.demo.test_figures import figure

pytestmark = [pytest.mark.django_db]
CUTOFF = "2022-09-12"
# Until when each task is on time, and until when it still belongs to that period: (task, from, due, end).
DUE = (
    ("quarterly-check", "2022-01-01T00:00", "2022-04-01T00:00", "2022-04-01T00:00"),
    ("quarterly-check", "2022-04-01T00:00", "2022-07-01T00:00", "2022-07-01T00:00"),
    ("holiday-check", "2022-09-03T00:00", "2022-09-10T00:00", "2022-09-13T00:00"),
    ("weekly-check", "2022-09-05T00:00", "2022-09-12T00:00", "2022-09-12T00:00"),
)


def cohort(book: Book) -> list[Answers]:
    """Hazards of the teams whose deadline had passed before the day of the cut-off."""
    return [
        one for one in book.cases("hazard")
        if one["found_by"] == "team" and one["state"] != "transferred" and one.get("promised_on", "9") < CUTOFF
    ]  # fmt: skip


def on_time(rows: Iterable[Answers]) -> int:
    return sum(one["state"] == "closed" and one["closed_on"] <= one["promised_on"] for one in rows)


def test_hazards_are_on_time_among_those_that_were_due(demo: Demo) -> None:
    due = cohort(demo.books["holiday-safety"])
    closed = on_time(due)
    assert 0 < closed < len(due) < 198
    assert figure("holiday-safety.hazards-promised").value == len(due)
    assert figure("holiday-safety.hazards-on-time").value == closed
    rate = figure("holiday-safety.hazards-on-time-rate").value
    assert rate is not None
    assert abs(rate - share(closed, len(due))) < Decimal("0.000001")


def keepers(book: Book) -> tuple[int, int, int]:
    """On time, late, missing: each source owes each of ``DUE``."""
    year = at("2022-01-01")
    sources = [one["code"] for one in book.forms("major-source", since=year)]
    done = book.forms("keeper-duty", since=year)
    counts = [0, 0, 0]
    for source in sources:
        for task, from_, due, end in DUE:
            times = [
                one["occurred_at"][:16] for one in done
                if (one["source"], one["task"]) == (source, task) and from_ <= one["occurred_at"][:16] < end
            ]  # fmt: skip
            counts[2 if not times else 0 if min(times) <= due else 1] += 1
    return counts[0], counts[1], counts[2]


def test_what_keepers_did_is_on_time_late_or_missing(demo: Demo) -> None:
    timely, late, missing = keepers(demo.books["holiday-safety"])
    assert (late, missing) == (1, 3)
    said = [figure(f"holiday-safety.keepers-{id}").value for id in ("due", "on-time", "late", "missing")]
    assert said == [timely + late + missing, timely, late, missing]
    rate = figure("holiday-safety.keepers-share").value
    assert rate is not None
    assert abs(Fraction(rate) - Fraction(timely * 100, timely + late + missing)) < Fraction(1, 10**6)


def test_what_was_planned_was_done_and_most_of_it_published(demo: Demo) -> None:
    book = demo.books["holiday-safety"]
    year = at("2022-01-01")
    planned = sum(one["planned"] for one in book.forms("inspection-plan", since=year))
    done = [one for one in book.forms("inspection", since=year) if one.get("plan")]
    results = book.cases("inspection-result", since=year)
    assert len(results) == len(done)
    assert figure("holiday-safety.planned-inspections").value == planned
    assert figure("holiday-safety.planned-done").value == len(done)
    assert figure("holiday-safety.results-published").value == sum(one["state"] == "published" for one in results) > 0


def test_each_hazard_of_a_check_by_sector_is_a_case(demo: Demo) -> None:
    book = demo.books["holiday-safety"]
    checks, found = book.forms("sector-check"), [c for c in book.cases("hazard") if c["found_by"] == "sector"]
    assert len(found) == sum(one["hazards_found"] for one in checks) > 0
    assert sum(one["state"] == "closed" for one in found) >= sum(one["hazards_fixed"] for one in checks)
