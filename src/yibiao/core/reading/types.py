"""What a reading of a text is made of: one run for every numeral, claim or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from yibiao.core import hedges, numerals
from yibiao.core.intervals import Interval
from yibiao.core.numerals import Numeral

Precision: TypeAlias = Literal["exact", "rounded", "hedged"]

CLAIMS: Final = (
    "flow", "distinct", "stock", "ratio", "change", "duration", "streak", "zero", "structural", "target", "distance",
)  # fmt: skip
NOT_CLAIMS: Final = (
    "date", "ordinal", "docno", "phone", "name", "slogan", "idiom", "threshold", "service_hours", "age", "denominator",
    "reference", "unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One numeral of a text, ``text[num_start:num_end] == num``, and its phrase, ``text[start:end] == surface``.

    ``claim`` is True for a number that says something of the world, False for one that does not (a date, an ordinal,
    a name), None where that could not be told: those are shown and never dropped.

    **Units**: ``value`` and ``interval`` have 万 and 亿 multiplied out; % stays in percent points. ``unit`` is the
    measure word as written, without its scale (``万元`` gives 元).
    **Missing**: a run that is no claim has no value, interval or precision; ``unit`` is None where none is written.
    ``whole`` is the index, in the reading's runs, of the number that this one is a part of (其中), None if of none.
    """

    start: int
    end: int
    surface: str
    num_start: int
    num_end: int
    num: str
    claim: bool | None
    kind: str
    value: Decimal | None = None
    interval: Interval | None = None
    precision: Precision | None = None
    hedge: str | None = None
    unit: str | None = None
    verb: str = ""
    noun: str = ""
    scope: str = ""
    whole: int | None = None
    number: Numeral | None = None

    def holds(self, value: Decimal) -> bool:
        """Whether the phrase is true of an exact value. A run that is no claim holds of none."""
        rounded = self.number if self.precision == "rounded" else None
        return self.interval is not None and hedges.true_of(value, self.interval, rounded)

    @property
    def counts(self) -> str | None:
        """What is counted, as one phrase: where or who, what is done, to what."""
        return f"{self.scope}{self.verb}{self.noun}" or None if self.claim else None

    @property
    def scale(self) -> str:
        """The scale word that stands behind the digits (万, 亿, 千), empty for none: 2.8万余 and 270余万 have 万."""
        behind = numerals.SCALED.search(self.surface, self.num_start - self.start) if self.claim else None
        return behind[0] if behind else ""

    def as_json(self) -> dict[str, Any]:
        """The record of the draft check's command and API; exact decimals as numbers."""
        said: dict[str, Any] = {"start": self.start, "end": self.end, "surface": self.surface}
        said |= {"num_start": self.num_start, "num_end": self.num_end, "num": self.num}
        said |= {"claim": self.claim, "kind": self.kind}
        interval = self.interval
        said |= {
            "value": number(self.value),
            "low": number(interval.low) if interval else None,
            "high": number(interval.high) if interval else None,
            "bounds": interval.bounds if interval else None,
            "precision": self.precision,
            "hedge": self.hedge,
            "unit": self.unit,
            "counts": self.counts,
        }
        return said


@dataclass(frozen=True, slots=True)
class Reading:
    """Every numeral run of a text in its order; spans never overlap."""

    text: str
    runs: tuple[Run, ...]

    def claims(self) -> Iterator[Run]:
        return (run for run in self.runs if run.claim)


def number(value: Decimal | None) -> int | float | None:
    """A decimal as JSON has it: whole numbers as integers."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
