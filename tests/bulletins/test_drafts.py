"""Drafts from outside: taken in, changed, checked, confirmed; what is learned from them, and what they reported."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from tests.bulletins.conftest import CHANGCHUN, ERDAO, JILIN, JILIN_CITY, PACK, World
from yibiao.bulletins import actions, queries
from yibiao.bulletins.types import LONGEST_DRAFT, Check, Draft, Judged
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import actions as sealer
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people

TEXT = "未接到亡人事故报告。共检查3家次，发现隐患9处。"


def take(world: World, text: str = TEXT, **given: Any) -> Draft:
    return actions.take_draft(text, program=PACK, by=world.by, **given)


def checked(world: World, draft: Draft) -> Check:
    return queries.check_text(draft.text, PACK, draft.place, draft.period, draft=draft.id, scope=world.scope)


def one(check: Check, surface: str) -> Judged:
    found = [each for each in check.judged if each.run.surface == surface]
    assert len(found) == 1, [each.run.surface for each in check.judged]
    return found[0]


def kinds(id: str) -> list[str]:
    return [fact.kind for fact in ledger.history(id)]


def refused(act: Any, *codes: str) -> None:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.codes == codes


def test_a_draft_is_kept_with_its_fact(world: World) -> None:
    draft = take(world, "\ufeff关于巡查的通报\r\n" + TEXT)
    assert (draft.title, draft.kind, draft.place, draft.edits) == ("关于巡查的通报", "text", JILIN, 0)
    assert draft.text == "关于巡查的通报\n" + TEXT
    assert draft.period == Period.days(date(2022, 9, 10), date(2022, 9, 12))
    changed = actions.rewrite(draft.id, TEXT, by=world.by)
    assert (changed.text, changed.edits) == (TEXT, 1)
    assert actions.rewrite(draft.id, TEXT, by=world.by).edits == 1
    assert kinds(draft.id) == ["draft.taken", "draft.rewritten"]
    assert queries.draft(draft.id, scope=world.scope).text == TEXT


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  \n\u3000", "bulletins.draft.empty"),
        ("数" * (LONGEST_DRAFT + 1), "bulletins.draft.too-long"),
        ("检查3家次\0", "bulletins.draft.signs"),
        ("检查3家次\ud800", "bulletins.draft.signs"),
    ],
)
def test_a_text_that_cannot_be_checked_is_refused(world: World, text: str, code: str) -> None:
    refused(lambda: take(world, text), code)
    draft = take(world)
    refused(lambda: actions.rewrite(draft.id, text, by=world.by), code)
    assert queries.draft(draft.id, scope=world.scope).text == TEXT


def test_every_claim_is_held_against_the_records(world: World) -> None:
    check = checked(world, take(world))
    assert [(each.run.surface, each.verdict, each.colour) for each in check.judged] == [
        ("未接到亡人事故报告", "supported", "green"),
        ("3家次", "supported", "green"),
        ("9处", "supported", "green"),
    ]
    assert [each.match.indicator for each in check.judged if each.match] == [
        f"{PACK}.{name}" for name in ("deaths", "visits", "hazards")
    ]
    assert (check.judged[0].coverage, check.judged[1].value, check.judged[2].unit) == ((6, 6), 3, "处")
    assert check.counts == {"red": 0, "amber": 0, "green": 3, "grey": 0}


def test_a_proposal_that_does_not_hold_is_amber_and_a_confirmed_one_red(world: World) -> None:
    draft = take(world, TEXT.replace("9处", "8处"))
    found = one(checked(world, draft), "8处")
    assert (found.verdict, found.colour, found.value, found.difference) == ("contradicted", "amber", 9, -1)
    assert found.offers[0].phrase == "9处"
    assert "9" in found.said.zh
    assert "9" in found.said.en
    actions.confirm(draft.id, found.key, f"{PACK}.hazards", by=world.by)
    found = one(checked(world, draft), "8处")
    assert (found.colour, found.match and found.match.how) == ("red", "confirmed")
    fixed = actions.rewrite(draft.id, TEXT, by=world.by)
    assert one(checked(world, fixed), "9处").colour == "green"


def test_a_text_without_numbers_and_one_of_digits_only_get_a_plain_answer(world: World) -> None:
    check = checked(world, take(world, "各地要认真落实责任。"))
    assert (check.judged, check.others) == ((), ())
    check = checked(world, take(world, "1234567890" * 50))
    assert sum(check.counts.values()) == len(check.judged)
    assert check.counts["red"] == check.counts["amber"] == 0


def test_a_very_long_text_is_checked_in_bounded_time(world: World) -> None:
    text = "共检查3家次，发现隐患9处。\n" * 8_000
    start = time.monotonic()
    check = checked(world, take(world, text))
    assert time.monotonic() - start < 30
    assert len(check.judged) == 16_000
    assert check.counts["green"] == 2_000
    assert check.judged[-1].said.zh == "文稿里的数太多，这一个没有核。"


def test_a_confirmed_wording_is_learned_and_taken_back(world: World) -> None:
    draft = take(world, "治理风险苗头9处。")
    before = one(checked(world, draft), "9处")
    assert (before.match, before.verdict, before.colour) == (None, "unmatched", "grey")
    alias = actions.confirm(draft.id, before.key, "hazards", by=world.by)
    assert alias is not None
    assert (alias.indicator, alias.unit, alias.learned_from) == (f"{PACK}.hazards", "处", draft.id)
    assert actions.confirm(draft.id, before.key, "hazards", by=world.by) == alias
    assert [each.id for each in queries.aliases(PACK, scope=world.scope)] == [alias.id]
    later = one(checked(world, take(world, "本周治理风险苗头8处。")), "8处")
    assert (later.match and later.match.how, later.verdict, later.colour) == ("alias", "contradicted", "amber")
    actions.withdraw_alias(alias.id, by=world.by)
    assert queries.aliases(PACK, scope=world.scope) == ()
    assert one(checked(world, take(world, "本周治理风险苗头8处。")), "8处").match is None
    assert kinds(alias.id) == ["alias.learned", "alias.withdrawn"]
    refused(lambda: actions.withdraw_alias(alias.id, by=world.by), "bulletins.alias.unknown")


def test_a_changed_mind_teaches_the_other_indicator(world: World) -> None:
    draft = take(world, "治理风险苗头9处。")
    key = one(checked(world, draft), "9处").key
    first = actions.confirm(draft.id, key, "hazards", by=world.by)
    second = actions.confirm(draft.id, key, "deaths", by=world.by)
    assert first is not None
    assert second is not None
    assert [each.indicator for each in queries.aliases(PACK, scope=world.scope)] == [f"{PACK}.deaths"]
    found = one(checked(world, draft), "9处").match
    assert found is not None
    assert found.indicator == f"{PACK}.deaths"
    assert kinds(first.id) == ["alias.learned", "alias.withdrawn"]


def test_a_rejected_match_is_not_proposed_again(world: World) -> None:
    draft = take(world)
    key = one(checked(world, draft), "9处").key
    actions.confirm(draft.id, key, "hazards", by=world.by)
    actions.reject(draft.id, key, "hazards", by=world.by)
    found = one(checked(world, draft), "9处")
    assert (found.match, found.verdict) == (None, "unmatched")
    assert f"{PACK}.hazards" not in [each.indicator for each in found.candidates]
    assert queries.aliases(PACK, scope=world.scope) == ()
    actions.release(draft.id, key, by=world.by)
    assert one(checked(world, draft), "9处").colour == "green"


def test_a_claim_or_indicator_that_is_not_there_is_refused(world: World) -> None:
    draft = take(world)
    key = one(checked(world, draft), "9处").key
    refused(lambda: actions.confirm(draft.id, "nokey", "hazards", by=world.by), "bulletins.claim.unknown")
    refused(lambda: actions.confirm(draft.id, key, "hazard", by=world.by), "bulletins.mark.unknown-indicator")
    refused(lambda: actions.reject(draft.id, key, "other.hazards", by=world.by), "bulletins.mark.unknown-indicator")
    refused(lambda: actions.confirm("none", key, "hazards", by=world.by), "bulletins.draft.unknown")
    assert queries.aliases(PACK, scope=world.scope) == ()


def test_a_place_that_was_confirmed_is_asked_for(world: World) -> None:
    draft = take(world, "发现隐患4处。")
    key = one(checked(world, draft), "4处").key
    actions.confirm(draft.id, key, "hazards", place=JILIN_CITY, by=world.by)
    found = one(checked(world, draft), "4处")
    assert (found.value, found.colour, found.match and found.match.place) == (4, "green", JILIN_CITY)
    elsewhere = people.system_warrant(place=CHANGCHUN, program=PACK, right="review")
    own = actions.take_draft("发现隐患4处。", program=PACK, place=CHANGCHUN, by=elsewhere)
    refused(lambda: actions.confirm(own.id, key, "hazards", place=JILIN_CITY, by=elsewhere), "bulletins.permit.outside")


def test_a_zero_without_every_report_is_not_supported(world: World) -> None:
    world.file("unit", code="u3", unit_name="样例单位三", day=1)
    draft = take(world)
    check = actions.keep_check(draft.id, by=world.by)
    found = one(check, "未接到亡人事故报告")
    assert (found.verdict, found.colour, found.coverage) == ("zero-uncovered", "amber", (9, 6))
    actions.confirm(draft.id, found.key, "deaths", by=world.by)
    assert one(checked(world, draft), "未接到亡人事故报告").colour == "red"
    world.file("incident", deaths=1)
    found = one(actions.keep_check(draft.id, by=world.by), "未接到亡人事故报告")
    assert (found.verdict, found.colour, found.value) == ("contradicted", "red", 1)


def test_a_kept_check_stays_as_it_was_found(world: World) -> None:
    draft = take(world, TEXT.replace("9处", "8处"))
    first = actions.keep_check(draft.id, by=world.by)
    assert first.number == 1
    world.file("check", hazards=1)
    actions.rewrite(draft.id, TEXT, by=world.by)
    second = actions.keep_check(draft.id, by=world.by)
    assert one(second, "9处").value == 10
    again = queries.kept_check(draft.id, 1, scope=world.scope)
    assert again == first
    assert one(again, "8处").value == 9
    lines = queries.checks(draft.id, scope=world.scope)
    assert [(line.number, line.counts["amber"]) for line in lines] == [(2, 2), (1, 1)]
    assert queries.draft(draft.id, scope=world.scope).last == lines[0]
    assert kinds(draft.id) == ["draft.taken", "draft.checked", "draft.rewritten", "draft.checked"]
    refused(lambda: queries.kept_check(draft.id, 3, scope=world.scope), "bulletins.check.unknown")


def test_drafts_are_found_by_words_and_paged(world: World) -> None:
    for number in range(5):
        take(world, title=f"通报{number}")
    page = queries.drafts(world.scope, PACK, number=2, size=2)
    assert ([each.title for each in page.items], page.total) == (["通报2", "通报1"], 5)
    assert [each.title for each in queries.drafts(world.scope, text="报3").items] == ["通报3"]
    assert queries.drafts(world.scope, "other").total == 0


def test_only_reviewers_of_the_place_write_and_others_see_nothing(world: World) -> None:
    draft = take(world)
    key = one(checked(world, draft), "9处").key
    elsewhere = people.system_warrant(place=CHANGCHUN, program=PACK, right="review")
    clerk = people.system_warrant(place=JILIN, program=PACK, right="fill")
    for by in (elsewhere, clerk):
        for act in (
            lambda by=by: actions.take_draft(TEXT, program=PACK, by=by),
            lambda by=by: actions.rewrite(draft.id, "改", by=by),
            lambda by=by: actions.keep_check(draft.id, by=by),
            lambda by=by: actions.confirm(draft.id, key, "hazards", by=by),
            lambda by=by: actions.reject(draft.id, key, "hazards", by=by),
            lambda by=by: actions.release(draft.id, key, by=by),
            lambda by=by: actions.report_values(draft.id, source="报", by=by),
        ):
            refused(act, "bulletins.permit.outside")
    actions.keep_check(draft.id, by=world.by)
    for scope in (
        people.system_scope(place=CHANGCHUN, program=PACK),
        people.system_scope(place=JILIN, program="other"),
        people.system_scope(place=JILIN, right="fill"),
    ):
        assert queries.drafts(scope).total == 0
        for read in (queries.draft, queries.checks, queries.document):
            refused(lambda read=read, scope=scope: read(draft.id, scope=scope), "bulletins.draft.unknown")
        refused(lambda scope=scope: queries.kept_check(draft.id, 1, scope=scope), "bulletins.draft.unknown")
        refused(
            lambda scope=scope: queries.check_text(TEXT, PACK, JILIN, draft.period, scope=scope),
            "bulletins.check.outside",
        )


def test_a_figure_that_the_reader_may_not_open_is_not_shown(world: World) -> None:
    city = people.system_scope(place=CHANGCHUN, program=PACK)
    period = take(world).period
    text = "长春市发现隐患5处。"
    assert one(queries.check_text(text, PACK, CHANGCHUN, period, scope=city), "5处").value == 5
    reviewing = people.system_scope(place=CHANGCHUN, program=PACK, right="review")
    hidden = one(queries.check_text(text, PACK, CHANGCHUN, period, scope=reviewing), "5处")
    assert (hidden.value, hidden.verdict, hidden.colour, hidden.offers) == (None, "unmatched", "grey", ())
    # The province's writer confirmed a claim about another city: the city's reader sees the claim, not the figure.
    draft = take(world, "发现隐患3处。", place=CHANGCHUN)
    key = one(checked(world, draft), "3处").key
    actions.confirm(draft.id, key, "hazards", place=JILIN_CITY, by=world.by)
    kept = actions.keep_check(draft.id, by=world.by)
    assert one(kept, "3处").value == 4
    for check in (
        queries.kept_check(draft.id, 1, scope=city),
        queries.check_text(draft.text, PACK, CHANGCHUN, period, draft=draft.id, scope=city),
    ):
        found = one(check, "3处")
        assert (found.value, found.verdict, found.difference, found.offers) == (None, "unmatched", None, ())
        assert "4" not in found.said.zh


def test_reported_values_stand_beside_figures_and_never_enter_them(world: World) -> None:
    draft = take(world, "发现隐患近20处，检查3家次。")
    before = figures.figure(Query(f"{PACK}.hazards", PACK, JILIN, draft.period), scope=world.scope).value
    refused(lambda: actions.report_values(draft.id, source="样例日报", by=world.by), "bulletins.reported.none")
    actions.confirm(draft.id, one(checked(world, draft), "近20处").key, "hazards", by=world.by)
    refused(lambda: actions.report_values(draft.id, source=" ", by=world.by), "bulletins.reported.source")
    (made,) = actions.report_values(draft.id, source="样例日报 2022-09-13", by=world.by)
    assert actions.report_values(draft.id, source="样例日报 2022-09-13", by=world.by) == ()
    (shown,) = queries.reported(f"{PACK}.hazards", PACK, JILIN, scope=world.scope)
    assert (shown.id, shown.phrase, shown.value, shown.unit) == (made.id, "近20处", 20, "处")
    assert (shown.source, shown.author) == ("样例日报 2022-09-13", world.by.actor)
    assert (shown.interval.low, shown.interval.high, shown.interval.bounds) == (18, 20, "[,)")
    assert shown.now == before == 9
    after = figures.figure(Query(f"{PACK}.hazards", PACK, JILIN, draft.period), scope=world.scope).value
    assert after == before
    assert queries.reported(f"{PACK}.hazards", PACK, JILIN, scope=people.system_scope(place=ERDAO)) == ()
    actions.withdraw_reported(made.id, by=world.by)
    assert queries.reported(f"{PACK}.hazards", PACK, JILIN, scope=world.scope) == ()
    assert kinds(made.id) == ["value.reported", "value.withdrawn"]
    refused(lambda: actions.withdraw_reported(made.id, by=world.by), "bulletins.reported.unknown")


def test_an_issued_bulletin_reports_what_it_cites(world: World) -> None:
    issued = actions.issue(actions.draft(f"{PACK}.main", PACK, by=world.by).id, by=world.by)
    made = actions.report_values(issued.id, source="样例〔2022〕9号", by=world.by)
    assert [(each.indicator, each.value) for each in made] == [
        (f"{PACK}.deaths", 0),
        (f"{PACK}.visits", 3),
        (f"{PACK}.hazards", 9),
    ]
    world.file("check", hazards=2)
    sealer.seal_all()
    (shown,) = queries.reported(f"{PACK}.hazards", PACK, JILIN, scope=world.scope)
    assert (shown.value, shown.now) == (9, 11)


def test_a_value_of_another_time_has_no_figure_beside_it(world: World) -> None:
    draft = take(world, "发现隐患7处。", period=Period.month(2021, 9))
    actions.confirm(draft.id, one(checked(world, draft), "7处").key, "hazards", by=world.by)
    actions.report_values(draft.id, source="去年的通报", by=world.by)
    (shown,) = queries.reported(f"{PACK}.hazards", PACK, JILIN, scope=world.scope)
    assert (shown.value, shown.now) == (7, None)


def test_an_issued_text_is_bound_by_its_citations(world: World) -> None:
    issued = actions.issue(actions.draft(f"{PACK}.main", PACK, by=world.by).id, by=world.by)
    given = {"as_of": issued.checkpoint, "bound": issued.citations, "scope": world.scope}
    clean = queries.check_text(issued.text, PACK, issued.place, issued.period, **given)
    assert {each.colour for each in clean.judged} == {"green"}
    assert {each.match.how for each in clean.judged if each.match} == {"bound"}
    forged = issued.text.replace("9处", "6处")
    found = one(queries.check_text(forged, PACK, issued.place, issued.period, **given), "6处")
    assert (found.verdict, found.colour, found.difference) == ("contradicted", "red", -3)
