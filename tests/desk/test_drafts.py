"""核稿 on its pages: taking drafts in, what their page shows and lets one do, its history, its report, and refusals."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document

from tests.desk.world import ERDAO, JILIN, NANGUAN, SAFETY, World, seal
from yibiao.bulletins import queries as bulletins
from yibiao.bulletins.types import LARGEST_FILE
from yibiao.people import queries as people
from yibiao.people.types import Account

Enter = Callable[[Account | None], Client]
# Of the desk's world: 2 leaders led inspections.
TEXT = "9月10日，各地发放资料2.8万余份。\n全省市、县领导带队检查安全生产5人次。\n"


def taken(client: Client, text: str = TEXT, **more: str) -> str:
    """The address of the page of a pasted draft."""
    answer = client.post(f"/drafts/begin/?program={SAFETY}", {"text": text, "place": JILIN, **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def docx(*lines: str) -> bytes:
    made, file = Document(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(file)
    return file.getvalue()


def key_of(page: str, surface: str) -> str:
    found = re.search(rf'data-key="([^"]*)"[^>]*aria-label="[^"]*“{re.escape(surface)}”', page)
    assert found, surface
    return found[1]


def test_the_list_shows_drafts_and_finds_them(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    nobody = enter(site.clerk).get(f"/drafts/?program={SAFETY}").content.decode()
    assert "送核需要审核权限" in nobody
    address = taken(client, title="节日通报")
    listed = client.get(f"/drafts/?program={SAFETY}").content.decode()
    assert address in listed
    assert "还没有保存过" in listed
    assert "示例稿" in listed
    client.post(f"{address}keep/")
    assert 'class="tally"' in client.get("/drafts/").content.decode()
    assert address in client.get("/drafts/?q=节日").content.decode()
    none = client.get("/drafts/?q=没有这份").content.decode()
    assert address not in none
    assert "没有符合条件的稿子" in none


def test_the_page_marks_every_numeral_and_says_what_is_wrong(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    page = client.get(taken(client)).content.decode()
    assert 'class="mark mark-green"' in page or 'class="mark mark-amber"' in page
    assert re.search(r'class="mark-other"[^>]*>9月10日<', page)
    wrong = re.search(r'class="mark mark-(\w+)"[^>]*aria-label="[^"]*“5人次”：不符"', page)
    assert wrong
    assert wrong[1] in ("amber", "red")
    assert f'href="/figures/{SAFETY}/leader-visits/?place={JILIN}' in page
    assert "#facts" in page
    assert 'role="button"' in page
    assert re.search(r'class="mark mark-grey"[^>]*aria-label="[^"]*“2.8万余份”', page)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("draft.txt", TEXT.encode()),
        ("draft.txt", TEXT.encode("gb18030")),
        ("draft.md", f"# 通报\n\n{TEXT}".encode()),
        ("draft.docx", docx(*TEXT.splitlines())),
    ],
    ids=["utf-8", "gb18030", "markdown", "docx"],
)
def test_each_kind_of_file_is_taken_in(site: World, enter: Enter, name: str, content: bytes) -> None:
    client = enter(site.editor)
    answer = client.post(
        f"/drafts/begin/?program={SAFETY}", {"file": SimpleUploadedFile(name, content), "place": JILIN}
    )
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"]).content.decode()
    assert "“5人次”" in page
    assert ("document.docx" in page) == name.endswith(".docx")
    if name.endswith(".docx"):
        got = client.get(f"{answer['Location']}document.docx")
        assert "attachment" in got["Content-Disposition"]
        assert any("带队检查" in one.text for one in Document(io.BytesIO(got.content)).paragraphs)


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 80_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("draft.docx", b"PK\x03\x04 broken", 422),
        ("draft.docx", bomb, 422),
        ("draft.exe", b"MZ", 422),
        ("draft.txt", "数".encode() * 300_000, 422),
        ("draft.txt", b"", 422),
    ],
    ids=["broken", "bomb", "kind", "too-long", "empty"],
)
def test_what_cannot_be_checked_is_refused_on_the_same_page(
    site: World, enter: Enter, name: str, content: bytes | Callable[[], bytes], status: int
) -> None:
    client, file = enter(site.editor), SimpleUploadedFile(name, content() if callable(content) else content)
    answer = client.post(f"/drafts/begin/?program={SAFETY}", {"file": file})
    assert answer.status_code == status
    page = answer.content.decode()
    assert "没有收下" in page
    assert "<form" in page
    assert bulletins.drafts(people.system_scope(place=JILIN, program=SAFETY), SAFETY).total == 1


def test_too_large_a_file_gets_a_clear_answer(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    file = SimpleUploadedFile("draft.txt", b"7" * (LARGEST_FILE + 1))
    answer = client.post(f"/drafts/begin/?program={SAFETY}", {"file": file})
    assert answer.status_code == 422
    assert "MB" in answer.content.decode()
    empty = client.post(f"/drafts/begin/?program={SAFETY}", {"text": "  "})
    assert empty.status_code == 422


def test_who_may_not_see_or_write_is_refused(site: World, enter: Enter) -> None:
    address = taken(enter(site.editor))
    clerk = enter(site.clerk)
    assert clerk.get(f"/drafts/begin/?program={SAFETY}&place={ERDAO}").status_code == 403
    for part in ("", "report/", "document.docx", "checks/1/"):
        assert clerk.get(f"{address}{part}").status_code == 404, part
    assert clerk.get(f"{address}edit/").status_code == 404
    for part in ("keep/", "decide/", "apply/", "values/", "preview/"):
        assert clerk.post(f"{address}{part}").status_code == 404, part
    assert address not in clerk.get(f"/drafts/?program={SAFETY}").content.decode()
    assert enter(None).get(address).status_code == 302
    assert enter(site.manager).get(address).status_code == 404
    outside = enter(site.editor).post(f"/drafts/begin/?program={SAFETY}", {"text": TEXT, "place": "110000000000"})
    assert outside.status_code in (403, 404)


def test_confirming_turns_a_wrong_number_red_and_undo_takes_it_back(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = taken(client)
    key = key_of(client.get(address).content.decode(), "5人次")
    confirmed = client.post(
        f"{address}decide/", {"key": key, "indicator": "leader-visits", "place": JILIN}, headers={"HX-Request": "true"}
    ).content.decode()
    assert re.search(r'class="mark mark-red"[^>]*“5人次”：不符', confirmed)
    assert "撤销" in confirmed
    assert "<html" not in confirmed
    undone = client.post(f"{address}decide/", {"key": key, "act": "release"}, headers={"HX-Request": "true"})
    assert not re.search(r'class="mark mark-red"', undone.content.decode())
    plain = client.post(f"{address}decide/", {"key": key, "indicator": "leader-visits"})
    assert plain.status_code == 302
    assert plain["Location"].startswith(f"{address}?claim=")


def test_a_rejected_indicator_is_not_proposed_again(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = taken(client)
    key = key_of(client.get(address).content.decode(), "5人次")
    client.post(f"{address}decide/", {"key": key, "reject": f"{SAFETY}.leader-visits|{JILIN}||"})
    card = client.get(address, {"claim": key}).content.decode()
    assert 'data-card-for="' in card
    assert f'value="{SAFETY}.leader-visits|' not in card
    wrong = client.post(f"{address}decide/", {"key": key, "indicator": "no-such"})
    assert wrong.status_code == 404


def test_a_true_wording_is_put_into_the_text_and_taken_out_again(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = taken(client)
    start = TEXT.index("5人次")
    shown = client.post(
        f"{address}apply/", {"key": "x", "start": start, "old": "5人次", "new": "2人次"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "已把“5人次”改为“2人次”" in shown
    assert re.search(r"“2人次”：相符", shown)
    moved = client.post(f"{address}apply/", {"key": "x", "start": start, "old": "5人次", "new": "2人次"})
    assert moved.status_code == 409
    client.post(f"{address}apply/", {"key": "x", "start": start, "old": "2人次", "new": "5人次", "act": "undo"})
    assert "“5人次”：不符" in client.get(address).content.decode()


def test_kept_checks_stay_as_they_were(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = taken(client)
    client.post(f"{address}keep/")
    client.post(f"{address}edit/", {"source": TEXT.replace("5人次", "2人次")})
    client.post(f"{address}keep/")
    page = client.get(address).content.decode()
    assert page.count("/checks/") >= 2
    first, second = (client.get(f"{address}checks/{number}/").content.decode() for number in (1, 2))
    assert "“5人次”：不符" in first
    assert "“2人次”：相符" in second
    assert "不再变化" in first
    assert 'name="choice"' not in first
    report = client.get(f"{address}report/?number=1").content.decode()
    assert "第 1 次核对" in report
    assert client.get(f"{address}checks/9/").status_code == 404
    assert client.get(f"{address}report/?number=9").status_code == 404


def test_the_report_lists_every_claim_with_its_verdict(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    report = client.get(f"{taken(client)}report/").content.decode()
    assert "data-print" in report
    row = re.search(r"<tr[^>]*data-claim[^>]*>(?:(?!</tr>).)*5人次(?:(?!</tr>).)*</tr>", report, re.S)
    assert row
    assert "不符" in row[0]
    assert "2 人次" in row[0]


def test_editing_marks_what_is_typed_and_stores_nothing(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = taken(client)
    typed = client.post(f"{address}preview/", {"source": "领导带队检查安全生产7人次。"}).content.decode()
    assert re.search(r'“7人次”：不符"[^>]*data-jump="10"', typed)
    assert "“5人次”" in client.get(address).content.decode()
    refused = client.post(f"{address}edit/", {"source": " "})
    assert refused.status_code == 422


def test_learned_phrasings_are_listed_and_withdrawn(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = taken(client, "全省共消除各类毛病5个。\n")
    key = key_of(client.get(address).content.decode(), "5个")
    client.post(f"{address}decide/", {"key": key, "indicator": "hazards", "place": JILIN})
    listed = client.get(f"/drafts/aliases/?program={SAFETY}").content.decode()
    found = re.search(r'data-alias="([^"]+)"', listed)
    assert found
    assert "毛病" in listed
    other = enter(site.clerk)
    assert other.post(f"/drafts/aliases/{found[1]}/withdraw/", {"program": SAFETY}).status_code == 403
    client.post(f"/drafts/aliases/{found[1]}/withdraw/", {"program": SAFETY})
    assert found[1] not in client.get(f"/drafts/aliases/?program={SAFETY}").content.decode()


def test_reported_values_stand_beside_todays_figure(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = taken(client)
    key = key_of(client.get(address).content.decode(), "5人次")
    assert "还没有确认过的数" in client.get(f"{address}values/").content.decode()
    client.post(f"{address}decide/", {"key": key, "indicator": "leader-visits", "place": JILIN})
    refused = client.post(f"{address}values/", {"key": key, "source": ""})
    assert refused.status_code == 422
    stored = client.post(f"{address}values/", {"key": key, "source": "示例报2022年第3期"})
    assert stored.status_code == 302
    seal()
    page = client.get(f"/figures/{SAFETY}/leader-visits/").content.decode()
    row = re.search(r"<tr data-reported=.*?</tr>", page, re.S)
    assert row
    assert "5人次" in row[0]
    assert "2 人次" in row[0]
    assert "示例报2022年第3期" in row[0]
    assert 'data-value="2"' in page
    number = re.search(r'data-reported="([^"]+)"', row[0])
    assert number
    sent = {"program": SAFETY, "indicator": "leader-visits"}
    assert enter(site.clerk).post(f"/drafts/values/{number[1]}/withdraw/", sent).status_code == 403
    back = enter(site.editor).post(f"/drafts/values/{number[1]}/withdraw/", sent)
    assert back.status_code == 302
    assert "data-reported" not in enter(site.editor).get(back["Location"]).content.decode()


def test_the_bulletin_editor_marks_what_is_typed_by_hand(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    begun = client.post("/bulletins/begin/", {"program": SAFETY, "place": JILIN, "template": f"{SAFETY}.main"})
    address = begun["Location"].removesuffix("edit/")
    source = "领导带队检查安全生产{{ leader-visits | exact }}，另派出检查组9个。"
    shown = client.post(f"{address}preview/", {"source": source}).content.decode()
    assert re.search(r'class="cited[^>]*data-indicator="holiday-safety.leader-visits"[^>]*>2人次<', shown)
    assert re.search(rf'class="mark mark-\w+"[^>]*data-jump="{source.index("9个")}" data-length="2"', shown)
    assert "个数是手写的" in shown
    cited = client.post(f"{address}preview/", {"source": "领导带队检查{{ leader-visits | exact }}。"}).content.decode()
    assert 'class="mark ' not in cited
    nought = client.post(f"{address}preview/", {"source": "派出检查组{{ teams | exact }}。"}).content.decode()
    assert re.search(r'class="cited cited-doubt mark-red"[^>]*>0个<', nought)


def test_the_api_gives_the_same_records(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    sent = client.post("/api/check", json.dumps({"text": TEXT}), content_type="application/json")
    assert sent.status_code == 200, sent.content
    found = sent.json()["records"]
    assert [one["num"] for one in found] == ["9", "2.8万", "5"]
    assert "verdict" not in found[0]
    assert "faults" not in sent.json()
    asked = {"text": f"{TEXT}的的。", "program": SAFETY, "lint": True}
    held = client.post("/api/check", json.dumps(asked), content_type="application/json").json()
    one = next(one for one in held["records"] if one["num"] == "5")
    assert (one["indicator"], one["verdict"], one["figure"]) == (f"{SAFETY}.leader-visits", "contradicted", 2)
    assert "doubled_char" in [one["type"] for one in held["faults"]]
    plain = client.post(f"/api/check?program={SAFETY}&place={JILIN}", TEXT, content_type="text/plain").json()
    assert next(one for one in plain["records"] if one["num"] == "5")["figure"] == 2


def test_the_api_refuses(site: World, enter: Enter) -> None:
    client = enter(site.editor)

    def sent(body: object, who: Client = client) -> int:
        text = body if isinstance(body, str) else json.dumps(body)
        return int(who.post("/api/check", text, content_type="application/json").status_code)

    assert sent({"text": TEXT}, Client()) == 401
    assert sent({"text": 3}) == 422
    assert sent("{") == 422
    assert sent({"text": TEXT, "program": "no-such"}) == 404
    assert sent({"text": TEXT, "more": 1}) == 422
    assert sent({"text": "7" * 6_000_000}) == 413
    assert sent({"text": TEXT, "program": SAFETY, "place": NANGUAN}, enter(site.clerk)) in (403, 404)
