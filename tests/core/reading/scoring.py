"""How well a reading agrees with an annotation: value-F, intervals, units, and numerals that were dropped."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yibiao.core.reading import Run, read
from yibiao.core.reading.types import number

_NUMERAL = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿廿卅]")
_NARROW = str.maketrans("（）", "()")


@dataclass(slots=True)
class Score:
    """Each list names what went wrong, as it stands in the text. ``right`` counts claims with span and value right."""

    right: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    intervals: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)

    @property
    def f(self) -> float:
        """Twice the right ones over all that were claimed and all that should have been."""
        return 2 * self.right / (2 * self.right + len(self.missed) + len(self.false))

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right, self.missed + other.missed, self.false + other.false,
            self.dropped + other.dropped, self.intervals + other.intervals, self.units + other.units,
        )  # fmt: skip


def score(text: Path, gold: Path) -> Score:
    """The reading of one text against its annotation, a JSON record per line."""
    runs = read(text.read_bytes().decode("utf-8")).runs
    golds = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    found = Score(dropped=[each["surface"] for each in golds if _dropped(each, runs)])
    left = {(run.num_start, run.num_end): run for run in runs if run.claim}
    for each in golds:
        if each["claim"]:
            _claim(each, left, found)
    ignored = [each for each in golds if each["claim"] is None]
    found.false = [run.surface for run in left.values() if not any(_meets(each, run) for each in ignored)]
    return found


def _claim(gold: dict[str, Any], left: dict[tuple[int, int], Run], found: Score) -> None:
    """Takes the run of an annotated claim away from those that are left."""
    run = left.get((gold["num_start"], gold["num_end"]))
    if run is None or not _same(number(run.value), gold["value"]):
        found.missed.append(gold["surface"])
        return
    del left[run.num_start, run.num_end]
    found.right += 1
    interval = run.interval
    assert interval is not None
    ends = _same(number(interval.low), gold["low"]) and _same(number(interval.high), gold["high"])
    if not ends or (interval.bounds, run.precision) != (gold["bounds"], gold["precision"]):
        found.intervals.append(gold["surface"])
    if run.unit != (gold["unit"].translate(_NARROW) if gold["unit"] else None):
        found.units.append(gold["surface"])


def _dropped(gold: dict[str, Any], runs: tuple[Run, ...]) -> bool:
    return bool(_NUMERAL.search(gold["surface"])) and not any(_meets(gold, run) for run in runs)


def _meets(gold: dict[str, Any], run: Run) -> bool:
    return bool(run.start < gold["end"] and gold["start"] < run.end)


def _same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
