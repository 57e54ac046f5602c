"""Five steps of a colour for the values of a map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

STEPS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One colour and the values that wear it, both ends included."""

    number: int
    low: Decimal
    high: Decimal


def steps(values: Iterable[Decimal | None]) -> tuple[Step, ...]:
    """At most five steps with about as many values each; zero and missing values stay outside.

    Shape: from low to high; equal values share a step; may be empty.
    """
    known = sorted(value for value in values if value)
    found: list[Step] = []
    for group in _groups(known):
        found.append(Step(0, group[0], group[-1]))
    # Fewer than five groups take the darker colours: the highest value always wears the darkest.
    return tuple(Step(STEPS - len(found) + n + 1, one.low, one.high) for n, one in enumerate(found))


def step_of(value: Decimal | None, among: Sequence[Step]) -> int:
    """The number of the step that a value wears; 0 where it wears none."""
    return next((step.number for step in among if value is not None and step.low <= value <= step.high), 0)


def _groups(known: Sequence[Decimal]) -> list[list[Decimal]]:
    groups: list[list[Decimal]] = []
    for n, value in enumerate(known):
        wanted = n * STEPS // len(known)
        if groups and (value == groups[-1][-1] or len(groups) > wanted):
            groups[-1].append(value)
        else:
            groups.append([value])
    return groups
