"""Values of expressions and their conversions.

A value is text, a number (int or Decimal, never a float), a boolean, a date, an aware moment, or a list of those (a set
of nodes). **Missing**: a missing answer is empty text; None is NaN, the number that equals nothing.
Source: XPath 1.0, sections 3.4 and 4; ODK XForms specification for dates.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any, Final, TypeAlias

from yibiao.core.periods import SHANGHAI

Value: TypeAlias = Any
Numeric: TypeAlias = int | Decimal | None
_NUMBER: Final = re.compile(r"\s*-?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})\s*")
_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 86_400
INFINITY: Final = Decimal("Infinity")


def text(value: Value) -> str:
    """The value as text: whole numbers without a point, a set of nodes as its first."""
    if value.__class__ is str:
        return value
    match value:
        case None:
            return "NaN"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return _decimal_text(value)
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case list():
            return text(value[0]) if value else ""
    return str(value)


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        return "Infinity" if value > 0 else "-Infinity"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def number(value: Value) -> Numeric:
    """The value as a number; None (NaN) where it is none. A date counts days since 1970-01-01, Shanghai time."""
    if value.__class__ is int or value.__class__ is Decimal:
        return value
    match value:
        case bool():
            return int(value)
        case None | int() | Decimal():
            return value
        case str():
            return _parse(value)
        case datetime():
            return day_number(value)
        case date():
            return (value - _EPOCH).days
        case list():
            return number(value[0]) if value else None
    return None


def _parse(value: str) -> Numeric:
    if _NUMBER.fullmatch(value) is None:
        return None
    return Decimal(value.strip()) if "." in value else int(value)


def day_number(value: datetime) -> Decimal:
    """Days since 1970-01-01 in Shanghai, with the fraction of the day."""
    local = value.astimezone(SHANGHAI)
    passed = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    seconds = Decimal(passed // timedelta(microseconds=1)) / 1_000_000
    return (local.date() - _EPOCH).days + seconds / _DAY


def boolean(value: Value) -> bool:
    """The value as a condition: NaN, zero and empty text are false."""
    if isinstance(value, str | list):
        return len(value) > 0
    return value is not None and bool(value)


def as_date(value: Value) -> date | datetime | None:
    """The value as a date or moment, None where it is none; a number counts days since 1970-01-01."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return parse_date(value.strip())
    days = number(value)
    if days is None or not -700_000 < days < 2_000_000:
        return None
    whole = _EPOCH + timedelta(days=int(days // 1))
    if days == int(days):
        return whole
    midnight = datetime.combine(whole, time(), SHANGHAI)
    return midnight + timedelta(microseconds=int((days - int(days // 1)) * _DAY * 1_000_000))


def parse_date(value: str) -> date | datetime | None:
    """ISO text as a date, or as a moment (in Shanghai where it has no zone)."""
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def moment(value: date | datetime) -> datetime:
    """A date as its first moment in Shanghai; a moment as it is."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(), SHANGHAI)


def arithmetic(symbol: str) -> Callable[[Numeric, Numeric], Numeric]:
    """The operator over exact numbers: NaN stays NaN, division by zero is infinite as XPath wants it."""
    plain = _ARITHMETIC[symbol]

    def compute(left: Numeric, right: Numeric) -> Numeric:
        if left is None or right is None:
            return None
        try:
            return plain(left, right)
        except (DecimalException, ZeroDivisionError):
            return None

    return compute


def _divide(left: int | Decimal, right: int | Decimal) -> Numeric:
    if right == 0:
        return None if left == 0 else (INFINITY if left > 0 else -INFINITY)
    return Decimal(left) / Decimal(right)


def _modulo(left: int | Decimal, right: int | Decimal) -> Numeric:
    # XPath's remainder has the sign of the dividend, as Decimal's has and int's has not.
    return None if right == 0 else Decimal(left) % Decimal(right)


_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Numeric]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _modulo,
}
_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


def comparison(symbol: str) -> Callable[[Value, Value], bool]:
    """The comparison by the rules of XPath: over a set of nodes it holds if it holds for one of them."""
    single = _equality(symbol) if symbol in ("=", "!=") else _relation(symbol)

    def compare(left: Value, right: Value) -> bool:
        if left.__class__ is list:
            return any(compare(item, right) for item in left)
        if right.__class__ is list:
            return any(single(left, item) for item in right)
        return single(left, right)

    return compare


def _equality(symbol: str) -> Callable[[Value, Value], bool]:
    equal = _ORDER[symbol]
    unequal = symbol == "!="

    def single(left: Value, right: Value) -> bool:
        if left.__class__ is str and right.__class__ is str:
            return equal(left, right)
        if isinstance(left, bool) or isinstance(right, bool):
            return equal(boolean(left), boolean(right))
        if isinstance(left, date) or isinstance(right, date):
            one, other = as_date(left), as_date(right)
            return unequal if one is None or other is None else equal(moment(one), moment(other))
        one_number, other_number = number(left), number(right)
        return unequal if one_number is None or other_number is None else equal(one_number, other_number)

    return single


def _relation(symbol: str) -> Callable[[Value, Value], bool]:
    holds = _ORDER[symbol]

    def single(left: Value, right: Value) -> bool:
        if left.__class__ is int and right.__class__ is int:
            return holds(left, right)
        if isinstance(left, date) or isinstance(right, date):
            one, other = as_date(left), as_date(right)
            return one is not None and other is not None and holds(moment(one), moment(other))
        one_number, other_number = number(left), number(right)
        return one_number is not None and other_number is not None and holds(one_number, other_number)

    return single
