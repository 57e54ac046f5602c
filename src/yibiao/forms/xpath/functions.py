"""The functions of expressions that need nothing but the values of their arguments.

Source: ODK XForms specification, section "XPath functions"; XPath 1.0, section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from typing import Any, Final

from yibiao.core.periods import SHANGHAI
from yibiao.forms.xpath import values
from yibiao.forms.xpath.tree import Moment, Static
from yibiao.forms.xpath.values import Numeric, Value


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments it takes (``most`` None: any number), what it gives, and how."""

    least: int
    most: int | None
    result: Static
    apply: Callable[..., Value]


def _flat(arguments: tuple[Value, ...]) -> Iterator[Value]:
    for argument in arguments:
        if isinstance(argument, list):
            yield from argument
        else:
            yield argument


def _numbers(arguments: tuple[Value, ...]) -> list[Numeric]:
    # A question without an answer does not make the sum of the others unknown.
    return [values.number(item) for item in _flat(arguments) if item != ""]


def _sum(_: Moment, *arguments: Value) -> Numeric:
    found = _numbers(arguments)
    known = [item for item in found if item is not None]
    return None if len(known) < len(found) else sum(known)


def _extreme(choose: Callable[[list[Any]], Any]) -> Callable[..., Numeric]:
    def apply(_: Moment, *arguments: Value) -> Numeric:
        found = _numbers(arguments)
        known = [item for item in found if item is not None]
        return choose(known) if known and len(known) == len(found) else None

    return apply


def _rounded(mode: str) -> Callable[..., Numeric]:
    def apply(_: Moment, value: Value, places: Value = 0) -> Numeric:
        given, digits = values.number(value), values.number(places)
        if given is None or digits is None or not Decimal(given).is_finite() or not -20 <= digits <= 20:
            return given
        try:
            result = Decimal(given).quantize(Decimal(1).scaleb(-int(digits)), rounding=mode)
        except DecimalException:
            return given
        return int(result) if digits <= 0 else result

    return apply


def _power(_: Moment, base: Value, exponent: Value) -> Numeric:
    one, other = values.number(base), values.number(exponent)
    if one is None or other is None:
        return None
    try:
        result: Decimal = Decimal(one) ** Decimal(other)
        return result
    except DecimalException:
        return None


def _absolute(_: Moment, value: Value) -> Numeric:
    given = values.number(value)
    return -given if given is not None and given < 0 else given


def _words(value: Value) -> list[str]:
    return values.text(value).split()


def _selected_at(_: Moment, value: Value, index: Value) -> str:
    chosen, at = _words(value), values.number(index)
    return chosen[int(at)] if at is not None and 0 <= at < len(chosen) else ""


def _checklist(_: Moment, least: Value, most: Value, *conditions: Value) -> bool:
    count = sum(values.boolean(item) for item in _flat(conditions))
    low, high = values.number(least), values.number(most)
    return (low is None or low < 0 or count >= low) and (high is None or high < 0 or count <= high)


def _substr(_: Moment, value: Value, start: Value, end: Value = None) -> str:
    source = values.text(value)
    first, last = values.number(start), values.number(end)
    return source[int(first or 0) :] if last is None else source[int(first or 0) : int(last)]


def _substring(_: Moment, value: Value, start: Value, length: Value = values.INFINITY) -> str:
    first, count = values.number(start), values.number(length)
    if first is None or count is None:
        return ""
    first = int(Decimal(first).to_integral_value(ROUND_HALF_UP))
    source = values.text(value)
    end = len(source) + 1 if count == values.INFINITY else first + int(Decimal(count).to_integral_value(ROUND_HALF_UP))
    return source[max(first, 1) - 1 : max(end, 1) - 1]


def _translate(_: Moment, value: Value, old: Value, new: Value) -> str:
    source, target = values.text(old), values.text(new)
    table = {ord(char): target[at] if at < len(target) else None for at, char in reversed(list(enumerate(source)))}
    return values.text(value).translate(table)


def _date(_: Moment, value: Value) -> Value:
    found = values.as_date(value)
    if found is None:
        return ""
    return found.astimezone(SHANGHAI).date() if isinstance(found, datetime) else found


def _date_time(_: Moment, value: Value) -> Value:
    found = values.as_date(value)
    return "" if found is None else values.moment(found)


def _decimal_date_time(_: Moment, value: Value) -> Numeric:
    found = values.as_date(value)
    if found is None:
        return None
    return values.day_number(found) if isinstance(found, datetime) else values.number(found)


_FORMATS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "m": lambda at: f"{at.month:02}",
    "n": lambda at: str(at.month),
    "b": lambda at: f"{at.month}月",
    "d": lambda at: f"{at.day:02}",
    "e": lambda at: str(at.day),
    "H": lambda at: f"{at.hour:02}",
    "h": lambda at: str(at.hour),
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "3": lambda at: f"{at.microsecond // 1000:03}",
    "a": lambda at: "一二三四五六日"[at.weekday()],
    "j": lambda at: f"{at.timetuple().tm_yday:03}",
    "%": lambda at: "%",
}


