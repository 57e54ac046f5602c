"""Draws: anybody gets the same; nothing outside the lists, the shares and the recusals; every forgery shows."""

from __future__ import annotations

import contextlib
import copy
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from yibiao.core import draws
from yibiao.core.draws import Frozen, Inspector, Recusal, Rules, Subject
from yibiao.core.problems import Refusal

SEED, BEACON = "5f1c" * 16, "root-of-checkpoint-7"
FIELDS = (("hazchem", "trade"), ("hazchem",), ("trade",))
RULES = Rules(
    (("high", Decimal(100)), ("medium", Decimal(20)), ("low", Decimal(1))), source="示例方案", valid_from="2022-01-01"
)


def subject(n: int, risk: str = "high", fields: tuple[str, ...] = ("hazchem",), owner: str = "") -> Subject:
    return Subject(f"S{n:03d}", f"示例企业{n}", risk, fields, owner)


def frozen(**more: object) -> Frozen:
    told: dict[str, object] = {
        "title": "示例抽查",
        "subjects": (
            *(subject(n) for n in range(4)), *(subject(n, "medium") for n in range(100, 130)),
            *(subject(n, "low", ("trade",)) for n in range(200, 250)),
        ),
        "inspectors": tuple(Inspector(f"J{n:02d}", FIELDS[n % 3], f"org-{n % 4}") for n in range(12)),
        "recusals": (Recusal("J00", "S000", "亲属在该企业任职"),),
        "rules": RULES,
        "commitment": draws.commitment(SEED),
    }  # fmt: skip
    return Frozen(**{**told, **more})  # type: ignore[arg-type]


def published(lists: Frozen, outcome: draws.Outcome) -> dict[str, Any]:
    content = {"frozen": draws.frozen_json(lists), "digest": lists.digest(), **draws.outcome_json(outcome)}
    return json.loads(json.dumps(content))  # type: ignore[no-any-return]


def test_the_shares_of_each_class_are_drawn() -> None:
    outcome = draws.draw(frozen(), SEED, BEACON)
    assert Counter(one.risk for one in outcome.drawn) == {"high": 4, "medium": 6, "low": 1}
    assert len({one.subject for one in outcome.drawn}) == 11, "without replacement"


def test_inspectors_fit_the_field_and_are_two_and_recused_ones_stay_away() -> None:
    lists = frozen()
    fields = {one.key: set(one.fields) for one in lists.inspectors}
    wanted = {one.key: set(one.fields) for one in lists.subjects}
    for one in draws.draw(lists, SEED, BEACON).drawn:
        assert len(set(one.inspectors)) == 2
        assert all(fields[key] & wanted[one.subject] for key in one.inspectors)
        assert not (one.subject == "S000" and "J00" in one.inspectors)


def test_an_inspector_of_the_owner_stays_away() -> None:
    lists = frozen(subjects=tuple(subject(n, owner="org-0") for n in range(6)))
    employers = {one.key: one.employer for one in lists.inspectors}
    for one in draws.draw(lists, SEED, BEACON).drawn:
        assert "org-0" not in {employers[key] for key in one.inspectors}


