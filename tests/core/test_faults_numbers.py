"""Faults of units, numerals, lists and sums, beside the numbers that agree and those that cannot be compared."""

from __future__ import annotations

import pytest

from tests.core.faults.tables import rows, types


@pytest.mark.parametrize(("text", "expected"), rows("numbers"))
def test_the_table(text: str, expected: list[str]) -> None:
    assert types(text) == expected
