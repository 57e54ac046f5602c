"""What is true of an exact value: read as a phrase, and written by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from _pytest.mark.structures import ParameterSet

from tests.core.reading import tables
from yibiao.core import wording
from yibiao.core.problems import Refusal
from yibiao.core.reading import quantity


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row of ``verdicts.txt``; ``rule`` is empty for phrases that are only read."""

    value: Decimal
    phrase: str
    fair: bool
    rule: str = ""
    unit: str = ""
    instead: str = ""
    fault: str = ""


def verdicts() -> list[Verdict]:
    found = []
    for _, (value, phrase, fair, *writing) in tables.rows("verdicts.txt"):
        assert fair in ("true", "false"), phrase
        fault = writing.pop().removeprefix("xfail: ") if writing and writing[-1].startswith("xfail: ") else ""
        found.append(Verdict(Decimal(value), phrase, fair == "true", *writing, fault=fault))
    return found


def shown(row: Verdict) -> str:
    return f"{row.value} {row.phrase} {row.fair} {row.rule}"


def cases(rows: list[Verdict]) -> list[ParameterSet]:
    return [
        pytest.param(row, id=shown(row), marks=[pytest.mark.xfail(reason=row.fault, strict=True)] if row.fault else [])
        for row in rows
    ]


WRITTEN = [row for row in verdicts() if row.rule]


@pytest.mark.parametrize("row", verdicts(), ids=shown)
def test_reading_tells_whether_a_phrase_is_fair(row: Verdict) -> None:
    found = quantity(row.phrase)
    assert found is not None
    assert found.holds(row.value) is row.fair


@pytest.mark.parametrize("row", cases([row for row in WRITTEN if row.fair]))
def test_a_fair_phrase_is_written(row: Verdict) -> None:
    assert wording.write(row.value, wording.parse(row.rule), row.unit) == row.phrase


@pytest.mark.parametrize("row", cases([row for row in WRITTEN if not row.fair]))
def test_an_unfair_phrase_is_refused_and_fair_ones_are_offered(row: Verdict) -> None:
    with pytest.raises(Refusal) as refused:
        wording.write(row.value, wording.parse(row.rule), row.unit)
    assert refused.value.codes == ("core.wording.untrue",)
    assert row.instead
    assert f"（{row.instead}）" in refused.value.problems[0].text("zh")
    offered = dict(wording.phrases(row.value, row.unit))
    assert row.instead in offered.values()
    for phrase in offered.values():
        found = quantity(phrase)
        assert found is not None
        assert found.holds(row.value)


def test_the_table_is_large_enough() -> None:
    rows = verdicts()
    assert len(rows) >= 120
    assert len(WRITTEN) >= 60
    assert {row.fair for row in WRITTEN} == {True, False}