def test_work_is_spread_among_those_who_may_do_it() -> None:
    lists = frozen(subjects=tuple(subject(n) for n in range(30)), recusals=())
    load = Counter(key for one in draws.draw(lists, SEED, BEACON).drawn for key in one.inspectors)
    assert max(load.values()) - min(load.values()) <= 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"subjects": ()}, "core.draw.empty"),
        ({"inspectors": ()}, "core.draw.empty"),
        ({"subjects": (subject(1), subject(1))}, "core.draw.keys"),
        ({"subjects": (Subject("", "无编号", "high"),)}, "core.draw.keys"),
        ({"subjects": (subject(1, "unheard-of"),)}, "core.draw.risk"),
        ({"rules": Rules((("high", Decimal(120)), ("medium", Decimal(1)), ("low", Decimal(1))))}, "core.draw.share"),
        ({"rules": Rules(RULES.shares, inspectors=1)}, "core.draw.pair"),
        ({"commitment": draws.commitment("another")}, "core.draw.seed"),
        ({"inspectors": (Inspector("J1", ("hazchem", "trade"), "x"),)}, "core.draw.few-inspectors"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_from(more: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        draws.draw(frozen(**more), SEED, BEACON)
    assert set(refused.value.codes) == {code}


def test_replacements_are_the_next_in_line_and_can_be_run_again() -> None:
    lists = frozen()
    first = draws.draw(lists, SEED, BEACON)
    out = next(one for one in first.drawn if one.risk == "medium")
    second = draws.substitute(lists, first, out.subject, reason="closed", said="已注销")
    into = second.replacements[0].into
    assert into not in {one.subject for one in first.drawn}
    assert into in {one.subject for one in second.drawn}
    assert out.subject not in {one.subject for one in second.drawn}
    away = second.drawn[0]
    third = draws.substitute(lists, second, away.inspectors[1], reason="absent", said="出差", subject=away.subject)
    assert third.drawn[0].inspectors[0] == away.inspectors[0]
    assert third.drawn[0].inspectors[1] not in away.inspectors
    assert draws.verify(published(lists, third)) == []
    for wrong, code in (
        ({"out": out.subject, "reason": "moved"}, "core.draw.replaced"),
        ({"out": "S000", "reason": "because"}, "core.draw.reason"),
        ({"out": "S000", "reason": "moved"}, "core.draw.exhausted"),
    ):
        with pytest.raises(Refusal) as refused:
            draws.substitute(lists, third, wrong["out"], reason=wrong["reason"], said="x")
        assert refused.value.codes == (code,)


def test_another_seed_or_beacon_draws_others() -> None:
    lists = frozen()
    one = {item.subject for item in draws.draw(lists, SEED, BEACON).drawn}
    other = {item.subject for item in draws.draw(lists, SEED, "another checkpoint").drawn}
    assert one != other


def forge(content: dict[str, Any], how: str) -> None:
    match how:
        case "risk":
            content["frozen"]["subjects"][0]["risk"] = "low"
        case "list":
            content["frozen"]["subjects"].pop()
        case "rules":
            content["frozen"]["rules"]["shares"][1]["percent"] = "40"
        case "seed":
            content["seed"] = "ab" * 32
        case "beacon":
            content["beacon"] = "chosen to please"
        case "friend":
            content["drawn"][0]["inspectors"][0] = "J11"
        case "spared":
            content["drawn"].pop(0)
        case "added":
            content["drawn"].append({"subject": "S100", "risk": "medium", "inspectors": ["J01", "J02"]})
        case "swapped":
            content["replacements"][0]["into"] = "S101"


@pytest.mark.parametrize("how", ["risk", "list", "rules", "seed", "beacon", "friend", "spared", "added", "swapped"])
def test_every_forgery_shows(how: str) -> None:
    lists = frozen()
    first = draws.draw(lists, SEED, BEACON)
    out = next(one.subject for one in first.drawn if one.risk == "medium")
    content = published(lists, draws.substitute(lists, first, out, reason="closed", said="已注销"))
    assert draws.verify(content) == []
    forged = copy.deepcopy(content)
    forge(forged, how)
    assert forged != content
    assert draws.verify(forged)


@pytest.mark.parametrize("content", [{}, [], {"frozen": {}}, {"frozen": {"format": "other/9"}}, {"frozen": None}])
def test_what_is_no_record_of_a_draw(content: Any) -> None:
    with pytest.raises(Refusal) as refused:
        draws.verify(content)
    assert refused.value.codes == ("core.draw.unreadable",)


@settings(deadline=None, max_examples=60)
@given(
    some.lists(some.sampled_from(["high", "medium", "low"]), min_size=1, max_size=60),
    some.integers(2, 4), some.integers(0, 100), some.text(min_size=1, max_size=12), some.text(max_size=12),
    some.lists(some.integers(0, 59), max_size=4), some.randoms(use_true_random=False),
)  # fmt: skip
def test_any_draw_keeps_its_rules_and_is_found_again(
    risks: list[str], each: int, percent: int, seed: str, beacon: str, outs: list[int], shuffle: Any
) -> None:
    assume("\ud800" not in seed)
    subjects = [subject(n, risk) for n, risk in enumerate(risks)]
    rules = Rules((("high", Decimal(100)), ("medium", Decimal(percent)), ("low", Decimal("0.5"))), inspectors=each)
    people = [Inspector(f"J{n}", ("hazchem",), "org") for n in range(6)]
    lists = frozen(
        subjects=tuple(subjects), inspectors=tuple(people), rules=rules, recusals=(),
        commitment=draws.commitment(seed),
    )  # fmt: skip
    outcome = draws.draw(lists, seed, beacon)
    for risk in ("high", "medium", "low"):
        count = risks.count(risk)
        assert sum(one.risk == risk for one in outcome.drawn) == draws.quota(rules, risk, count) <= count
    assert all(len(set(one.inspectors)) == each for one in outcome.drawn)
    for n in outs:
        if outcome.drawn:
            out = outcome.drawn[n % len(outcome.drawn)].subject
            with contextlib.suppress(Refusal):
                outcome = draws.substitute(lists, outcome, out, reason="moved", said="示例")
    assert draws.verify(published(lists, outcome)) == []
    # The order in which somebody happens to hold the lists says nothing.
    shuffle.shuffle(subjects)
    shuffle.shuffle(people)
    again = frozen(
        subjects=tuple(subjects), inspectors=tuple(people), rules=rules, recusals=(),
        commitment=draws.commitment(seed),
    )  # fmt: skip
    assert again.digest() == lists.digest()
    assert draws.draw(again, seed, beacon).drawn == draws.draw(lists, seed, beacon).drawn
