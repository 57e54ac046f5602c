from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from yibiao.core import expressions, indicators
from yibiao.core.periods import SHANGHAI


def row(position: int, day: int, **columns: object) -> dict[str, object]:
    return {"position": position, "occurred_at": datetime(2022, 9, day, tzinfo=SHANGHAI), **columns}


def test_a_stock_is_the_newest_value_of_each_subject() -> None:
    rows = [
        row(2, 1, subject="a", n=5),
        row(1, 1, subject="a", n=4),
        row(3, 2, subject="b", n=1),
        row(4, 1, subject="b", n=9),
    ]
    assert indicators.latest(rows, "n") == 6
    assert indicators.latest(rows) == 2


def test_a_pair_is_distinct_as_a_pair() -> None:
    rows = [row(1, 1, a="x", b="1"), row(2, 1, a="x", b="2"), row(3, 1, a="x", b="1"), row(4, 1, a=None, b="1")]
    assert indicators.distinct(rows, "a|b") == 2
    assert indicators.distinct(rows, "a") == 1


def test_a_missing_answer_adds_nothing_and_passes_no_comparison() -> None:
    rows = [row(1, 1, n=3), row(2, 1, n=None), row(3, 1, n="1.5")]
    assert indicators.total(rows, "n") == Decimal("4.5")
    assert len(indicators.passing(rows, expressions.parse_filter("not n = 3", {"n": "decimal"}))) == 1


def test_fourteen_full_months() -> None:
    event = {"occurred_at": datetime(2021, 6, 20, tzinfo=SHANGHAI)}
    assert indicators.streak([event], date(2015, 1, 1), date(2022, 9, 12)) == 14
    assert indicators.streak([], date(2022, 7, 1), date(2022, 9, 12)) == 2
    assert indicators.streak([row(1, 3)], date(2015, 1, 1), date(2022, 9, 12)) == 0


def test_a_zero_needs_every_report() -> None:
    assert indicators.zero(Decimal(0), 20, 20) == 0
    assert indicators.zero(Decimal(0), 20, 19) is None
    assert indicators.zero(Decimal(0), 0, 0) is None
    assert indicators.zero(Decimal(2), 20, 19) == 2


def test_a_ratio_over_nothing_is_nothing() -> None:
    assert indicators.ratio(Decimal(1), Decimal(0)) is None
    assert indicators.ratio(Decimal(120), Decimal(200)) == 60
