"""The pages of account management, over HTTP, refusal beside success."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.people.conftest import CHANGCHUN, ERDAO, NANGUAN, PASSWORD, World
from yibiao.people import actions, queries

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.mark.parametrize(
    ("who", "seen", "unseen"),
    [
        ("province_admin", ("示例甲", "示例乙", "示例丙", "示例戊"), ()),
        ("erdao_admin", ("示例乙", "示例丁", "示例庚"), ("示例甲", "示例丙", "示例戊")),
    ],
)
def test_the_list_shows_the_own_range(
    world: World, signed_in: SignedIn, who: str, seen: tuple[str, ...], unseen: tuple[str, ...]
) -> None:
    page = signed_in(getattr(world, who)).get("/account/people/").content.decode()
    assert all(name in page for name in seen)
    assert not any(name in page for name in unseen)


@pytest.mark.parametrize("path", ["people/", "people/add/", "organisations/"])
def test_others_are_told_what_is_needed_and_from_whom(world: World, signed_in: SignedIn, path: str) -> None:
    for who in (world.erdao_clerk, world.reader, world.idle):
        answer = signed_in(who).get(f"/account/{path}")
        assert answer.status_code == 403
        assert "管理账号" in answer.content.decode()
        assert "管理岗位" in answer.content.decode()


def test_search_and_paging(world: World, signed_in: SignedIn) -> None:
    for number in range(60):
        actions.add_person(
            username=f"pi-{number:03}", name=f"批量{number:03}", password=PASSWORD, organisation="ed-yjj", role="网格员"
        )
    client = signed_in(world.erdao_admin)
    first, second = (client.get(f"/account/people/?q=批量&page={number}").content.decode() for number in (1, 2))
    assert "批量000" in first
    assert "批量055" not in first
    assert "批量055" in second
    assert "共 60 个账号" in first
    assert "批量007" in client.get("/account/people/?q=pi-007").content.decode()
    assert "没有符合条件的账号" in client.get("/account/people/?q=没有此人").content.decode()
    assert client.get("/account/people/?page=nonsense").status_code == 200
    actions.deactivate(key=queries.account_of("pi-007").key, by=None)
    assert "批量007" not in client.get("/account/people/?q=pi-007&state=active").content.decode()
    assert "批量007" in client.get("/account/people/?q=pi-007&state=closed").content.decode()


def opened(client: Client, **changed: str) -> tuple[int, str]:
    sent = {
        "username": "erdao-xin", "name": "示例新", "organisation": "ed-yjj", "role": "填报员",
        "password": "Chu-Shi-2022", **changed,
    }  # fmt: skip
    answer = client.post("/account/people/add/", sent)
    return answer.status_code, answer.content.decode()


def test_open_an_account_grant_and_first_sign_in(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.erdao_admin)
    assert opened(client)[0] == 302
    key = queries.account_of("erdao-xin").key
    path = f"/account/people/{key}"
    sent = {"right": "fill", "place": ERDAO, "programs": "holiday-2022 patrol-2022"}
    assert client.post(f"{path}/grant/", sent).status_code == 302
    assert set(queries.scope(key, "fill").places("patrol-2022")) == {ERDAO}
    assert "在二道区填报" in client.get(f"{path}/").content.decode()
    assert client.post(f"{path}/revoke/", {**sent, "programs": "patrol-2022"}).status_code == 302
    assert queries.scope(key, "fill").places("patrol-2022") == ()

    newcomer = Client()
    newcomer.post("/account/login/", {"login": "erdao-xin", "password": "Chu-Shi-2022"})
    assert newcomer.get("/account/")["Location"] == "/account/password/change/", "the given password must be changed"


def test_a_place_may_be_given_by_name(world: World, signed_in: SignedIn) -> None:
    client, path = signed_in(world.erdao_admin), f"/account/people/{world.idle.key}/grant/"
    sent = {"right": "fill", "programs": "*"}
    assert client.post(path, {**sent, "place": "二道区"}).status_code == 302
    assert [grant.place for grant in queries.scope(world.idle.key, "fill").grants] == [ERDAO]
    for place, said in (("没有此地", "没有叫“没有此地”的地点"), ("二道", "二道区 220105000000"), ("南关区", "")):
        answer = client.post(path, {**sent, "place": place})
        assert answer.status_code in (403, 422)
        assert said in answer.content.decode()


def test_refused_accounts(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.erdao_admin)
    for changed, status, said in (
        ({"organisation": "ng-yjj"}, 403, "示例"),
        ({"organisation": "none"}, 404, "没有代码为"),
        ({"username": "erdao-tianbao"}, 422, "已有人使用"),
        ({"password": "short"}, 422, "密码不符合要求"),
        ({"name": ""}, 422, ""),
    ):
        answer, text = opened(client, **changed)
        assert answer == status, changed
        assert said in text
    assert not queries.holders(scope=queries.scope(world.erdao_admin.key, "manage"), text="示例新").total


def test_refused_acts(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.erdao_admin)
    idle, outside, own = world.idle.key, world.nanguan_clerk.key, world.erdao_admin.key
    sent = {"right": "fill", "place": ERDAO, "programs": "*"}
    for path, data, status in (
        (f"{idle}/grant/", {**sent, "place": CHANGCHUN}, 403),
        (f"{idle}/grant/", {**sent, "place": "990000000000"}, 404),
        (f"{idle}/grant/", {**sent, "right": "dance"}, 422),
        (f"{idle}/post/", {"organisation": "ng-yjj", "role": "支援"}, 403),
        (f"{idle}/dance/", {}, 404),
        (f"{outside}/grant/", {**sent, "place": NANGUAN}, 404),
        (f"{outside}/deactivate/", {}, 404),
        (f"{outside}/password/", {"password": "Dong-Tian-2023"}, 404),
        (f"{own}/grant/", sent, 403),
        (f"{own}/deactivate/", {}, 403),
    ):
        assert client.post(f"/account/people/{path}", data).status_code == status, path
    assert queries.scope(idle, "fill").grants == ()
    assert client.get("/account/").status_code == 200


def test_close_reopen_and_reset(world: World, signed_in: SignedIn) -> None:
    client, key = signed_in(world.erdao_admin), world.erdao_clerk.key
    assert client.post(f"/account/people/{key}/deactivate/").status_code == 302
    assert "已停用" in client.get(f"/account/people/{key}/").content.decode()
    assert client.post(f"/account/people/{key}/reactivate/").status_code == 302
    assert client.post(f"/account/people/{key}/password/", {"password": "weak"}).status_code == 422
    assert client.post(f"/account/people/{key}/password/", {"password": "Dong-Tian-2023"}).status_code == 302
    fresh = Client()
    assert fresh.post("/account/login/", {"login": "erdao-tianbao", "password": "Dong-Tian-2023"}).status_code == 302
    assert fresh.get("/account/").status_code == 302


def test_a_new_password_opens_a_locked_account(world: World, signed_in: SignedIn) -> None:
    client, stranger = signed_in(world.erdao_admin), Client(REMOTE_ADDR="10.1.2.3")
    sent = {"login": "erdao-tianbao", "password": "Wrong-Pass-1"}
    for _ in range(5):
        stranger.post("/account/login/", sent)
    assert stranger.post("/account/login/", {**sent, "password": PASSWORD}).status_code == 200
    key = world.erdao_clerk.key
    assert client.post(f"/account/people/{key}/password/", {"password": "Dong-Tian-2023"}).status_code == 302
    assert stranger.post("/account/login/", {**sent, "password": "Dong-Tian-2023"}).status_code == 302


def test_organisations_page(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.erdao_admin)
    page = client.get("/account/organisations/").content.decode()
    assert "示例二道应急局" in page
    assert "示例南关应急局" not in page
    sent = {"code": "ed-jw", "name": "示例二道经委", "parent": "ed-yjj", "place": ERDAO}
    assert client.post("/account/organisations/", sent).status_code == 302
    assert queries.organisation("ed-jw").parent == "ed-yjj"
    assert client.post("/account/organisations/", {**sent, "code": "ng-jw", "place": NANGUAN}).status_code == 403
    assert client.post("/account/organisations/", {**sent, "parent": "none", "code": "x1"}).status_code == 404


def test_forms_need_their_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(_row(world))
    assert client.post(f"/account/people/{world.idle.key}/deactivate/").status_code == 403


def _row(world: World) -> object:
    from yibiao.people.models import Person

    return Person.objects.get(key=world.erdao_admin.key)


def test_organisations_are_paged_and_found(world: World, signed_in: SignedIn) -> None:
    for number in range(60):
        actions.add_organisation(code=f"pi-{number:03}", name=f"批量机构{number:03}", place=ERDAO)
    client = signed_in(world.erdao_admin)
    pages = [client.get(f"/account/organisations/?page={number}").content.decode() for number in (1, 2, 9)]
    assert "共 61 个机构" in pages[0]
    assert ["批量机构058" in page for page in pages] == [False, True, True]
    assert "二道区" in pages[0]
    assert "示例南关应急局" not in "".join(pages)
    found = client.get("/account/organisations/?q=PI-007").content.decode()
    assert ("批量机构007" in found, "批量机构008" in found) == (True, False)


def test_programs_are_ticked_and_some_of_them_beside_all_mean_these(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.province_admin)
    address = f"/account/people/{world.idle.key}/"
    for ticked, expected in (
        (["*", "holiday-2022"], {"holiday-2022"}),
        (["holiday-2022", "patrol-2022"], {"holiday-2022", "patrol-2022"}),
        (["*"], {"holiday-2022", "patrol-2022", "*"}),
    ):
        given = {"right": "fill", "place": ERDAO, "programs": ticked}
        assert client.post(f"{address}grant/", given).status_code == 302
        (grant,) = queries.scope(world.idle.key, "fill").grants
        assert grant.programs == expected
    assert client.post(f"{address}grant/", {"right": "fill", "place": ERDAO}).status_code == 422
    page = client.get(address).content.decode()
    assert 'data-picker="place"' in page
    assert '<legend class="field-label">专项' in page


def test_a_right_may_lie_apart_from_the_organisation_within_the_managers_range(
    world: World, signed_in: SignedIn
) -> None:
    address = f"/account/people/{world.idle.key}/grant/"
    for programs in ("*", "holiday-2022"):
        given = {"right": "review", "place": NANGUAN, "programs": programs}
        assert signed_in(world.province_admin).post(address, given).status_code == 302
        # Who manages the organisation alone may not.
        refused = signed_in(world.erdao_admin).post(address, given)
        assert (refused.status_code, "南关区" in refused.content.decode()) == (403, True)
    (grant,) = queries.scope(world.idle.key, "review").grants
    assert (grant.place, grant.programs) == (NANGUAN, frozenset({"*", "holiday-2022"}))
