"""值班 on pages: a roster made by forms alone, coverage and reminders, the zero that waits for one county, the feed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.desk.world import ERDAO, JILIN, NANGUAN, SAFETY, World
from yibiao.bulletins import actions as bulletins
from yibiao.core.periods import Period
from yibiao.desk import followers, labels
from yibiao.duty import actions, models, queries
from yibiao.duty.types import Placing, StaffDraft
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import actions as ledger
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import Account
from yibiao.records import actions as records
from yibiao.records.types import SubmissionDraft

Enter = Callable[[Account | None], Client]
UNITS = (("220105", ERDAO), ("220102", NANGUAN))
NOTHING = {"accidents": 0, "fires": 0, "disasters": 0, "others": 0}


def settle() -> None:
    while ledger.seal_all() is not None:
        followers.catch_up()


@pytest.fixture
def units(site: World) -> World:
    """Two counties that owe reports; 二道 filed all three days, 南关 all but the last."""
    by = people.system_warrant(place=JILIN, program=SAFETY)

    def send(form: str, **answers: object) -> None:
        records.receive(SubmissionDraft(str(uuid.uuid4()), f"{SAFETY}.{form}", SAFETY, answers, "web"), by=by)

    for code, place in UNITS:
        send(
            "unit", code=code, unit_name=f"示例{code}", level="county", place=place,
            occurred_at="2022-01-01T09:00:00+08:00",
        )  # fmt: skip
    for day in (10, 11, 12):
        for code, place in UNITS:
            if (code, day) != ("220102", 12):
                send("zero-report", unit=code, place=place, occurred_at=f"2022-09-{day}T16:00:00+08:00", **NOTHING)
    settle()
    return site


def text_of(client: Client, url: str, **asked: str) -> str:
    answer = client.get(url, asked)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def test_the_matrix_says_in_words_what_its_signs_say(units: World, enter: Enter) -> None:
    page = text_of(enter(units.editor), "/duty/coverage/", program=SAFETY)
    assert "应报 6，实报 5" in page
    assert page.count('class="owe owe-late"') == 5 + 1  # filed years later; once more in the legend
    assert page.count('class="owe owe-missing"') == 1 + 1
    assert len(re.findall(r'visually-hidden">缺报', page)) == 1
    own = text_of(enter(units.clerk), "/duty/coverage/", program=SAFETY)
    assert "示例220105" in own
    assert "示例220102" not in own


def test_a_reminder_is_one_tap_and_shows_that_it_was_sent(units: World, enter: Enter) -> None:
    client = enter(units.editor)
    page = text_of(client, "/duty/chasing/", program=SAFETY)
    assert "示例220102" in page
    assert "示例220105" not in page.split("还没到期")[0]
    asked = {"program": SAFETY, "place": JILIN, "topic": "daily-zero", "slot": "2022-09-12", "unit": "220102"}
    assert client.post("/duty/chasing/act/", {**asked, "act": "chase"}).status_code == 302
    assert client.post("/duty/chasing/act/", {**asked, "act": "chase_all"}).status_code == 302
    assert "已催 2 次" in text_of(client, "/duty/chasing/", program=SAFETY)
    refused = client.post("/duty/chasing/act/", {**asked, "act": "exempt", "reason": ""}, follow=True)
    assert "免报要写明原因" in refused.content.decode()
    assert enter(units.clerk).post("/duty/chasing/act/", {**asked, "act": "chase"}).status_code == 403


def test_in_english_periods_are_said_and_joined_in_english(units: World, enter: Enter) -> None:
    client = enter(units.editor)
    client.cookies["django_language"] = "en"
    assert "· 09-12 · Deadline" in text_of(client, "/", program=SAFETY, now="1"), "as the list of reminders says it"
    with translation.override("en"):
        assert labels.said(["a", "b"], {"a": "Coal"}) == "Coal, b"
    with translation.override("zh-hans"):
        assert labels.said(["a", "b"], {"a": "煤矿"}) == "煤矿、b"


def test_a_zero_with_one_county_missing_waits_for_its_nil(units: World, enter: Enter) -> None:
    program = packs.program(SAFETY)
    period = Period(program.window_from, program.window_until)
    by = people.warrant(units.editor.key, "review", place=JILIN, program=SAFETY)
    draft = bulletins.draft(f"{SAFETY}.main", SAFETY, place=JILIN, period=period, by=by)
    client = enter(units.editor)
    page = text_of(client, f"/bulletins/{draft.id}/edit/")
    assert "还不能作零报告" in page
    assert "示例220102 2022-09-12" in page
    chase = re.search(r'href="(/duty/chasing/[^"]*topic=daily-zero)"', page)
    assert chase, "the way to the reminder"
    assert "示例220102" in text_of(client, chase[1].replace("&amp;", "&"))
    assert "应报6份，实报5份，尚不能作零报告" in page
    other = enter(units.other)
    assert "签报零报告" in text_of(other, "/duty/chasing/", program=SAFETY)
    nil = {"program": SAFETY, "place": NANGUAN, "topic": "daily-zero", "slot": "2022-09-12", "unit": "220102"}
    assert enter(units.clerk).post("/duty/chasing/nil/", nil).status_code == 404
    assert other.post("/duty/chasing/nil/", nil).status_code == 302
    settle()
    page = text_of(client, f"/bulletins/{draft.id}/edit/")
    assert "未接到亡人火灾报告" in page
    assert "实报5份" not in page


def test_a_roster_is_made_filed_kept_and_handed_over_by_forms_alone(units: World, enter: Enter) -> None:
    client = enter(units.clerk)
    opened = client.post(
        "/duty/rosters/open/", {"program": SAFETY, "unit": "220105", "from": "2022-09-10", "until": "2022-09-11"}
    )
    url = opened.headers["Location"]
    act = f"{url}act/"

    def do(doing: str, **asked: str) -> str:
        return client.post(act, {"act": doing, **asked}, follow=True).content.decode()

    for name, leads in (("示例局长", "yes"), ("示例科员", ""), ("示例科长", "")):
        assert "已列入值班人员名册" in do("list", name=name, title="示例", leads=leads)
    people_of = {one.name: one.key for one in models.Staffer.objects.all()}
    first, second = (one.id for one in models.Shift.objects.order_by("begins_at"))
    refused = do("file")
    assert "没有人值班" in refused
    assert "没有带班领导" in refused
    for shift, officer in ((first, "示例科员"), (second, "示例科长")):
        assert "已排上" in do("assign", shift=shift, post="leader", person=people_of["示例局长"])
        assert "已排上" in do("assign", shift=shift, post="officer", person=people_of[officer])
    assert "不能带班" in do("assign", shift=first, post="leader", person=people_of["示例科员"])
    assert "已报备，质量分 100" in do("file")
    seats = {(one.shift_id, one.person.name): one.id for one in models.Assignment.objects.select_related("person")}
    assert "换班已申请" in do("ask_swap", seat=seats[first, "示例科员"], person=people_of["示例科长"], reason="有事")
    swap = models.Swap.objects.get().id
    do("accept_swap", swap=swap)
    assert client.post(act, {"act": "approve_swap", "swap": swap}).status_code == 403
    assert enter(units.editor).post(act, {"act": "approve_swap", "swap": swap}).status_code == 302
    for (shift, _), seat in seats.items():
        assert "到岗已登记" in do("arrive", seat=seat, at="2022-09-10T08:00" if shift == first else "2022-09-11T08:00")
    assert "已交班" in do("offer", shifts=f"{first}/{second}", person=people_of["示例局长"], items="跟踪雨情\n")
    handover = models.Handover.objects.get().id
    assert "已接班" in do("sign", handover=handover, person=people_of["示例科长"])
    settle()
    program = packs.program(SAFETY)
    query = Query(f"{SAFETY}.duty-leaders", SAFETY, ERDAO, Period(program.window_from, program.window_until))
    assert figures.figure(query, scope=people.scope(units.clerk.key, "analyse")).value == 2
    page = text_of(client, url)
    assert "跟踪雨情" in page
    assert "双方已签" in page
    thing = text_of(client, f"/duty/things/{seats[first, '示例科员']}/")
    assert [word for word in ("排班", "换班生效", "到岗", "离岗") if word in thing] == [
        "排班",
        "换班生效",
        "到岗",
        "离岗",
    ]
    assert "<dd>示例220105</dd>" in thing, "the unit is named, not numbered"
    assert "2022-09-10 08:00" in thing
    assert "2022-09-10T08:00" not in thing
    now = text_of(client, "/duty/", program=SAFETY, at="2022-09-11T10:00")
    assert "示例科长" in now
    assert enter(units.other).get(url).status_code == 404


def test_every_page_is_closed_to_visitors_but_the_calendar(units: World, enter: Enter) -> None:
    visitor = enter(None)
    for page in ("", "rosters/", "coverage/", "chasing/", "checks/"):
        assert visitor.get(f"/duty/{page}").status_code == 302
        text_of(enter(units.clerk), f"/duty/{page}", program=SAFETY)
    by = people.warrant(units.clerk.key, "fill", place=ERDAO, program=SAFETY)
    key = actions.add_staff(SAFETY, "220105", [StaffDraft("示例科员", "科员")], by=by)[0]
    secret = queries.calendar_token(key, scope=people.scope(units.clerk.key, "fill"))
    feed = visitor.get(f"/duty/calendar/{secret}.ics")
    assert feed.status_code == 200
    assert feed.headers["Content-Type"].startswith("text/calendar")
    assert feed.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert visitor.get(f"/duty/calendar/{secret[:-2]}xx.ics").status_code == 404


def test_spot_checks_are_drawn_and_noted(units: World, enter: Enter) -> None:
    client = enter(units.editor)
    asked = {"program": SAFETY, "place": JILIN}
    drawn = client.post(
        "/duty/checks/act/",
        {**asked, "act": "draw", "from": "2022-09-10T00:00", "until": "2022-09-12T20:00", "count": "4", "seed": "示例"},
        follow=True,
    )
    assert "已抽定 4 次查岗" in drawn.content.decode()
    one = models.SpotCheck.objects.order_by("planned_at").first()
    assert one is not None
    done = client.post(
        "/duty/checks/act/",
        {**asked, "id": one.id, "means": "phone", "verdict": "present", "seconds": "9"},
        follow=True,
    )
    assert "查岗结果已登记" in done.content.decode()
    shown = text_of(client, "/duty/checks/", program=SAFETY)
    assert "9 秒" in shown
    assert re.findall(r"<b>(\d+)</b>", shown) == ["1", "3"]
    assert text_of(client, "/duty/checks/", program=SAFETY, verdict="present").count('scope="row"') == 1
    assert text_of(client, "/duty/checks/", program=SAFETY, verdict="open").count('scope="row"') == 3
    assert 'scope="row"' not in text_of(client, "/duty/checks/", program=SAFETY, verdict="absent")


def test_who_is_on_duty_is_found_by_unit_or_name_and_folded(units: World, enter: Enter) -> None:
    by = people.warrant(units.editor.key, "fill", place=JILIN, program=SAFETY)
    window = Period(packs.program(SAFETY).window_from, packs.program(SAFETY).window_until)
    for unit, _ in UNITS:
        names = [f"示例{unit[-1]}-{number}" for number in range(5)]
        staff = actions.add_staff(SAFETY, unit, [StaffDraft(one, "示例岗", one.endswith("0")) for one in names], by=by)
        roster = actions.open_roster(SAFETY, unit, window, by=by)
        shift = queries.roster(roster, scope=people.scope(units.editor.key, "fill")).shifts[0]
        posts = ("leader", "officer", "officer", "officer", "officer")
        actions.assign(roster, [Placing(shift.id, who, at) for who, at in zip(staff, posts, strict=True)], by=by)
    client, asked = enter(units.editor), {"program": SAFETY, "at": shift.begins.strftime("%Y-%m-%dT%H:%M")}
    every = text_of(client, "/duty/", **asked)
    assert every.count('scope="row"') == 2
    assert every.count("还有 2 人") == 2, "the folded ones are counted, and in the page"
    assert "示例5-4" in every
    one = text_of(client, "/duty/", **asked, q="示例2-1")
    assert (one.count('scope="row"'), "示例2-4" in one, "示例5-4" in one) == (1, True, False)
    assert "没有符合条件的单位或人员" in text_of(client, "/duty/", **asked, q="无此人")


def test_sixty_units_for_thirty_days_are_read_in_as_many_queries_as_two(units: World, enter: Enter) -> None:
    """The number of queries does not grow with units or cells, and no page takes long."""
    client = enter(units.editor)
    asked = {"program": SAFETY, "from": "2022-09-01", "until": "2022-09-30"}
    pages = ("/duty/coverage/", "/duty/chasing/", "/duty/", "/duty/rosters/")
    few = {url: counted(client, url, asked) for url in pages}
    by = people.system_warrant(place=JILIN, program=SAFETY)
    drafts = [
        SubmissionDraft(
            str(uuid.uuid4()), f"{SAFETY}.unit", SAFETY,
            {"code": f"9{n:05d}", "unit_name": f"示例单位{n}", "level": "county", "place": ERDAO,
             "occurred_at": "2022-01-01T09:00:00+08:00"}, "web",
        )
        for n in range(58)
    ]  # fmt: skip
    records.receive_many(drafts, by=by)
    for url in pages:
        assert counted(client, url, asked) == few[url], url
        assert "示例单位5" in text_of(client, url, **asked)
    assert text_of(client, "/duty/coverage/", **asked).count("<td>") == 60 * 30


def counted(client: Client, url: str, asked: dict[str, str]) -> int:
    """How many queries a page takes."""
    text_of(client, url, **asked)
    with CaptureQueriesContext(connection) as queries_made:
        text_of(client, url, **asked)
    return len(queries_made)
