"""Turns what arrived for one question into its value, or says why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Rule
from yibiao.forms import problems
from yibiao.forms.types import FieldType

MAX_TEXT: Final = 10_000
MAX_NAME: Final = 255
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}(?:\.0{1,10})?")
_DECIMAL: Final = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,12})?|\.\d{1,12})")
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d?)-(\d\d?)|/(\d\d?)/(\d\d?)|年(\d\d?)月(\d\d?)日)")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?")
_TIME: Final = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_YEARS: Final = range(1900, 2200)

KINDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "text": ("文字", "text", "东站街道"),
    "integer": ("整数", "a whole number", "12"),
    "decimal": ("数字", "a number", "12.5"),
    "date": ("日期", "a date", "2022-09-10"),
    "time": ("时间", "a time", "08:30"),
    "datetime": ("日期和时间", "a date with time", "2022-09-10T08:30+08:00"),
    "choice": ("一个选项", "one choice", "yes"),
    "choices": ("若干选项", "a list of choices", "a b"),
    "geopoint": ("位置", "a position", "43.88 125.35"),
    "file": ("文件名", "the name of a file", "photo.jpg"),
    "barcode": ("条码", "a bar code", "6901234567892"),
    "calculated": ("文字", "text", ""),
    "repeat": ("一组记录", "a list of items", '[{"…": "…"}]'),
}


class Wrong(Exception):  # noqa: N818 -- read as “reading.Wrong”
    """This value cannot be the answer."""

    def __init__(self, rule: Rule, **values: object) -> None:
        super().__init__(rule.code)
        self.rule, self.values = rule, values


def wrong_type(kind: str, given: object) -> Wrong:
    zh, en, example = KINDS[kind]
    shown = str(given)
    shown = shown.encode("utf-8", "replace").decode() if len(shown) <= 60 else shown[:60] + "…"
    return Wrong(problems.ANSWER_TYPE, given=shown, type_zh=zh, type_en=en, example=example)


def text(raw: Any) -> str | None:
    if raw.__class__ is not str:
        if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
            raise wrong_type("text", raw)
        raw = str(raw) if not isinstance(raw, Decimal) else format(raw, "f")
    value: str = raw.strip()
    if len(value) > MAX_TEXT:
        raise Wrong(problems.ANSWER_LONG, limit=MAX_TEXT)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise wrong_type("text", raw) from None
    return value.replace("\0", "") or None


def integer(raw: Any) -> int | None:
    if raw.__class__ is int:
        if -(10**18) < raw < 10**18:
            return int(raw)
        raise wrong_type("integer", "9" * 19)
    value = decimal(raw, "integer")
    if value is None or value == value.to_integral_value():
        return None if value is None else int(value)
    raise wrong_type("integer", raw)


def decimal(raw: Any, kind: str = "decimal") -> Decimal | None:
    match raw:
        case bool():
            raise wrong_type(kind, raw)
        case float():
            # Only the shortest text of a float is what somebody wrote.
            shown = repr(raw)
        case Decimal() if raw.is_finite() and abs(raw.adjusted()) < 40:
            shown = format(raw, "f")
        case int() if abs(raw) < 10**18:
            shown = str(raw)
        case str():
            shown = raw.strip()
        case _:
            raise wrong_type(kind, "…")
    if not shown:
        return None
    if _DECIMAL.fullmatch(shown) is None:
        raise wrong_type(kind, shown)
    return Decimal(shown)


def day(raw: Any) -> date | None:
    if isinstance(raw, datetime):
        raw = raw.astimezone(SHANGHAI).date() if raw.tzinfo else raw.date()
    if isinstance(raw, date):
        return raw
    found = _DATE.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise wrong_type("date", raw)
    year, month, number = (int(part) for part in found.groups() if part is not None)
    try:
        if year in _YEARS:
            return date(year, month, number)
    except ValueError:
        pass
    raise wrong_type("date", raw)


def moment(raw: Any) -> datetime | None:
    value = raw
    if isinstance(raw, str):
        if _MOMENT.fullmatch(raw.strip()) is None:
            raise wrong_type("datetime", raw)
        try:
            value = datetime.fromisoformat(raw.strip())
        except ValueError:
            raise wrong_type("datetime", raw) from None
    if not isinstance(value, datetime) or value.year not in _YEARS:
        raise wrong_type("datetime", raw)
    return value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value.astimezone(SHANGHAI)


def clock(raw: Any) -> str | None:
    if isinstance(raw, time):
        raw = raw.isoformat("seconds")
    found = _TIME.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise wrong_type("time", raw)
    return f"{int(found[1]):02}:{found[2]}" + (f":{found[3]}" if found[3] and found[3] != "00" else "")


def position(raw: Any) -> str | None:
    value = text(raw)
    parts = (value or "").split()
    if not 2 <= len(parts) <= 4 or not all(_DECIMAL.fullmatch(part) for part in parts):
        raise wrong_type("geopoint", raw)
    if abs(Decimal(parts[0])) > 90 or abs(Decimal(parts[1])) > 180:
        raise wrong_type("geopoint", raw)
    return " ".join(parts)


def file_name(raw: Any) -> str | None:
    value = text(raw)
    if value and (len(value) > MAX_NAME or "/" in value or "\\" in value):
        raise wrong_type("file", raw)
    return value


def several(raw: Any) -> str | None:
    """Chosen names as the space-separated text that expressions see, each once."""
    if isinstance(raw, str):
        raw = raw.split()
    if not isinstance(raw, list | tuple) or not all(isinstance(name, str) for name in raw):
        raise wrong_type("choices", raw)
    if len(raw) > 1_000:
        raise Wrong(problems.ANSWER_LONG, limit=1_000)
    return text(" ".join(dict.fromkeys(name.strip() for name in raw)))


def one(raw: Any) -> str | None:
    if not isinstance(raw, str):
        raise wrong_type("choice", raw)
    return text(raw)


READERS: Final[Mapping[FieldType, Callable[[Any], Any]]] = {
    "text": text,
    "integer": integer,
    "decimal": decimal,
    "date": day,
    "time": clock,
    "datetime": moment,
    "choice": one,
    "choices": several,
    "geopoint": position,
    "file": file_name,
    "barcode": text,
    "calculated": text,
}


def written(value: Any) -> Any:
    """The value as it is stored: dates as ISO text, everything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value
