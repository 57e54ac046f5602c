"""Lengths of time as rules write them: ``30m``, ``2h``, ``30d`` (days), ``10wd`` (working days)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from yibiao.core import workdays
from yibiao.core.periods import local_day, midnight
from yibiao.core.problems import Rule, refuse

UNREADABLE: Final = Rule(
    "core.span.unreadable",
    "“{text}”不是时限。",
    "“{text}” is not a length of time.",
    "请写成 30m（分钟）、2h（小时）、30d（日）或 10wd（工作日）。",
    "Write 30m (minutes), 2h (hours), 30d (days) or 10wd (working days).",
)
Unit = Literal["m", "h", "d", "wd"]
_WRITTEN: Final = re.compile(r"([1-9][0-9]{0,4})(m|h|d|wd)")
_WORDS: Final = {
    "m": ("分钟", "minutes"),
    "h": ("小时", "hours"),
    "d": ("日", "days"),
    "wd": ("个工作日", "working days"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """So many minutes, hours, days or working days."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Span:
        """Raises: core.span.unreadable."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise refuse(UNREADABLE.at(text=text))
        return cls(int(found[1]), found[2])  # type: ignore[arg-type]

    def after(self, anchor: datetime) -> datetime:
        """The moment at which it has run out.

        Minutes and hours run from the anchor itself. Days and working days do not count the anchor's own day and end
        with their last day, at midnight in Shanghai: ten days from the 1st end when the 11th ends.
        """
        match self.unit:
            case "m":
                return anchor + timedelta(minutes=self.count)
            case "h":
                return anchor + timedelta(hours=self.count)
            case "d":
                return midnight(local_day(anchor) + timedelta(days=self.count + 1))
        return midnight(workdays.add_workdays(local_day(anchor), self.count) + timedelta(days=1))

    def words(self, language: str = "zh") -> str:
        """As people say it: ``10个工作日``, ``10 working days``."""
        zh, en = _WORDS[self.unit]
        return f"{self.count} {en if self.count > 1 else en[:-1]}" if language.startswith("en") else f"{self.count}{zh}"

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"