def _format_date(_: Moment, value: Value, pattern: Value) -> str:
    found = values.as_date(value) if value != "" else None
    if found is None:
        return ""
    at = values.moment(found)
    pieces = values.text(pattern).split("%")
    written = [pieces[0]]
    literal = False
    for piece in pieces[1:]:
        if literal or piece == "":
            written.append(("" if literal else "%") + piece)
            literal = not literal and piece == ""
            continue
        known = _FORMATS.get(piece[0])
        written.append(known(at) + piece[1:] if known else "%" + piece)
    return "".join(written)


def _plain(apply: Callable[..., Value]) -> Callable[..., Value]:
    """A function that does not ask what time it is."""
    return lambda _, *arguments: apply(*arguments)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "true": Function(0, 0, "boolean", _plain(lambda: True)),
    "false": Function(0, 0, "boolean", _plain(lambda: False)),
    "not": Function(1, 1, "boolean", _plain(lambda value: not values.boolean(value))),
    "boolean": Function(1, 1, "boolean", _plain(values.boolean)),
    "boolean-from-string": Function(1, 1, "boolean", _plain(lambda value: values.text(value) in ("true", "1"))),
    "number": Function(1, 1, "number", _plain(values.number)),
    "int": Function(1, 1, "number", _rounded(ROUND_DOWN)),
    "round": Function(1, 2, "number", _rounded(ROUND_HALF_UP)),
    "floor": Function(1, 1, "number", _rounded(ROUND_FLOOR)),
    "ceiling": Function(1, 1, "number", _rounded(ROUND_CEILING)),
    "abs": Function(1, 1, "number", _absolute),
    "pow": Function(2, 2, "number", _power),
    "sum": Function(1, None, "number", _sum),
    "min": Function(1, None, "number", _extreme(min)),
    "max": Function(1, None, "number", _extreme(max)),
    "selected": Function(2, 2, "boolean", _plain(lambda value, name: values.text(name).strip() in _words(value))),
    "selected-at": Function(2, 2, "text", _selected_at),
    "count-selected": Function(1, 1, "number", _plain(lambda value: len(_words(value)))),
    "checklist": Function(3, None, "boolean", _checklist),
    "string": Function(1, 1, "text", _plain(values.text)),
    "string-length": Function(1, 1, "number", _plain(lambda value: len(values.text(value)))),
    "concat": Function(1, None, "text", _plain(lambda *some: "".join(map(values.text, _flat(some))))),
    "join": Function(
        2, None, "text", _plain(lambda glue, *some: values.text(glue).join(map(values.text, _flat(some))))
    ),
    "contains": Function(2, 2, "boolean", _plain(lambda value, part: values.text(part) in values.text(value))),
    "starts-with": Function(
        2, 2, "boolean", _plain(lambda value, part: values.text(value).startswith(values.text(part)))
    ),
    "ends-with": Function(2, 2, "boolean", _plain(lambda value, part: values.text(value).endswith(values.text(part)))),
    "substr": Function(2, 3, "text", _substr),
    "substring": Function(2, 3, "text", _substring),
    "substring-before": Function(
        2, 2, "text", _plain(lambda value, mark: _before(values.text(value), values.text(mark)))
    ),
    "substring-after": Function(
        2, 2, "text", _plain(lambda value, mark: values.text(value).partition(values.text(mark))[2])
    ),
    "translate": Function(3, 3, "text", _translate),
    "normalize-space": Function(1, 1, "text", _plain(lambda value: " ".join(_words(value)))),
    "today": Function(0, 0, "date", lambda moment: moment.today),
    "now": Function(0, 0, "date", lambda moment: moment.now),
    "date": Function(1, 1, "date", _date),
    "date-time": Function(1, 1, "date", _date_time),
    "decimal-date-time": Function(1, 1, "number", _decimal_date_time),
    "format-date": Function(2, 2, "text", _format_date),
    "format-date-time": Function(2, 2, "text", _format_date),
}

# What the compiler builds itself, because it needs nodes and not values, or must not compute every argument.
SPECIAL: Final[Mapping[str, tuple[int, int | None]]] = {
    "if": (3, 3),
    "coalesce": (2, 2),
    "count": (1, 1),
    "count-non-empty": (1, 1),
    "position": (0, 1),
    "once": (1, 1),
    "regex": (2, 2),
    "jr:choice-name": (2, 2),
    "indexed-repeat": (3, 3),
}
# Their result differs each time they are asked, so the server could never hold an answer against them.
UNREPEATABLE: Final = frozenset({"random", "uuid", "randomize"})
# They read files that a pack does not carry.
OUTSIDE: Final = frozenset({"pulldata", "search", "instance", "property"})


def _before(value: str, mark: str) -> str:
    head, found, _ = value.partition(mark)
    return head if found else ""
