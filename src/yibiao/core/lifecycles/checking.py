"""Whether a lifecycle holds together: states that cannot be reached or left, deadlines and names that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from yibiao.core.lifecycles import answering
from yibiao.core.lifecycles.types import PRINTED, STANDARD, Lifecycle, Move, State, named_in
from yibiao.core.problems import Problem, Refusal, Rule

UNKNOWN: Final = Rule(
    "core.lifecycle.unknown-name",
    "这里写的{what}“{name}”不存在。",
    "There is no {what_en} “{name}”.",
    "请改成已有的：{known}。",
    "Use one of: {known}.",
)
REPEATED: Final = Rule(
    "core.lifecycle.repeated",
    "{what}“{name}”写了不止一次。",
    "The {what_en} “{name}” stands more than once.",
    "请改名或合并。",
    "Rename one of them, or merge them.",
)
RESERVED: Final = Rule(
    "core.lifecycle.reserved",
    "“{name}”是每个事项都有的项目，不能另作字段。",
    "“{name}” is something that every case has; it cannot be a field.",
    "请给字段换一个名字。",
    "Give the field another name.",
)
UNREACHABLE: Final = Rule(
    "core.lifecycle.unreachable",
    "没有办法走到状态“{state}”。",
    "No move leads to the state “{state}”.",
    "请补一步走到它的办法，或删去这个状态。",
    "Add a move that leads there, or take the state out.",
)
DEAD_END: Final = Rule(
    "core.lifecycle.dead-end",
    "从状态“{state}”走不到任何终结状态。",
    "From the state “{state}” no final state can be reached.",
    "请补上离开它的办法；如果它就是终结，请写 final = true。",
    "Add a move that leaves it; if it is the end, write final = true.",
)
NO_DEADLINE: Final = Rule(
    "core.lifecycle.no-deadline",
    "状态“{state}”没有时限，会一直拖下去。",
    "The state “{state}” has no deadline that always holds: a case could stay there for ever.",
    "请写 due，最后一条不带 when；确实不限时的写 open_ended = true。",
    "Write due with a last rule that has no when; where there is truly none, write open_ended = true.",
)
NOT_A_TIME: Final = Rule(
    "core.lifecycle.not-a-time",
    "“{name}”不是日期或时间，不能用来算时限。",
    "“{name}” is no date or time; no deadline can be counted from it.",
    "请改用日期或时间字段。",
    "Use a field that holds a date or a time.",
)
DERIVED: Final = Rule(
    "core.lifecycle.derived",
    "“{name}”由规则得出，不能由人填写。",
    "“{name}” follows from rules; nobody may type it.",
    "请从这一步的填写项里删去。",
    "Take it out of what the move asks for or sets.",
)
CHOICE: Final = Rule(
    "core.lifecycle.choice",
    "“{name}”没有选项“{value}”。",
    "“{name}” has no choice “{value}”.",
    "可用的选项：{known}。",
    "Choices: {known}.",
)
NO_CHOICES: Final = Rule(
    "core.lifecycle.no-choices",
    "选择字段“{name}”没有选项。",
    "The field “{name}” is a choice without choices.",
    "请写上 choices。",
    "Write choices.",
)

_TIMES: Final = ("date", "datetime")
_WORDS: Final = {"state": ("状态", "state"), "field": ("字段", "field"), "move": ("办理步骤", "move")}


def check(one: Lifecycle) -> list[Problem]:
    """Everything that is wrong with a lifecycle whose shape is right; ``where`` names the part."""
    return [*_repeated(one), *_fields(one), *_names(one), *_walks(one), *_deadlines(one)]


def reachable(one: Lifecycle) -> frozenset[str]:
    """The states in which a case can come to stand."""
    begins = {one.start} | {start.state for opening in one.openings for start in opening.starts}
    return _closure(begins, _steps(one.moves))


def _repeated(one: Lifecycle) -> Iterator[Problem]:
    for what, ids in (
        ("field", [field.id for field in one.fields]),
        ("state", [state.id for state in one.states]),
        ("move", [move.id for move in one.moves]),
    ):
        for id in sorted({id for id in ids if ids.count(id) > 1}):
            yield REPEATED.at(id, what=_WORDS[what][0], what_en=_WORDS[what][1], name=id)


def _fields(one: Lifecycle) -> Iterator[Problem]:
    for field in one.fields:
        if field.id in STANDARD:
            yield RESERVED.at(field.id, name=field.id)
        if field.type == "choice" and not field.choices:
            yield NO_CHOICES.at(field.id, name=field.id)
        yield from _choices(one, field.id, field.id, [rule.value for rule in field.derived])
        if field.default and not field.derived:
            try:
                answering.read(one, {field.id: field.default})
            except Refusal as refusal:
                yield from refusal.problems


def _choices(one: Lifecycle, where: str, name: str, values: Iterable[str]) -> Iterator[Problem]:
    field = one.field(name)
    if field is None or field.type != "choice" or not field.choices:
        return
    known = [value for value, _ in field.choices]
    for value in values:
        if value not in known:
            yield CHOICE.at(where, name=name, value=value, known="、".join(known))


def _names(one: Lifecycle) -> Iterator[Problem]:
    states, moves = [state.id for state in one.states], [move.id for move in one.moves]
    yield from _unknown("", "state", [one.start], states)
    for move in one.moves:
        yield from _unknown(move.id, "state", [*sorted(move.from_), *([move.to] if move.to else [])], states)
        yield from _unknown(move.id, "move", move.other_than, [*moves, "opened"])
        asked = [*(ask.field for ask in move.asks), *move.sets, *move.stamps]
        yield from _typed_by_people(one, move.id, asked)
        for name, value in move.sets.items():
            yield from _choices(one, move.id, name, [value])
        yield from _times(one, move.id, [*move.stamps, *move.later])
    for opening in one.openings:
        yield from _unknown(opening.form, "state", [start.state for start in opening.starts], states)
        yield from _typed_by_people(one, opening.form, [*opening.fields, *opening.constants])
        for name, value in opening.constants.items():
            yield from _choices(one, opening.form, name, [value])
    known = [*(field.id for field in one.fields), *STANDARD, *PRINTED]
    for paper in one.papers:
        yield from _unknown(paper.id, "move", paper.moves, [*moves, "opened"])
        yield from _unknown(paper.id, "field", (name for line in paper.lines for name in named_in(line)), known)
    if one.public is not None:
        yield from _unknown("public", "state", one.public.states, states)
        yield from _unknown("public", "field", one.public.fields, [field.id for field in one.fields])
    if one.reporter is not None:
        yield from _unknown("reporter", "state", one.reporter.path, states)
        yield from _unknown("reporter", "field", one.reporter.fields, [field.id for field in one.fields])
        yield from _unknown("reporter", "move", [offer.move for offer in one.reporter.offers], moves)
    if one.merging is not None:
        same, named = one.merging, [field.id for field in one.fields]
        yield from _unknown("merging", "move", [same.move, same.undo], moves)
        yield from _unknown("merging", "field", [same.field, same.same, same.text, same.near], named)
    for clock in one.clocks:
        yield from _unknown(clock.id, "move", clock.stopped_by, [*moves, "opened"])
        yield from _times(one, clock.id, [] if clock.anchor == "opened" else [clock.anchor])


def _typed_by_people(one: Lifecycle, where: str, names: Iterable[str]) -> Iterator[Problem]:
    names = list(names)
    yield from _unknown(where, "field", names, [field.id for field in one.fields])
    for name in names:
        field = one.field(name)
        if field is not None and field.derived:
            yield DERIVED.at(where, name=name)


def _times(one: Lifecycle, where: str, names: Iterable[str]) -> Iterator[Problem]:
    names = list(names)
    yield from _unknown(where, "field", names, [field.id for field in one.fields])
    for name in names:
        field = one.field(name)
        if field is not None and field.type not in _TIMES:
            yield NOT_A_TIME.at(where, name=name)


def _unknown(where: str, what: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    listed = list(known)
    for name in names:
        if name not in listed:
            zh, en = _WORDS[what]
            yield UNKNOWN.at(where, what=zh, what_en=en, name=name, known="、".join(listed) or "—")


def _walks(one: Lifecycle) -> Iterator[Problem]:
    steps = _steps(one.moves)
    there = reachable(one)
    ends = {state.id for state in one.states if state.final}
    for state in one.states:
        if state.id not in there:
            yield UNREACHABLE.at(state.id, state=state.label.zh)
        if not state.final and not _closure({state.id}, steps) & ends:
            yield DEAD_END.at(state.id, state=state.label.zh)


def _steps(moves: Iterable[Move]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for move in moves:
        for state in move.from_:
            if move.to:
                found.setdefault(state, set()).add(move.to)
    return {state: frozenset(ends) for state, ends in found.items()}


def _closure(begins: Iterable[str], steps: Mapping[str, frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(begins)
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting += steps.get(state, ())
    return frozenset(seen)


def _deadlines(one: Lifecycle) -> Iterator[Problem]:
    for state in one.states:
        if not (state.final or state.open_ended or _always(one, state)):
            yield NO_DEADLINE.at(state.id, state=state.label.zh)
        for rule in state.deadlines:
            anchors = [rule.field] if rule.field else [rule.anchor] if rule.anchor not in ("", "opened") else []
            yield from _times(one, state.id, anchors)


def _always(one: Lifecycle, state: State) -> bool:
    """Whether one of its rules holds whatever is filled in: a span from when the state or the case began."""
    return any(rule.when is None and rule.span and rule.anchor in ("", "opened") for rule in state.deadlines)
