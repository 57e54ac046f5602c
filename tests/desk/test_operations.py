"""回报核对 on pages: returned beside computed, differences in sight, review by another, one's own places only."""

from __future__ import annotations

import csv
import io
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.desk.world import ERDAO, JILIN, NANGUAN, PATROL, World, seal
from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.desk import installing
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.people import actions as accounts
from yibiao.people import queries as people
from yibiao.people.types import Account, Grant, Warrant
from yibiao.records import actions as records
from yibiao.records.types import SubmissionDraft

Enter = Callable[[Account | None], Client]
NIGHT = "2022-09-10"
END = Period.parse(NIGHT, NIGHT).until
RETURNED = (
    "police", "vehicles", "mass", "on_post", "venues", "hazards", "drink_driving", "drunk_driving", "street_racing",
    "points", "sessions", "leaflets", "served", "requests",
)  # fmt: skip


def send(form: str, by: Warrant, **answers: object) -> str:
    id = str(uuid.uuid4())
    records.receive(SubmissionDraft(id, f"{PATROL}.{form}", PATROL, answers, "web"), by=by)
    return id


def duty(by: Warrant, place: str, number: str, police: int, told: str = "after") -> str:
    return send(
        "deployment", by, number=number, place=place, squad=f"示例{number}组", zone=f"{NIGHT}-{place[:6]}-1",
        kind="route", route="示例路", occurred_at=f"{NIGHT}T19:30:00+08:00", ends="2022-09-11T00:30:00+08:00",
        police=police, vehicles=2, mass=3, told=told,
    )  # fmt: skip


def returned(by: Warrant, place: str, **values: int) -> str:
    nothing = dict.fromkeys(RETURNED, 0)
    at = f"{NIGHT}T23:59:00+08:00"
    return send("night-return", by, unit=place[:6], place=place, occurred_at=at, **{**nothing, **values})


@pytest.fixture
def night(site: World) -> World:
    """二道 had squads of 8 and 9 on post, one of 50 still planned, and returned 17; 南关 had 5 and returned 6."""
    for account, rights, place in (
        (site.editor, ("fill", "review", "analyse"), JILIN),
        (site.clerk, ("fill", "analyse"), ERDAO),
        (site.other, ("fill", "analyse"), NANGUAN),
    ):
        for right in rights:
            accounts.grant(key=account.key, given=Grant(right, place, frozenset({PATROL})), by=None)  # type: ignore[arg-type]
    system = people.system_warrant(place=JILIN, program=PATROL)
    for place in (ERDAO, NANGUAN):
        send(
            "unit", system, code=place[:6], unit_name=f"示例{place[:6]}", place=place,
            occurred_at="2022-09-01T09:00:00+08:00",
        )  # fmt: skip
        send(
            "zone", system, night=NIGHT, place=place, number=1, zone_name="示例片区", leader="示例副局长",
            occurred_at=f"{NIGHT}T09:00:00+08:00",
        )  # fmt: skip
    duty(system, ERDAO, "1", 8)
    duty(system, ERDAO, "2", 9)
    duty(system, ERDAO, "3", 50, told="before")
    duty(system, NANGUAN, "4", 5)
    returned(warrant(site.clerk, ERDAO), ERDAO, police=17, vehicles=4, mass=6, on_post=17)
    returned(warrant(site.other, NANGUAN), NANGUAN, police=6, vehicles=2, mass=3, on_post=5)
    seal()
    return site


def warrant(account: Account, place: str, right: str = "fill") -> Warrant:
    return people.warrant(account.key, right, place=place, program=PATROL)  # type: ignore[arg-type]


def text_of(client: Client, url: str, **asked: str) -> str:
    answer = client.get(url, {"program": PATROL, "slot": NIGHT, **asked})
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def value(indicator: str, place: str = JILIN) -> object:
    query = Query(f"{PATROL}.{indicator}", PATROL, place, Period.parse(NIGHT, NIGHT))
    return figures.figure(query, scope=people.system_scope(place=JILIN)).value


