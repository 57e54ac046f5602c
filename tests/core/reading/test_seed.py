"""The annotated page and bulletins, numeral by numeral."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.reading.scoring import Score, score

SEED = Path(__file__).parents[4] / "shared" / "seed"

pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason="the seed is not here")


def page() -> Score:
    return score(SEED / "page.txt", SEED / "claims.jsonl")


def bulletins() -> list[Path]:
    return sorted((SEED / "bulletins").glob("*.txt")) if SEED.is_dir() else []


def test_every_value_of_the_page_is_right() -> None:
    found = page()
    assert (found.missed, found.false) == ([], [])
    assert (found.f, found.right) == (1.0, 67)


def test_every_interval_and_unit_of_the_page_is_right() -> None:
    found = page()
    assert (found.intervals, found.units) == ([], [])


def test_no_numeral_of_the_page_is_dropped() -> None:
    assert page().dropped == []


def test_the_bulletins_are_read_right() -> None:
    found = sum((score(path, path.with_suffix(".gold.jsonl")) for path in bulletins()), Score())
    assert found.right > 75
    assert found.f >= 0.99
    assert found.dropped == []
    assert (found.intervals, found.units) == ([], [])
