"""The periods of an obligation and their deadlines, in Beijing time."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from yibiao.core.periods import SHANGHAI, Period, local_day, midnight
from yibiao.core.problems import refuse
from yibiao.core.workdays import add_workdays, holidays
from yibiao.duty import problems
from yibiao.duty.types import Obligation, Slot

_SPAN = re.compile(r"(\d+)(h|d|wd)")
_KEYS: Final = {
    "day": r"\d{4}-\d\d-\d\d", "week": r"\d{4}-W\d\d", "month": r"\d{4}-(0[1-9]|1[0-2])",
    "quarter": r"\d{4}-Q[1-4]", "year": r"\d{4}",
}  # fmt: skip
_DAY = timedelta(days=1)


def slots(one: Obligation, period: Period, window: Period) -> tuple[Slot, ...]:
    """Every slot of an obligation that a period touches, by time; ``window`` is the only slot of one owed once."""
    if one.every == "once":
        return (_once(one, window),)
    if one.every == "before-holiday":
        keys = [key for key, span in _holidays(one) if span.clip(period)]
    else:
        keys = list(dict.fromkeys(key_of(one, day) for day in period.day_list()))
    found = (slot(one, key, window) for key in keys)
    return tuple(each for each in found if not one.valid_until or local_day(each.begins) < one.valid_until)


def horizon(one: Obligation, window: Period) -> Period:
    """Over what time an obligation is looked at by itself: short ones over the window, others from 1 January on."""
    if one.every in ("day", "week", "before-holiday"):
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
        span = _span(one, key)
    except (ValueError, KeyError, OverflowError):
        raise refuse(problems.SLOT.at(slot=key[:40], topic=one.topic)) from None
    owed = span
    if one.every == "before-holiday":  # the holiday itself is the time in which it is late
        owed = Period(span.from_, midnight(date.fromisoformat(key[1:])))
    return Slot(key, span.from_, deadline(one.due, owed))


def key_of(one: Obligation, day: date) -> str:
    """The slot that a day falls into; empty for one that is near no holiday."""
    if one.every == "before-holiday":
        at = midnight(day)
        return next((key for key, span in _holidays(one) if span.contains(at)), "")
    year, week, _ = day.isocalendar()
    return {
        "day": f"{day:%Y-%m-%d}",
        "week": f"{year:04d}-W{week:02d}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}",
        "year": f"{day:%Y}",
        "once": "once",
    }[one.every]


def slot_of(one: Obligation, at: datetime) -> str:
    """The slot that a moment falls into."""
    return key_of(one, local_day(at))


def last_moment(one: Obligation, key: str, window: Period) -> datetime:
    """The last whole second of a slot, of that part of it which lies before the program's cut-off."""
    until = window.until
    if one.every != "once":
        span = _span(one, key)
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


def _holidays(one: Obligation) -> list[tuple[str, Period]]:
    """The slots before holidays: from so many days ahead, or the end of the holiday before, to the holiday's end."""
    found: list[tuple[str, Period]] = []
    ahead, free = int(one.ahead.removesuffix("d")) * _DAY, date.min
    for first, last in holidays():
        found.append((f"H{first}", Period(midnight(max(first - ahead, free)), midnight(last + _DAY))))
        free = last + _DAY
    return found


def _span(one: Obligation, key: str) -> Period:
    """The time of a slot by its key; a key that is none is a ValueError or a KeyError."""
    if one.every == "before-holiday":
        return dict(_holidays(one))[key]
    if not re.fullmatch(_KEYS[one.every], key):
        raise ValueError(key)
    if one.every == "day":
        return Period.day(date.fromisoformat(key))
    year = int(key[:4])
    if one.every == "week":
        return Period.week(date.fromisocalendar(year, int(key[6:]), 1))
    if one.every == "month":
        return Period.month(year, int(key[5:]))
    if one.every == "quarter":
        last = int(key[6:]) * 3
        return Period(Period.month(year, last - 2).from_, Period.month(year, last).until)
    return Period.year(year)
