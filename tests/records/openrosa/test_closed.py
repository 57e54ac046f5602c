"""A form that was closed in a program: 2.6, 3.8 and 4.16."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.records.conftest import ERDAO, JILIN, PROGRAM, SITE, VISIT, World, rows, site, visit
from tests.records.openrosa.conftest import FORM, Phone, new_id, nodes, said, xml
from tests.records.openrosa.test_fetching import entry, files
from tests.records.test_registers import refused
from yibiao.core import clock
from yibiao.core.periods import local_day
from yibiao.ledger import queries as ledger
from yibiao.people import actions as people
from yibiao.people import queries as rights
from yibiao.people.types import Grant, Warrant
from yibiao.records import actions, queries
from yibiao.records.models import Closing
from yibiao.records.types import Closing as Closed


@pytest.fixture
def managing(world: World) -> Warrant:
    people.grant(key=world.reviewer.key, given=Grant("review", JILIN, frozenset({PROGRAM})), by=None)
    return rights.warrant(world.reviewer.key, "review", place=JILIN, program=PROGRAM)


def close(by: Warrant) -> Closed:
    return actions.close_form(VISIT, program=PROGRAM, reason="专项结束", by=by)


def test_2_6_a_closed_form_is_not_listed(phone: Phone, managing: Warrant) -> None:
    one = close(managing)
    assert nodes(phone.get("formList"), "formID") == ["watch.site@watch"]
    actions.open_form(one.id, reason="延长一周", by=managing)
    assert nodes(phone.get("formList"), "formID") == ["watch.site@watch", FORM]


def test_3_8_its_form_manifest_and_lists_are_403(phone: Phone, managing: Warrant) -> None:
    told = entry(phone)
    addresses = [told["downloadUrl"], told["manifestUrl"], files(phone)["places.csv"]["downloadUrl"]]
    close(managing)
    for address in addresses:
        answer = phone.get(address)
        assert answer.status_code == 403
        assert "停止填报" in said(answer)


def test_4_16_what_phones_hold_is_taken_until_the_day_of_grace_then_409(phone: Phone, managing: Warrant) -> None:
    one = close(managing)
    kept = new_id()
    assert phone.send(xml(kept)).status_code == 201
    Closing.objects.filter(pk=one.id).update(until=local_day(clock.now()) - timedelta(days=1))
    answer = phone.send(xml(new_id()))
    assert answer.status_code == 409
    assert "专项结束" in said(answer)
    # What was taken before may be sent again, and corrected.
    assert phone.send(xml(new_id(), deprecated=kept, measure="已整改")).status_code == 201
    assert rows("records_submission") == 3


def test_no_other_way_takes_a_closed_form(world: World, managing: Warrant, signed_in: object) -> None:
    actions.receive(site(), by=world.warrant())
    record = actions.receive(visit(), by=world.warrant())
    close(managing)
    assert refused(lambda: actions.receive(visit(), by=world.warrant())) == ["records.form.closed"]
    assert refused(lambda: actions.receive(visit(channel="sheet"), by=world.warrant())) == ["records.form.closed"]
    actions.correct(record.id, {**visit().answers, "measure": "已整改"}, reason="写错了", by=world.warrant())
    # Other forms of the program go on.
    actions.receive(site("S7"), by=world.warrant())
    client: Client = signed_in(world.clerk)  # type: ignore[operator]
    answer = client.post(f"/entry/{PROGRAM}/visit/", {"id": visit().id, "version": "1", "a.place": ERDAO})
    assert answer.status_code == 409


def test_who_leads_the_program_closes_with_a_reason(world: World, managing: Warrant) -> None:
    by = world.warrant(world.reviewer, "review")
    assert refused(lambda: close(by)) == ["records.submission.not-allowed"]
    assert refused(lambda: actions.close_form(VISIT, program=PROGRAM, reason=" ", by=managing)) == [
        "records.reason.missing"
    ]
    past = local_day(clock.now()) - timedelta(days=1)
    wrong = lambda: actions.close_form(VISIT, program=PROGRAM, reason="结束", until=past, by=managing)  # noqa: E731
    assert refused(wrong) == ["records.form.grace"]
    one = close(managing)
    assert refused(lambda: close(managing)) == ["records.form.closed-already"]
    assert refused(lambda: actions.open_form(one.id, reason="不关了", by=by)) == ["records.submission.not-allowed"]
    actions.open_form(one.id, reason="延长一周", by=managing)
    assert refused(lambda: actions.open_form(one.id, reason="再开", by=managing)) == ["records.form.not-closed"]
    facts = ledger.history(one.id, kind="program.form-closed")
    assert [(fact.revision, fact.subject, fact.payload["reason"], fact.withdrawn) for fact in facts] == [
        (1, VISIT, "专项结束", False), (2, VISIT, "延长一周", True),
    ]  # fmt: skip
    assert [each.reopened_reason for each in queries.closings(PROGRAM, form=VISIT)] == ["延长一周"]
    assert queries.closed(PROGRAM) == {}
    assert queries.closings(PROGRAM, form=SITE) == ()
