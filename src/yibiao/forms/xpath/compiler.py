"""Syntax tree to closures. Every path is resolved once, against the form; at run time only dictionaries are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from yibiao.forms.types import Choice
from yibiao.forms.xpath import values
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
from yibiao.forms.xpath.functions import FUNCTIONS, OUTSIDE, SPECIAL, UNREPEATABLE
from yibiao.forms.xpath.parser import parse
from yibiao.forms.xpath.tree import Item, Node, Scope, Static

Run: TypeAlias = Callable[[Scope, Any], Any]
MATCHED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to run in a scope of its context. ``reads`` are the nodes that it depends on."""

    run: Run
    static: Static
    reads: frozenset[Node]

    def test(self, scope: Scope) -> bool:
        found = self.run(scope, None)
        return found if found.__class__ is bool else values.boolean(found)


@dataclass(frozen=True, slots=True)
class _Context:
    """Where an expression stands: its node, and in a predicate what the predicate looks at.

    ``columns`` are those of a choice list; ``outer`` is the node of ``current()`` inside a predicate over a repeat.
    """

    node: Node
    chain: tuple[Node, ...]
    columns: frozenset[str] | None = None
    outer: _Context | None = None


@dataclass(frozen=True, slots=True)
class _Target:
    """A resolved path: ``up`` scopes up, then every item of the ``loose`` repeats, then the node."""

    node: Node
    up: int
    loose: tuple[tuple[str, Run | None], ...]


