"""A bulletin from its template to issue, correction, restatement and verification."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import Error, connection, transaction
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Length

from tests.bulletins.conftest import CHANGCHUN, ERDAO, JILIN, JILIN_CITY, PACK, World, install, write_pack
from yibiao.bulletins import actions, models, queries, triggers
from yibiao.bulletins.types import Bulletin
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people

TEMPLATE = f"{PACK}.main"


def draft(world: World) -> Bulletin:
    return actions.draft(TEMPLATE, PACK, by=world.by)


def test_a_draft_shows_the_numbers_of_the_moment(world: World) -> None:
    assert "共检查" in draft(world).source
    id = draft(world).id
    issued = actions.issue(id, by=world.by)
    assert issued.text == "未接到亡人事故报告。共检查3家次，发现隐患9处。"
    assert [issued.text[each.start : each.end] for each in issued.citations] == ["未接到亡人事故报告", "3家次", "9处"]
    assert [each.value for each in issued.citations] == [0, 3, 9]
    assert (issued.status, issued.issuer, issued.number) == ("issued", "样例办公室", "样例〔2022〕9号")
    assert issued.period == Period.days(date(2022, 9, 10), date(2022, 9, 12))


def test_the_fact_of_an_issue_holds_all_that_was_printed(world: World) -> None:
    issued = actions.issue(draft(world).id, by=world.by)
    fact = ledger.fact(issued.id, kind="bulletin.issued")
    assert fact is not None
    assert fact.payload["text"] == issued.text
    assert fact.payload["checkpoint"] == issued.checkpoint
    assert fact.payload["root"] == issued.root
    assert [each["indicator"] for each in fact.payload["citations"]] == [each.indicator for each in issued.citations]
    assert fact.payload["digest"] == queries.frozen(fact.payload["text"], fact.payload["citations"])


def test_the_newest_record_is_counted_without_waiting(world: World) -> None:
    id = draft(world).id
    world.file("check", hazards=1)
    assert "检查4家次，发现隐患10处" in actions.issue(id, by=world.by).text


def test_a_missing_report_takes_the_claim_out_of_the_text(world: World) -> None:
    world.file("unit", code="u3", unit_name="样例单位三", day=1)
    issued = actions.issue(draft(world).id, by=world.by)
    assert "未接到" not in issued.text
    assert "应报9份，实报6份，尚不能作零报告" in issued.text
    assert issued.citations[0].value is None


def test_a_claim_against_the_facts_is_refused(world: World) -> None:
    world.file("incident", deaths=1)
    with pytest.raises(Refusal) as caught:
        actions.issue(draft(world).id, by=world.by)
    assert caught.value.codes == ("bulletins.claim.untrue",)
    assert "未接到亡人事故报告" in caught.value.problems[0].where


def test_issue_names_every_wrong_citation_and_stores_nothing(world: World) -> None:
    id = draft(world).id
    source = "{{ visit | exact }}\n{{ hazards | 近 100 }}\n{{ visits | foo }}\n{{ visits | exact }}"
    edited = actions.edit(id, source, by=world.by)
    codes = {"bulletins.mark.unknown-indicator", "core.wording.untrue", "core.wording.unknown"}
    assert {problem.code for problem in edited.problems} == codes
    with pytest.raises(Refusal) as caught:
        actions.issue(id, by=world.by)
    assert set(caught.value.codes) == codes
    assert any("第 2 行“{{ hazards | 近 100 }}”" in problem.where for problem in caught.value.problems)
    assert "exact（9处）" in str(caught.value)
    assert queries.bulletin(id, scope=world.scope).status == "draft"
    assert ledger.fact(id, kind="bulletin.issued") is None


def test_an_issued_bulletin_is_never_edited(world: World) -> None:
    issued = actions.issue(draft(world).id, by=world.by)
    for act in (lambda: actions.edit(issued.id, "改", by=world.by), lambda: actions.issue(issued.id, by=world.by)):
        with pytest.raises(Refusal) as caught:
            act()
        assert caught.value.codes == ("bulletins.bulletin.issued",)
    with pytest.raises(Error, match="cannot be changed"), transaction.atomic():
        models.Bulletin.objects.filter(id=issued.id).update(text="改")
    with pytest.raises(Error, match="cannot be changed"), transaction.atomic():
        models.Bulletin.objects.filter(id=issued.id).update(status="draft", checkpoint=None)


def test_a_later_change_shows_as_a_restatement_with_its_records(world: World) -> None:
    record = world.file("check", hazards=5)
    issued = actions.issue(draft(world).id, by=world.by)
    assert queries.restatements(issued.id, scope=world.scope) == ()
    world.correct(record, hazards=7)
    late = world.file("check", hazards=1)
    actions.draft(TEMPLATE, PACK, by=world.by)
    second = actions.issue(actions.draft(TEMPLATE, PACK, by=world.by).id, by=world.by)
    found = {each.citation.indicator: each for each in queries.restatements(issued.id, scope=world.scope)}
    assert set(found) == {"patrol.visits", "patrol.hazards"}
    hazards = found["patrol.hazards"]
    assert (hazards.then, hazards.now) == (14, 17)
    assert set(hazards.records) == {record, late}
    assert found["patrol.visits"].records == (late,)
    assert queries.bulletin(issued.id, scope=world.scope).text == issued.text
    assert queries.verify(issued.id).sound
    assert queries.verify(second.id).sound


def test_a_corrected_bulletin_supersedes_when_it_is_issued(world: World) -> None:
    first = actions.issue(draft(world).id, by=world.by)
    world.file("check", hazards=1)
    correction = actions.correct(first.id, by=world.by)
    assert actions.correct(first.id, by=world.by).id == correction.id
    assert queries.bulletin(first.id, scope=world.scope).status == "issued"
    second = actions.issue(correction.id, by=world.by)
    old = queries.bulletin(first.id, scope=world.scope)
    assert (old.status, old.superseded_by, second.supersedes) == ("superseded", second.id, first.id)
    assert "检查3家次" in old.text
    assert "检查4家次" in second.text
    assert queries.verify(first.id).sound
    with pytest.raises(Refusal) as caught:
        actions.correct(first.id, by=world.by)
    assert caught.value.codes == ("bulletins.bulletin.not-issued",)


def test_what_was_issued_is_printed_as_an_official_document(world: World) -> None:
    first = draft(world)
    with pytest.raises(Refusal) as refused:
        queries.printed(first.id, scope=world.scope)
    assert refused.value.codes == ("bulletins.bulletin.not-issued",)
    issued = actions.issue(first.id, by=world.by)
    name, content = queries.printed(issued.id, scope=world.scope)
    assert name == f"{issued.title}.docx"
    document = Document(io.BytesIO(content))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[:3] == [issued.title, f"{issued.issuer}　{issued.number}", issued.text]
    assert issued.root in said[-1]
    page = document.sections[0]
    width = Length(page.page_width - page.left_margin - page.right_margin)
    height = Length(page.page_height - page.top_margin - page.bottom_margin)
    assert (round(width.mm), round(height.mm)) == (156, 225)
    body = document.paragraphs[2].runs[0]
    assert (body.font.size.pt, body._element.rPr.rFonts.get(qn("w:eastAsia"))) == (16, "仿宋")
    assert all("PAGE" in footer._element.xml for footer in (page.footer, page.even_page_footer))
    again = actions.issue(actions.correct(issued.id, by=world.by).id, by=world.by)
    _, content = queries.printed(issued.id, scope=world.scope)
    assert f"（已更正，请看 {again.id}）" in [one.text for one in Document(io.BytesIO(content)).paragraphs]


def test_a_changed_text_is_found(world: World) -> None:
    issued = actions.issue(draft(world).id, by=world.by)
    assert queries.verify(issued.id).sound
    triggers.remove(connection)
    try:
        models.Bulletin.objects.filter(id=issued.id).update(text=issued.text.replace("3家次", "4家次"))
    finally:
        triggers.install(connection)
    verified = queries.verify(issued.id)
    assert not verified.sound
    assert verified.differences == ("通报文字与存证不符。",)


def test_only_reviewers_of_the_place_write(world: World) -> None:
    id = draft(world).id
    elsewhere = people.system_warrant(place=CHANGCHUN, program=PACK, right="review")
    clerk = people.system_warrant(place=JILIN, program=PACK, right="fill")
    other = people.system_warrant(place=JILIN, program="other", right="review")
    for by in (elsewhere, clerk, other):
        for act in (actions.issue, actions.correct):
            with pytest.raises(Refusal) as caught:
                act(id, by=by)
            assert caught.value.codes == ("bulletins.permit.outside",)
        with pytest.raises(Refusal):
            actions.draft(TEMPLATE, PACK, by=by)
        with pytest.raises(Refusal):
            actions.edit(id, "改", by=by)
    own = actions.draft(TEMPLATE, PACK, place=ERDAO, by=elsewhere)
    assert "检查2家次" in actions.issue(own.id, by=elsewhere).text


def test_reading_keeps_to_the_scope(world: World) -> None:
    province = draft(world).id
    city = actions.draft(TEMPLATE, PACK, place=CHANGCHUN, by=world.by).id
    reader = people.system_scope(place=CHANGCHUN, program=PACK)
    assert [each.id for each in queries.bulletins(reader)] == [city]
    assert {each.id for each in queries.bulletins(world.scope)} == {province, city}
    assert queries.bulletins(world.scope, "other") == ()
    for scope in (
        reader,
        people.system_scope(place=JILIN, program="other"),
        people.system_scope(place=JILIN, right="fill"),
    ):
        with pytest.raises(Refusal) as caught:
            queries.bulletin(province, scope=scope)
        assert caught.value.codes == ("bulletins.bulletin.unknown",)
        assert caught.value.status == 404


def test_a_citation_of_another_place_needs_a_scope_over_it(world: World) -> None:
    by = people.system_warrant(place=CHANGCHUN, program=PACK, right="review")
    id = actions.draft(TEMPLATE, PACK, place=CHANGCHUN, by=by).id
    edited = actions.edit(id, f"{{{{ visits | exact | place={JILIN_CITY} }}}}", by=by)
    assert len(edited.problems) == 1
    with pytest.raises(Refusal):
        actions.issue(id, by=by)


def test_unknown_things_are_refused(world: World) -> None:
    with pytest.raises(Refusal) as caught:
        actions.draft("patrol.nope", PACK, by=world.by)
    assert caught.value.codes == ("bulletins.template.unknown",)
    with pytest.raises(Refusal) as caught:
        actions.issue("patrol.main-99", by=world.by)
    assert caught.value.codes == ("bulletins.bulletin.unknown",)
    with pytest.raises(Refusal) as caught:
        queries.verify(draft(world).id)
    assert caught.value.codes == ("bulletins.bulletin.not-issued",)
    with pytest.raises(Refusal) as caught:
        actions.edit(draft(world).id, " \n ", title="{{ visits }}", by=world.by)
    assert caught.value.codes == ("bulletins.template.empty", "bulletins.template.title")


def test_a_preview_as_of_a_checkpoint_stays_the_same(world: World) -> None:
    issued = actions.issue(draft(world).id, by=world.by)
    world.file("check", hazards=1)
    actions.issue(draft(world).id, by=world.by)
    preview = queries.preview(issued.source, PACK, JILIN, issued.period, issued.checkpoint, scope=world.scope)
    assert (preview.text, preview.citations, preview.problems) == (issued.text, issued.citations, ())


def test_a_newer_pack_brings_a_newer_template(world: World, tmp_path: Path) -> None:
    old = draft(world)
    newer = write_pack(tmp_path / "newer", "+++\ntitle = '新样例'\n+++\n\n检查{{ visits }}。\n", "1.1.0")
    install(newer)
    install(newer)
    assert queries.template(TEMPLATE).title == "新样例"
    assert draft(world).title == "新样例"
    assert queries.bulletin(old.id, scope=world.scope).title == "样例通报"


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_one_draft_make_one_bulletin(build: Callable[[], World]) -> None:
    world = build()
    id = draft(world).id
    outcomes: list[str] = []

    def run() -> None:
        try:
            outcomes.append(actions.issue(id, by=world.by).status)
        except Refusal as refusal:
            outcomes.extend(refusal.codes)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["bulletins.bulletin.issued", "bulletins.bulletin.issued", "issued"]
    assert queries.verify(id).sound
