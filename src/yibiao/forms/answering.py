"""Holds answers against a form: nothing that the client computed or hid is trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from yibiao.core import canon
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Rule
from yibiao.core.texts import Text
from yibiao.forms import plans, problems, reading
from yibiao.forms.plans import Level, Plan, Question
from yibiao.forms.types import Checked, EntityValue, FieldState, FormVersion
from yibiao.forms.xpath import values
from yibiao.forms.xpath.tree import Moment, Scope

MAX_ITEMS: Final = 1_000
_ENDS: Final = "。！？.!?"
_NOWHERE: Final = Text("")
_DEFAULT_MESSAGE: Final = Text("不符合本题的填写要求", "It does not meet the rule of this question")


def check(form: FormVersion, several: Sequence[Mapping[str, Any]], *, now: datetime) -> list[Checked]:
    """Read, compute and judge whole sets of answers, each step for all of them before the next: what a step needs of
    the processor's memory stays there."""
    plan = plans.plan(form)
    runs = [_Run(plan, now) for _ in several]
    scopes = [run.begin(answers) for run, answers in zip(runs, several, strict=True)]
    if plan.steps:
        for scope in scopes:
            plan.compute(scope)
    judged = [run.judged(scope) for run, scope in zip(runs, scopes, strict=True)]
    return [run.checked(scope, *parts) for run, scope, parts in zip(runs, scopes, judged, strict=True)]


def states(form: FormVersion, answers: Mapping[str, Any], *, now: datetime) -> tuple[FieldState, ...]:
    """What a filling page shows of every question under the answers given so far."""
    plan = plans.plan(form)
    run = _Run(plan, now)
    scope = run.begin(answers)
    plan.compute(scope)
    return tuple(run.states(plan.top, scope))


def entity(form: FormVersion, answers: Mapping[str, Any], *, now: datetime) -> EntityValue | None:
    """What checked answers say of an entity; None where the form keeps no register or the key is empty."""
    plan = plans.plan(form)
    if form.entity is None or plan.key is None:
        return None
    run = _Run(plan, now, trusted=True)
    scope = run.begin(answers)
    key = values.text(plan.key.run(scope, None)).strip()
    label = values.text(plan.label.run(scope, None)).strip() if plan.label else ""
    data = {name: answers[name] for name in form.entity.saves if name in answers}
    return EntityValue(form.entity.register, key, label or key, data) if key else None


