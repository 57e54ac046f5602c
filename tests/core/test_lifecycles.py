"""Lifecycles: faults of a table are found; every legal move of the shipped ones is walked, every other is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from yibiao.cases import inputs
from yibiao.core.lifecycles import moving
from yibiao.core.lifecycles.types import Lifecycle, Move, Standing
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.packs import queries as packs

BEGAN = datetime(2022, 9, 10, 9, tzinfo=SHANGHAI)
SHIPPED = [
    (path.parent.name, one)
    for folder in packs.shipped()
    if (path := folder / "lifecycles.toml").is_file()
    for one in inputs.parse(path.read_bytes())[0]
]
GIVEN = {
    "text": "样例", "integer": "0", "decimal": "2.5", "date": "2022-09-30", "datetime": "2022-09-30T08:00",
}  # fmt: skip


def shipped(pack: str, id: str) -> Lifecycle:
    return next(one for name, one in SHIPPED if (name, one.id) == (pack, id))


HAZARD = shipped("holiday-safety", "hazard")
INCIDENT = shipped("holiday-safety", "incident")


def begin(one: Lifecycle, **given: Any) -> Standing:
    return moving.opened(one, given, title="样例", origin="", actor="finder", occurred_at=BEGAN, at=BEGAN)


def go(one: Lifecycle, standing: Standing, move: str, actor: str = "", **given: Any) -> Standing:
    hours = len(standing.movers)
    return moving.moved(
        one, standing, move, given, actor=actor or f"by-{move}", at=BEGAN + timedelta(hours=hours), reason="样例理由"
    )


def tried(one: Lifecycle, standing: Standing, move: str, given: dict[str, Any]) -> Standing | Refusal:
    try:
        return go(one, standing, move, **given)
    except Refusal as refusal:
        return refusal


def answers(one: Lifecycle, move: Move) -> Iterator[dict[str, Any]]:
    """Ways to answer what a move asks: one for each choice that it offers."""
    fixed = {ask.field: GIVEN[field.type] for ask in move.asks if (field := one.field(ask.field)) and not field.choices}
    fixed |= dict.fromkeys(move.later, "2030-01-31")
    chosen = [ask.field for ask in move.asks if (field := one.field(ask.field)) and field.choices]
    if not chosen:
        yield fixed
    for name in chosen:
        for value, _ in one.field(name).choices:  # type: ignore[union-attr]
            yield {**fixed, name: value}


def key(standing: Standing) -> tuple[Any, ...]:
    """What decides which moves are open."""
    told = {name: value for name, value in standing.answers.items() if name in (
        "state", "hazard_grade", "disposal", "supervision", "category", "missing"
    ) or name.endswith("_received_at")}  # fmt: skip
    named = {name: bool(value) if name.endswith("_at") else value for name, value in told.items()}
    return (*sorted(named.items()), standing.withdrawn, min(standing.round, 2))


@pytest.mark.parametrize(("pack", "one"), SHIPPED, ids=lambda part: getattr(part, "id", part))
def test_every_move_of_every_state_is_walked_or_refused(pack: str, one: Lifecycle) -> None:
    """A walk over all standings that differ in what decides: legal moves lead on, illegal ones are refused."""
    waiting, seen = [begin(one)], set()
    walked: set[tuple[str, str]] = set()
    refused: set[tuple[str, str]] = set()
    while waiting:
        standing = waiting.pop()
        if key(standing) in seen:
            continue
        seen.add(key(standing))
        legal = moving.legal(one, standing)
        for move in one.moves:
            for given in answers(one, move):
                after = tried(one, standing, move.id, given)
                if isinstance(after, Refusal):
                    assert all(code.startswith(("core.move.", "core.answer.")) for code in after.codes)
                    assert move not in legal or set(after.codes) <= {
                        "core.move.condition", "core.answer.required", "core.move.not-later"
                    }  # fmt: skip
                    refused.add((standing.state, move.id))
                    continue
                assert move in legal, (standing.state, move.id)
                assert after.state == (move.to or standing.state)
                assert after.round == standing.round + move.repeats
                walked.add((standing.state, move.id))
                waiting.append(after)
    assert walked == {(state, move.id) for move in one.moves for state in move.from_}
    assert {state for state, _ in walked | refused} == {state.id for state in one.states}
    for state in one.states:
        for move in one.moves:
            assert state.id in move.from_ or (state.id, move.id) in refused


def codes(
    standing: Standing, move: str, one: Lifecycle = HAZARD, actor: str = "x", reason: str = "理由", **given: Any
) -> tuple[str, ...]:
    with pytest.raises(Refusal) as refusal:
        moving.moved(one, standing, move, given, actor=actor, at=BEGAN + timedelta(days=1), reason=reason)
    for problem in refusal.value.problems:
        for language in ("zh", "en"):
            assert "{" not in problem.text(language)
    return refusal.value.codes


def major() -> Standing:
    graded = go(HAZARD, begin(HAZARD), "grade", hazard_grade="major")
    return go(HAZARD, graded, "order", disposal="by-deadline", deadline="2022-09-30")


FIVE = {"responsible": "张某", "time_limit": "两周", "measures": "更换", "funds": "2万元", "plan": "已备"}


def test_a_major_hazard_is_not_fixed_before_all_five_are_there() -> None:
    assert codes(major(), "begin", **{**FIVE, "funds": ""}) == ("core.answer.required",)
    assert codes(major(), "begin") == ("core.answer.required",) * 5
    assert codes(major(), "claim", evidence="已换") == ("core.move.condition",)
    assert go(HAZARD, major(), "begin", **FIVE).state == "fixing"


def test_a_major_hazard_is_never_ordered_to_be_fixed_at_once() -> None:
    graded = go(HAZARD, begin(HAZARD), "grade", hazard_grade="major")
    assert codes(graded, "order", disposal="at-once") == ("core.move.condition",)
    assert codes(graded, "order", disposal="by-deadline") == ("core.answer.required",)
    assert codes(graded, "order", disposal="soon") == ("core.answer.choice", "core.answer.required")


def test_who_claimed_does_not_re_check_and_a_failed_check_begins_a_new_round() -> None:
    claimed = go(HAZARD, go(HAZARD, major(), "begin", **FIVE), "claim", actor="fixer", evidence="照片三张")
    assert codes(claimed, "pass", actor="fixer", check_note="合格") == ("core.move.same-person",)
    assert codes(claimed, "pass", actor="checker") == ("core.answer.required",)
    again = go(HAZARD, claimed, "fail", actor="checker", check_note="未到位", deadline="2022-10-08")
    assert (again.state, again.round, again.answers["deadline"]) == ("fixing", 2, "2022-10-08")
    # Evidence of the first round proves nothing in the second.
    assert codes(again, "claim", actor="fixer") == ("core.answer.required",)
    claimed = go(HAZARD, again, "claim", actor="checker", evidence="再次整改")
    closed = go(HAZARD, claimed, "pass", actor="fixer", check_note="合格")
    assert (closed.state, closed.answers["closed_on"], closed.answers["on_time"]) == ("closed", "2022-09-10", "yes")


def test_deadlines_follow_the_order_and_its_extension() -> None:
    assert major().answers["due_at"] == "2022-10-01T00:00:00+08:00"
    assert major().answers["promised_on"] == "2022-09-30"
    later = go(HAZARD, major(), "extend", deadline="2022-10-20")
    assert (later.answers["promised_on"], later.answers["extended"], later.state) == ("2022-10-20", "yes", "ordered")
    assert codes(major(), "extend", reason=" ", deadline="2022-10-20") == ("core.move.reason",)
    for day in ("2022-09-29", "2022-09-30"):
        assert codes(major(), "extend", reason="缺件", deadline=day) == ("core.move.not-later",)
    graded = go(HAZARD, begin(HAZARD), "grade", hazard_grade="general")
    at_once = go(HAZARD, graded, "order", disposal="at-once")
    assert at_once.answers["due_at"] == "2022-09-12T00:00:00+08:00"
    assert "due_at" not in go(HAZARD, at_once, "transfer", transferred_to="市局").answers


def test_listed_supervision_goes_its_own_way_to_the_end() -> None:
    fixing = go(HAZARD, major(), "begin", **FIVE)
    assert codes(fixing, "publish-hang") == ("core.move.condition",)
    listed = go(HAZARD, go(HAZARD, fixing, "hang"), "publish-hang")
    claimed = go(HAZARD, listed, "claim", actor="fixer", evidence="完成")
    assert codes(claimed, "pass", check_note="合格") == ("core.move.condition",)
    accepted = go(HAZARD, claimed, "accept", actor="checker", check_note="验收合格")
    closed = go(HAZARD, accepted, "pass", actor="checker", check_note="合格")
    assert codes(closed, "publish-removal") == ("core.move.condition",)
    gone = go(HAZARD, go(HAZARD, closed, "take-down"), "publish-removal")
    assert (gone.state, gone.answers["supervision"]) == ("closed", "closed")


def test_publishing_a_listing_after_five_working_days_is_late() -> None:
    hung = go(HAZARD, major(), "hang")
    for days, late in ((5, []), (12, ["publish-hang-5wd"])):
        at = BEGAN + timedelta(days=days)
        after = moving.moved(HAZARD, hung, "publish-hang", {}, actor="a", at=at)
        assert after.answers["late"] == late


@pytest.mark.parametrize(
    ("deaths", "serious", "loss", "grade"),
    [
        (0, 0, "99.99", "below-floor"), (0, 0, "100", "ordinary"), (1, 0, "0", "ordinary"), (2, 9, "999", "ordinary"),
        (3, 0, "0", "large"), (0, 10, "0", "large"), (0, 0, "1000", "large"), (9, 49, "4999", "large"),
        (10, 0, "0", "major"), (0, 50, "0", "major"), (29, 0, "9999", "major"), (30, 0, "0", "extraordinary"),
        (1, 100, "0", "extraordinary"), (0, 0, "10000", "extraordinary"),
    ],
)  # fmt: skip
def test_grades_of_decree_493(deaths: int, serious: int, loss: str, grade: str) -> None:
    made = begin(INCIDENT, category="accident", sector="noncoal", deaths=deaths, serious=serious, loss=loss)
    assert made.answers["grade"] == grade


def test_a_grade_is_never_typed_and_no_rule_reaches_back_before_it_was_in_force() -> None:
    with pytest.raises(Refusal) as refused:
        begin(INCIDENT, grade="large")
    assert refused.value.codes == ("core.answer.unknown",)
    before = datetime(2007, 5, 31, 12, tzinfo=SHANGHAI)
    old = moving.opened(INCIDENT, {"deaths": 5}, title="旧", origin="", actor="", occurred_at=before, at=before)
    assert "grade" not in old.answers


def test_the_clocks_of_an_incident_are_met_late_running_or_overdue() -> None:
    made = begin(INCIDENT, category="accident", sector="noncoal", deaths=3, unit_received_at="2022-09-10T09:10")
    told = moving.moved(INCIDENT, made, "to-county", {}, actor="u", at=BEGAN + timedelta(minutes=75))
    assert told.answers["late"] == ["unit-1h"]
    up = moving.moved(INCIDENT, told, "to-prefecture", {}, actor="c", at=BEGAN + timedelta(hours=3))
    assert up.answers["late"] == ["unit-1h"]
    steps = [
        ("opened", BEGAN),
        ("to-county", BEGAN + timedelta(minutes=75)),
        ("to-prefecture", BEGAN + timedelta(hours=3)),
    ]
    read = {one.clock.id: one.verdict for one in moving.readings(INCIDENT, steps, up, now=BEGAN + timedelta(hours=6))}
    assert read == {"unit-1h": "late", "county-2h": "met", "prefecture-2h": "overdue", "casualties-30d": "running"}


def test_a_withdrawn_case_takes_no_move_and_an_unknown_move_is_named() -> None:
    gone = go(HAZARD, major(), "mistaken")
    assert gone.withdrawn
    assert codes(gone, "begin", **FIVE) == ("core.move.withdrawn",)
    assert codes(major(), "fly") == ("core.move.unknown",)
    assert codes(major(), "begin", **{**FIVE, "colour": "红"}) == ("core.answer.unknown",)


TABLE = """
[[lifecycle]]
id = "thing"
label = {{ zh = "事", en = "Thing" }}
valid_from = 2022-01-01
source = "样例"
start = "open"
{fields}
[[lifecycle.state]]
id = "open"
label = {{ zh = "开", en = "Open" }}
{due}
[[lifecycle.state]]
id = "shut"
label = {{ zh = "关", en = "Shut" }}
final = true
{states}
[[lifecycle.move]]
id = "close"
label = {{ zh = "关上", en = "Close" }}
from = ["open"]
to = "shut"
right = "fill"
{moves}
"""
DUE = 'due = [{ span = "3d" }]'
FIELD = '[[lifecycle.field]]\nid = "{id}"\ntype = "{type}"\nlabel = {{ zh = "项", en = "Field" }}\n'
STATE = '[[lifecycle.state]]\nid = "lost"\nlabel = { zh = "丢", en = "Lost" }\ndue = [{ span = "1d" }]\n'
MOVE = (
    '[[lifecycle.move]]\nid = "{id}"\nlabel = {{ zh = "步", en = "Move" }}\n'
    'from = ["{a}"]\nto = "{b}"\nright = "fill"\n'
)


def found(fields: str = "", due: str = DUE, states: str = "", moves: str = "") -> list[str]:
    text = TABLE.format(fields=fields, due=due, states=states, moves=moves)
    _, problems = inputs.parse(text.encode())
    for problem in problems:
        # A shape is told by the line of its key, all else by that of its lifecycle.
        line = r"\d+" if problem.code == "cases.lifecycles.shape" else "2"
        assert re.match(rf"lifecycles\.toml 第 {line} 行“thing”", problem.where)
        for language in ("zh", "en"):
            assert "{" not in problem.text(language)
    return [problem.code for problem in problems]


def test_a_table_that_holds_together_has_no_findings() -> None:
    assert found() == []
    assert [one.id for _, one in SHIPPED] == [
        "report", "hazard", "incident", "inspection-result", "hazard", "request", "deployment", "return",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"due": ""}, ["core.lifecycle.no-deadline"]),
        ({"due": 'due = [{ span = "3d", when = "round > 1" }]'}, ["core.lifecycle.no-deadline"]),
        ({"due": 'due = [{ span = "3x" }]'}, ["core.span.unreadable", "core.lifecycle.no-deadline"]),
        ({"states": STATE}, ["core.lifecycle.unreachable", "core.lifecycle.dead-end"]),
        ({"states": STATE, "moves": MOVE.format(id="lose", a="open", b="lost")}, ["core.lifecycle.dead-end"]),
        ({"moves": MOVE.format(id="close", a="open", b="shut")}, ["core.lifecycle.repeated"]),
        ({"moves": MOVE.format(id="go", a="open", b="away")}, ["core.lifecycle.unknown-name"]),
        ({"moves": 'asks = [{ field = "colour" }]'}, ["core.lifecycle.unknown-name"]),
        ({"moves": 'other_than = ["paint"]'}, ["core.lifecycle.unknown-name"]),
        ({"moves": "when = \"colour = 'red'\""}, ["core.expression.unknown-name"]),
        ({"moves": 'right = "rule"'}, None),
        ({"fields": FIELD.format(id="state", type="text")}, ["core.lifecycle.reserved"]),
        ({"fields": FIELD.format(id="colour", type="choice")}, ["core.lifecycle.no-choices"]),
        ({"fields": FIELD.format(id="colour", type="paint")}, ["cases.lifecycles.shape"]),
        ({"fields": FIELD.format(id="size", type="integer") + 'default = "big"'}, ["core.answer.wrong"]),
        (
            {"fields": FIELD.format(id="size", type="integer"), "due": 'due = [{ field = "size" }, { span = "1d" }]'},
            ["core.lifecycle.not-a-time"],
        ),
        (
            {
                "fields": FIELD.format(id="size", type="text") + 'derived = [{ value = "big", when = "round > 2" }]',
                "moves": 'asks = [{ field = "size" }]',
            },
            ["core.lifecycle.derived"],
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_found(parts: dict[str, str], expected: list[str] | None) -> None:
    if expected is None:
        assert inputs.parse(TABLE.format(fields="", due=DUE, states="", moves=parts["moves"]).encode())[1]
    else:
        assert found(**parts) == expected
