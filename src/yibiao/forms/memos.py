"""Answers that were found good once: the same value of the same question is not read and judged again.

A sheet of a hundred thousand rows holds few kinds of sectors, days and numbers. Only what follows from the value alone
is remembered, and nothing personal. What is wrong is always judged anew: its problem says where it stands.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from yibiao.forms.types import Field, FormVersion
from yibiao.forms.xpath.ast import Call, Expression, ExpressionError, Path, Reference, walk
from yibiao.forms.xpath.parser import parse
from yibiao.forms.xpath.tree import Node

# So many values of a question are kept; a column in which each is another forgets them all now and then.
LIMIT: Final = 2_000
LONGEST: Final = 64
_REPEATED: Final = frozenset({"integer", "decimal", "date", "time", "datetime", "choice", "choices", "geopoint"})
# What they say follows from more than their arguments.
_BEYOND: Final = frozenset({"today", "now", "position", "indexed-repeat"})


# A value, how it is written, and how that stands in the canonical text of the answers.
Good: TypeAlias = tuple[Any, Any, str]


class Memo:
    """Good values of one question, by what arrived."""

    __slots__ = ("kept", "texts")

    def __init__(self) -> None:
        # 1 and True are equal, and so are their hashes: each class has its own.
        self.texts: dict[Any, Good] = {}
        self.kept: dict[type, dict[Any, Good]] = {str: self.texts, int: {}, list: {}}

    def get(self, raw: Any) -> Good | None:
        kept = self.kept.get(raw.__class__)
        if not kept:
            return None
        try:
            return kept.get(tuple(raw) if raw.__class__ is list else raw)
        except TypeError:
            return None

    def put(self, raw: Any, value: Any, written: Any, piece: str) -> None:
        kept = self.kept.get(raw.__class__)
        if kept is None or len(str(value)) > LONGEST:
            return
        if len(kept) >= LIMIT:
            kept.clear()
        kept[tuple(raw) if raw.__class__ is list else raw] = (value, written, piece)


class Beside:
    """Which choices of a question were offered beside which answer to ``other``."""

    __slots__ = ("kept", "other")

    def __init__(self, other: str) -> None:
        self.other = other
        self.kept: dict[tuple[str, str], bool] = {}

    def put(self, name: str, answer: str, offered: bool) -> None:
        if len(self.kept) >= LIMIT:
            self.kept.clear()
        self.kept[name, answer] = offered


def memo(item: Field) -> Memo | None:
    """Where good answers to a question are kept, if they are worth it and follow from nothing else."""
    worth = item.type in _REPEATED or bool(item.constraint)
    alone = not item.choice_filter and _of_itself(item.constraint)
    return Memo() if worth and alone and not (item.personal or item.calculate or item.type == "file") else None


def beside(item: Field, reads: frozenset[Node]) -> Beside | None:
    """The same for a choice that depends on one other answer; both stand in no repeat."""
    if item.repeat or len(reads) != 1:
        return None
    (other,) = reads
    return (
        Beside(other.name)
        if other.kind == "field" and not other.chain and _nodes(item.choice_filter) is not None
        else None
    )


def timeless(form: FormVersion) -> bool:
    """Whether the answers to a form are the same at every time: no rule of it asks what time it is."""
    sources = [form.entity.key, form.entity.label] if form.entity else []
    for section in form.sections:
        sources += (section.relevant, section.count)
    for item in form.fields:
        sources += (item.relevant, item.required_if, item.constraint, item.calculate, item.choice_filter)
    return not any(
        isinstance(node, Call) and node.name in ("today", "now")
        for source in sources
        if source
        for node in walk(parse(source))
    )


def _of_itself(source: str) -> bool:
    nodes = _nodes(source)
    return nodes is not None and all(
        not isinstance(node, Reference)
        and (not isinstance(node, Path) or (node.origin == "here" and [step.name for step in node.steps] == ["."]))
        for node in nodes
    )


def _nodes(source: str) -> list[Expression] | None:
    """The nodes of an expression; None where it is faulty or depends on the time or on where it stands."""
    try:
        nodes = list(walk(parse(source))) if source else []
    except ExpressionError:
        return None
    return None if any(isinstance(node, Call) and node.name in _BEYOND for node in nodes) else nodes
