"""Rights × places × programs: what a grant opens, and nothing beside it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.people.conftest import CHANGCHUN, ERDAO, JILIN, JILIN_CITY, NANGUAN, PASSWORD, World, grant
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.people import actions, queries
from yibiao.people.types import RIGHTS

pytestmark = pytest.mark.django_db

PLACES = (JILIN, CHANGCHUN, ERDAO, NANGUAN, JILIN_CITY)
PROGRAMS = ("holiday-2022", "patrol-2022", "*")
UNDER = {
    JILIN: {JILIN, CHANGCHUN, ERDAO, NANGUAN, JILIN_CITY},
    CHANGCHUN: {CHANGCHUN, ERDAO, NANGUAN},
    ERDAO: {ERDAO}, NANGUAN: {NANGUAN}, JILIN_CITY: {JILIN_CITY},
}  # fmt: skip
# who → (right, place, programs it opens)
OPENED = {
    "reader": [("analyse", JILIN, PROGRAMS)],
    "erdao_clerk": [("fill", ERDAO, ("holiday-2022",)), ("analyse", ERDAO, PROGRAMS)],
    "nanguan_clerk": [("fill", NANGUAN, PROGRAMS)],
    "erdao_admin": [("manage", ERDAO, PROGRAMS)],
    "province_admin": [("manage", JILIN, PROGRAMS)],
    "patrol_admin": [("manage", ERDAO, ("patrol-2022",))],
    "idle": [],
}


@pytest.mark.parametrize("who", OPENED)
def test_matrix(world: World, who: str) -> None:
    account = getattr(world, who)
    for right in RIGHTS:
        for place in PLACES:
            for program in PROGRAMS:
                expected = any(
                    right == given and place in UNDER[over] and program in programs
                    for given, over, programs in OPENED[who]
                )
                decision = queries.allows(account.key, right, place, program)
                assert decision.allowed is expected, (who, right, place, program)
                if expected:
                    made = queries.warrant(account.key, right, place=place, program=program)
                    assert (made.actor, made.right, made.place, made.program) == (account.key, right, place, program)
                    assert made.organisation == account.organisation
                else:
                    with pytest.raises(Refusal) as refused:
                        queries.warrant(account.key, right, place=place, program=program)
                    assert refused.value.codes == ("people.scope.outside",)
                    assert refused.value.status == 403


def test_a_refusal_says_what_one_may_and_who_can_give_more(world: World) -> None:
    decision = queries.allows(world.erdao_clerk.key, "fill", NANGUAN, "holiday-2022")
    assert "你的岗位只能在二道区填报（专项 holiday-2022）" in decision.because.zh
    assert "南关区" in decision.because.zh
    assert "吉林省的管理岗位（示例省应急厅“管理员”）" in decision.because.zh
    assert "示例戊" not in decision.because.zh, "no person is named"
    assert "fill in" in decision.because.en
    nearer = queries.allows(world.erdao_clerk.key, "review", ERDAO, "holiday-2022")
    assert "二道区的管理岗位（示例二道应急局“管理员”）" in nearer.because.zh
    assert "你的岗位没有审核权限" in nearer.because.zh


def test_an_allowed_decision_names_the_post(world: World) -> None:
    decision = queries.allows(world.erdao_clerk.key, "fill", ERDAO, "holiday-2022")
    assert decision.allowed
    assert decision.problem is None
    assert "示例二道应急局“填报员”可在二道区填报" in decision.because.zh


def test_an_unknown_place_is_unknown_not_forbidden(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        queries.warrant(world.reader.key, "analyse", place="990000000000", program="*")
    assert refused.value.codes == ("places.place.unknown",)


def test_an_old_code_of_a_moved_county_still_counts(world: World) -> None:
    account = actions.add_person(
        username="changchun-fenxi", name="示例辛", password="Qiu-Tian-2022", organisation="cc-yjj", role="分析员",
        grants=[grant("analyse", CHANGCHUN)],
    )  # fmt: skip
    assert queries.allows(account.key, "analyse", "220381000000", "*").allowed, "公主岭 under its code of 2019"
    assert queries.allows(account.key, "analyse", "220184000000", "*").allowed


def test_scope_holds_all_posts_of_a_person(world: World) -> None:
    key = world.erdao_clerk.key
    number = actions.add_post(key=key, organisation="ng-yjj", role="支援")
    actions.grant(key=key, given=grant("fill", NANGUAN, "patrol-2022"), by=None, post=number)
    scope = queries.scope(key, "fill")
    assert set(scope.places("patrol-2022")) == {NANGUAN}
    assert set(scope.places("holiday-2022")) == {ERDAO}
    assert queries.warrant(key, "fill", place=NANGUAN, program="patrol-2022").organisation == "ng-yjj"


def test_who_has_posts_at_several_organisations_says_on_whose_behalf(world: World) -> None:
    key = world.erdao_clerk.key
    post = actions.add_post(key=key, organisation="cc-yjj", role="联络员")
    actions.grant(key=key, given=grant("fill", CHANGCHUN), by=None, post=post)
    asked = {"place": ERDAO, "program": "holiday-2022"}
    assert queries.warrant(key, "fill", **asked).organisation == "ed-yjj"
    assert queries.warrant(key, "fill", **asked, organisation="ed-yjj").organisation == "ed-yjj"
    above = queries.warrant(key, "fill", **asked, organisation="cc-yjj")
    assert (above.organisation, "联络员" in above.because) == ("cc-yjj", True)
    for organisation, code in (("ng-yjj", "people.organisation.not-own"), ("nobody", "people.organisation.not-own")):
        with pytest.raises(Refusal) as refused:
            queries.warrant(key, "fill", **asked, organisation=organisation)
        assert (refused.value.codes, refused.value.status) == ((code,), 403)
    with pytest.raises(Refusal) as refused:
        queries.warrant(key, "fill", place=CHANGCHUN, program="holiday-2022", organisation="ed-yjj")
    assert refused.value.codes == ("people.scope.outside",)


def test_a_deactivated_account_has_no_right_left(world: World) -> None:
    by = queries.warrant(world.erdao_admin.key, "manage", place=ERDAO, program="*")
    actions.deactivate(key=world.erdao_clerk.key, by=by)
    assert queries.scope(world.erdao_clerk.key, "fill").grants == ()
    assert not queries.allows(world.erdao_clerk.key, "fill", ERDAO, "holiday-2022").allowed
    actions.reactivate(key=world.erdao_clerk.key, by=by)
    assert queries.allows(world.erdao_clerk.key, "fill", ERDAO, "holiday-2022").allowed


def test_grants_merge_and_are_taken_back_program_by_program(world: World) -> None:
    key = world.idle.key
    by = queries.warrant(world.erdao_admin.key, "manage", place=ERDAO, program="*")
    actions.grant(key=key, given=grant("fill", ERDAO, "holiday-2022"), by=by)
    actions.grant(key=key, given=grant("fill", ERDAO, "patrol-2022"), by=by)
    assert [set(held.programs) for held in queries.scope(key, "fill").grants] == [{"holiday-2022", "patrol-2022"}]
    actions.revoke(key=key, given=grant("fill", ERDAO, "patrol-2022"), by=by)
    assert [set(held.programs) for held in queries.scope(key, "fill").grants] == [{"holiday-2022"}]
    actions.revoke(key=key, given=grant("fill", ERDAO, "holiday-2022"), by=by)
    assert queries.scope(key, "fill").grants == ()
    with pytest.raises(Refusal, match="没有该岗位"):
        actions.revoke(key=key, given=grant("fill", ERDAO, "holiday-2022"), by=by)


def test_administrators_stay_within_their_range(world: World) -> None:
    by = queries.warrant(world.erdao_admin.key, "manage", place=ERDAO, program="*")
    patrol = queries.warrant(world.patrol_admin.key, "manage", place=ERDAO, program="patrol-2022")
    filled = queries.warrant(world.nanguan_clerk.key, "fill", place=NANGUAN, program="*")
    cases = [
        (world.idle.key, grant("fill", CHANGCHUN), by, "people.grant.outside"),
        (world.nanguan_clerk.key, grant("fill", ERDAO), by, "people.grant.outside"),
        (world.erdao_admin.key, grant("fill", ERDAO), by, "people.grant.own"),
        (world.idle.key, grant("fill", ERDAO), patrol, "people.grant.outside"),
        (world.idle.key, grant("fill", ERDAO, "holiday-2022"), patrol, "people.grant.outside"),
        (world.nanguan_clerk.key, grant("review", NANGUAN), filled, "people.grant.own"),
        (world.idle.key, grant("dance", ERDAO), by, "people.grant.right"),
        (world.idle.key, grant("fill", ERDAO, "Not a code"), by, "people.grant.programs"),
    ]
    before = ledger.counts()
    for key, given, warrant, code in cases:
        with pytest.raises(Refusal) as refused:
            actions.grant(key=key, given=given, by=warrant)
        assert refused.value.codes == (code,)
    assert ledger.counts() == before, "a refused grant leaves no fact"
    actions.grant(key=world.idle.key, given=grant("fill", ERDAO, "patrol-2022"), by=patrol)
    assert queries.allows(world.idle.key, "fill", ERDAO, "patrol-2022").allowed


def test_nobody_takes_over_a_higher_account(world: World) -> None:
    """An account of the own county that also holds a right beyond it is out of reach: no reset, no closing."""
    actions.grant(key=world.erdao_clerk.key, given=grant("analyse", JILIN), by=None)
    by = queries.warrant(world.erdao_admin.key, "manage", place=ERDAO, program="*")
    for act in (
        lambda: actions.reset_password(key=world.erdao_clerk.key, password="Dong-Tian-2023", by=by),
        lambda: actions.deactivate(key=world.erdao_clerk.key, by=by),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.codes == ("people.grant.outside",)


def test_every_change_is_a_fact_without_names(world: World) -> None:
    by = queries.warrant(world.erdao_admin.key, "manage", place=ERDAO, program="*")
    actions.grant(key=world.idle.key, given=grant("fill", ERDAO), by=by)
    actions.deactivate(key=world.idle.key, by=by)
    facts = _facts()
    assert [fact.kind for fact in facts][-2:] == ["people.granted", "people.deactivated"]
    assert facts[-1].subject == world.idle.key
    assert facts[-1].actor == world.erdao_admin.key
    said = " ".join(f"{fact.payload} {fact.actor} {fact.subject}" for fact in facts)
    assert not any(name in said for name in ("示例", "erdao-xinren", "Chun-Tian"))


def _facts() -> list[object]:
    from yibiao.ledger import actions as sealing

    checkpoint = sealing.seal()
    assert checkpoint is not None
    return list(ledger.entries(0, checkpoint.size))  # type: ignore[arg-type]


def test_organisations(world: World) -> None:
    assert queries.organisation("ed-yjj").parent == "cc-yjj"
    same = actions.add_organisation(code="ed-yjj", name="示例二道应急局", parent="cc-yjj", place=ERDAO)
    assert same == queries.organisation("ed-yjj"), "the same content twice is one organisation"
    with pytest.raises(Refusal) as refused:
        actions.add_organisation(code="ed-yjj", name="别的名字", parent="cc-yjj", place=ERDAO)
    assert refused.value.codes == ("people.organisation.taken",)
    with pytest.raises(Refusal) as refused:
        actions.add_organisation(code="不行", name=" ", place=ERDAO)
    assert set(refused.value.codes) == {"people.organisation.code", "people.name.missing"}
    assert [body.code for body in queries.organisations(under_place=CHANGCHUN)] == ["cc-yjj", "ed-yjj", "ng-yjj"]
    with pytest.raises(Refusal) as refused:
        queries.organisation("none")
    assert refused.value.status == 404


def test_everything_wrong_with_an_account_is_said_at_once(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        actions.add_person(username="二道", name="", password="short", organisation="ed-yjj", role="填报员")
    assert set(refused.value.codes) == {"people.username.shape", "people.name.missing", "people.password.weak"}
    with pytest.raises(Refusal) as refused:
        actions.add_person(
            username="ERDAO-tianbao", name="示例", password="Xia-Tian-2022", organisation="ed-yjj", role="填报员"
        )
    assert refused.value.codes == ("people.username.taken",)


def test_names_and_accounts(world: World) -> None:
    assert queries.names([world.reader.key, "nobody"]) == {world.reader.key: "示例甲"}
    assert queries.account_of("ERDAO-tianbao") == world.erdao_clerk == queries.account(world.erdao_clerk.key)
    with pytest.raises(Refusal) as refused:
        queries.account("nobody")
    assert refused.value.status == 404


def test_without_a_password_nobody_signs_in_until_one_is_set(world: World) -> None:
    account = actions.add_person(
        username="shangwei-kaitong", name="示例辛", password=None, organisation="ed-yjj", role="填报员", sample=True
    )
    assert not Client().login(username=account.username, password="")
    actions.reset_password(key=account.key, password=PASSWORD, by=None)
    assert Client().login(username=account.username, password=PASSWORD)
