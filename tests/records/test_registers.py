"""Registers: history, doubts, duplicates, merges and their undoing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.records.conftest import NANGUAN
from tests.records.town import GOOD, KEPT, ODD, THIRD, Town, check, firm
from yibiao.core.problems import Refusal
from yibiao.forms import queries as forms
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.people.types import Warrant
from yibiao.records import actions, queries, undoing
from yibiao.records.intake import sheet


@pytest.fixture
def town(db: None) -> Town:
    return Town()


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refusal) as caught:
        act()
    return [problem.code for problem in caught.value.problems]


def test_history_names_who_said_what_and_when(town: Town) -> None:
    first = firm(GOOD, "示例甲厂", staff=10, keeper="13800000000")
    actions.receive(first, by=town.fill())
    actions.receive(firm(GOOD, "示例甲厂", 11, staff=12), by=town.fill())
    one = queries.entity_at("firm", GOOD, scope=town.scope, program=KEPT)
    steps = queries.steps(one, scope=town.scope)
    assert [(step.changed, step.actor, step.live) for step in steps] == [
        ((), town.clerk.key, True), (("staff",), town.clerk.key, True),
    ]  # fmt: skip
    assert one.data["staff"] == 12
    assert "13800000000" not in repr((one, steps))
    assert steps[0].record == first.id
    # Somebody who may not open the record still sees that it was filed, not which it is.
    with pytest.raises(Refusal):
        queries.entity_at("firm", GOOD, scope=rights.scope(town.other.key, "fill"), program=KEPT)
    assert {step.record for step in queries.steps(one, scope=rights.scope(town.other.key, "fill"))} == {""}


def test_an_odd_code_is_received_pointed_out_and_confirmed(town: Town) -> None:
    actions.receive(firm(ODD, "示例乙厂"), by=town.fill())
    one = queries.entity_at("firm", ODD, scope=town.scope, program=KEPT)
    assert [problem.code for problem in queries.doubts_about(one)] == ["records.uscc.check"]
    assert "91350211M0000XUF4R" in queries.doubts_about(one)[0].text()
    ruling = actions.confirm_code("firm", key=ODD, code=ODD, reason="证照上就是这样", by=town.rule())
    assert queries.doubts_about(one) == ()
    again = lambda: actions.confirm_code("firm", key=ODD, code=ODD, reason="再确认", by=town.rule())  # noqa: E731
    assert refused(again) == ["records.ruling.repeated"]
    fact = ledger.fact(ruling.id, kind="register.confirmed")
    assert fact is not None
    assert (fact.subject, fact.actor, fact.payload["reason"]) == (ODD, town.reviewer.key, "证照上就是这样")
    actions.undo(ruling.id, reason="看错了", by=town.rule())
    assert len(queries.doubts_about(one)) == 1


def test_a_sheet_says_of_an_odd_code_before_it_is_taken(town: Town) -> None:
    lines = (f"{code},{name},二道区,2022-09-10" for code, name in ((GOOD.lower(), "示例甲厂"), (ODD, "示例乙厂")))
    text = "\n".join(("统一社会信用代码,企业名称,所在地,登记时间", *lines))
    of = {"form": forms.form("kept.firm"), "program": KEPT, "warrants": [town.fill()]}
    seen = sheet.preview(sheet.offer("企业.csv", text.encode(), **of), warrants=[town.fill()])
    assert (seen.good, seen.bad, seen.noted) == (2, 0, 1), "small letters are read as capitals"
    assert (seen.notes[0].at, "91350211M0000XUF4R" in seen.notes[0].said[0]) == ("A3", True)


def pair(town: Town) -> None:
    actions.receive(firm(GOOD, "示例（长春）有限责任公司", staff=10), by=town.fill())
    actions.receive(firm(THIRD, "示例(长春) 有限公司", staff=7), by=town.fill())


def test_same_name_and_place_is_suspected_unless_ruled_apart(town: Town) -> None:
    pair(town)
    far = firm("11320000MB151840XJ", "示例(长春)有限公司", place=NANGUAN)
    actions.receive(far, by=town.fill(town.other, NANGUAN))
    found = queries.suspects("firm", scope=town.scope, program=KEPT)
    assert [{one.key for one in pair.both} for pair in found] == [{GOOD, THIRD}]
    assert queries.suspects("firm", scope=rights.scope(town.other.key, "fill"), program=KEPT) == ()
    ruling = actions.keep_apart("firm", one=GOOD, other=THIRD, reason="两块牌子", by=town.rule())
    assert queries.suspects("firm", scope=town.scope, program=KEPT) == ()
    actions.undo(ruling.id, reason="其实是一家", by=town.rule())
    assert len(queries.suspects("firm", scope=town.scope, program=KEPT)) == 1


def test_a_merged_entity_goes_on_as_the_one_kept_and_no_fact_is_lost(town: Town) -> None:
    pair(town)
    before = check(THIRD)
    actions.receive(before, by=town.fill())
    ruling = actions.merge("firm", kept=GOOD, merged=THIRD, reason="同一家", by=town.rule())
    scope = town.scope
    assert [one.key for one in queries.entities("firm", scope=scope, program=KEPT)] == [GOOD]
    one = queries.entity_at("firm", THIRD, scope=scope, program=KEPT)
    assert (one.key, one.merged, one.data["staff"]) == (GOOD, (THIRD,), 10)
    assert queries.entity_labels("firm", [THIRD]) == {THIRD: "示例（长春）有限责任公司"}
    later = check(THIRD, hazards=2)
    receipt = actions.receive(later, by=town.fill())
    # What was sent is known again, though it was led on to the other key.
    assert actions.receive(later, by=town.fill()).repeated
    stored = queries.record(receipt.id, scope=scope)
    assert (stored.subject, stored.answers["firm"]) == (GOOD, GOOD)
    assert queries.record(before.id, scope=scope).subject == THIRD
    about = queries.records_about(one, scope=scope, programs=[KEPT])
    assert {record.id for record in about} >= {before.id, later.id}
    # What is said under the old key is said of the one kept.
    actions.receive(firm(THIRD, "示例(长春)有限公司", 12, staff=20), by=town.fill())
    assert queries.entity_at("firm", GOOD, scope=scope, program=KEPT).data["staff"] == 20
    fact = ledger.fact(ruling.id, kind="register.merged")
    assert fact is not None
    assert (fact.payload["key"], fact.payload["other"], fact.payload["reason"]) == (GOOD, THIRD, "同一家")


def test_undoing_a_merge_gives_the_duplicate_what_was_said_under_its_key(town: Town) -> None:
    pair(town)
    ruling = actions.merge("firm", kept=GOOD, merged=THIRD, reason="同一家", by=town.rule())
    actions.receive(firm(THIRD, "示例新名", 12, staff=20), by=town.fill())
    actions.undo(ruling.id, reason="不是一家", by=town.rule())
    kept, back = (queries.entity_at("firm", key, scope=town.scope, program=KEPT) for key in (GOOD, THIRD))
    assert (kept.label, kept.data["staff"], kept.merged) == ("示例（长春）有限责任公司", 10, ())
    assert (back.label, back.data["staff"]) == ("示例新名", 20)
    fact = ledger.fact(ruling.id, kind="register.merged")
    assert fact is not None
    assert fact.withdrawn
    assert refused(lambda: actions.undo(ruling.id, reason="再撤", by=town.rule())) == ["records.ruling.unknown"]


def test_a_chain_of_merges_comes_apart_link_by_link(town: Town) -> None:
    pair(town)
    actions.receive(firm(ODD, "示例丙厂"), by=town.fill())
    low = actions.merge("firm", kept=THIRD, merged=ODD, reason="先合一次", by=town.rule())
    high = actions.merge("firm", kept=GOOD, merged=THIRD, reason="再合一次", by=town.rule())

    def at(key: str) -> str:
        return queries.entity_at("firm", key, scope=town.scope, program=KEPT).key

    assert (at(ODD), at(THIRD)) == (GOOD, GOOD)
    actions.receive(firm(ODD, "示例丙厂", 12, staff=3), by=town.fill())
    actions.undo(high.id, reason="错了", by=town.rule())
    assert (at(ODD), at(THIRD)) == (THIRD, THIRD)
    assert queries.entity_at("firm", THIRD, scope=town.scope, program=KEPT).data["staff"] == 3
    actions.undo(low.id, reason="错了", by=town.rule())
    assert (at(ODD), at(THIRD)) == (ODD, THIRD)
    assert queries.entity_at("firm", ODD, scope=town.scope, program=KEPT).data["staff"] == 3
    assert queries.entity_at("firm", THIRD, scope=town.scope, program=KEPT).data["staff"] == 7


def test_what_is_not_allowed(town: Town) -> None:
    pair(town)
    rule, fill = town.rule(), town.fill()
    away = rights.warrant(town.reviewer.key, "review", place=NANGUAN, program=KEPT)

    def merge(kept: str = GOOD, merged: str = THIRD, reason: str = "同一家", by: Warrant = rule) -> object:
        return actions.merge("firm", kept=kept, merged=merged, reason=reason, by=by)

    assert refused(lambda: merge(by=fill)) == ["records.submission.not-allowed"]
    assert refused(lambda: merge(by=away)) == ["records.entity.unknown"]
    assert refused(lambda: merge(merged=GOOD)) == ["records.ruling.self"]
    assert refused(lambda: merge(merged="没有")) == ["records.entity.unknown"]
    assert refused(lambda: merge(reason=" ")) == ["records.reason.missing"]
    merge()
    assert refused(merge) == ["records.ruling.merged"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_ruling")
        assert cursor.fetchone()[0] == 1


def test_many_records_are_taken_back_with_as_many_questions_as_few(town: Town) -> None:
    """Each entity falls back to what still stands; counted a second way, one record at a time."""
    actions.receive(firm("F0", "示例老厂", staff=1), by=town.fill())
    asked = []
    for first, count in ((0, 4), (100, 40)):
        drafts = [firm(f"F{first + n}", f"示例{first + n}厂", 11, staff=n) for n in range(count)]
        actions.receive_many(drafts, by=[town.fill()])
        with CaptureQueriesContext(connection) as seen:
            assert undoing.withdraw_all([one.id for one in drafts], reason="传错了", by=[town.fill()]) == count
        asked.append(len(seen))
    assert asked[1] <= asked[0] + 2
    left = queries.entities("firm", scope=town.scope, program=KEPT)
    assert [(one.key, one.label, one.data["staff"]) for one in left] == [("F0", "示例老厂", 1)]
