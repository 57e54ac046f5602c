"""A case as its page shows it: values in words, moves as small forms, acts one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from django.utils.translation import gettext

from yibiao.cases.types import Case, Step
from yibiao.core import expressions
from yibiao.core.lifecycles.types import STANDARD, Ask, Field, Lifecycle, Move
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem
from yibiao.desk import border
from yibiao.desk.middleware import spoken
from yibiao.places import queries as places

# What every case has and its page shows in its own way.
_APART: Final = frozenset({"title", "state", "state_since", "due_at", "late", "origin", "opened_on", "closed_on"})


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a move's form. ``needed`` is yes, perhaps (as other answers decide) or empty."""

    name: str
    label: str
    type: str
    needed: str
    value: str
    choices: tuple[tuple[str, str], ...]
    unit: str
    evidence: bool
    problems: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A move as a form. ``open`` shows it unfolded: it was just refused."""

    id: str
    label: str
    leads_to: str
    questions: tuple[Question, ...]
    reason: str
    asks_reason: bool
    withdraws: bool
    open: bool
    problems: tuple[dict[str, str], ...]


def forms(
    case: Case, moves: Sequence[Move], *, refused: str = "", given: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> tuple[Form, ...]:  # fmt: skip
    """The moves that a person may make; the one that was refused keeps what was typed, with what is wrong beside it."""
    made = []
    for move in moves:
        mine = move.id == refused
        typed, wrong = (given or {}, problems) if mine else ({}, ())
        questions = tuple(_question(case, ask, typed, wrong) for ask in move.asks if _relevant(case, move, ask))
        named = {question.name for question in questions}
        rest = tuple(spoken(one) for one in wrong if one.where not in named)
        state = case.lifecycle.state(move.to) if move.to else None
        made.append(
            Form(
                move.id, said(move.label), said(state.label) if state else "", questions, typed.get("reason", ""),
                move.reason, move.withdraws, mine, rest,
            )
        )  # fmt: skip
    return tuple(made)


def questions(
    one: Lifecycle, names: Sequence[str], given: Mapping[str, str], wrong: Sequence[Problem]
) -> list[Question]:
    """Fields of a new case as questions; none is required before the case has moved."""
    return [
        _asked(field, "", given.get(field.id, field.default), False, wrong) for field in one.fields if field.id in names
    ]


def _question(case: Case, ask: Ask, typed: Mapping[str, str], wrong: Sequence[Problem]) -> Question:
    field = case.lifecycle.field(ask.field)
    assert field is not None  # noqa: S101 - a checked lifecycle asks for fields that it has
    held = "" if ask.evidence else _input(field, case.answers.get(ask.field))
    return _asked(field, _needed(case, ask), typed.get(ask.field, held), ask.evidence, wrong)


def _asked(field: Field, needed: str, value: str, evidence: bool, wrong: Sequence[Problem]) -> Question:
    choices = tuple((id, said(label)) for id, label in field.choices)
    mine = tuple(spoken(one) for one in wrong if one.where == field.id)
    return Question(field.id, said(field.label), field.type, needed, value, choices, field.unit, evidence, mine)


def _needed(case: Case, ask: Ask) -> str:
    if not ask.required:
        return ""
    if ask.when is None or expressions.test(ask.when, case.answers):
        return "yes"
    return "perhaps"


def _relevant(case: Case, move: Move, ask: Ask) -> bool:
    """Whether a field can be wanted: not where its condition fails and nothing that the move asks could change that."""
    if ask.when is None or expressions.test(ask.when, case.answers):
        return True
    return bool(expressions.names(ask.when) & {other.field for other in move.asks})


def _input(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.type == "datetime":
        return datetime.fromisoformat(str(value)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def said(label: Any) -> str:
    return str(label.of(border.language()))


def name_of(one: Lifecycle, name: str) -> str:
    """The label of what a case holds."""
    field = one.field(name)
    if field is not None:
        return said(field.label)
    _, zh, en = STANDARD.get(name, ("", name, name))
    return en if border.language() == "en" else zh


def value_of(one: Lifecycle, name: str, value: Any) -> str:
    """A value as people read it."""
    if value in (None, "", []):
        return "—"
    field = one.field(name)
    if name == "on_time":
        return gettext("是") if value == "yes" else gettext("否")
    if name == "escalated_to":
        return places.names([str(value)]).get(str(value), str(value))
    if field is None:
        state = one.state(str(value)) if name == "state" else None
        return said(state.label) if state else str(value)
    if field.type == "choice":
        return next((said(label) for id, label in field.choices if id == value), str(value))
    if field.type == "datetime":
        at = datetime.fromisoformat(str(value)).astimezone(SHANGHAI)
        # A term that ends with a day is that day, for the desk as for the reporter.
        ends = at.time() == time.min and any(each.field == name for state in one.states for each in state.deadlines)
        return str(last_day(at)) if ends else f"{at:%Y-%m-%d %H:%M}"
    return f"{value} {field.unit}".strip()


def lines(case: Case) -> list[tuple[str, str]]:
    """What a case holds, label by label; what was never filled in is left out."""
    names = [*(field.id for field in case.lifecycle.fields), *(name for name in STANDARD if name not in _APART)]
    held = [(name, case.answers.get(name)) for name in names]
    return [
        (name_of(case.lifecycle, name), value_of(case.lifecycle, name, value))
        for name, value in held
        if value not in (None, "", [])
    ]


def act(one: Lifecycle, step: Step) -> str:
    """What was done, in words."""
    move = one.move(step.move)
    known = {
        "opened": gettext("立项"),
        "corrected": gettext("随填报记录更正"),
        "withdrawn": gettext("撤销"),
        "escalated": gettext("逾期提级"),
    }
    return said(move.label) if move else known.get(step.move, step.move)


def told(one: Lifecycle, step: Step) -> list[tuple[str, str]]:
    """What an act changed, label by label."""
    apart = {*_APART, "round"} if step.move == "opened" else {"state", "round", "origin", "title"}
    return [
        (name_of(one, name), value_of(one, name, value))
        for name, value in step.changed.items()
        if name not in apart and value not in (None, "", [])
    ]


def lag(due_at: datetime, at: datetime) -> str:
    """How long overdue, or how long is left, in the largest unit that fits."""
    seconds = abs((at - due_at).total_seconds())
    days, hours, minutes = int(seconds // 86_400), int(seconds // 3_600), int(seconds // 60)
    if days:
        return gettext("%(count)d 天") % {"count": days}
    return gettext("%(count)d 小时") % {"count": hours} if hours else gettext("%(count)d 分钟") % {"count": minutes}


def last_day(due_at: datetime) -> date:
    """The last day on which a deadline is kept: a midnight belongs to the day before."""
    local = due_at.astimezone(SHANGHAI)
    return (
        local.date()
        if local.time().replace(microsecond=0) != datetime.min.time()
        else date.fromordinal(local.toordinal() - 1)
    )
