"""Where a case stands after an act: opened, moved, corrected. Pure: the same history gives the same standing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from yibiao.core import expressions
from yibiao.core.lifecycles import answering
from yibiao.core.lifecycles.types import STANDARD, Clock, Deadline, Lifecycle, Move, Standing, State
from yibiao.core.periods import SHANGHAI, local_day, midnight
from yibiao.core.problems import Problem, Refusal, Rule, refuse
from yibiao.core.texts import Text

NO_MOVE: Final = Rule(
    "core.move.unknown",
    "没有名为“{move}”的办理步骤。",
    "There is no move “{move}”.",
    "请从这个事项现在可办的步骤里选：{known}。",
    "Choose one that is open now: {known}.",
    404,
)
NOT_HERE: Final = Rule(
    "core.move.not-here",
    "事项现在“{state}”，不能“{move}”。",
    "The case is “{state_en}”; “{move_en}” is not possible from there.",
    "现在可以：{known}。",
    "Open now: {known_en}.",
    409,
)
CONDITION: Final = Rule(
    "core.move.condition",
    "还不能“{move}”：{needs}",
    "“{move_en}” is not possible yet: {needs_en}",
    "请补齐后再办。",
    "Complete it first.",
)
SAME_PERSON: Final = Rule(
    "core.move.same-person",
    "“{move}”不能由办理“{before}”的同一人来做。",
    "“{move_en}” must be done by somebody other than who did “{before_en}”.",
    "请交给另一位同事。",
    "Hand it to a colleague.",
    403,
)
REASON: Final = Rule(
    "core.move.reason",
    "“{move}”要写明理由。",
    "“{move_en}” needs a reason.",
    "请写上至少两个字的理由。",
    "Write a reason of at least two characters.",
)
NOT_LATER: Final = Rule(
    "core.move.not-later",
    "“{move}”只能往后改：{field}现在是 {before}。",
    "“{move_en}” only puts off: {field_en} is {before} now.",
    "请写一个更晚的日期。",
    "Give a later day.",
)
GONE: Final = Rule(
    "core.move.withdrawn",
    "事项已经撤销，不再办理。",
    "The case has been withdrawn; nothing more can be done with it.",
    "确需办理的，请另行立项。",
    "Open another case if something has to be done.",
    409,
)
_SHORTEST: Final = 2
# What everybody who reads a refusal calls the act that made the case.
OPENED: Final = Text("立项填报", "File")
Verdict = Literal["met", "late", "running", "overdue"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock as it stands: until when, when it was stopped, and what that means."""

    clock: Clock
    until: datetime
    stopped_at: datetime | None
    verdict: Verdict


def types_of(one: Lifecycle) -> dict[str, str]:
    """What conditions may name, with the type that the grammar of expressions knows."""
    own = {field.id: "text" if field.type == "choice" else field.type for field in one.fields}
    return standard_types() | own


def standard_types() -> dict[str, str]:
    """The same for what every case has."""
    return {name: "text" if type_ == "choice" else type_ for name, (type_, _, _) in STANDARD.items()}


def opened(
    one: Lifecycle, given: Mapping[str, Any], *, title: str, origin: str, actor: str, occurred_at: datetime,
    at: datetime, state: str = "",
) -> Standing:  # fmt: skip
    """A new case that began at ``occurred_at`` and was told of at ``at``; it begins in ``state`` or at the start.

    Raises: core.answer.unknown|wrong|choice|small.
    """
    answers = answering.read(one, {field.id: field.default for field in one.fields if field.default})
    answers |= answering.read(one, given)
    answers |= {"title": title, "origin": origin, "state": state or one.start, "round": 1, "late": []}
    answers["state_since"] = _text(occurred_at)
    answers["opened_on"] = local_day(occurred_at).isoformat()
    standing = Standing(answers, {"opened": actor}, occurred_at)
    return _settled(one, standing, at=occurred_at, entered=True, act="opened", told_at=at)


def legal(one: Lifecycle, standing: Standing) -> tuple[Move, ...]:
    """The moves that are open now, whoever makes them."""
    if standing.withdrawn:
        return ()
    return tuple(
        move
        for move in one.moves
        if standing.state in move.from_ and (move.where is None or expressions.test(move.where, standing.answers))
    )


