"""Each figure of the page: computed, counted a second way, printed in its bulletin, opened to its facts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.demo.conftest import Demo
from tests.demo.page import PAGE, Asked
from tests.demo.recount import BY_FORMS, RECOUNTS
from yibiao.bulletins import queries as bulletins
from yibiao.bulletins.types import Bulletin
from yibiao.core.periods import Period
from yibiao.desk.operating import everything
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Query
from yibiao.packs import queries as packs

pytestmark = [pytest.mark.django_db]
by_ref = pytest.mark.parametrize("asked", PAGE, ids=lambda asked: asked.ref)


def question(ref: str, place: str = "") -> Query:
    program = packs.program(ref.partition(".")[0])
    period = Period(program.window_from, program.window_until)
    return Query(ref, program.code, place or program.place, period)


def figure(ref: str, place: str = "") -> Figure:
    return figures.figure(question(ref, place), scope=everything())


def bulletin(program: str) -> Bulletin:
    found = [each for each in bulletins.bulletins(everything(), program) if each.status == "issued"]
    assert len(found) == 1
    return found[0]


@by_ref
def test_a_figure_is_what_the_page_says_and_what_a_recount_gives(asked: Asked, demo: Demo) -> None:
    found = figure(asked.ref)
    assert found.value is not None
    assert asked.low <= found.value <= asked.high
    book = demo.books[asked.ref.partition(".")[0]]
    assert found.value == RECOUNTS[asked.ref](book)
    if asked.ref in BY_FORMS:
        assert found.value == BY_FORMS[asked.ref](book)


@by_ref
def test_a_figure_stands_in_its_bulletin_in_words_that_are_true(asked: Asked, demo: Demo) -> None:
    issued = bulletin(asked.ref.partition(".")[0])
    cited = [each for each in issued.citations if asked.ref in (each.indicator, f"{issued.pack}.{each.indicator}")]
    assert cited
    for each in cited:
        assert issued.text[each.start : each.end] == each.wording
        assert each.wording == asked.phrase or (asked.low != asked.high and each.wording.endswith(asked.phrase))
        assert each.value == figure(asked.ref).value


@by_ref
def test_a_figure_opens_to_the_facts_that_make_it_up(asked: Asked, demo: Demo) -> None:
    found, book = figure(asked.ref), demo.books[asked.ref.partition(".")[0]]
    rows = list(figures.all_contributions(question(asked.ref), scope=everything()))
    standing = {(fact.id, fact.revision) for fact in book.facts}
    assert {(row.fact, row.revision) for row in rows} <= standing
    assert len({row.fact for row in rows}) == found.facts
    assert figures.contributions(question(asked.ref), scope=everything(), size=1).total == len(rows)
    if found.indicator.measure in ("count", "sum", "latest"):
        assert sum((row.amount or Decimal(0) for row in rows), Decimal(0)) == found.value
    if found.indicator.measure == "distinct":
        assert len(rows) >= (found.value or 0) > 0


def test_zeros_of_the_holiday_are_covered_by_every_unit_on_every_day(demo: Demo) -> None:
    coverage = figure("holiday-safety.fatal-accidents").coverage
    assert coverage is not None
    assert (coverage.owed, coverage.filed) == (75 * 3, 75 * 3)


def test_zeros_of_the_year_are_covered_by_every_prefecture_in_every_month_touched(demo: Demo) -> None:
    coverage = figure("holiday-safety.flood-deaths").coverage
    assert coverage is not None
    assert (coverage.owed, coverage.filed) == (9 * 9, 9 * 9)


def test_partitions_hold(demo: Demo) -> None:
    checked = 0
    for program in packs.programs():
        period = Period(program.window_from, program.window_until)
        for check in figures.partitions(program.pack, program.code, program.place, period, None, scope=everything()):
            assert check.holds, check
            checked += 1
    assert checked == 5


def test_every_county_of_changchun_lists_at_least_one_in_a_hundred(demo: Demo) -> None:
    counties = figures.breakdown(question("happy-community.weak-share"), by="child", scope=everything())
    assert len(counties) == 11
    assert all(county.value is not None and county.value >= 1 for county in counties)


def test_a_distinct_count_of_a_part_is_never_more_than_the_whole(demo: Demo) -> None:
    whole = figure("night-patrol.venues").value
    counties = figures.breakdown(question("night-patrol.venues"), by="child", scope=everything())
    assert sum(each.value or 0 for each in counties) == whole
