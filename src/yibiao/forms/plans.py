"""A form version compiled once per process: how to read, compute and judge answers to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, TypeAlias

from yibiao.core import canon
from yibiao.core.problems import Problem
from yibiao.core.texts import Text
from yibiao.forms import memos, problems, reading
from yibiao.forms.types import Field, FormVersion, Section
from yibiao.forms.xpath import tree
from yibiao.forms.xpath.ast import ExpressionError
from yibiao.forms.xpath.compiler import Compiled, Compiler, Run, item_of
from yibiao.forms.xpath.tree import Node, Scope, Static

_STATIC: Final[Mapping[str, Static]] = {
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "datetime": "date",
    "calculated": "any",
}
Fault: TypeAlias = tuple[str, str, ExpressionError]


@dataclass(frozen=True, slots=True)
class Question:
    """A field with all that judges an answer to it. ``offered`` maps the names of its choices to their rows; ``head``
    is its name as it stands in the canonical text of the answers; ``asked`` says whether an answer may be missed."""

    field: Field
    name: str
    head: str
    asked: bool
    read: Callable[[Any], Any]
    required: bool
    required_if: Compiled | None
    constraint: Compiled | None
    offered: Mapping[str, list[tree.Item]] | None
    choice_filter: Run | None
    judged: bool
    several: bool
    dated: bool
    memo: memos.Memo | None
    beside: memos.Beside | None


@dataclass(slots=True)
class Level:
    """The form itself, or one of its repeats; ``members`` are in document order."""

    name: str
    label: Text
    members: list[Question | Level] = field(default_factory=list)
    known: dict[str, Question | Level] = field(default_factory=dict)
    count: Compiled | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One relevance or calculation, for every scope at its level, after all that it depends on."""

    repeats: tuple[str, ...]
    run: Callable[[Scope], None]
    path: str


@dataclass(frozen=True, slots=True)
class Plan:
    form: FormVersion
    top: Level
    steps: tuple[Step, ...]
    roles: Mapping[str, str]
    key: Compiled | None
    label: Compiled | None
    faults: tuple[Fault, ...]
    timeless: bool

    def compute(self, scope: Scope) -> None:
        """Runs all steps on answers that were read."""
        for step in self.steps:
            if step.repeats:
                for inner in _scopes(scope, step.repeats):
                    step.run(inner)
            else:
                step.run(scope)


def _scopes(scope: Scope, repeats: tuple[str, ...]) -> list[Scope]:
    found = [scope]
    for name in repeats:
        found = [below for above in found for below in above.items.get(name, ())]
    return found


_plans: dict[tuple[str, str, str], Plan] = {}


def plan(form: FormVersion) -> Plan:
    """The plan of a form version; made once, as versions never change."""
    key = (form.id, form.version, form.pack_version)
    known = _plans.get(key)
    if known is None or (known.form is not form and not _equal(known.form, form)):
        known = _plans[key] = _Builder(form).build()
    return known


def _equal(one: FormVersion, other: FormVersion) -> bool:
    # Only a form that is checked before it is published can differ under the same version.
    return one.xform == other.xform and one.entity == other.entity