def moved(
    one: Lifecycle, standing: Standing, id: str, given: Mapping[str, Any], *, actor: str, at: datetime, reason: str = ""
) -> Standing:
    """The standing after a move.

    Raises: core.move.unknown|not-here|condition|same-person|reason|not-later|withdrawn, core.answer.* (all found).
    """
    move = one.move(id)
    if move is None:
        raise refuse(NO_MOVE.at(move=id, known="、".join(one.id for one in legal(one, standing)) or "—"))
    if standing.withdrawn:
        raise refuse(GONE.at())
    if move not in legal(one, standing):
        raise refuse(_not_here(one, standing, move))
    found = list(_by_whom(one, standing, move, actor))
    if move.reason and len(reason.strip()) < _SHORTEST:
        found.append(REASON.at(move=move.label.zh, move_en=move.label.of("en")))
    answers = dict(standing.answers)
    for name, value in move.sets.items():
        _put(answers, name, value or None)
    try:
        answers |= answering.asked(one, move, given, answers)
        found += _put_off(one, standing, move, answers)
    except Refusal as refusal:
        found += refusal.problems
    answers |= dict.fromkeys(move.stamps, _text(at))
    answers = derived(one, answers, standing.occurred_at)
    if not found and move.when is not None and not expressions.test(move.when, answers):
        found.append(CONDITION.at(**_said(move), needs=move.needs.zh, needs_en=move.needs.of("en")))
    if found:
        raise Refusal(found)
    movers = {} if move.repeats else dict(standing.movers)
    movers[move.id] = actor
    entered = bool(move.to and move.to != standing.state) or move.repeats
    if entered:
        answers |= {"state": move.to or standing.state, "state_since": _text(at)}
        answers["round"] = standing.round + move.repeats
        answers.pop("escalated_to", None)
    after = Standing(answers, movers, standing.occurred_at, move.withdraws)
    return _settled(one, after, at=at, entered=entered, act=move.id)


def amended(one: Lifecycle, standing: Standing, given: Mapping[str, Any], *, at: datetime, **more: Any) -> Standing:
    """The standing after what a case was opened from was corrected; ``more`` replaces title, origin or occurred_at.

    Raises: core.answer.unknown|wrong|choice|small.
    """
    answers = dict(standing.answers) | answering.read(one, given)
    answers |= {name: more[name] for name in ("title", "origin") if name in more}
    occurred_at: datetime = more.get("occurred_at", standing.occurred_at)
    answers["opened_on"] = local_day(occurred_at).isoformat()
    after = replace(standing, answers=answers, occurred_at=occurred_at, withdrawn=False)
    return _settled(one, after, at=at, entered=False, act="corrected")


def derived(one: Lifecycle, answers: Mapping[str, Any], occurred_at: datetime) -> dict[str, Any]:
    """The answers with all that follows from them, by the rules in force when the case began."""
    full, day = dict(answers), local_day(occurred_at)
    for field in one.fields:
        if field.derived:
            rules = (rule for rule in field.derived if rule.in_force(day))
            value = next((rule.value for rule in rules if expressions.test(rule.when, full)), None)
            full.pop(field.id, None)
            if value is not None:
                full[field.id] = value
    return full


def readings(
    one: Lifecycle, steps: Sequence[tuple[str, datetime]], standing: Standing, *, now: datetime
) -> tuple[Reading, ...]:
    """The clocks of a case. ``steps`` are its acts in order, with their times."""
    found = []
    for clock in one.clocks:
        began = _anchor(clock, standing)
        if began is None:
            continue
        until = clock.limit.after(began)
        stopped = next((at for act, at in steps if act in clock.stopped_by), None)
        if stopped is not None:
            verdict: Verdict = "met" if stopped <= until else "late"
        else:
            verdict = "running" if now <= until else "overdue"
        found.append(Reading(clock, until, stopped, verdict))
    return tuple(found)


def due_at(standing: Standing) -> datetime | None:
    """By when the state must be left."""
    text = standing.answers.get("due_at")
    return datetime.fromisoformat(text) if text else None


def is_open(one: Lifecycle, standing: Standing) -> bool:
    """Whether something is still owed."""
    state = one.state(standing.state)
    return not standing.withdrawn and state is not None and not state.final


def escalated(standing: Standing, to: str) -> Standing:
    """The standing once the place above has been told that it is overdue."""
    return replace(standing, answers={**standing.answers, "escalated_to": to})


def escalate_at(one: Lifecycle, standing: Standing) -> datetime | None:
    """When the place above is told, should nothing happen; None where it is told already or never."""
    state, due = one.state(standing.state), due_at(standing)
    if state is None or state.escalate is None or due is None or standing.answers.get("escalated_to"):
        return None
    return state.escalate.after(due - timedelta(microseconds=1))


