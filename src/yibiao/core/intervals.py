"""Intervals of exact decimals, with open or closed ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Interval:
    """What a phrase says of a value; ``high`` is None where there is no upper end."""

    low: Decimal
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: Decimal) -> bool:
        if value < self.low or (self.low_open and value == self.low):
            return False
        return self.high is None or value < self.high or (not self.high_open and value == self.high)

    def __add__(self, other: Interval) -> Interval:
        """Every sum of a value of this and a value of the other."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(self.low + other.low, high, self.low_open or other.low_open, self.high_open or other.high_open)

    def meets(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return not (self._below(other) or other._below(self))

    def _below(self, other: Interval) -> bool:
        if self.high is None or self.high < other.low:
            return self.high is not None
        return self.high == other.low and (self.high_open or other.low_open)

    @property
    def bounds(self) -> str:
        """``[,]``, ``(,)``, ``[,)`` or ``(,]``; an end without limit is open above a number that is left out itself."""
        return f"{'(' if self.low_open else '['},{')' if self.high_open or self.high is None else ']'}"
