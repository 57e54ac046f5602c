"""Every phrase of the tables: whether it claims something, and just what."""

from __future__ import annotations

import pytest
from _pytest.mark.structures import ParameterSet

from tests.core.reading import tables
from tests.core.reading.tables import Row
from yibiao.core import hedges
from yibiao.core.reading import CLAIMS, NOT_CLAIMS, Run, read


def cases(rows: list[Row]) -> list[ParameterSet]:
    def marks(row: Row) -> list[pytest.MarkDecorator]:
        return [pytest.mark.xfail(reason=row.fault, strict=True)] if row.fault else []

    return [pytest.param(row, id=f"{row.rule}: {row.text}", marks=marks(row)) for row in rows]


def over(runs: tuple[Run, ...], start: int, end: int) -> list[Run]:
    return [run for run in runs if run.start < end and start < run.end]


@pytest.mark.parametrize("row", cases(tables.claims()))
def test_a_number_that_claims(row: Row) -> None:
    runs = read(row.text).runs
    for mark, said in zip(row.marks, row.said, strict=True):
        (run,) = over(runs, mark.start, mark.end)
        assert run.claim is True
        assert (run.start, run.end, run.surface) == (mark.start, mark.end, row.text[mark.start : mark.end])
        assert (run.value, run.interval, run.unit) == (said.value, said.interval, said.unit)
        assert run.precision == said.precision
        assert said.hedge == "?" or (run.hedge or "") == said.hedge
        assert not mark.num or run.num == mark.num
        assert not said.kind or run.kind == said.kind
    assert sum(run.claim is not False for run in runs) == len(row.marks)


@pytest.mark.parametrize("row", cases(tables.others()))
def test_a_number_that_claims_nothing(row: Row) -> None:
    runs = read(row.text).runs
    for mark in row.marks:
        found = over(runs, mark.start, mark.end)
        assert found
        assert not row.kinds or {run.kind for run in found} <= set(row.kinds)
    assert [run.surface for run in runs if run.claim is not False] == []
    assert all(run.value is None and run.interval is None for run in runs)


def test_every_kind_is_known() -> None:
    runs = [run for row in (*tables.claims(), *tables.others()) for run in read(row.text).runs]
    assert {run.kind for run in runs if run.claim} <= set(CLAIMS)
    assert {run.kind for run in runs if not run.claim} <= set(NOT_CLAIMS)


def test_the_tables_are_large_enough() -> None:
    assert len(tables.claims()) >= 300
    assert len(tables.others()) >= 90
    texts = [row.text for row in (*tables.claims(), *tables.others())]
    assert len(set(texts)) == len(texts)


def test_every_hedge_has_a_row() -> None:
    met = {said.hedge for row in tables.claims() for said in row.said}
    assert {*hedges.BEFORE, *hedges.AFTER, *hedges.BEHIND} - met == set()


@pytest.mark.parametrize(
    ("phrase", "scale"),
    [("2.8万余个", "万"), ("270余万人", "万"), ("9亿元", "亿"), ("118.49千公顷", "千"), ("12人", ""), ("3千瓦时", "")],
)
def test_the_scale_of_a_claim(phrase: str, scale: str) -> None:
    assert [run.scale for run in read(f"共计{phrase}。").runs] == [scale]