@dataclass(slots=True)
class Compiler:
    """Compiles the expressions of one form."""

    root: Node
    choices: Mapping[str, tuple[Choice, ...]]
    items: dict[str, list[Item]] = field(default_factory=dict)
    reads: set[Node] = field(default_factory=set)

    def compile(self, source: str, node: Node) -> Compiled:
        """An expression in the context of a node.

        The items of a repeat come and go together: what stands at the repeat itself is judged in the scope around it.
        Raises: ExpressionError.
        """
        chain = node.chain[:-1] if node.kind == "repeat" else node.chain
        self.reads = set()
        run, static = self._node(parse(source), _Context(node, chain))
        return Compiled(run, static, frozenset(self.reads))

    def filter(self, source: str, node: Node, choices: str) -> Run:
        """The predicate of a choice filter: run with a row of the list as its item.

        Raises: ExpressionError.
        """
        rows = self._items(choices) if choices in self.choices else []
        columns = frozenset(column for row in rows for column in row)
        self.reads = set()
        return self._node(parse(source), _Context(node, node.chain, columns=columns))[0]

    def _node(self, node: Expression, at: _Context) -> tuple[Run, Static]:
        match node:
            case Number(value):
                return (lambda s, i: value), "number"
            case Text(content):
                return (lambda s, i: content), "text"
            case Path():
                return self._path(node, at)
            case Binary():
                return self._binary(node, at)
            case Negation(operand):
                inner = self._node(operand, at)[0]
                negate = values.arithmetic("-")
                return (lambda s, i: negate(0, values.number(inner(s, i)))), "number"
            case Call():
                return self._call(node, at)
            case Reference(name, position, predicates):
                if predicates:
                    raise ExpressionError("unsupported", position, name)
                return self._reference(name, position, at)

    def _reference(self, name: str, position: int, at: _Context) -> tuple[Run, Static]:
        """``${name}``: the question of that name at this level or around it."""
        stack, found = [self.root], None
        while stack:
            node = stack.pop()
            stack += node.children.values()
            inside = node.chain == at.chain[: len(node.chain)]
            if node.kind == "field" and node.name == name and inside:
                found = node if found is None or len(node.chain) > len(found.chain) else found
        if found is None:
            raise ExpressionError("unknown-name", position, name)
        self.reads.add(found)
        return self._read(_Target(found, len(at.chain) - len(found.chain), ())), found.static

    def _binary(self, node: Binary, at: _Context) -> tuple[Run, Static]:
        (left, _), (right, _) = self._node(node.left, at), self._node(node.right, at)
        boolean, number = values.boolean, values.number
        if node.operator == "and":
            return (lambda s, i: boolean(left(s, i)) and boolean(right(s, i))), "boolean"
        if node.operator == "or":
            return (lambda s, i: boolean(left(s, i)) or boolean(right(s, i))), "boolean"
        if node.operator in ("=", "!=", "<", "<=", ">", ">="):
            compare = values.comparison(node.operator)
            return (lambda s, i: compare(left(s, i), right(s, i))), "boolean"
        compute = values.arithmetic(node.operator)
        return (lambda s, i: compute(number(left(s, i)), number(right(s, i)))), "number"

    # Paths

    def _path(self, path: Path, at: _Context) -> tuple[Run, Static]:
        if path.origin == "instance":
            return self._instance(path, at)
        if path.origin == "here" and at.columns is not None:
            return self._column(path, at.columns), "text"
        target, lift = self._target(path, at)
        static = target.node.static if target.node.kind == "field" else "text"
        return lift(self._read(target)), static

    def _target(self, path: Path, at: _Context) -> tuple[_Target, Callable[[Run], Run]]:
        """Where a path leads; in a predicate over a repeat, all but a relative path starts outside."""
        if path.origin != "here" and at.outer is not None:
            target = self._resolve(path, at.outer)
            return target, lambda run: lambda s, i: run(i, None)
        return self._resolve(path, at), lambda run: run

    def _resolve(self, path: Path, at: _Context) -> _Target:
        absolute = path.origin == "root"
        here, bound = (None, 0) if absolute else (at.node, len(at.chain))
        loose: list[tuple[str, Run | None]] = []
        for number, step in enumerate(path.steps, 1):
            if step.name == ".":
                continue
            if step.name == "..":
                here, bound = self._up(here, bound, bool(loose), step)
                continue
            here = self._down(here, step)
            if here.kind == "repeat":
                last = number == len(path.steps)
                if absolute and not (last or loose or step.predicates) and here in at.chain:
                    bound = len(here.chain)
                else:
                    loose.append((here.name, self._predicate(step, here, at)))
            elif step.predicates:
                raise ExpressionError("unsupported", step.position, "[")
        assert here is not None  # noqa: S101 -- the parser gives an absolute path at least one step
        self.reads.add(here)
        return _Target(here, len(at.chain) - bound, tuple(loose))

    def _up(self, here: Node | None, bound: int, loose: bool, step: Step) -> tuple[Node, int]:
        if here is None or here.parent is None:
            raise ExpressionError("unknown-name", step.position, "..")
        if loose:
            raise ExpressionError("unsupported", step.position, "..")
        return here.parent, min(bound, len(here.parent.chain))

    def _down(self, here: Node | None, step: Step) -> Node:
        if here is None and step.name == self.root.name:
            return self.root
        child = here.children.get(step.name) if here is not None else None
        if child is None:
            raise ExpressionError("unknown-name", step.position, step.name)
        return child

    def _predicate(self, step: Step, repeat: Node, at: _Context) -> Run | None:
        if not step.predicates:
            return None
        if len(step.predicates) > 1 or at.outer is not None or at.columns is not None:
            raise ExpressionError("unsupported", step.position, "[")
        run, static = self._node(step.predicates[0], _Context(repeat, repeat.chain, outer=at))
        if static == "number":
            return lambda s, i: run(s, i) == s.index + 1
        return run

    def _read(self, target: _Target) -> Run:
        name, path, up = target.node.name, target.node.path, target.up
        if target.loose:
            gather = self._gather(target)
            if target.node.kind != "field":
                return lambda s, i: ["" for _ in gather(s, i)]
            return lambda s, i: [found.values.get(name, "") for found in gather(s, i) if path not in found.off]
        if target.node.kind != "field":
            return lambda s, i: ""
        if up == 0:
            return lambda s, i: s.values.get(name, "")
        if up == 1:
            return lambda s, i: s.parent.values.get(name, "")  # type: ignore[union-attr]
        return lambda s, i: _lifted(s, up).values.get(name, "")

    def _gather(self, target: _Target) -> Callable[[Scope, Any], list[Scope]]:
        """The scopes of all items that a path reaches."""
        up, loose = target.up, target.loose

        def gather(scope: Scope, item: Any) -> list[Scope]:
            found = [_lifted(scope, up)]
            for name, predicate in loose:
                found = [below for above in found for below in above.items.get(name, ())]
                if predicate is not None:
                    found = [below for below in found if values.boolean(predicate(below, scope))]
            return found

        return gather

    def _column(self, path: Path, columns: frozenset[str]) -> Run:
        step = path.steps[0]
        if len(path.steps) > 1 or step.predicates or step.name not in columns:
            raise ExpressionError("unknown-column", step.position, step.name)
        name = step.name
        return lambda s, i: i.get(name, "")

    def _instance(self, path: Path, at: _Context) -> tuple[Run, Static]:
        """``instance('list')/root/item[…]/column``."""
        if path.instance not in self.choices:
            raise ExpressionError("unknown-list", path.position, path.instance)
        names = [step.name for step in path.steps]
        if names[:2] != ["root", "item"] or len(names) > 3 or at.columns is not None or at.outer is not None:
            raise ExpressionError("unsupported", path.position, path.instance)
        rows = self._items(path.instance)
        columns = frozenset(column for row in rows for column in row)
        inner = replace(at, columns=columns)
        tests = [self._node(test, inner)[0] for test in path.steps[1].predicates]
        column = names[2] if len(names) == 3 else "name"
        if column not in columns and rows:
            raise ExpressionError("unknown-column", path.steps[2].position, column)
        truth = values.boolean

        def run(scope: Scope, item: Any) -> list[str]:
            return [row.get(column, "") for row in rows if all(truth(test(scope, row)) for test in tests)]

        return run, "text"

    def _items(self, name: str) -> list[Item]:
        if name not in self.items:
            self.items[name] = [item_of(choice) for choice in self.choices[name]]
        return self.items[name]

    # Functions

    def _call(self, node: Call, at: _Context) -> tuple[Run, Static]:
        name = node.name
        if name in UNREPEATABLE:
            raise ExpressionError("unrepeatable", node.position, name)
        if name in OUTSIDE:
            raise ExpressionError("unsupported", node.position, name)
        known = FUNCTIONS.get(name)
        bounds = SPECIAL.get(name) or ((known.least, known.most) if known else None)
        if bounds is None:
            raise ExpressionError("unknown-function", node.position, name)
        if len(node.arguments) < bounds[0] or (bounds[1] is not None and len(node.arguments) > bounds[1]):
            raise ExpressionError("arguments", node.position, name)
        if known is None:
            special: Callable[[Call, _Context], tuple[Run, Static]] = getattr(self, _BUILDERS[name])
            return special(node, at)
        return _apply(known.apply, [self._node(argument, at)[0] for argument in node.arguments]), known.result

    def _if(self, node: Call, at: _Context) -> tuple[Run, Static]:
        (test, _), (yes, one), (no, other) = (self._node(argument, at) for argument in node.arguments)
        truth = values.boolean
        return (lambda s, i: yes(s, i) if truth(test(s, i)) else no(s, i)), _common(one, other)

    def _coalesce(self, node: Call, at: _Context) -> tuple[Run, Static]:
        (first, one), (second, other) = (self._node(argument, at) for argument in node.arguments)

        def run(scope: Scope, item: Any) -> Any:
            value = first(scope, item)
            return value if values.text(value) not in ("", "NaN") else second(scope, item)

        return run, _common(one, other)

    def _once(self, node: Call, at: _Context) -> tuple[Run, Static]:
        # What the client computed is not trusted, so there is no earlier value to keep.
        return self._node(node.arguments[0], at)

    def _count(self, node: Call, at: _Context) -> tuple[Run, Static]:
        inner = self._node(node.arguments[0], at)[0]
        if not isinstance(node.arguments[0], Path):
            raise ExpressionError("arguments", node.position, node.name)
        if node.name == "count":
            return (lambda s, i: _size(inner(s, i))), "number"
        return (lambda s, i: _filled(inner(s, i))), "number"

    def _position(self, node: Call, at: _Context) -> tuple[Run, Static]:
        if not node.arguments:
            if at.columns is not None or at.node.kind != "repeat":
                raise ExpressionError("arguments", node.position, node.name)
            return (lambda s, i: s.index + 1), "number"
        path = node.arguments[0]
        if not isinstance(path, Path) or path.origin == "instance" or (path.origin == "here" and at.columns):
            raise ExpressionError("arguments", node.position, node.name)
        target, lift = self._target(path, at)
        if target.loose or target.node.kind != "repeat":
            raise ExpressionError("arguments", node.position, node.name)
        up = target.up
        return lift(lambda s, i: _lifted(s, up).index + 1), "number"

    def _regex(self, node: Call, at: _Context) -> tuple[Run, Static]:
        inner = self._node(node.arguments[0], at)[0]
        pattern = node.arguments[1]
        if not isinstance(pattern, Text):
            raise ExpressionError("arguments", node.position, node.name)
        try:
            compiled = re.compile(pattern.value)
        except (re.error, RecursionError, OverflowError) as error:
            raise ExpressionError("pattern", node.position, pattern.value) from error
        # Long text is cut, so that no pattern of a pack can hold a process up for long.
        return (lambda s, i: compiled.fullmatch(values.text(inner(s, i))[:MATCHED]) is not None), "boolean"

    def _choice_name(self, node: Call, at: _Context) -> tuple[Run, Static]:
        inner = self._node(node.arguments[0], at)[0]
        named = node.arguments[1]
        path = parse(named.value.strip()) if isinstance(named, Text) else named
        if not isinstance(path, Path):
            raise ExpressionError("arguments", node.position, node.name)
        target = self._target(path, at)[0].node
        if target.choices not in self.choices:
            raise ExpressionError("unknown-list", node.position, target.name)
        labels = {choice.name: choice.label.zh for choice in self.choices[target.choices]}
        return (lambda s, i: labels.get(values.text(inner(s, i)), "")), "text"

    def _indexed_repeat(self, node: Call, at: _Context) -> tuple[Run, Static]:
        path, group = node.arguments[0], node.arguments[1]
        index = self._node(node.arguments[2], at)[0]
        if not isinstance(path, Path) or not isinstance(group, Path) or path.origin == "instance":
            raise ExpressionError("arguments", node.position, node.name)
        target, repeat = self._target(path, at)[0].node, self._target(group, at)[0].node
        if repeat.kind != "repeat" or target.kind != "field" or target.chain != (repeat,):
            raise ExpressionError("arguments", node.position, node.name)
        up, name, items = len(at.chain), target.name, repeat.name

        def run(scope: Scope, item: Any) -> Any:
            found = _lifted(scope, up).items.get(items, ())
            wanted = values.number(index(scope, item))
            return found[int(wanted) - 1].values.get(name, "") if wanted and 1 <= wanted <= len(found) else ""

        return run, target.static


