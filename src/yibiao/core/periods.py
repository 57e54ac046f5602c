"""Half-open spans of time in Asia/Shanghai: days, weeks, months, years and holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from yibiao.core.problems import Rule, refuse

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

UNREADABLE: Final = Rule(
    "core.period.unreadable",
    "“{text}”不是日期或时间。",
    "“{text}” is not a date or a time.",
    "请写成 2022-09-10 或 2022-09-10T20:00。",
    "Write 2022-09-10 or 2022-09-10T20:00.",
)
BACKWARDS: Final = Rule(
    "core.period.backwards",
    "结束时间不晚于开始时间。",
    "The end is not after the start.",
    "请把结束时间改到开始时间之后。",
    "Set the end after the start.",
)
UNKNOWN_HOLIDAY: Final = Rule(
    "core.period.unknown-holiday",
    "没有 {year} 年节假日“{id}”的放假安排。",
    "The days off of holiday “{id}” in {year} are not known.",
    "请直接写起止日期。",
    "Give the first and last day instead.",
)


def local_day(at: datetime) -> date:
    """The calendar day in Shanghai on which an aware moment falls."""
    return at.date() if at.tzinfo is SHANGHAI else at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The first moment of a day in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The moments ``from_`` ≤ t < ``until``; both are aware."""

    from_: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.from_.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a period needs moments with a time zone")
        # Arithmetic between two moments of one zone ignores the zone, so both are compared in UTC.
        if self.until.astimezone(UTC) <= self.from_.astimezone(UTC):
            raise refuse(BACKWARDS.at())

    @classmethod
    def day(cls, day: date) -> Period:
        return cls.days(day, day)

    @classmethod
    def days(cls, first: date, last: date) -> Period:
        """From the first to the last day, both included."""
        return cls(midnight(first), midnight(last + timedelta(days=1)))

    @classmethod
    def week(cls, day: date) -> Period:
        """The week (Monday to Sunday) that holds the day."""
        monday = day - timedelta(days=day.weekday())
        return cls.days(monday, monday + timedelta(days=6))

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        return cls(midnight(date(year, month, 1)), midnight(_next_month(date(year, month, 1))))

    @classmethod
    def year(cls, year: int) -> Period:
        return cls(midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1)))

    @classmethod
    def parse(cls, from_text: str, until_text: str) -> Period:
        """Dates or times as people type them; a bare date as the end means through that whole day.

        Raises: core.period.unreadable, core.period.backwards.
        """
        return cls(_moment(from_text, 0), _moment(until_text, 1))

    @property
    def first_day(self) -> date:
        return local_day(self.from_)

    @property
    def last_day(self) -> date:
        """The last day that is touched."""
        return local_day(self.until - timedelta(microseconds=1))

    def contains(self, at: datetime) -> bool:
        return self.from_.astimezone(UTC) <= at.astimezone(UTC) < self.until.astimezone(UTC)

    def day_list(self) -> list[date]:
        """Every day touched, in order."""
        first = self.first_day
        return [first + timedelta(days=n) for n in range((self.last_day - first).days + 1)]

    def months(self) -> list[date]:
        """The first days of the calendar months that lie wholly inside, in order; may be empty."""
        month = self.first_day.replace(day=1)
        if midnight(month) < self.from_:
            month = _next_month(month)
        found = []
        while midnight(_next_month(month)) <= self.until:
            found.append(month)
            month = _next_month(month)
        return found

    def months_touched(self) -> list[date]:
        """The first days of the calendar months of which any day is touched, in order."""
        last, month = self.last_day, self.first_day.replace(day=1)
        found = []
        while month <= last:
            found.append(month)
            month = _next_month(month)
        return found

    def clip(self, other: Period) -> Period | None:
        """What both share, or None."""
        from_, until = max(self.from_, other.from_), min(self.until, other.until)
        return Period(from_, until) if from_ < until else None

    def as_json(self) -> dict[str, str]:
        """Both ends as Shanghai time: ``{"from": "2022-09-10T00:00:00+08:00", "until": …}``."""
        return {
            "from": self.from_.astimezone(SHANGHAI).isoformat(),
            "until": self.until.astimezone(SHANGHAI).isoformat(),
        }


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _moment(text: str, days_after: int) -> datetime:
    stripped = text.strip()
    try:
        if len(stripped) == 10:
            return midnight(date.fromisoformat(stripped) + timedelta(days=days_after))
        at = datetime.fromisoformat(stripped)
    except (ValueError, OverflowError):
        raise refuse(UNREADABLE.at(text=text)) from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


# First and last day off. Source: 国务院办公厅关于部分节假日安排的通知, 国办发明电〔2021〕11号 (for 2022).
HOLIDAYS: Final[Mapping[tuple[int, str], tuple[date, date]]] = {
    (2022, "new-year"): (date(2022, 1, 1), date(2022, 1, 3)),
    (2022, "spring-festival"): (date(2022, 1, 31), date(2022, 2, 6)),
    (2022, "qingming"): (date(2022, 4, 3), date(2022, 4, 5)),
    (2022, "labour-day"): (date(2022, 4, 30), date(2022, 5, 4)),
    (2022, "dragon-boat"): (date(2022, 6, 3), date(2022, 6, 5)),
    (2022, "mid-autumn"): (date(2022, 9, 10), date(2022, 9, 12)),
    (2022, "national-day"): (date(2022, 10, 1), date(2022, 10, 7)),
}


def holiday(year: int, id: str) -> Period:
    """The days off of a holiday.

    Raises: core.period.unknown-holiday.
    """
    try:
        return Period.days(*HOLIDAYS[(year, id)])
    except KeyError:
        raise refuse(UNKNOWN_HOLIDAY.at(year=year, id=id)) from None