@dataclass(slots=True)
class _Run:
    plan: Plan
    now: datetime
    trusted: bool = False
    moment: Moment = field(init=False)
    problems: list[Problem] = field(default_factory=list)
    misread: set[tuple[int, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.moment = _moment(self.now)

    def begin(self, answers: Mapping[str, Any]) -> Scope:
        scope = Scope(self.moment)
        self.read(self.plan.top, answers, scope)
        return scope

    # Reading

    def read(self, level: Level, answers: Mapping[str, Any], scope: Scope) -> None:
        known, into, kept = level.known, scope.values, scope.good
        for name, raw in answers.items():
            member = known.get(name)
            # An unknown name without a value is as wrong as one with a value.
            if member is not None and (raw is None or raw == ""):
                continue
            if isinstance(member, Question):
                memo = member.memo
                good = None
                if memo is not None:
                    good = memo.texts.get(raw) if raw.__class__ is str else memo.get(raw)
                if good is not None:
                    into[name], kept[name] = good[0], good
                else:
                    self.read_one(member, level, raw, scope)
            elif member is None:
                self.say(problems.ANSWER_UNKNOWN, self.where(level, scope, _NOWHERE), {"name": str(name)[:60]})
            else:
                self.read_items(member, raw, scope)

    def read_one(self, question: Question, level: Level, raw: Any, scope: Scope) -> None:
        if question.field.calculate and not self.trusted:
            return
        try:
            value = question.read(raw)
        except reading.Wrong as wrong:
            self.misread.add((id(scope), question.name))
            self.add(question, level, scope, wrong.rule, wrong.values)
            return
        if value is None:
            return
        scope.values[question.name] = value
        if question.memo is not None and _good(question, scope, value):
            written = _written(question, value)
            question.memo.put(raw, value, written, _piece(question, written))

    def read_items(self, level: Level, raw: Any, scope: Scope) -> None:
        listed = isinstance(raw, Sequence) and not isinstance(raw, str | bytes)
        if not listed or not all(isinstance(item, Mapping) for item in raw):
            wrong = reading.wrong_type("repeat", raw)
            self.say(wrong.rule, self.around(level, scope), {**wrong.values, "field": level.name})
            return
        if len(raw) > MAX_ITEMS:
            self.say(problems.ANSWER_LONG, self.around(level, scope), {"limit": MAX_ITEMS, "field": level.name})
            return
        scopes = scope.items[level.name] = []
        for index, item in enumerate(raw):
            inner = Scope(self.moment, scope, index)
            scopes.append(inner)
            self.read(level, item, inner)

    # Judging

    def judged(self, scope: Scope) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
        public: dict[str, Any] = {}
        personal: dict[str, Any] = {}
        pieces: list[str] = []
        self.judge(self.plan.top, scope, public, personal, pieces)
        return public, personal, pieces

    def judge(
        self, level: Level, scope: Scope, public: dict[str, Any], personal: dict[str, Any], pieces: list[str]
    ) -> None:
        """Judges all answers of a level; ``pieces`` are the parts of the canonical text of those that are public."""
        found, good = scope.values, scope.good
        for member in level.members:
            if not isinstance(member, Question):
                self.judge_items(member, scope, public, personal, pieces)
                continue
            name = member.name
            value = found.get(name)
            if value is None:
                if member.asked:
                    self.judge_missing(member, level, scope)
            elif (kept := good.get(name)) is not None:
                public[name] = list(kept[1]) if member.several else kept[1]
                pieces.append(kept[2])
            else:
                if member.judged:
                    self.judge_value(member, level, scope, value)
                written = _written(member, value)
                if member.field.personal:
                    personal[name] = written
                else:
                    public[name] = written
                    pieces.append(_piece(member, written))

    def judge_items(
        self, level: Level, scope: Scope, public: dict[str, Any], personal: dict[str, Any], pieces: list[str]
    ) -> None:
        scopes = scope.items.get(level.name, [])
        if level.count is not None:
            wanted = values.number(level.count.run(scope, None))
            if wanted is not None and wanted != len(scopes):
                said = {"expected": wanted, "given": len(scopes), "field": level.name}
                self.say(problems.ANSWER_COUNT, self.around(level, scope), said)
        if not scopes:
            return
        open_items: list[dict[str, Any]] = [{} for _ in scopes]
        closed_items: list[dict[str, Any]] = [{} for _ in scopes]
        texts = []
        for inner, one, other in zip(scopes, open_items, closed_items, strict=True):
            parts: list[str] = []
            self.judge(level, inner, one, other, parts)
            texts.append(_together(parts))
        public[level.name] = open_items
        pieces.append(f"{canon.quoted(level.name)}:[{','.join(texts)}]")
        if any(closed_items):
            personal[level.name] = closed_items

    def judge_missing(self, question: Question, level: Level, scope: Scope) -> None:
        item = question.field
        if (id(scope), item.name) in self.misread or not _required(question, scope):
            return
        said = {"label": item.label.zh, "label_en": item.label.of("en")}
        self.add(question, level, scope, problems.ANSWER_REQUIRED, said)

    def judge_value(self, question: Question, level: Level, scope: Scope, value: Any) -> None:
        if question.offered is not None:
            chosen = value.split() if question.several else (value,)
            for name in chosen:
                if not _offered(question, scope, name):
                    self.add(question, level, scope, problems.ANSWER_CHOICE, self.offer(question, scope, name))
        if question.constraint is not None and not question.constraint.test(scope):
            message = question.field.constraint_message
            message = message if message.zh else _DEFAULT_MESSAGE
            shown = {"message_zh": _sentence(message.zh, "。"), "message_en": _sentence(message.of("en"), ".")}
            self.add(question, level, scope, problems.ANSWER_CONSTRAINT, shown)

    def offer(self, question: Question, scope: Scope, given: str) -> dict[str, object]:
        names = _allowed(question, scope) or ()
        labels = {choice.name: choice.label for choice in self.plan.form.choices.get(question.field.choices, ())}
        more = "……" if len(names) > 8 else ""
        zh = "、".join(labels[name].zh for name in names[:8]) + more
        en = ", ".join(labels[name].of("en") for name in names[:8]) + more
        return {"given": given[:60], "offered_zh": zh or "（没有可选项）", "offered_en": en or "(none)"}

    def add(self, question: Question, level: Level, scope: Scope, rule: Rule, shown: Mapping[str, object]) -> None:
        """A problem of one answer; ``field``, ``repeat`` and ``index`` let a page put it beside the question."""
        item = question.field
        where = self.where(level, scope, item.label if item.label.zh else Text(item.name))
        self.say(rule, where, {**shown, "field": item.name, "repeat": item.repeat, "index": scope.index})

    def say(self, rule: Rule, where: Text, values: Mapping[str, object]) -> None:
        self.problems.append(rule.at(where.zh, where_en=where.en, **values))

    def around(self, level: Level, scope: Scope) -> Text:
        """Where a repeat stands."""
        return self.where(level, scope, level.label, inside=False)

    def where(self, level: Level, scope: Scope, label: Text, *, inside: bool = True) -> Text:
        """The path of labels to a question: 隐患清单 第 2 项 › 整改期限."""
        parts = [label] if label.zh else []
        around = scope
        for name in reversed(_names(self.plan.top, level) if inside else _names(self.plan.top, level)[:-1]):
            number = around.index + 1
            parts.insert(0, Text(f"{name.zh} 第 {number} 项", f"{name.of('en')} item {number}"))
            around = around.parent or around
        return Text(" › ".join(part.zh for part in parts), " › ".join(part.of("en") for part in parts))

    # Results

    def checked(self, scope: Scope, public: dict[str, Any], personal: dict[str, Any], pieces: list[str]) -> Checked:
        roles, found = self.plan.roles, scope.values
        at = found.get(roles.get("occurred_at", ""))
        others = found.get(roles.get("participants", ""))
        return Checked(
            public,
            personal,
            str(found.get(roles.get("place", ""), "")),
            values.moment(at) if at is not None else self.now,
            values.text(found.get(roles.get("subject", ""), "")),
            tuple(dict.fromkeys(str(others).split())) if others is not None else (),
            tuple(self.problems),
            _together(pieces),
        )

    def states(self, level: Level, scope: Scope) -> Iterator[FieldState]:
        for member in level.members:
            if not isinstance(member, Question):
                for inner in scope.items.get(member.name, ()):
                    yield from self.states(member, inner)
                continue
            item = member.field
            relevant = item.path not in scope.off
            value = scope.values.get(item.name)
            already = len(self.problems)
            if value is not None and member.judged:
                self.judge_value(member, level, scope, value)
            found = tuple(self.problems[already:]) + self.misreadings(item.name, item.repeat, scope, already)
            yield FieldState(
                name=item.name,
                repeat=item.repeat,
                index=scope.index,
                relevant=relevant,
                required=relevant and _required(member, scope),
                choices=_allowed(member, scope) if item.choices and relevant else None,
                value=_in_order(value, member) if member.several and value else reading.written(value),
                problems=found,
            )

    def misreadings(self, name: str, repeat: str, scope: Scope, upto: int) -> tuple[Problem, ...]:
        if (id(scope), name) not in self.misread:
            return ()
        wanted = (name, repeat, scope.index)
        return tuple(
            found
            for found in self.problems[:upto]
            if tuple(found.values.get(part) for part in ("field", "repeat", "index")) == wanted
        )


_latest: dict[str, tuple[datetime, Moment]] = {}


def _moment(now: datetime) -> Moment:
    """The moment of a check, made once for a batch that is checked at one."""
    held = _latest.get("")
    if held is None or held[0] is not now:
        local = now.astimezone(SHANGHAI)
        held = _latest[""] = (now, Moment(local, local.date()))
    return held[1]


def _good(question: Question, scope: Scope, value: Any) -> bool:
    """Whether there is nothing to say against a value, where nothing but the value counts."""
    if question.offered is not None:
        chosen = value.split() if question.several else (value,)
        if not all(_offered(question, scope, name) for name in chosen):
            return False
    return question.constraint is None or question.constraint.test(scope)


def _written(question: Question, value: Any) -> Any:
    if question.several:
        return _in_order(value, question)
    return reading.written(value) if question.dated else value


def _piece(question: Question, written: Any) -> str:
    text = canon.quoted(written) if written.__class__ is str else canon.dumps(written)
    return f"{question.head}{text}"


def _together(pieces: list[str]) -> str:
    """The canonical text of named parts: no name has a character that comes before the mark at its end."""
    return f"{{{','.join(sorted(pieces))}}}"


def _required(question: Question, scope: Scope) -> bool:
    if question.field.path in scope.off:
        return False
    return question.required or (question.required_if is not None and question.required_if.test(scope))


def _offered(question: Question, scope: Scope, name: str) -> bool:
    rows = (question.offered or {}).get(name, ())
    test, beside = question.choice_filter, question.beside
    if test is None:
        return bool(rows)
    other = scope.values.get(beside.other, "") if beside is not None else None
    if beside is None or other.__class__ is not str:
        return any(values.boolean(test(scope, row)) for row in rows)
    offered = beside.kept.get((name, other))
    if offered is None:
        offered = any(values.boolean(test(scope, row)) for row in rows)
        beside.put(name, other, offered)
    return offered


def _allowed(question: Question, scope: Scope) -> tuple[str, ...] | None:
    if question.offered is None:
        return None
    return tuple(name for name in question.offered if _offered(question, scope, name))


def _in_order(value: Any, question: Question) -> list[str]:
    """Chosen names in the order of the list, so that equal answers are equal text."""
    chosen = str(value).split()
    order = list(question.offered or ())
    return [name for name in order if name in chosen] + [name for name in chosen if name not in order]


def _names(top: Level, level: Level) -> list[Text]:
    """The labels of the repeats down to a level."""
    if level is top:
        return []
    for member in top.members:
        if isinstance(member, Level) and (member is level or _below(member, level)):
            return [_named(member), *_names(member, level)]
    return []


def _below(level: Level, wanted: Level) -> bool:
    return any(isinstance(inner, Level) and (inner is wanted or _below(inner, wanted)) for inner in level.members)


def _named(level: Level) -> Text:
    return level.label if level.label.zh else Text(level.name)


def _sentence(message: str, end: str) -> str:
    return message if message.endswith(tuple(_ENDS)) else message + end