class _Builder:
    def __init__(self, form: FormVersion) -> None:
        self.form = form
        self.faults: list[Fault] = []
        self.nodes: dict[str, Node] = {}
        self.root = tree.root()
        self.nodes[self.root.path] = self.root
        for section in form.sections:
            parent = self.nodes[section.path.rpartition("/")[0]]
            self.nodes[section.path] = parent.child(section.name, "repeat" if section.repeat else "group", "text")
        for item in form.fields:
            parent = self.nodes[item.path.rpartition("/")[0]]
            static = _STATIC.get(item.type, "text")
            self.nodes[item.path] = parent.child(item.name, "field", static, item.choices)
        self.compiler = Compiler(self.root, form.choices)

    def build(self) -> Plan:
        top = self.levels()
        entity = self.form.entity
        key = self.expression(entity.key, self.root, "entities", "key") if entity else None
        label = self.expression(entity.label, self.root, "entities", "label") if entity else None
        roles = {str(item.role): item.name for item in self.form.fields if item.role}
        steps = self.steps()
        timeless = not self.faults and memos.timeless(self.form)
        return Plan(self.form, top, steps, roles, key, label, tuple(self.faults), timeless)

    def expression(self, source: str, node: Node, path: str, column: str) -> Compiled | None:
        if not source:
            return None
        try:
            return self.compiler.compile(source, node)
        except ExpressionError as error:
            self.faults.append((path, column, error))
            return None

    # Levels

    def levels(self) -> Level:
        top = Level("", Text(""))
        repeats = {section.name: section for section in self.form.sections if section.repeat}
        levels = {"": top}
        for item in self.form.fields:
            level = self.level(item.repeat, repeats, levels)
            question = self.question(item)
            level.members.append(question)
            level.known[item.name] = question
            level.personal = level.personal or item.personal
        return top

    def level(self, name: str, repeats: Mapping[str, Section], levels: dict[str, Level]) -> Level:
        if name not in levels:
            section = repeats[name]
            outer = self.level(section.parent, repeats, levels)
            level = levels[name] = Level(name, section.label)
            level.count = self.expression(section.count, self.nodes[section.path], section.path, "repeat_count")
            outer.members.append(level)
            outer.known[name] = level
        return levels[name]

    def question(self, item: Field) -> Question:
        node = self.nodes[item.path]
        constraint = self.expression(item.constraint, node, item.path, "constraint")
        offered: dict[str, list[tree.Item]] | None = None
        if item.choices:
            offered = {}
            for choice in self.form.choices.get(item.choices, ()):
                offered.setdefault(choice.name, []).append(item_of(choice))
        choice_filter = self.choice_filter(item, node)
        beside = memos.beside(item, frozenset(self.compiler.reads)) if choice_filter else None
        return Question(
            field=item,
            name=item.name,
            head=f"{canon.quoted(item.name)}:",
            asked=bool(item.required or item.required_if) and not item.calculate,
            read=reading.READERS[item.type],
            required=item.required,
            required_if=self.expression(item.required_if, node, item.path, "required"),
            constraint=constraint,
            offered=offered,
            choice_filter=choice_filter,
            judged=constraint is not None or offered is not None,
            several=item.type == "choices",
            dated=item.type in ("date", "datetime", "calculated"),
            memo=memos.memo(item),
            beside=beside,
        )

    def choice_filter(self, item: Field, node: Node) -> Run | None:
        if not item.choice_filter:
            return None
        try:
            return self.compiler.filter(item.choice_filter, node, item.choices)
        except ExpressionError as error:
            self.faults.append((item.path, "choice_filter", error))
            return None

    # Steps

    def steps(self) -> tuple[Step, ...]:
        runs: dict[str, Step] = {}
        needs: dict[str, set[Node]] = {}
        for section in self.form.sections:
            self.step(self.nodes[section.path], section.relevant, None, runs, needs)
        for item in self.form.fields:
            self.step(self.nodes[item.path], item.relevant, item, runs, needs)
        graph = {path: _paths(reads, runs) for path, reads in needs.items()}
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = error.args[1]
            names = "、".join(path.rpartition("/")[2] for path in dict.fromkeys(circle))
            self.faults.append((circle[0], "calculation", ExpressionError("cycle", 1, names)))
            return ()
        return tuple(runs[path] for path in order)

    def step(
        self, node: Node, condition: str, item: Field | None, runs: dict[str, Step], needs: dict[str, set[Node]]
    ) -> None:
        """Add the step of a node where it has a condition, a calculation, or stands in a group that has one."""
        chain = node.chain[:-1] if node.kind == "repeat" else node.chain
        within = next((above for above in node.above() if above.chain == chain and above.path in runs), None)
        relevant = self.expression(condition, node, node.path, "relevant")
        calculate = self.expression(item.calculate, node, node.path, "calculation") if item else None
        if within is None and relevant is None and calculate is None:
            return
        needs[node.path] = {within} if within else set()
        for compiled in (relevant, calculate):
            if compiled is not None:
                needs[node.path] |= compiled.reads
        run = _step(node, within, relevant, calculate, item)
        runs[node.path] = Step(tuple(repeat.name for repeat in chain), run, node.path)


def _paths(reads: set[Node], runs: Mapping[str, Step]) -> set[str]:
    """The steps that come before: those of what is read, and of the sections around it."""
    return {node.path for read in reads for node in (read, *read.above()) if node.path in runs}


def _step(
    node: Node, within: Node | None, relevant: Compiled | None, calculate: Compiled | None, item: Field | None
) -> Callable[[Scope], None]:
    name, path, outer = node.name, node.path, within.path if within else ""

    def run(scope: Scope) -> None:
        if (outer and outer in scope.off) or (relevant is not None and not relevant.test(scope)):
            scope.off.add(path)
            scope.values.pop(name, None)
            scope.items.pop(name, None)
        elif calculate is not None and item is not None:
            value = computed(item, calculate.run(scope, None))
            if value is None:
                scope.values.pop(name, None)
            else:
                scope.values[name] = value

    return run


def computed(item: Field, value: Any) -> Any:
    """A computed value in the type of its field; one without a type keeps its own. NaN and empty text are missing."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        value = "true" if value else "false"
    if item.type == "calculated":
        return _tidy(value)
    try:
        return reading.READERS[item.type](reading.written(value))
    except reading.Wrong:
        return None


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()[: reading.MAX_TEXT] or None
    if isinstance(value, int) or not hasattr(value, "to_integral_value"):
        return value
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else value.normalize()


def problem(where: str, fault: ExpressionError) -> Problem:
    """The problem that an expression's fault is to the author of the form."""
    rule = problems.EXPRESSIONS.get(fault.code, problems.SYNTAX)
    return rule.at(where, position=fault.position, token=fault.token, names=fault.token, list=fault.token)
