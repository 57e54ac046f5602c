"""The periods of an obligation and their deadlines, in Beijing time."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from yibiao.core.periods import SHANGHAI, Period, local_day, midnight
from yibiao.core.problems import refuse
from yibiao.core.workdays import add_workdays
from yibiao.duty import problems
from yibiao.duty.types import Every, Obligation, Slot

_SPAN = re.compile(r"(\d+)(h|d|wd)")
_DAY = timedelta(days=1)


def slots(one: Obligation, period: Period, window: Period) -> tuple[Slot, ...]:
    """Every slot of an obligation that a period touches, by time; ``window`` is the only slot of one owed once."""
    if one.every == "once":
        return (_once(one, window),)
    days = period.day_list()
    keys = dict.fromkeys(key_of(one.every, day) for day in days)
    return tuple(slot(one, key, window) for key in keys)


def horizon(one: Obligation, window: Period) -> Period:
    """Over what time an obligation is looked at by itself: a daily one over the window, others from 1 January on."""
    if one.every == "day":
        return window
    return Period(midnight(date(window.last_day.year, 1, 1)), window.until)


def slot(one: Obligation, key: str, window: Period) -> Slot:
    """One slot by its key.

    Raises: duty.slot.unknown.
    """
    if one.every == "once":
        if key != "once":
            raise refuse(problems.SLOT.at(slot=key[:40], topic=one.topic))
        return _once(one, window)
    try:
        span = _span(one.every, key)
    except (ValueError, IndexError):
        raise refuse(problems.SLOT.at(slot=key[:40], topic=one.topic)) from None
    return Slot(key, span.from_, deadline(one.due, span))


def key_of(every: Every, day: date) -> str:
    """The slot that a day falls into."""
    if every == "day":
        return f"{day:%Y-%m-%d}"
    if every == "month":
        return f"{day:%Y-%m}"
    if every == "quarter":
        return f"{day:%Y}-Q{(day.month + 2) // 3}"
    return "once"


def slot_of(one: Obligation, at: datetime) -> str:
    """The slot that a moment falls into."""
    return key_of(one.every, local_day(at))


def last_moment(one: Obligation, key: str, window: Period) -> datetime:
    """The last whole second of a slot, of that part of it which lies before the program's cut-off."""
    until = window.until
    if one.every != "once":
        span = _span(one.every, key)
        until = min(span.until, window.until) if span.contains(window.until) else span.until
    return until - timedelta(seconds=1)


def deadline(due: str, span: Period) -> datetime:
    """When a report for a span must be in: a clock of its last day, or so much after its end."""
    if ":" in due:
        return datetime.combine(span.last_day, time.fromisoformat(due), SHANGHAI)
    return after(span.until, due)


def after(at: datetime, span: str) -> datetime:
    """A moment plus a span: hours, days, or working days (then at the end of that day)."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ValueError(span)
    count, unit = int(found[1]), found[2]
    if unit == "wd":
        return midnight(add_workdays(local_day(at - timedelta(microseconds=1)), count) + _DAY)
    return at + (timedelta(hours=count) if unit == "h" else timedelta(days=count))


def before(at: datetime, span: str) -> datetime:
    """A moment less a span of hours or days; working days are taken as days."""
    return at - (after(at, span.replace("wd", "d")) - at)


def _once(one: Obligation, window: Period) -> Slot:
    return Slot("once", window.from_, deadline(one.due, window))


def _span(every: Every, key: str) -> Period:
    if every == "day":
        day = date.fromisoformat(key)
        if f"{day:%Y-%m-%d}" != key:
            raise ValueError(key)
        return Period.day(day)
    if every == "month":
        return Period.month(*_year_month(key))
    year, quarter = key.split("-Q")
    number = int(quarter)
    if len(year) != 4 or number not in (1, 2, 3, 4):
        raise ValueError(key)
    last = Period.month(int(year), number * 3)
    return Period(Period.month(int(year), number * 3 - 2).from_, last.until)


def _year_month(key: str) -> tuple[int, int]:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", key):
        raise ValueError(key)
    return int(key[:4]), int(key[5:])
