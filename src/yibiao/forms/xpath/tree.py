"""The form as a tree of nodes, and the answers as a tree of scopes: one for the form, one for each item of a repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Static = Literal["text", "number", "boolean", "date", "any"]


@dataclass(slots=True, eq=False)
class Node:
    """One node of a form. ``chain`` holds the repeats that it stands in, outermost first, itself included."""

    name: str
    path: str
    kind: Literal["root", "group", "repeat", "field"]
    parent: Node | None
    chain: tuple[Node, ...]
    static: Static = "text"
    choices: str = ""
    children: dict[str, Node] = field(default_factory=dict)

    def child(self, name: str, kind: Literal["group", "repeat", "field"], static: Static, choices: str = "") -> Node:
        """Add a child."""
        node = Node(name, f"{self.path}/{name}", kind, self, self.chain, static, choices)
        if kind == "repeat":
            node.chain = (*self.chain, node)
        self.children[name] = node
        return node

    def above(self) -> Iterator[Node]:
        """The sections that it stands in, innermost first, without the root."""
        node = self.parent
        while node is not None and node.kind != "root":
            yield node
            node = node.parent


def root() -> Node:
    """The root of a form; pyxform always calls it ``data``."""
    return Node("data", "/data", "root", None, ())


@dataclass(frozen=True, slots=True)
class Moment:
    """When the answers are checked, in Shanghai."""

    now: datetime
    today: date


class Scope:
    """The answers of one level: the form's own, or those of one item of a repeat.

    ``off`` holds the paths of fields and sections that do not apply here; ``good`` how answers are written whose like
    was found good before.
    """

    __slots__ = ("good", "index", "items", "moment", "off", "parent", "values")

    def __init__(self, moment: Moment, parent: Scope | None = None, index: int = 0) -> None:
        self.moment = moment
        self.parent = parent
        self.index = index
        self.values: dict[str, Any] = {}
        self.items: dict[str, list[Scope]] = {}
        self.off: set[str] = set()
        self.good: dict[str, Any] = {}


Item = Mapping[str, str]
