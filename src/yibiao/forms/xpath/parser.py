"""Text to syntax tree.

Source: W3C XML Path Language 1.0, section 3 (grammar and lexical structure); ODK XForms specification, XPath subset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, cast

from yibiao.forms.xpath.ast import (
    Binary,
    Call,
    Expression,
    ExpressionError,
    Negation,
    Number,
    Path,
    Reference,
    Step,
    Text,
)

MAX_LENGTH: Final = 4_000
MAX_DEPTH: Final = 60
_NAME = r"[^\W\d][\w.\-·]*"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<number>\d+(?:\.\d*)?|\.\d+)
  | (?P<text>"[^"]*"|'[^']*')
  | \$\{{\s*(?P<reference>[^}}\s]+)\s*\}}
  | (?P<name>{_NAME}(?::{_NAME})?)
  | (?P<symbol>\.\.|!=|<=|>=|//|::|[()\[\],/.@|+\-*=<>])
    )""",
    re.VERBOSE,
)
_WORDS: Final = frozenset({"and", "or", "div", "mod"})
_LEVELS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
Kind = Literal["number", "text", "reference", "name", "symbol", "operator", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    position: int


def tokens(text: str) -> list[Token]:
    """The tokens of an expression; a name or ``*`` after an operand is an operator (XPath 1.0, 3.7)."""
    found: list[Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError("syntax", at + 1, text[at])
        kind = cast("Kind", match.lastgroup)
        value = match[kind]
        if kind in ("name", "symbol") and found and _ends_operand(found[-1]):
            if kind == "name" and value not in _WORDS:
                raise ExpressionError("syntax", match.start(kind) + 1, value)
            if value in _WORDS or value == "*":
                kind = "operator"
        if kind == "symbol" and value in ("=", "!=", "<", "<=", ">", ">=", "+", "-"):
            kind = "operator"
        found.append(Token(kind, value, match.start(match.lastgroup or 0) + 1))
        at = match.end()
    found.append(Token("end", "", len(text) + 1))
    return found


def _ends_operand(token: Token) -> bool:
    return token.kind in ("number", "text", "reference", "name") or token.text in (")", "]", ".", "..")


def parse(text: str) -> Expression:
    """The syntax tree of an expression.

    Raises: ExpressionError with ``syntax``, ``too-long`` or ``unsupported``.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("too-long", MAX_LENGTH)
    parser = _Parser(tokens(text))
    node = parser.expression()
    parser.take("end")
    return node


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.tokens, self.at, self.depth = found, 0, 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def advance(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def error(self) -> ExpressionError:
        return ExpressionError("syntax", self.next.position, self.next.text)

    def take(self, kind: Kind, text: str = "") -> Token:
        if self.next.kind != kind or (text and self.next.text != text):
            raise self.error()
        return self.advance()

    def symbol(self, text: str) -> bool:
        """Take the symbol if it comes next."""
        if self.next.kind == "symbol" and self.next.text == text:
            self.at += 1
            return True
        return False

    def expression(self, level: int = 0) -> Expression:
        if level == 0:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ExpressionError("too-long", self.next.position)
        if level == len(_LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while self.next.kind == "operator" and self.next.text in _LEVELS[level]:
            token = self.advance()
            left = Binary(cast("Literal['or']", token.text), left, self.expression(level + 1), token.position)
        if level == 0:
            self.depth -= 1
        return left

    def unary(self) -> Expression:
        signs = 0
        while self.next.kind == "operator" and self.next.text == "-":
            self.advance()
            signs += 1
        node = self.operand()
        if signs == 0:
            return node
        return Negation(node) if signs % 2 else Negation(Negation(node))

    def operand(self) -> Expression:
        token = self.next
        if token.kind == "number":
            self.advance()
            return Number(Decimal(token.text) if "." in token.text else int(token.text))
        if token.kind == "text":
            self.advance()
            return Text(token.text[1:-1])
        if token.kind == "reference":
            self.advance()
            predicates = [*self.predicates()]
            predicates += [inner for step in self.steps() for inner in step.predicates]
            return Reference(token.text, token.position, tuple(predicates))
        if self.symbol("("):
            node = self.expression()
            self.take("symbol", ")")
            return node
        if token.kind == "name" and self.tokens[self.at + 1].text == "(":
            return self.call()
        return self.path()

    def call(self) -> Expression:
        name = self.advance()
        self.take("symbol", "(")
        arguments: list[Expression] = []
        if not self.symbol(")"):
            arguments.append(self.expression())
            while self.symbol(","):
                arguments.append(self.expression())
            self.take("symbol", ")")
        if name.text == "current" and not arguments:
            return Path("current", self.steps(), name.position)
        if name.text == "instance" and len(arguments) == 1 and isinstance(arguments[0], Text):
            return Path("instance", self.steps(), name.position, arguments[0].value)
        if self.next.text in ("/", "["):
            raise ExpressionError("unsupported", self.next.position, self.next.text)
        return Call(name.text, tuple(arguments), name.position)

    def steps(self) -> tuple[Step, ...]:
        """Zero or more ``/step``."""
        found: list[Step] = []
        while self.symbol("/"):
            found.append(self.step())
        return tuple(found)

    def step(self) -> Step:
        token = self.next
        if token.text in ("//", "@", "::", "|", "*") or (
            token.kind == "name" and self.tokens[self.at + 1].text in ("::", "(")
        ):
            raise ExpressionError("unsupported", token.position, token.text)
        if token.kind != "name" and token.text not in (".", ".."):
            raise self.error()
        self.advance()
        predicates = self.predicates()
        if self.next.text in ("//", "::", "|"):
            raise ExpressionError("unsupported", self.next.position, self.next.text)
        return Step(token.text, predicates, token.position)

    def predicates(self) -> tuple[Expression, ...]:
        """Zero or more ``[condition]``."""
        found: list[Expression] = []
        while self.symbol("["):
            found.append(self.expression())
            self.take("symbol", "]")
        return tuple(found)

    def path(self) -> Path:
        start = self.next.position
        if self.symbol("/"):
            first = self.step()
            return Path("root", (first, *self.steps()), start)
        first = self.step()
        return Path("here", (first, *self.steps()), start)