_BUILDERS: Final[Mapping[str, str]] = {
    "if": "_if",
    "coalesce": "_coalesce",
    "once": "_once",
    "count": "_count",
    "count-non-empty": "_count",
    "position": "_position",
    "regex": "_regex",
    "jr:choice-name": "_choice_name",
    "indexed-repeat": "_indexed_repeat",
}


def item_of(choice: Choice) -> Item:
    """A choice as the predicates of a choice filter see it."""
    return {**choice.filters, "name": choice.name, "label": choice.label.zh}


def _lifted(scope: Scope, up: int) -> Scope:
    for _ in range(up):
        assert scope.parent is not None  # noqa: S101 -- resolving a path counted the scopes above
        scope = scope.parent
    return scope


def _common(one: Static, other: Static) -> Static:
    return one if one == other else "any"


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1


def _filled(value: Any) -> int:
    return sum(item != "" for item in value) if isinstance(value, list) else int(value != "")


def _apply(function: Callable[..., Any], arguments: list[Run]) -> Run:
    """The call with as little between as possible: most functions take one or two arguments."""
    if not arguments:
        return lambda s, i: function(s.moment)
    first = arguments[0]
    if len(arguments) == 1:
        return lambda s, i: function(s.moment, first(s, i))
    if len(arguments) == 2:
        second = arguments[1]
        return lambda s, i: function(s.moment, first(s, i), second(s, i))
    return lambda s, i: function(s.moment, *(argument(s, i) for argument in arguments))
