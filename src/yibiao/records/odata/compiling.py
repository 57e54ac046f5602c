"""From the tree of a $filter to SQL. Every comparison is true or false: a missing answer is never unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from yibiao.core import clock
from yibiao.core.periods import midnight
from yibiao.core.problems import refuse
from yibiao.records.odata import dialects, problems
from yibiao.records.odata.dialects import Value
from yibiao.records.odata.syntax import Both, Call, Literal, Name, Node, Not

_SIGNS: Final = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")
_TEXT: Final = ("text", "list")
_ROOT: Final = "$root/Submissions/"


@dataclass(frozen=True, slots=True)
class Compiler:
    """``columns`` are what may be named, by path."""

    columns: Mapping[str, Value]
    option: str = "$filter"

    def condition(self, node: Node) -> Value:
        """Raises: ``records.odata.property|type|unsupported|malformed``."""
        found = self.value(node)
        if found.kind != "bool":
            raise refuse(problems.MALFORMED.at(option=self.option, text=_said(node)))
        return found

    def column(self, path: str) -> Value:
        """Raises: ``records.odata.property|unsupported``."""
        name = path.removeprefix("$it/").removeprefix(_ROOT)
        found = self.columns.get(name)
        if found is None:
            raise refuse(problems.PROPERTY.at(option=self.option, name=path[:80]))
        if found.kind in ("shown", "point"):
            raise refuse(problems.UNSUPPORTED.at(feature=f"{self.option} {path}"))
        return found

    def value(self, node: Node) -> Value:
        match node:
            case Name(path):
                return self.column(path)
            case Literal(value):
                return self._literal(value)
            case Not(inner):
                held = self.condition(inner)
                return Value(f"(NOT {held.sql})", held.params, "bool")
            case Both("and" | "or" as word, left, right):
                one, other = self.condition(left), self.condition(right)
                return Value(f"({one.sql} {word.upper()} {other.sql})", (*one.params, *other.params), "bool")
            case Both(word, left, right):
                return self._compared(word, left, right)
            case Call(name, arguments):
                return self._called(name, arguments)

    def _literal(self, value: Any) -> Value:
        if value is None or isinstance(value, bool):
            return Value("NULL" if value is None else str(value).upper(), (), "bool")
        if isinstance(value, int | Decimal):
            return Value("%s", (dialects.number(value),), "number")
        if isinstance(value, datetime):
            return Value("%s", (dialects.moment(value, "moment"),), "moment")
        if isinstance(value, date):
            return Value("%s", (value.isoformat(),), "date")
        return Value("%s", (str(value),), "text")

    def _compared(self, word: str, left: Node, right: Node) -> Value:
        for side, other in ((left, right), (right, left)):
            if side == Literal(None):
                return self._missing(word, other)
        one, two = self._matched(left, right)
        sides, params = f"{one.sql} {_SIGNS[word]} {two.sql}", (*one.params, *two.params)
        if word not in ("eq", "ne"):
            return Value(f"COALESCE({sides}, FALSE)", params, "bool")
        same = f"COALESCE({one.sql} = {two.sql}, ({one.sql} IS NULL AND {two.sql} IS NULL))"
        return Value(same if word == "eq" else f"(NOT {same})", (*params, *params), "bool")

    def _missing(self, word: str, node: Node) -> Value:
        if word not in ("eq", "ne"):
            return Value("FALSE", (), "bool")
        if node == Literal(None):
            return Value("TRUE" if word == "eq" else "FALSE", (), "bool")
        held = self.value(node)
        return Value(f"({held.sql} IS {'' if word == 'eq' else 'NOT '}NULL)", held.params, "bool")

    def _matched(self, left: Node, right: Node) -> tuple[Value, Value]:
        """Both sides in one kind; a literal takes on the kind of what it is compared with."""
        one, two = self.value(left), self.value(right)
        if isinstance(left, Literal | Call):
            one = _as(one, left, two)
        if isinstance(right, Literal | Call):
            two = _as(two, right, one)
        if one.kind != two.kind and not (one.kind in _TEXT and two.kind in _TEXT):
            raise refuse(problems.MISMATCH.at(option=self.option, left=_said(left), right=_said(right)))
        return one, two

    def _called(self, name: str, arguments: tuple[Node, ...]) -> Value:
        if name == "now" and not arguments:
            return Value("%s", (dialects.moment(clock.now(), "moment"),), "moment")
        wanted = {"contains": 2, "startswith": 2, "endswith": 2, "tolower": 1, "toupper": 1, "length": 1, "trim": 1}
        count = wanted.get(name, 1 if name in _PARTS or name == "date" else None)
        if count is None:
            raise refuse(problems.UNSUPPORTED.at(feature=f"{self.option} {name}()"))
        if len(arguments) != count:
            raise refuse(problems.MALFORMED.at(option=self.option, text=f"{name}()"))
        given = [self.value(one) for one in arguments]
        if name in _PARTS or name == "date":
            return self._part(name, given[0], arguments[0])
        for one, node in zip(given, arguments, strict=True):
            if one.kind not in _TEXT:
                raise refuse(problems.MISMATCH.at(option=self.option, left=f"{name}()", right=_said(node)))
        return _textual(name, given)

    def _part(self, name: str, of: Value, node: Node) -> Value:
        timed = name in ("hour", "minute", "second")
        if of.kind not in ("moment", "instant") and (of.kind != "date" or timed):
            raise refuse(problems.MISMATCH.at(option=self.option, left=f"{name}()", right=_said(node)))
        return dialects.day(of) if name == "date" else dialects.part(name, of)


def _as(given: Value, node: Node, other: Value) -> Value:
    at = node.value if isinstance(node, Literal) else clock.now() if node == Call("now", ()) else None
    if other.kind in ("moment", "instant") and isinstance(at, date):
        exact = at if isinstance(at, datetime) else midnight(at)
        return Value("%s", (dialects.moment(exact, other.kind),), other.kind)
    return given


def _textual(name: str, given: list[Value]) -> Value:
    text = given[0]
    if name in ("tolower", "toupper", "length", "trim"):
        made = {"tolower": "LOWER", "toupper": "UPPER", "length": "LENGTH", "trim": "TRIM"}[name]
        return Value(f"{made}({text.sql})", text.params, "number" if name == "length" else "text")
    sought = given[1]
    if name == "contains":
        sql, params = dialects.contains(text, sought)
    elif name == "startswith":
        sql = f"SUBSTR({text.sql}, 1, LENGTH({sought.sql})) = {sought.sql}"
        params = (*text.params, *sought.params, *sought.params)
    else:
        size = f"LENGTH({text.sql}) - LENGTH({sought.sql})"
        sql = f"({size} >= 0 AND SUBSTR({text.sql}, {size} + 1) = {sought.sql})"
        both = (*text.params, *sought.params)
        params = (*both, *text.params, *both, *sought.params)
    return Value(f"COALESCE({sql}, FALSE)", params, "bool")


def _said(node: Node) -> str:
    match node:
        case Name(path):
            return path[:60]
        case Literal(value):
            return f"'{value}'"[:60] if isinstance(value, str) else str(value)[:60]
        case Call(name, _):
            return f"{name}()"
    return "(…)"
