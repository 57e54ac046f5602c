"""The typed nodes of an expression; ``position`` counts characters from 1 and is no part of what a node means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Name:
    """A column or an indicator; ``type`` is number, text, date, datetime, choices, or empty where not known."""

    name: str
    type: str = ""
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | Decimal
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str
    left: Name | Literal
    right: Name | Literal


@dataclass(frozen=True, slots=True)
class Among:
    """``name in (…)``."""

    name: Name
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    name: Name


@dataclass(frozen=True, slots=True)
class Selected:
    """Whether a field with several choices holds one of them."""

    name: Name
    choice: Literal


@dataclass(frozen=True, slots=True)
class Not:
    item: Node


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negative:
    item: Node


Node: TypeAlias = Name | Literal | Compare | Among | Missing | Selected | Not | And | Or | Arithmetic | Negative


def below(node: Node) -> tuple[Node, ...]:
    """The nodes right below one."""
    match node:
        case And() | Or():
            return node.items
        case Not() | Negative():
            return (node.item,)
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case Among():
            return (node.name, *node.values)
        case Missing():
            return (node.name,)
        case Selected():
            return (node.name, node.choice)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, without recursion."""
    stack = [node]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(below(found))


def depth(node: Node) -> int:
    """How deeply the nodes are nested."""
    deepest, level = 0, [node]
    while level:
        deepest += 1
        level = [item for found in level for item in below(found)]
    return deepest
