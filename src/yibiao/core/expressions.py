"""The small grammar in which packs write filters over rows and sums of indicators: parsed and typed, never evaluated.

A filter: ``grade in ('major', 'grave') and not selected(kinds, 'drill') and deaths >= 3`` or ``closed_on is missing``.
Terms: ``hazards-fixed + hazards-dated``. Ids may hold hyphens, so a minus needs spaces around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from yibiao.core import canon
from yibiao.core.nodes import (
    Among,
    And,
    Arithmetic,
    Compare,
    Literal,
    Missing,
    Name,
    Negative,
    Node,
    Not,
    Or,
    Selected,
    depth,
    walk,
)
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal, Rule, refuse

__all__ = [
    "Among", "And", "Arithmetic", "Compare", "Literal", "Missing", "Name", "Negative", "Node",
    "Not", "Or", "Selected", "bound", "names", "parse_filter", "parse_terms", "sql", "test", "value",
]  # fmt: skip

SYNTAX: Final = Rule(
    "core.expression.syntax",
    "条件“{text}”在第 {position} 个字符处写法不对。",
    "The expression “{text}” cannot be read at character {position}.",
    "请检查该处的引号、括号、运算符和空格。",
    "Check quotes, brackets, operators and spaces there.",
)
UNKNOWN_NAME: Final = Rule(
    "core.expression.unknown-name",
    "第 {position} 个字符处的“{name}”不是已有的字段。",
    "“{name}” at character {position} is not a known field.",
    "可用的字段：{known}。",
    "Known fields: {known}.",
)
TYPE: Final = Rule(
    "core.expression.type",
    "第 {position} 个字符处：“{name}”是{expected}，不能与{given}比较。",
    "At character {position}: “{name}” is {expected_en} and cannot be compared with {given_en}.",
    "请改用同类的值；多选字段用 selected(字段, '选项')。",
    "Use a value of the same type; for fields with several choices write selected(field, 'choice').",
)
LONGEST: Final = 2000
DEEPEST: Final = 100


_FILTER: Final = r"""
    ?start: disjunction
    ?disjunction: conjunction ("or" conjunction)*
    ?conjunction: negation ("and" negation)*
    ?negation: "not" negation -> not_
        | test
    ?test: operand OPERATOR operand -> compare
        | name "in" "(" literal ("," literal)* ")" -> among
        | name "not" "in" "(" literal ("," literal)* ")" -> not_among
        | name "is" "missing" -> missing
        | name "is" "not" "missing" -> not_missing
        | "selected" "(" name "," literal ")" -> selected
        | "(" disjunction ")"
    ?operand: name | literal
    name: NAME
    literal: TEXT -> text
        | NUMBER -> number
    OPERATOR: "!=" | "<=" | ">=" | "=" | "<" | ">"
    NAME: /[^\W\d]\w*/
    TEXT: /'(?:[^'\\\x00-\x1f]|'')*'/
    NUMBER: /-?\d+(?:\.\d+)?/
    %ignore /[ \t\r\n]+/
"""
_TERMS: Final = r"""
    ?start: sum
    ?sum: product
        | sum PLUS product -> arithmetic
        | sum MINUS product -> arithmetic
    ?product: atom
        | product TIMES atom -> arithmetic
        | product OVER atom -> arithmetic
    ?atom: ID -> name
        | NUMBER -> number
        | MINUS atom -> negative
        | "(" sum ")"
    PLUS: "+"
    MINUS: "-"
    TIMES: "*"
    OVER: "/"
    ID: /[a-z][a-z0-9_]*(?:[-.][a-z0-9_]+)*/
    NUMBER: /\d+(?:\.\d+)?/
    %ignore /[ \t\r\n]+/
