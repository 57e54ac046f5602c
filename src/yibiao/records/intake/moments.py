"""Dates and times in cells, in any of the ways in which people and spreadsheets write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from openpyxl.utils.datetime import from_excel

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem
from yibiao.forms.types import Field
from yibiao.records.checking import moment
from yibiao.records.intake import problems, web

_CLOCK: Final = r"(?P<half>上午|下午|晚上|AM|PM)?\s*(?P<hour>\d{1,2})(?::|时|点)(?:(?P<minute>\d{1,2})分?(?::\d{2})?)?"
_DATE: Final = re.compile(
    rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*[日号]?(?:[\sT]*{_CLOCK})?", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME: Final = re.compile(_CLOCK, re.IGNORECASE)
_LATER: Final = frozenset({"下午", "晚上", "pm"})
# The days of 2000 to 2099 as spreadsheets count them: what a date becomes in a cell that lost its format.
_COUNTED: Final = re.compile(r"\d{5}(?:\.\d+)?")
_FROM, _UNTIL = 36_526, 73_051
_EXAMPLES: Final = {"date": "2022-09-10", "time": "20:00", "datetime": "2022-09-10 20:00"}


def read(field: Field, cell: Any, text: str) -> str | Problem:
    """A cell and its text as the answer to a question for a date, a time or both."""
    if isinstance(cell, time) and field.type == "time":
        return cell.isoformat(timespec="minutes")
    plain = unicodedata.normalize("NFKC", text)
    if field.type == "time" and (match := _TIME.fullmatch(plain)):
        hour, minute = _clock(match)
        return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else _unread(field, text)
    at = _dated(cell if isinstance(cell, date) else plain)
    if at is None:
        said = str(web.typed(field, plain))
        return said if _reads(field, said) else _unread(field, text)
    if field.type == "date":
        return at.date().isoformat()
    if field.type == "time":
        return at.time().isoformat(timespec="minutes")
    return at.isoformat()


def _unread(field: Field, text: str) -> Problem:
    return problems.CELL_MOMENT.at(text=text[:60], example=_EXAMPLES[field.type])


def _reads(field: Field, said: str) -> bool:
    if field.type == "datetime":
        return moment(said) is not None
    try:
        (date if field.type == "date" else time).fromisoformat(said)
    except ValueError:
        return False
    return True


def _dated(cell: date | str) -> datetime | None:
    if isinstance(cell, str):
        return _written(cell)
    at = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _written(text: str) -> datetime | None:
    if _COUNTED.fullmatch(text) and _FROM <= float(text) < _UNTIL:
        # Rounded to the second: a time of day is a fraction that no number holds exactly.
        at: datetime = from_excel(float(text)) + timedelta(microseconds=500_000)
        return at.replace(microsecond=0, tzinfo=SHANGHAI)
    match = _DATE.fullmatch(text) or _DIGITS.fullmatch(text)
    if match is None:
        return None
    hour, minute = _clock(match) if match.re is _DATE and match["hour"] else (0, 0)
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), hour, minute, tzinfo=SHANGHAI)
    except ValueError:
        return None


def _clock(match: re.Match[str]) -> tuple[int, int]:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower()
    if half in _LATER and hour < 12:
        hour += 12
    elif half in ("上午", "am") and hour == 12:
        hour = 0
    return hour, minute