def lines(client: Client, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/operations/", {"program": PATROL, "slot": NIGHT, "as": "csv", **asked})
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


def test_figures_count_who_was_on_post_and_never_what_was_returned(night: World) -> None:
    assert (value("police"), value("squads"), value("vehicles")) == (22, 3, 6)
    assert (value("police", ERDAO), value("police", NANGUAN)) == (17, 5)
    # The stock comes from the newest returns, and is another figure.
    assert (value("police-on-post"), value("police-on-post", NANGUAN)) == (22, 5)


def test_a_squad_counts_once_it_is_on_post_and_not_when_called_off(night: World) -> None:
    scope = people.system_scope(place=JILIN)
    planned = known.page(scope=scope, program=PATROL, lifecycle="deployment", state="planned", at=END)
    (line,) = planned.items
    with pytest.raises(Refusal, match="要写明理由"):
        cases.move(line.id, "cancel", {}, by=warrant(night.clerk, ERDAO))
    cases.move(line.id, "arrive", {"police": "48"}, by=warrant(night.clerk, ERDAO))
    seal()
    assert value("police") == 22 + 48
    cases.move(line.id, "stand-down", {}, by=warrant(night.clerk, ERDAO))
    seal()
    assert value("police") == 22 + 48


def test_what_differs_stands_beside_the_facts(night: World, enter: Enter) -> None:
    page = text_of(enter(night.editor), "/operations/")
    assert "应报 2，实报 2" in page
    assert "1 个单位与事实有差异" in page
    assert "差 +1" in page
    assert "事实 5" in page
    rows = lines(enter(night.editor))
    police = {row["单位"]: row for row in rows if row["指标"] == "出动警力"}
    assert [police[unit]["差"] for unit in ("示例220105", "示例220102")] == ["0", "1"]
    # Totals are those of the facts of the place itself: both counties, and the province.
    assert {(row["地点"], row["回报数"], row["事实算得"]) for row in rows if row["指标"] == "出动警力"} == {
        (ERDAO, "17", "17"), (NANGUAN, "6", "5"), ("220100000000", "23", "22"), (JILIN, "23", "22"),
    }  # fmt: skip
    # What nothing can be computed for is shown as it was returned.
    on_post = [row for row in rows if row["指标"] == "21 时在岗警力" and row["地点"] == ERDAO]
    assert [(row["回报数"], row["事实算得"]) for row in on_post] == [("17", "")]


def test_only_what_differs_can_be_asked_for(night: World, enter: Enter) -> None:
    page = text_of(enter(night.editor), "/operations/", only="differing")
    assert "示例220102" in page
    assert "示例220105" not in page


def test_zones_are_listed_with_their_squads(night: World, enter: Enter) -> None:
    page = text_of(enter(night.editor), "/operations/")
    assert page.count("示例副局长") == 2
    assert page.count("示例片区") == 2


def test_one_tap_approves_what_does_not_differ(night: World, enter: Enter) -> None:
    asked = {"program": PATROL, "place": JILIN, "slot": NIGHT, "topic": "nightly-return"}
    assert enter(night.clerk).post("/operations/approve/", asked).status_code in (403, 404)
    answer = enter(night.editor).post("/operations/approve/", asked, follow=True)
    assert "已审核通过 1 份" in answer.content.decode()
    states = {row["单位"]: row["审核"] for row in lines(enter(night.editor))}
    assert (states["示例220105"], states["示例220102"]) == ("审核通过", "待审核")


def test_a_return_is_reviewed_by_another_sent_back_and_filed_again(night: World) -> None:
    scope = people.system_scope(place=JILIN)
    accounts.grant(key=night.other.key, given=Grant("review", NANGUAN, frozenset({PATROL})), by=None)
    found = known.page(scope=scope, program=PATROL, lifecycle="return", at=END).items
    line = next(one for one in found if one.place == NANGUAN)
    with pytest.raises(Refusal, match="同一人"):
        cases.move(line.id, "approve", {}, by=warrant(night.other, NANGUAN, "review"))
    above = warrant(night.editor, JILIN, "review")
    with pytest.raises(Refusal, match="要写明理由"):
        cases.move(line.id, "send-back", {}, by=above)
    cases.move(line.id, "send-back", {}, by=above, reason="警力与事实相差一人")
    with pytest.raises(Refusal, match="现在“已退回”"):
        cases.move(line.id, "approve", {}, by=above)
    cases.move(line.id, "refile", {"correction": "已更正"}, by=warrant(night.other, NANGUAN))
    with pytest.raises(Refusal, match="同一人"):
        cases.move(line.id, "approve", {}, by=warrant(night.other, NANGUAN, "review"))
    case = cases.move(line.id, "approve", {}, by=above)
    assert (case.state, case.standing.round) == ("approved", 2)


def test_a_county_sees_its_own_return_alone(night: World, enter: Enter) -> None:
    page = text_of(enter(night.clerk), "/operations/")
    assert "示例220105" in page
    assert "示例220102" not in page
    assert {row["地点"] for row in lines(enter(night.clerk))} == {ERDAO}
    refused = enter(night.clerk).get("/operations/", {"program": PATROL, "slot": NIGHT, "place": JILIN})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('police = "police"', 'police = "no-such"', "figures.terms.unknown"),
        ('venues = "venues"', 'no_such = "venues"', "duty.rules.field"),
        ('register = "patrol-zone"', 'register = "no-such"', "duty.rules.register"),
        ('indicators = ["squads"', 'indicators = ["no-such"', "figures.terms.unknown"),
    ],
)
def test_a_return_is_held_against_what_exists(site: World, tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = shutil.copytree(installing.locate(PATROL), tmp_path / PATROL)
    rules = folder / "duty.toml"
    said = rules.read_text(encoding="utf-8")
    assert said.count(old) == 1
    rules.write_text(said.replace(old, new), encoding="utf-8")
    assert code in {problem.code for problem in installing.check(folder).problems}


def test_an_empty_return_comes_with_what_the_facts_say(night: World, enter: Enter) -> None:
    asked = {"program": PATROL, "slot": NIGHT, "unit": "220105", "place": ERDAO}
    answer = enter(night.clerk).get("/operations/file/", asked, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "逐项核对" in page
    assert 'name="a.police"' in page
    assert 'value="17"' in page
    other = enter(night.clerk).get("/operations/file/", {**asked, "unit": "220102"})
    assert other.status_code == 404
