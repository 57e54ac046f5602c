"""The syntax tree of an expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    value: int | Decimal


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: ``.``, ``..`` or the name of a child."""

    name: str
    predicates: tuple[Expression, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """A location: from the root, the present node, ``current()`` or a list of choices (``instance('list')``)."""

    origin: Literal["root", "here", "current", "instance"]
    steps: tuple[Step, ...]
    position: int
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """``${name}`` as authors of XLSForms write it; it is gone from the XForm that is compiled.

    ``predicates`` are those of the reference and of the steps after it: they are kept to be looked through.
    """

    name: str
    position: int
    predicates: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Expression, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: Literal["or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"]
    left: Expression
    right: Expression
    position: int


@dataclass(frozen=True, slots=True)
class Negation:
    operand: Expression


Expression: TypeAlias = Number | Text | Path | Reference | Call | Binary | Negation


class ExpressionError(Exception):
    """What is wrong with an expression; ``code`` is the last part of a problem's code, ``position`` counts from 1."""

    def __init__(self, code: str, position: int, token: str = "") -> None:
        self.code, self.position, self.token = code, position, token
        super().__init__(f"{code} at {position}: {token}")


def walk(node: Expression) -> Iterator[Expression]:
    """The node and all nodes below it, predicates included."""
    stack: list[Expression] = [node]
    while stack:
        item = stack.pop()
        yield item
        match item:
            case Call(_, arguments, _):
                stack.extend(arguments)
            case Binary(_, left, right, _):
                stack += (right, left)
            case Negation(operand):
                stack.append(operand)
            case Reference():
                stack.extend(item.predicates)
            case Path():
                stack.extend(inner for step in item.steps for inner in step.predicates)
