"""A unit says that a form asks again for what is known, and is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records.conftest import CHANGCHUN, ERDAO, NANGUAN
from tests.records.test_registers import refused
from tests.records.town import KEPT, Town
from yibiao.core.texts import Text
from yibiao.forms import queries as forms
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.records import actions, queries


@pytest.fixture
def town(db: None) -> Town:
    return Town()


def test_a_complaint_is_a_fact_and_its_answer_the_next_revision(town: Town) -> None:
    one = actions.complain("kept.check", program=KEPT, reason="人数上月已报给统计局", by=town.fill())
    assert [each.id for each in queries.complaints(program=KEPT, scope=town.scope)] == [one.id]
    assert queries.complaints(program=KEPT, scope=rights.scope(town.other.key, "fill")) == ()
    answered = actions.answer_complaint(one.id, reply="下月起从台账取", by=town.rule())
    assert (answered.reply, answered.replied_by, answered.organisation) == (
        "下月起从台账取", town.reviewer.key, "ed",
    )  # fmt: skip
    facts = ledger.history(one.id, kind="demand.repeated")
    assert [(fact.revision, fact.actor, fact.place, fact.subject) for fact in facts] == [
        (1, town.clerk.key, ERDAO, "kept.check"), (2, town.reviewer.key, ERDAO, "kept.check"),
    ]  # fmt: skip
    again = refused(lambda: actions.answer_complaint(one.id, reply="再答一次", by=town.rule()))
    assert again == ["records.complaint.answered"]


def test_nobody_answers_her_own_complaint(town: Town) -> None:
    """Whoever files and reviews at one place would close what she complained of."""
    mine = replace(town.fill(), actor=town.reviewer.key)
    one = actions.complain("kept.check", program=KEPT, reason="已报过", by=mine)
    assert refused(lambda: actions.answer_complaint(one.id, reply="知道了", by=town.rule())) == [
        "records.complaint.own"
    ]
    (kept,) = queries.complaints(program=KEPT, scope=town.scope)
    assert kept.replied_at is None


def test_what_is_not_allowed(town: Town) -> None:
    one = actions.complain("kept.check", program=KEPT, reason="已报过", by=town.fill())
    far, mine = town.rule(NANGUAN), town.fill()
    for code, act in (
        ("records.reason.missing", lambda: actions.complain("kept.check", program=KEPT, reason=" ", by=mine)),
        ("forms.form.unknown", lambda: actions.complain("kept.none", program=KEPT, reason="已报过", by=mine)),
        ("records.submission.not-allowed", lambda: actions.answer_complaint(one.id, reply="知道了", by=mine)),
        ("records.complaint.unknown", lambda: actions.answer_complaint(one.id, reply="知道了", by=far)),
        ("records.complaint.unknown", lambda: actions.answer_complaint("no", reply="知道了", by=town.rule(CHANGCHUN))),
    ):
        assert refused(act) == [code]


def test_a_question_that_a_register_answers_is_found(town: Town) -> None:
    check, firm = forms.form("kept.check"), forms.form("kept.firm")
    # Prefilled: asked once already.
    assert forms.held(check, [firm]) == ()
    bare = next(field for field in check.fields if field.name == "staff_now")
    assert bare.prefill == "firm.staff"
    again = replace(bare, prefill="", label=Text("人数", "Staff"))
    asks = replace(check, fields=tuple(again if field is bare else field for field in check.fields))
    (found,) = forms.held(asks, [firm])
    assert (found.field.name, found.register, found.remedy) == ("staff_now", "firm", "firm.staff")
    # The same words ask for the same thing, also where they want it written and not counted.
    written = replace(again, type="text", name="how_many")
    worded = replace(check, fields=tuple(written if field is bare else field for field in check.fields))
    assert [one.field.name for one in forms.held(worded, [firm])] == ["how_many"]
    other = replace(written, label=Text("值班人数", "Staff on duty"))
    assert forms.held(replace(worded, fields=(*worded.fields[:1], other)), [firm]) == ()