"""


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    """Turns what the grammar found into nodes, while it is found: no recursion over deep input."""

    def name(self, token: Token) -> Name:
        return Name(str(token), position=(token.start_pos or 0) + 1)

    def text(self, token: Token) -> Literal:
        return Literal(token[1:-1].replace("''", "'"), position=(token.start_pos or 0) + 1)

    def number(self, token: Token) -> Literal:
        return Literal(Decimal(token), position=(token.start_pos or 0) + 1)

    def compare(self, left: Name | Literal, operator: Token, right: Name | Literal) -> Compare:
        return Compare(str(operator), left, right)

    def among(self, name: Name, *values: Literal) -> Among:
        return Among(name, values)

    def not_among(self, name: Name, *values: Literal) -> Not:
        return Not(Among(name, values))

    def missing(self, name: Name) -> Missing:
        return Missing(name)

    def not_missing(self, name: Name) -> Not:
        return Not(Missing(name))

    def selected(self, name: Name, choice: Literal) -> Selected:
        return Selected(name, choice)

    def not_(self, item: Node) -> Not:
        return Not(item)

    def conjunction(self, *items: Node) -> And:
        return And(items)

    def disjunction(self, *items: Node) -> Or:
        return Or(items)

    def arithmetic(self, left: Node, operator: Token, right: Node) -> Arithmetic:
        return Arithmetic(str(operator), left, right)

    def negative(self, _minus: Token, item: Node) -> Negative:
        return Negative(item)


_filters: Final = Lark(_FILTER, parser="lalr", transformer=_Build(), maybe_placeholders=False)
_terms: Final = Lark(_TERMS, parser="lalr", transformer=_Build(), maybe_placeholders=False)

_CLASSES: Final[Mapping[str, str]] = {
    "integer": "number",
    "decimal": "number",
    "number": "number",
    "date": "date",
    "datetime": "datetime",
    "choices": "choices",
    "calculated": "",
    "": "",
}
_CALLED: Final[Mapping[str, tuple[str, str]]] = {
    "number": ("数字", "a number"),
    "text": ("文字", "text"),
    "date": ("日期", "a date"),
    "datetime": ("时间", "a time"),
    "choices": ("多选", "a set of choices"),
}


def parse_filter(text: str, fields: Mapping[str, str]) -> Node:
    """Read a filter over rows whose columns are ``fields`` (name → field type).

    Raises: core.expression.syntax, core.expression.unknown-name, core.expression.type (all that are found).
    """
    node = _read(_filters, text)
    problems: list[Problem] = []
    typed = _typed(node, {name: _CLASSES.get(type_, "text") for name, type_ in fields.items()}, problems)
    if problems:
        raise Refusal(problems)
    return typed


def parse_terms(text: str) -> Node:
    """Read a sum, difference, product or quotient of indicator ids and numbers.

    Raises: core.expression.syntax.
    """
    return _read(_terms, text)


def names(node: Node) -> frozenset[str]:
    """Every column or indicator named in it."""
    return frozenset(item.name for item in walk(node) if isinstance(item, Name))


def bound(node: Node, values: Mapping[str, str]) -> Node:
    """The same filter with literals in place of names whose values are known."""
    match node:
        case Name():
            return Literal(values[node.name], node.position) if node.name in values else node
        case And() | Or():
            return type(node)(tuple(bound(item, values) for item in node.items))
        case Not():
            return Not(bound(node.item, values))
        case Compare():
            sides = [bound(side, values) for side in (node.left, node.right)]
            return Compare(node.operator, *sides)  # type: ignore[arg-type]
    return node


def test(node: Node, row: Mapping[str, Any]) -> bool:
    """Whether a row passes a filter. Missing: comparing a missing answer is unknown, and unknown does not pass."""
    return _truth(node, row) is True


def value(node: Node, values: Mapping[str, Decimal | None]) -> Decimal | None:
    """The value of terms. Missing: None when a term is missing or a divisor is zero."""
    match node:
        case Literal():
            return Decimal(node.value)
        case Name():
            return values.get(node.name)
        case Negative():
            inner = value(node.item, values)
            return None if inner is None else -inner
        case Arithmetic():
            left, right = value(node.left, values), value(node.right, values)
            return None if left is None or right is None else _compute(node.operator, left, right)
    raise TypeError(f"{type(node).__name__} has no value")


def _zoned(at: datetime) -> str:
    return f"CAST('{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00' AS TIMESTAMP WITH TIME ZONE)"


def sql(node: Node, column: Callable[[str], str], moment: Callable[[datetime], str] = _zoned) -> str:
    """A filter as SQL text that DuckDB, PostgreSQL and SQLite read alike; ``column`` gives the quoted column of a name.

    A field with several choices is a text column with spaces between the names of the choices; dates are ISO text or
    a date; datetimes are what ``moment`` makes of them, by itself timestamps with time zone.
    """
    match node:
        case And() | Or():
            word = " AND " if isinstance(node, And) else " OR "
            return "(" + word.join(sql(item, column, moment) for item in node.items) + ")"
        case Not():
            return f"(NOT {sql(node.item, column, moment)})"
        case Missing():
            return f"({column(node.name.name)} IS NULL)"
        case Compare():
            kind = _kind(node.left, node.right)
            operator = "<>" if node.operator == "!=" else node.operator
            return (
                f"({_operand(node.left, kind, column, moment)} {operator} {_operand(node.right, kind, column, moment)})"
            )
        case Among():
            values = ", ".join(_operand(item, node.name.type, column, moment) for item in node.values)
            return f"({column(node.name.name)} IN ({values}))"
        case Selected():
            escaped = str(node.choice.value).replace("!", "!!").replace("%", "!%").replace("_", "!_")
            return f"((' ' || {column(node.name.name)} || ' ') LIKE {_quoted(f'% {escaped} %')} ESCAPE '!')"
    raise TypeError(f"{type(node).__name__} is no filter")


def _read(grammar: Lark, text: str) -> Node:
    if len(text) > LONGEST:
        raise refuse(SYNTAX.at(text=text[:40] + "…", position=LONGEST))
    try:
        node: Node = grammar.parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        at = len(text) if error.pos_in_stream is None or error.pos_in_stream < 0 else error.pos_in_stream
        raise refuse(SYNTAX.at(text=text, position=at + 1)) from None
    if depth(node) > DEEPEST:
        raise refuse(SYNTAX.at(text=text[:40] + "…", position=DEEPEST))
    return node


def _typed(node: Node, types: Mapping[str, str], problems: list[Problem]) -> Node:
    """The same node with the type of each name; problems are collected."""
    match node:
        case Name():
            if node.name not in types:
                known = "、".join(sorted(types)[:40])
                problems.append(UNKNOWN_NAME.at(name=node.name, position=node.position, known=known))
            return Name(node.name, types.get(node.name, ""), node.position)
        case And() | Or():
            return type(node)(tuple(_typed(item, types, problems) for item in node.items))
        case Not():
            return Not(_typed(node.item, types, problems))
        case Missing():
            return Missing(_name(node.name, types, problems))
        case Selected():
            return Selected(_name(node.name, types, problems), node.choice)
        case Among():
            name = _name(node.name, types, problems)
            for item in node.values:
                _agree(name, item, problems)
            return Among(name, node.values)
        case Compare():
            left, right = (
                _name(side, types, problems) if isinstance(side, Name) else side for side in (node.left, node.right)
            )
            _agree(left, right, problems)
            return Compare(node.operator, left, right)
    return node


def _name(name: Name, types: Mapping[str, str], problems: list[Problem]) -> Name:
    found = _typed(name, types, problems)
    assert isinstance(found, Name)  # noqa: S101 - a name stays a name
    return found


def _agree(left: Name | Literal, right: Name | Literal, problems: list[Problem]) -> None:
    """Both sides of a comparison must be of one type; a literal takes the type of the field beside it."""
    if isinstance(left, Literal):
        if isinstance(right, Literal):
            problems.append(_mismatch(str(left.value), left.position, "text", "text"))
            return
        left, right = right, left
    if left.type == "choices" or (isinstance(right, Name) and right.type == "choices"):
        problems.append(_mismatch(left.name, left.position, "choices", "text"))
    elif isinstance(right, Name):
        if left.type and right.type and left.type != right.type:
            problems.append(_mismatch(left.name, left.position, left.type, right.type))
    elif (left.type == "number") != isinstance(right.value, Decimal) and left.type:
        problems.append(_mismatch(left.name, right.position, left.type, "text" if left.type == "number" else "number"))
    elif left.type in ("date", "datetime") and _read_moment(str(right.value), left.type) is None:
        problems.append(_mismatch(left.name, right.position, left.type, "text"))


def _mismatch(name: str, position: int, expected: str, given: str) -> Problem:
    zh, en = _CALLED[expected]
    given_zh, given_en = _CALLED[given]
    return TYPE.at(name=name, position=position, expected=zh, expected_en=en, given=given_zh, given_en=given_en)


def _kind(left: Name | Literal, right: Name | Literal) -> str:
    """The type in which both sides are compared."""
    for side in (left, right):
        if isinstance(side, Name) and side.type:
            return side.type
        if isinstance(side, Literal) and isinstance(side.value, Decimal):
            return "number"
    return "text"


def _read_moment(value: object, kind: str) -> str | None:
    """A date as ISO text, a datetime as UTC text, so that text order is time order."""
    try:
        if kind == "date":
            return date.fromisoformat(str(value)[:10]).isoformat()
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return canon.instant(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))


def _comparable(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "number":
        return Decimal(value)
    return _read_moment(value, kind) if kind in ("date", "datetime") else str(value)


def _side(side: Name | Literal, row: Mapping[str, Any], kind: str) -> Any:
    return _comparable(side.value if isinstance(side, Literal) else row.get(side.name), kind)


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}


def _truth(node: Node, row: Mapping[str, Any]) -> bool | None:
    """True, False or None for unknown, as in SQL."""
    match node:
        case And() | Or():
            decisive = isinstance(node, Or)
            found = [_truth(item, row) for item in node.items]
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case Not():
            inner = _truth(node.item, row)
            return None if inner is None else not inner
        case Missing():
            return row.get(node.name.name) is None
        case Compare():
            kind = _kind(node.left, node.right)
            left, right = _side(node.left, row, kind), _side(node.right, row, kind)
            return None if left is None or right is None else _OPERATORS[node.operator](left, right)
        case Among():
            kind = _kind(node.name, node.values[0])
            held = _side(node.name, row, kind)
            return None if held is None else any(held == _comparable(item.value, kind) for item in node.values)
        case Selected():
            chosen = row.get(node.name.name)
            if chosen is None:
                return None
            return str(node.choice.value) in (chosen.split() if isinstance(chosen, str) else chosen)
    raise TypeError(f"{type(node).__name__} is no filter")


def _compute(operator: str, left: Decimal, right: Decimal) -> Decimal | None:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left / right if right else None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _operand(side: Name | Literal, kind: str, column: Callable[[str], str], moment: Callable[[datetime], str]) -> str:
    if isinstance(side, Name):
        return column(side.name)
    if isinstance(side.value, Decimal):
        return format(side.value, "f")
    if kind == "datetime":
        at = datetime.fromisoformat(side.value)
        return moment(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))
    return _quoted(side.value)
