"""Reading $filter, $orderby and $apply: from text to small trees, and no further than their grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal, refuse
from yibiao.records.odata import problems

LENGTH: Final = 4_000
DEPTH: Final = 60
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+ -]\d\d:\d\d)?)(?![\w.])"
    r"|(?P<date>\d{4}-\d\d-\d\d)(?![\w.])|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])"
    r"|(?P<text>'(?:[^']|'')*')|(?P<name>[$@]?[^\W\d][\w.-]*(?:/[$]?[^\W\d][\w.-]*)*)|(?P<mark>[(),/:*]))"
)
_COMPARE: Final = ("eq", "ne", "lt", "le", "gt", "ge")
_REFUSED: Final = ("add", "sub", "mul", "div", "divby", "mod", "has")
_METHODS: Final = ("sum", "min", "max", "average", "countdistinct")


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    path: str


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Two sides and what stands between: a comparison, ``and`` or ``or``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node


Node: TypeAlias = Literal | Name | Call | Both | Not


@dataclass(frozen=True, slots=True)
class Order:
    path: str
    falling: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """One figure of an aggregation; ``method`` is ``count`` for $count, which has no path."""

    path: str
    method: str
    alias: str


@dataclass(frozen=True, slots=True)
class Step:
    """One transformation: a filter, or a grouping (``groups`` may be empty) with its figures."""

    condition: Node | None = None
    groups: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()


def condition(text: str, option: str = "$filter") -> Node:
    """Raises: ``records.odata.malformed|unsupported``."""
    reader = _Reader(text, option)
    found = reader.whole()
    reader.end()
    return found


def orders(text: str) -> tuple[Order, ...]:
    """Raises: ``records.odata.malformed``."""
    found = []
    if "(" in text:
        raise refuse(problems.UNSUPPORTED.at(feature="$orderby f()"))
    for part in text.split(","):
        words = part.split()
        if len(words) not in (1, 2) or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise refuse(problems.MALFORMED.at(option="$orderby", text=part.strip()[:80] or "—"))
        found.append(Order(words[0], len(words) == 2 and words[1].lower() == "desc"))
    return tuple(found)


def steps(text: str) -> tuple[Step, ...]:
    """Raises: ``records.odata.malformed|unsupported``."""
    reader = _Reader(text, "$apply")
    found = [reader.step()]
    while reader.take("/"):
        found.append(reader.step())
    reader.end()
    return tuple(found)


class _Reader:
    def __init__(self, text: str, option: str) -> None:
        self.text, self.option, self.at, self.depth = text, option, 0, 0
        if len(text) > LENGTH:
            raise refuse(problems.MALFORMED.at(option=option, text=f"> {LENGTH}"))
        self.tokens: list[tuple[str, str]] = []
        position, whole = 0, text.rstrip()
        while position < len(whole):
            match = _TOKEN.match(whole, position)
            if match is None:
                raise self.wrong(whole[position:])
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            position = match.end()

    def wrong(self, text: str = "") -> Refusal:
        rest = text or " ".join(token for _, token in self.tokens[self.at : self.at + 8]) or self.text
        return refuse(problems.MALFORMED.at(option=self.option, text=rest.strip()[:80] or "—"))

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def take(self, text: str) -> bool:
        if self.peek()[1] == text and self.peek()[0] != "text":
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            raise self.wrong()

    def name(self) -> str:
        kind, text = self.peek()
        if kind != "name":
            raise self.wrong()
        self.at += 1
        return text

    def end(self) -> None:
        if self.at < len(self.tokens):
            if self.peek()[1] in _REFUSED:
                raise refuse(problems.UNSUPPORTED.at(feature=f"{self.option} {self.peek()[1]}"))
            raise self.wrong()

    def whole(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH:
            raise refuse(problems.MALFORMED.at(option=self.option, text=f"> {DEPTH} ()"))
        found = self._and()
        while self.take("or"):
            found = Both("or", found, self._and())
        self.depth -= 1
        return found

    def _and(self) -> Node:
        found = self._not()
        while self.take("and"):
            found = Both("and", found, self._not())
        return found

    def _not(self) -> Node:
        count = 0
        while self.take("not"):
            count += 1
        found = self._compared()
        return Not(found) if count % 2 else found

    def _compared(self) -> Node:
        left = self._atom()
        word = self.peek()[1] if self.peek()[0] == "name" else ""
        if word in _REFUSED:
            raise refuse(problems.UNSUPPORTED.at(feature=f"{self.option} {word}"))
        if word in _COMPARE:
            self.at += 1
            return Both(word, left, self._atom())
        if word == "in":
            self.at += 1
            self.need("(")
            found: Node = Both("eq", left, self._atom())
            while self.take(","):
                found = Both("or", found, Both("eq", left, self._atom()))
            self.need(")")
            return found
        return left

    def _atom(self) -> Node:
        kind, text = self.peek()
        if self.take("("):
            found = self.whole()
            self.need(")")
            return found
        if kind in ("", "mark"):
            raise self.wrong()
        self.at += 1
        if kind != "name":
            return Literal(self._literal(kind, text))
        if text in ("true", "false", "null"):
            return Literal({"true": True, "false": False, "null": None}[text])
        if self.take("("):
            return Call(text, self._arguments(text))
        return Name(text)

    def _arguments(self, name: str) -> tuple[Node, ...]:
        if name.rpartition("/")[2] in ("any", "all"):
            raise refuse(problems.UNSUPPORTED.at(feature=f"{self.option} {name}()"))
        found: list[Node] = []
        if not self.take(")"):
            found.append(self.whole())
            while self.take(","):
                found.append(self.whole())
            self.need(")")
        return tuple(found)

    def _literal(self, kind: str, text: str) -> str | int | Decimal | date | datetime:
        try:
            if kind == "number":
                return Decimal(text) if "." in text else int(text)
            if kind == "date":
                return date.fromisoformat(text)
            if kind == "datetime":
                # A plus sign in an address arrives as a space.
                at = datetime.fromisoformat(text.replace(" ", "+").replace("Z", "+00:00"))
                return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        except ValueError:
            raise self.wrong(text) from None
        return text[1:-1].replace("''", "'")

    def step(self) -> Step:
        word = self.name()
        self.need("(")
        if word == "filter":
            found = Step(condition=self.whole())
        elif word == "aggregate":
            found = Step(sums=self._sums())
        elif word == "groupby":
            found = self._grouping()
        else:
            raise refuse(problems.UNSUPPORTED.at(feature=f"$apply {word}()"))
        self.need(")")
        return found

    def _grouping(self) -> Step:
        self.need("(")
        groups = [self.name()]
        while self.take(","):
            groups.append(self.name())
        if self.peek()[1] == "(":
            raise refuse(problems.UNSUPPORTED.at(feature=f"$apply {groups[-1]}()"))
        self.need(")")
        if not self.take(","):
            return Step(groups=tuple(groups))
        word = self.name()
        if word != "aggregate":
            raise refuse(problems.UNSUPPORTED.at(feature=f"$apply groupby(…,{word}())"))
        self.need("(")
        sums = self._sums()
        self.need(")")
        return Step(groups=tuple(groups), sums=sums)

    def _sums(self) -> tuple[Sum, ...]:
        found = [self._sum()]
        while self.take(","):
            found.append(self._sum())
        names = [one.alias for one in found]
        if len(set(names)) < len(names):
            raise self.wrong(", ".join(names))
        return tuple(found)

    def _sum(self) -> Sum:
        path, method = self.name(), "count"
        if path != "$count":
            self.need("with")
            method = self.name()
            if method not in _METHODS:
                raise refuse(problems.UNSUPPORTED.at(feature=f"$apply with {method}"))
        self.need("as")
        return Sum("" if path == "$count" else path, method, self.name())