def _settled(
    one: Lifecycle, standing: Standing, *, at: datetime, entered: bool, act: str, told_at: datetime | None = None
) -> Standing:
    """The standing with everything that follows: derived fields, deadlines, clocks, the day on which it was closed."""
    answers = derived(one, standing.answers, standing.occurred_at)
    state = one.state(standing.state)
    assert state is not None  # noqa: S101 - a checked lifecycle names only states that it has
    due = None if state.final or standing.withdrawn else _due(state, replace(standing, answers=answers))
    _put(answers, "due_at", _text(due) if due else None)
    if state.promise and due:
        # A deadline is the end of a day: the day itself is the last one on which it is kept.
        answers["promised_on"] = local_day(due - timedelta(microseconds=1)).isoformat()
    if not state.final:
        _put(answers, "closed_on", None)
        _put(answers, "on_time", None)
    elif entered:
        answers["closed_on"] = local_day(at).isoformat()
        promised = answers.get("promised_on")
        _put(answers, "on_time", None if not promised else "yes" if answers["closed_on"] <= promised else "no")
    after = replace(standing, answers=answers)
    late = [clock.id for clock in one.clocks if act in clock.stopped_by and _too_late(clock, after, told_at or at)]
    answers["late"] = sorted({*answers.get("late", ()), *late})
    return after


def _due(state: State, standing: Standing) -> datetime | None:
    for rule in state.deadlines:
        if rule.when is None or expressions.test(rule.when, standing.answers):
            at = _moment_of(rule, standing)
            if at is not None:
                return at
    return None


def _moment_of(rule: Deadline, standing: Standing) -> datetime | None:
    if rule.field:
        return _moment(standing.answers.get(rule.field), ends=True)
    anchor = standing.occurred_at
    if rule.anchor != "opened":
        found = _moment(standing.answers.get(rule.anchor or "state_since"))
        if found is None:
            return None
        anchor = found
    return rule.span.after(anchor) if rule.span else None


def _moment(text: Any, *, ends: bool = False) -> datetime | None:
    """An answer as a moment; a day that is a limit ends with its midnight."""
    if not text:
        return None
    if len(str(text)) == 10:
        day = datetime.fromisoformat(str(text)).date()
        return midnight(day + timedelta(days=1)) if ends else midnight(day)
    return datetime.fromisoformat(str(text))


def _anchor(clock: Clock, standing: Standing) -> datetime | None:
    """When a clock began; None where it does not run for this case."""
    if clock.valid_from and local_day(standing.occurred_at) < clock.valid_from:
        return None
    if clock.when is not None and not expressions.test(clock.when, standing.answers):
        return None
    return standing.occurred_at if clock.anchor == "opened" else _moment(standing.answers.get(clock.anchor))


def _too_late(clock: Clock, standing: Standing, at: datetime) -> bool:
    began = _anchor(clock, standing)
    return began is not None and at > clock.limit.after(began)


def _by_whom(one: Lifecycle, standing: Standing, move: Move, actor: str) -> Sequence[Problem]:
    """Who made a move in this round must not make one that wants another person."""
    found = []
    for before in move.other_than:
        if before in standing.movers and standing.movers[before] == actor:
            other = one.move(before)
            label = other.label if other else OPENED
            found.append(SAME_PERSON.at(**_said(move), before=label.zh, before_en=label.of("en")))
    return found


def _put_off(one: Lifecycle, standing: Standing, move: Move, answers: Mapping[str, Any]) -> Iterator[Problem]:
    for name in move.later:
        stands, given, field = _moment(standing.answers.get(name)), _moment(answers.get(name)), one.field(name)
        if field is not None and stands is not None and given is not None and given <= stands:
            known = {"field": field.label.zh, "field_en": field.label.of("en"), "before": standing.answers[name]}
            yield NOT_LATER.at(name, **_said(move), **known)


def _not_here(one: Lifecycle, standing: Standing, move: Move) -> Problem:
    state = one.state(standing.state)
    open_now = legal(one, standing)
    if state is not None and standing.state in move.from_:
        return CONDITION.at(**_said(move), needs=move.needs.zh, needs_en=move.needs.of("en"))
    return NOT_HERE.at(
        **_said(move),
        state=state.label.zh if state else standing.state,
        state_en=state.label.of("en") if state else standing.state,
        known="、".join(other.label.zh for other in open_now) or "—",
        known_en=", ".join(other.label.of("en") for other in open_now) or "—",
    )


def _said(move: Move) -> dict[str, str]:
    return {"move": move.label.zh, "move_en": move.label.of("en")}


def _put(answers: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        answers.pop(name, None)
    else:
        answers[name] = value


def _text(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
