"""Correcting, withdrawing, reviewing, erasing: each a new fact, each refused where it should be."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.records.conftest import CHANGCHUN, ERDAO, NANGUAN, PROGRAM, VISIT, World, rows, site, visit
from yibiao.core import canon
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.records import actions, listing, models, queries, types

pytestmark = pytest.mark.usefixtures("sites")
AT_ALL = datetime(2022, 9, 11, tzinfo=SHANGHAI)


@pytest.fixture
def scope(world: World) -> Scope:
    return people.scope(world.clerk.key, "fill")


def refused(code: str) -> object:
    return pytest.raises(Refusal, match=None, check=lambda refusal: code in refusal.codes)


def test_a_correction_is_a_new_revision_with_its_reason(world: World, scope: Scope) -> None:
    draft = visit(contact="示例人", phone="13800000000")
    actions.receive(draft, by=world.warrant())
    first = ledger.fact(draft.id, kind=f"record.{VISIT}")
    answers = {name: value for name, value in draft.answers.items() if name not in ("contact", "phone")}
    receipt = actions.correct(draft.id, {**answers, "hazards": 7}, reason="少数了五处", by=world.warrant(), expected=1)
    assert receipt.revision == 2
    steps = queries.history(draft.id, scope=scope)
    assert [(step.revision, step.act, step.reason, step.changed) for step in steps] == [
        (1, "received", "", ()),
        (2, "corrected", "少数了五处", ("hazards",)),
    ]
    fact = ledger.fact(draft.id, kind=f"record.{VISIT}")
    assert first is not None
    assert fact is not None
    assert (fact.revision, fact.payload["reason"], fact.payload["answers"]["hazards"]) == (2, "少数了五处", 7)
    assert fact.payload["personal"] != first.payload["personal"]
    # What the corrector did not see stayed as it was.
    held = queries.personal(draft.id, by=world.warrant(), purpose="核对联系人")
    assert held == {"contact": "示例人", "phone": "13800000000"}


def test_the_steps_of_a_record_have_the_answers_of_their_facts(world: World, scope: Scope) -> None:
    """Steps of before keep theirs themselves; both read the same."""
    draft = visit(topics=["power"], area="12.50")
    actions.receive(draft, by=world.warrant())
    actions.correct(draft.id, {**draft.answers, "hazards": 7}, reason="少数了五处", by=world.warrant())
    actions.withdraw(draft.id, reason="重复填报", by=world.warrant())
    steps = queries.history(draft.id, scope=scope)
    first, second, third = (step.answers for step in steps)
    assert (first["hazards"], first["area"], second["hazards"]) == (draft.answers["hazards"], "12.50", 7)
    assert (third, steps[2].changed) == (second, ())
    assert json.loads(models.Submission.objects.get(pk=draft.id).answers) == third
    for step in steps:
        of_before = models.SubmissionRevision.objects.filter(submission=draft.id, revision=step.revision)
        assert of_before.update(answers=canon.dumps(step.answers)) == 1
        assert queries.history(draft.id, scope=scope) == steps


def test_corrections_that_say_nothing_or_come_late_are_refused(world: World) -> None:
    draft = visit()
    actions.receive(draft, by=world.warrant())
    changed = {**draft.answers, "hazards": 3}
    with refused("records.reason.missing"):
        actions.correct(draft.id, changed, reason=" 改 ", by=world.warrant())
    with refused("records.submission.unchanged"):
        actions.correct(draft.id, draft.answers, reason="再看一遍", by=world.warrant())
    with refused("forms.answer.constraint"):
        actions.correct(draft.id, {**draft.answers, "hazards": -3}, reason="改错了", by=world.warrant())
    actions.correct(draft.id, changed, reason="看错了", by=world.warrant(), expected=1)
    with refused("records.submission.stale"):
        actions.correct(draft.id, {**changed, "hazards": 4}, reason="也看错了", by=world.warrant(), expected=1)
    with refused("records.submission.outside"):
        actions.correct(draft.id, {**changed, "place": NANGUAN}, reason="地点不对", by=world.warrant())
    assert rows("records_submissionrevision") == 4


def test_a_withdrawn_record_is_closed(world: World, scope: Scope) -> None:
    draft = visit()
    actions.receive(draft, by=world.warrant())
    with refused("records.reason.missing"):
        actions.withdraw(draft.id, reason="", by=world.warrant())
    assert actions.withdraw(draft.id, reason="重复填报", by=world.warrant()).revision == 2
    fact = ledger.fact(draft.id, kind=f"record.{VISIT}")
    assert fact is not None
    assert (fact.withdrawn, fact.revision, fact.payload["reason"]) == (True, 2, "重复填报")
    assert queries.record(draft.id, scope=scope).state == "withdrawn"
    for act in (
        lambda: actions.withdraw(draft.id, reason="再撤一次", by=world.warrant()),
        lambda: actions.correct(draft.id, {**draft.answers, "hazards": 9}, reason="改一改", by=world.warrant()),
        lambda: actions.review(draft.id, "approved", reason="", by=world.warrant(world.reviewer, "review")),
    ):
        with refused("records.submission.withdrawn"):
            act()


def test_reviews_stand_beside_the_record_until_it_changes(world: World, scope: Scope) -> None:
    draft = visit()
    actions.receive(draft, by=world.warrant())
    by = world.warrant(world.reviewer, "review")
    with refused("records.submission.not-allowed"):
        actions.review(draft.id, "approved", reason="", by=world.warrant())
    with refused("records.reason.missing"):
        actions.review(draft.id, "rejected", reason="", by=by)
    with refused("records.review.state"):
        actions.review(draft.id, "withdrawn", reason="不要了", by=by)
    actions.review(draft.id, "rejected", reason="数量存疑", by=by)
    actions.review(draft.id, "approved", reason="", by=by)
    with refused("records.review.same"):
        actions.review(draft.id, "approved", reason="", by=by)
    assert [(one.state, one.reason) for one in queries.reviews(draft.id, scope=scope)] == [
        ("rejected", "数量存疑"), ("approved", ""),
    ]  # fmt: skip
    assert [fact.revision for fact in ledger.history(draft.id, kind="record.reviewed")] == [1, 2]
    actions.correct(draft.id, {**draft.answers, "hazards": 8}, reason="看错了", by=world.warrant())
    assert queries.record(draft.id, scope=scope).state == "received"


def test_personal_answers_are_encrypted_logged_and_erasable(world: World) -> None:
    draft = visit(contact="示例人甲", finds=[{"what": "堵塞通道", "days": 1, "owner": "示例人乙"}])
    actions.receive(draft, by=world.warrant())
    kept = models.PersonalAnswers.objects.get(submission_id=draft.id)
    assert "示例人甲".encode() not in bytes(kept.token)
    key = Path(settings.DATA) / "personal.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with refused("records.personal.purpose"):
        queries.personal(draft.id, by=world.warrant(), purpose="")
    with refused("records.submission.not-allowed"):
        queries.personal(draft.id, by=world.warrant(world.reader, "analyse"), purpose="看看")
    held = queries.personal(draft.id, by=world.warrant(), purpose="电话回访")
    assert held == {"contact": "示例人甲", "finds": [{"owner": "示例人乙"}]}
    reads = rows("ledger_entry")
    fact = ledger.fact(draft.id, kind=f"record.{VISIT}")
    with refused("records.submission.not-allowed"):
        actions.erase(draft.id, reason="本人要求", by=world.warrant())
    actions.erase(draft.id, reason="本人要求", by=world.warrant(world.reviewer, "review"))
    assert rows("records_personalanswers") == 0
    assert rows("ledger_entry") == reads + 1
    assert ledger.fact(draft.id, kind=f"record.{VISIT}") == fact
    with refused("records.personal.none"):
        queries.personal(draft.id, by=world.warrant(), purpose="电话回访")
    # The same content sent again is still known.
    assert actions.receive(draft, by=world.warrant()).repeated


def test_personal_answers_of_items_never_move_to_another_item(world: World) -> None:
    finds = [{"what": "甲", "days": 1, "owner": "示例子"}, {"what": "乙", "days": 2, "owner": "示例丑"}]
    draft = visit(finds=finds)
    actions.receive(draft, by=world.warrant())
    left = {**draft.answers, "finds": [{"what": "乙", "days": 2}]}
    actions.correct(draft.id, left, reason="甲不算隐患", by=world.warrant())
    assert queries.personal(draft.id, by=world.warrant(), purpose="核对") == {"finds": [{"owner": "示例丑"}]}
    fresh = {**draft.answers, "finds": [{"what": "丙", "days": 3}, {"what": "乙", "days": 2}]}
    actions.correct(draft.id, fresh, reason="补一处", by=world.warrant())
    assert queries.personal(draft.id, by=world.warrant(), purpose="核对") == {"finds": [{}, {"owner": "示例丑"}]}


def test_entities_follow_their_records(world: World, scope: Scope) -> None:
    def label(key: str) -> list[str]:
        return [one.label for one in queries.entities("site", scope=scope, program=PROGRAM, text=key)]

    first, second = site("S5", site_name="旧名"), site("S5", site_name="新名", occurred_at="2022-09-11T09:00:00+08:00")
    actions.receive(second, by=world.warrant())
    actions.receive(first, by=world.warrant())
    # The record of an earlier day arrived later: the newer name stays.
    assert label("S5") == ["新名"]
    actions.withdraw(second.id, reason="报错了", by=world.warrant())
    assert label("S5") == ["旧名"]
    actions.correct(first.id, {**first.answers, "code": "S6"}, reason="编号写错", by=world.warrant())
    assert (label("S5"), label("S6")) == ([], ["旧名"])
    with refused("records.entity.not-registered"):
        actions.receive(visit(site="S5"), by=world.warrant())
    assert queries.registers(PROGRAM) == ("site",)
    assert queries.entities("household", scope=scope, program=PROGRAM) == ()
    nanguan = people.scope(world.other.key, "fill")
    assert queries.entities("site", scope=nanguan, program=PROGRAM) == ()


def test_lists_are_cut_to_the_scope_and_walk_to_the_end(world: World, scope: Scope) -> None:
    wide = people.system_warrant(place=CHANGCHUN, program=PROGRAM)
    actions.receive_many([visit(hazards=n) for n in range(1, 6)] + [visit(place=NANGUAN)], by=wide)
    mine = queries.page(scope=scope, program=PROGRAM, form=VISIT, size=2, number=2)
    assert (mine.total, len(mine.items), mine.number) == (5, 2, 2)
    every = list(queries.each(scope=people.scope(world.reader.key, "analyse"), program=PROGRAM, form=VISIT))
    assert len({record.id for record in every}) == 6
    assert {record.place for record in queries.each(scope=scope)} == {ERDAO}
    assert queries.page(scope=people.scope(world.idle.key, "fill")).total == 0
    assert queries.page(scope=scope, text=every[0].id).total in (0, 1)
    assert queries.page(scope=scope, text="立即").total == 5
    assert queries.page(scope=scope, place=NANGUAN).total == 0


def test_a_long_list_is_counted_and_looked_through_in_parts_and_nothing_is_left_out(
    world: World, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST", 4)
    monkeypatch.setattr(listing, "LOOKED", 5)
    for n in range(1, 4):
        # Those of one list were received in the same instant.
        actions.receive_many(
            [visit(hazards=n, measure=f"第{n}批") for _ in range(4)], by=world.warrant(), at=AT_ALL + timedelta(hours=n)
        )
    every = [one.id for one in queries.each(scope=scope, form=VISIT)]
    assert (len(every), queries.total(scope=scope, form=VISIT)) == (12, 12)
    seen, until, pages = list[str](), "", list[types.Page]()
    while not pages or until:
        for number in (1, 2):
            pages.append(queries.page(scope=scope, form=VISIT, older=until, number=number, size=2))
            seen += [one.id for one in pages[-1].items]
        until = pages[-1].older
    assert seen == every
    assert [(one.total, one.more) for one in pages] == [(4, True)] * 4 + [(4, False)] * 2
    assert [bool(one.older) for one in pages] == [False, True, False, True, False, False]
    # What no index finds is looked for as far back as one asks.
    first = queries.page(scope=scope, form=VISIT, text="第1批")
    assert (first.items, first.total, first.since) == ((), 0, AT_ALL + timedelta(hours=2))
    second = queries.page(scope=scope, form=VISIT, text="第1批", older=first.older)
    assert (second.total, second.since, second.older) == (4, None, "")
    assert queries.page(scope=scope, form=VISIT, state="received", older=first.older).total == 4
    # A record that is asked for by its id is found at once, however old.
    assert [one.id for one in queries.page(scope=scope, text=every[-1]).items] == [every[-1]]
    for wrong in ("yesterday", "2022-09-10~x", "2022-09-10T00:00:00+08:00"):
        with refused("records.page.older"):
            queries.page(scope=scope, older=wrong)


def test_a_moved_county_moves_its_records(world: World) -> None:
    """A place that goes to another parent takes its records into the other scope."""
    from datetime import date

    from yibiao.places import actions as places
    from yibiao.places.types import Change

    actions.receive(visit(), by=world.warrant())
    jilin_city = people.system_scope(place="220200000000", program=PROGRAM)
    assert queries.page(scope=jilin_city).total == 0
    move = Change("move", ERDAO, parent="220200000000")
    places.amend(valid_from=date(2023, 1, 1), label="2023", source="示例", changes=[move])
    assert actions.relocate() > 0
    assert queries.page(scope=jilin_city, form=VISIT).total == 1
