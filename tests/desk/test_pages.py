"""Pages: what they show, how they refuse, and that nothing on them needs what the content policy forbids."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from tests.desk.world import ERDAO, JILIN, NANGUAN, PASSWORD, SAFETY, World, inspection, seal
from yibiao.figures import actions as counting
from yibiao.figures import store
from yibiao.figures.models import Segment
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.people.types import Account
from yibiao.records import actions as records
from yibiao.records import listing

Enter = Callable[[Account | None], Client]
PAGES = (
    "/", "/board/", "/board/?screen=1", "/figures/", f"/figures/{SAFETY}/hazards/", f"/programs/{SAFETY}/",
    "/records/", "/bulletins/", "/inbox/", "/notices/", "/warnings/", "/draws/",
    "/entry/", f"/entry/{SAFETY}/inspection/", "/registers/", "/registers/enterprise/", "/places/", "/ledger/",
    "/account/", "/api/docs", "/records/{inspection}/", "/bulletins/{bulletin}/", "/drafts/", "/drafts/{draft}/",
    "/drafts/{draft}/edit/", "/drafts/{draft}/report/", "/drafts/{draft}/values/", "/drafts/{draft}/checks/1/",
    f"/drafts/begin/?program={SAFETY}", "/drafts/aliases/", "/cases/", "/cases/new/", "/cases/{case}/",
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_a_page_runs_no_script_of_its_own(site: World, enter: Enter, address: str) -> None:
    answer = enter(site.editor).get(
        address.format(inspection=site.inspection, bulletin=site.bulletin, draft=site.draft, case=site.case)
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S):
        assert "src=" in attributes or "application/json" in attributes or not body.strip()
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


def test_the_board_shows_key_figures_that_open(site: World, enter: Enter) -> None:
    page = enter(site.editor).get(f"/board/?program={SAFETY}").content.decode()
    assert re.search(r'data-indicator="holiday-safety.leader-visits"[^>]*>2<', page)
    assert f'href="/figures/{SAFETY}/leader-visits/?place={JILIN}' in page
    assert f'data-place="{ERDAO}"' in page
    assert "说不出" in page or "应报 0" in page


def test_the_first_screen_asks_the_database_little(
    site: World, enter: Enter, django_assert_max_num_queries: Any
) -> None:
    for account in (site.editor, site.clerk):
        client = enter(account)
        with django_assert_max_num_queries(76):
            assert client.get(f"/?program={SAFETY}").status_code == 200


def test_the_live_part_follows_the_log(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    seal()
    before = client.get("/board/mark/").json()["checkpoint"]
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    records.receive(inspection(ERDAO, "示例二道", leaders=3), by=by)
    seal()
    assert client.get("/board/mark/").json()["checkpoint"] > before
    assert re.search(r'leader-visits"[^>]*>5<', client.get("/board/live/").content.decode())


def test_a_figure_as_of_an_older_checkpoint_says_what_changed_and_why(site: World, enter: Enter) -> None:
    client, then = enter(site.editor), ledger.checkpoint()
    assert then is not None
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    receipt = records.receive(inspection(ERDAO, "示例二道"), by=by)
    seal()
    page = client.get(f"/figures/{SAFETY}/leader-visits/?as_of={then.number}").content.decode()
    assert 'data-value="2"' in page
    assert f"/records/{receipt.id}/" in page
    assert re.search(r"现在 <a[^>]*>3<", page)


def test_facts_come_in_pages_and_as_a_file(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    part = client.get(f"/figures/{SAFETY}/leader-visits/facts/").content.decode()
    assert part.count("data-fact=") == 2
    assert "市、县党委和政府领导带队" in part
    taken = b"".join(client.get(f"/figures/{SAFETY}/leader-visits/facts/?as=csv").streaming_content).decode()  # type: ignore[arg-type]
    lines = taken.strip().splitlines()
    assert lines[0].startswith("\ufeff事实,版本,存证位置")
    assert len(lines) == 1 + part.count("data-fact=")
    assert site.inspection in taken
    rows, about = sheets(client.get(f"/figures/{SAFETY}/leader-visits/facts/?as=xlsx"))
    assert [row[0] for row in rows[1:]] == [line.split(",")[0] for line in lines[1:]]
    assert (dict(about)["行数"], dict(about)["数"]) == (2, "2人次")


def test_a_part_that_is_opened_by_itself_is_a_page(site: World, enter: Enter) -> None:
    """In another tab, or where no script runs."""
    client = enter(site.editor)
    for address in (f"/figures/{SAFETY}/leader-visits/facts/", "/ledger/verify/"):
        whole, part = client.get(address), client.get(address, headers={"HX-Request": "true"})
        assert b"<h1>" in whole.content
        assert b"desk.css" in whole.content
        assert b"<html" not in part.content
        assert "HX-Request" in part["Vary"], "the one is not kept for the other"


def test_a_ratio_says_its_two_figures_and_its_file_counts_both_again(site: World, enter: Enter) -> None:
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    draft = inspection(ERDAO, "示例二道", hazards=0)
    fixed, later = (
        {"description": "示例", "hazard_grade": "general", "disposal": how} for how in ("at-once", "by-deadline")
    )
    hazards = [fixed, fixed, later | {"deadline": "2022-09-20"}]
    where = {key: draft.answers[key] for key in ("place", "occurred_at")}
    team = {"code": "T1", "team_name": "示例组", "team_type": "office", **where}
    records.receive(draft._replace(id=str(uuid4()), form=f"{SAFETY}.team", answers=team), by=by)
    answers = {**draft.answers, "inspector": "team", "team": "T1", "hazards": hazards}
    records.receive(draft._replace(answers=answers), by=by)
    seal()
    client = enter(site.editor)
    page = client.get(f"/figures/{SAFETY}/hazards-rate/").content.decode()
    shown = Decimal(found[1]) if (found := re.search(r'data-value="([\d.]+)"', page)) else None
    parts = page.split("由这些数算出")[1].split("</dd>")[0]
    assert re.findall(rf'href="/figures/{SAFETY}/([\w-]+)/', parts) == ["hazards-closed", "hazards"], "as written"
    assert "发现主体" in page
    assert ">team<" not in page, "a choice has its label"
    taken = b"".join(client.get(f"/figures/{SAFETY}/hazards-rate/facts/?as=csv").streaming_content)  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(taken.decode("utf-8-sig"))))
    counted = dict.fromkeys(("已销号", "发现问题隐患"), Decimal(0))
    for row in rows:
        counted[row["组成部分"]] += Decimal(row["计入"])
    assert (counted["发现问题隐患"], len(rows)) == (3, 3 + counted["已销号"])
    assert shown == round(100 * counted["已销号"] / 3, 4)


def test_records_are_taken_away_as_seen_and_run_nothing(site: World, enter: Enter) -> None:
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    records.receive(inspection(ERDAO, "=1+1"), by=by)
    seen = f"/records/?program={SAFETY}&form=holiday-safety.inspection"
    text = b"".join(enter(site.clerk).get(f"{seen}&as=csv").streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    assert len(text.strip().splitlines()) == 3
    assert "'=1+1" in text
    assert "南关区" not in text
    heads, about = sheets(enter(site.clerk).get(f"{seen}&as=xlsx&text=no-such-word"))
    assert len(heads) == 1
    assert dict(about)["筛选条件"] == "专项：假期安全生产；表单：督查检查记录；查找：no-such-word"
    assert dict(about)["行数"] == 0


def test_a_long_list_of_records_goes_on_from_part_to_part(
    site: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST", 1)
    monkeypatch.setattr(listing, "LOOKED", 1)
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    ids = [records.receive(inspection(ERDAO, f"示例{n}"), by=by).id for n in range(3)]
    client, address = enter(site.clerk), f"/records/?program={SAFETY}&form=holiday-safety.inspection"
    shown = []
    while address:
        page = client.get(address).content.decode()
        shown += re.findall(r'href="/records/([0-9a-f-]{36})/"', page)
        further = re.search(r'href="([^"]*older=[^"]*)">更早的记录', page)
        assert ("1 条以上" in page) == (further is not None)
        address = unescape(further[1]) if further else ""
    assert shown[:3] == ids[::-1]
    assert len(shown) == len(set(shown)) == 4
    first = client.get(f"/records/?program={SAFETY}&text=示例0").content.decode()
    assert "以来收到的记录里没有符合条件的" in first
    assert client.get(f"/records/?program={SAFETY}&older=nonsense").status_code == 422


def sheets(answer: Any) -> list[list[list[Any]]]:
    """The rows of each sheet of a workbook that was taken away."""
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [[[cell.value for cell in row] for row in sheet] for sheet in book]


def test_a_record_shows_its_history_and_its_proof(site: World, enter: Enter) -> None:
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    draft = inspection(ERDAO, "示例二道", hazards=3)
    records.correct(site.inspection, draft.answers, reason="漏记一处", by=by)
    client = enter(site.clerk)
    waiting = client.get(f"/records/{site.inspection}/").content.decode()
    assert "一秒之内封存" in waiting
    assert client.get(f"/records/{site.inspection}/proof.json").json()["sealed"] is False
    seal()
    page = client.get(f"/records/{site.inspection}/").content.decode()
    assert "漏记一处" in page
    assert "<del>" in page
    proof = client.get(f"/records/{site.inspection}/proof.json").json()
    newest = ledger.checkpoint()
    assert newest is not None
    assert (proof["sealed"], proof["root"], proof["revision"]) == (True, newest.root, 2)


def test_the_editor_says_what_is_wrong_and_stores_nothing_else(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    begun = client.post("/bulletins/begin/", {"program": SAFETY, "place": JILIN, "template": f"{SAFETY}.main"})
    edit = begun["Location"]
    shown = client.post(f"{edit.removesuffix('edit/')}preview/", {"source": "共{{ no-such | exact }}。"})
    assert "no-such" in shown.content.decode()
    refused = client.post(edit, {"source": "共{{ hazards | 近 10 }}。", "title": "示例", "act": "issue"})
    assert refused.status_code == 422
    assert "还不能签发" in refused.content.decode()
    issued = client.post(edit, {"source": "共{{ hazards | exact }}。", "title": "示例", "act": "issue"})
    assert issued.status_code == 302
    page = client.get(issued["Location"]).content.decode()
    assert re.search(r'class="cited[^>]*data-indicator="holiday-safety.hazards"', page)
    assert 'data-sound="true"' not in page


def test_wordings_on_offer_are_true(site: World, enter: Enter) -> None:
    offered = enter(site.editor).get(f"/bulletins/{site.bulletin}/wordings/?cite-indicator=leader-visits")
    assert '<option value="exact">2人次' in offered.content.decode()


def test_places_are_found_by_name_initials_and_code(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    for text in ("二道", "edq", "220105"):
        found = client.get("/places/search/", {"q": text}).json()["items"]
        assert ERDAO in [one["code"] for one in found]
    within = enter(site.other).get("/places/search/", {"q": "二道", "program": SAFETY}).json()["items"]
    assert within == []


def test_a_refusal_is_a_page_a_fragment_or_json(site: World, enter: Enter) -> None:
    client = enter(site.clerk)
    address = f"/figures/{SAFETY}/hazards/?place={NANGUAN}"
    page = client.get(address)
    fragment = client.get(address, headers={"HX-Request": "true"})
    machine = client.get(address, headers={"Accept": "application/json"})
    assert page.status_code == fragment.status_code == machine.status_code == 403
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    said: dict[str, Any] = machine.json()["problems"][0]
    assert said["code"].startswith(("people.", "figures."))
    assert said["rule"]["zh"]
    assert said["rule"]["en"]


@pytest.mark.parametrize(
    "address",
    ["/figures/?from=2022-13-01", "/figures/?from=2022-09-12&until=2022-09-10", "/records/?page=x", "/places/?on=x",
     "/figures/?as_of=0x1"],
)  # fmt: skip
def test_a_wrong_address_is_answered_with_the_rule(site: World, enter: Enter, address: str) -> None:
    answer = enter(site.editor).get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_unknown_pages_and_checkpoints(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    assert client.get("/nowhere/").status_code == 404
    assert client.get("/figures/?as_of=99999").status_code == 404
    assert client.get("/?program=no-such").status_code == 404


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps it")
@pytest.mark.parametrize("address", ["/registers/enterprise/?after=%00", "/?place=a%00", "/cases/%00/"])
def test_a_nul_is_refused_where_the_database_does(site: World, enter: Enter, address: str) -> None:
    answer = enter(site.editor).get(address)
    assert answer.status_code == 400
    assert "desk.request.nul" in answer.content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps it")
def test_a_nul_in_a_form_is_refused_where_the_database_does(site: World, enter: Enter) -> None:
    answer = enter(site.editor).post(f"/notices/{site.notice}/withdraw/", {"reason": "示例\x00"})
    assert answer.status_code == 400
    assert "desk.request.nul" in answer.content.decode()


def test_large_type_is_kept_and_leads_nowhere_else(site: World, enter: Enter) -> None:
    client = enter(site.clerk)
    answer = client.post("/looks/", {"large": "1", "next": "https://example.org/"})
    assert answer["Location"] == "/"
    assert 'data-type="large"' in client.get("/board/").content.decode()


def test_two_languages(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    page = client.get("/board/").content.decode()
    assert '<html lang="en"' in page
    assert "Holiday work safety" in page


def test_the_api_takes_a_user_name_and_password(site: World) -> None:
    client = Client()
    client.defaults["HTTP_AUTHORIZATION"] = _basic(site.clerk.username, PASSWORD)
    answer = client.get(f"/api/figures/leader-visits?program={SAFETY}&place={ERDAO}")
    assert answer.status_code == 200
    assert (answer.json()["value"], answer.json()["facts"]) in (("1", 1), (1, 1))
    wrong = Client(headers={"Authorization": _basic(site.clerk.username, "no")})
    assert wrong.get("/api/checkpoint").status_code == 401


def test_the_api_says_which_part_cannot_be_read(site: World, enter: Enter) -> None:
    answer = enter(site.editor).get(f"/api/figures/hazards?program={SAFETY}&as_of=x")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["where"].endswith("as_of")


def _basic(username: str, password: str) -> str:
    import base64

    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("layer", "address", "kept"),
    [("open:hazard", "/cases/", "kind=hazard"), ("overdue:hazard", "/cases/", "pace=overdue")],
)
def test_the_map_shows_open_and_overdue_cases(site: World, enter: Enter, layer: str, address: str, kept: str) -> None:
    client = enter(site.editor)
    page = client.get(f"/board/?program={SAFETY}&indicator={layer}").content.decode()
    tile = re.search(rf'href="([^"]*)"[^>]*data-place="{ERDAO}"(.*?)</a>', page, re.S)
    assert tile is not None
    assert address in tile[1]
    assert kept in tile[1]
    shown = re.search(r'tile-value"[^>]*>([^<]*)<', tile[2])
    listed = client.get(tile[1].replace("&amp;", "&")).content.decode()
    assert shown is not None
    assert int(shown[1]) == len(set(re.findall(r'href="/cases/([0-9a-f-]{36})', listed))), "the list holds as many"


def test_the_layers_of_a_program_are_those_of_its_pack(site: World, enter: Enter) -> None:
    page = enter(site.editor).get(f"/board/?program={SAFETY}").content.decode()
    assert 'value="open:hazard"' in page
    assert 'value="owed:' in page


def test_what_a_recount_found_is_said_where_figures_are_read(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    figure = f"/figures/{SAFETY}/hazards/"

    def pages() -> list[str]:
        return [client.get(address).content.decode() for address in ("/ledger/", figure)]

    counting.follow()
    assert "还没有复核过" in pages()[0]
    assert counting.verify().sound
    assert ["复核时有" in page for page in pages()] == [False, False]
    assert "一致" in pages()[0]
    path = store.root() / Segment.objects.filter(history=False, rows__gt=0)[0].path
    kept = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    try:
        assert not counting.verify().sound
        assert ["复核时有 1 处与存证对不上" in page for page in pages()] == [True, True]
    finally:
        path.write_bytes(kept)
    assert counting.verify().sound
    assert ["复核时有" in page for page in pages()] == [False, False]
