"""What a citizen and the desk see: the form, the receipt, the public list, the QR code, the merging of reports."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from tests.citizens.conftest import LAMP, PASSWORD, QUARTER, SHIWEI, World, reported, settle
from tests.records.test_photos import jpeg
from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.citizens import actions as citizens
from yibiao.citizens import models, queries
from yibiao.people.types import Account
from yibiao.records import attachments

FORM = f"/report/{SHIWEI}/"
DIGITS = "零一二三四五六七八九"


def asked(page: HttpResponse) -> dict[str, str]:
    """What a browser without scripts sends of a form besides what is typed."""
    text = unescape(page.content.decode())
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    one, other = re.search(r"验证：(.)加(.)等于几", text).groups()  # type: ignore[union-attr]
    return {"token": hidden["token"], "sum_challenge": hidden["sum_challenge"],
            "sum": str(DIGITS.index(one) + DIGITS.index(other))}  # fmt: skip


def send(client: Client, **given: Any) -> HttpResponse:
    page = client.get(FORM)
    return client.post(FORM, {**asked(page), "service": "repair", "description": LAMP, **given})


def desk(account: Account) -> Client:
    client = Client()
    client.post("/account/login/", {"login": account.username, "password": PASSWORD})
    return client


def move(client: Client, case: str, move: str, **given: str) -> HttpResponse:
    """A move as the page of the case sends it."""
    revision = re.search(r'name="expected" value="(\d+)"', said(client.get(f"/cases/{case}/")))
    expected = revision[1] if revision else "0"
    return client.post(f"/cases/{case}/move/", {"move": move, "expected": expected, **given})


def said(page: HttpResponse) -> str:
    return unescape(page.content.decode())


def test_a_report_with_a_photo_and_its_receipt(world: World) -> None:
    client = Client()
    answer = send(
        client, at_place=QUARTER, address="三单元二楼", name="示例·王女士", phone="13800000000",
        photos=SimpleUploadedFile("IMG_王女士家.jpg", jpeg()),
    )  # fmt: skip
    assert answer.status_code == 302, said(answer)
    assert "正在登记" in said(client.get(answer["Location"]))
    settle()
    page = client.get(answer["Location"])
    text = said(page)
    assert "待受理" in text
    assert "社区物业组（样例）" in text
    assert "王女士" not in text
    assert page["Referrer-Policy"] == "same-origin", "the link is hers alone"
    assert "no-store" in page["Cache-Control"]
    (ticket,) = models.Ticket.objects.all()
    (photo,) = attachments.of(ticket.record)
    assert photo.name == "photo-1.jpg"
    kept = attachments.path_of(photo.digest).read_bytes()
    assert kept != jpeg()
    assert len(kept) == len(jpeg())
    assert known.case(ticket.case, scope=world.all).place == QUARTER


def test_whoever_deals_with_a_report_sees_its_photo(world: World) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(drawn, "JPEG")
    send(Client(), photos=SimpleUploadedFile("a.jpg", drawn.getvalue()))
    settle()
    (ticket,) = models.Ticket.objects.all()
    clerk, address = desk(world.clerk), f"/records/{ticket.record}/files/photo-1.jpg/small"
    assert f'src="{address}"' in said(clerk.get(f"/cases/{ticket.case}/"))
    assert clerk.get(address).status_code == 200


def test_the_desk_deals_with_it_and_the_reporter_opens_it_again(world: World) -> None:
    report, taken = reported()
    mine, clerk = f"/report/follow/{report.token}/", desk(world.clerk)
    seen = said(clerk.get(f"/cases/{taken.case}/"))
    assert "反映人" in seen
    record = known.case(taken.case, scope=world.all).record
    assert said(clerk.get(f"/records/{record}/")).count("反映人") == 2
    assert "补充情况</strong>" not in seen, "the reporter's own moves are not the desk's"
    assert move(clerk, taken.case, "accept", service="repair", summary="楼道灯报修").status_code == 302
    first = {"unit": "示例物业", "promised_at": "2031-01-03T00:00"}
    assert move(clerk, taken.case, "dispatch", **first).status_code == 302
    client = Client()
    assert "2031-01-02" in said(client.get(mine))
    held = said(clerk.get(f"/cases/{taken.case}/"))
    assert "2031-01-02" in held
    assert "2031-01-03 00:00" not in held, "the desk is told the same day as the reporter"
    assert move(clerk, taken.case, "handle", answer="已换灯泡").status_code == 302
    assert move(clerk, taken.case, "visit", satisfied="yes").status_code == 302
    text = said(client.get(mine))
    assert "已换灯泡" in text
    assert "办结" in text
    assert client.post(mine, {"move": "rate", "rating": "good"}).status_code == 302
    assert client.post(mine, {"move": "reopen", "reason": ""}).status_code == 422
    assert "期限另定" not in text
    assert client.post(mine, {"move": "reopen", "reason": "又不亮了"}).status_code == 302
    text = said(client.get(mine))
    assert "第 2 轮" in text
    assert "期限另定" in text, "what was promised the first time is over"
    again = {"unit": "示例物业", "promised_at": "2031-05-06T00:00"}
    assert move(clerk, taken.case, "dispatch-again", **again).status_code == 302
    text = said(client.get(mine))
    assert ("期限另定" in text, "2031-05-05" in text) == (False, True)
    assert client.post(mine, {"move": "accept"}).status_code == 422


def test_the_public_reads_what_the_desk_wrote_and_nothing_else(world: World) -> None:
    _, taken = reported(address="三单元二楼", name="示例·王女士")
    listing = f"{FORM}list/"
    assert "还没有" in said(Client().get(listing)), "nothing is public before it was accepted"
    cases.move(taken.case, "accept", {"summary": "三单元楼道灯报修"}, by=world.by)
    text = said(Client().get(listing))
    assert "三单元楼道灯报修" in text
    for private in (LAMP, "二楼", "王女士", taken.record, taken.case):
        assert private not in text
    assert "三单元楼道灯报修" not in said(Client().get(f"/report/{SHIWEI}-none/list/"))


def test_what_is_refused_is_said_beside_its_question(world: World) -> None:
    client = Client()
    short = send(client, description="坏", name="示例")
    assert short.status_code == 422
    assert "请写清楚是什么事" in said(short)
    assert 'value="示例"' in said(short), "what was typed is kept"
    assert send(client, sum="99").status_code == 422
    assert "不是能收的类型" in said(send(client, photos=SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>")))
    assert "照片“a.jpg”太大" in said(send(client, photos=SimpleUploadedFile("a.jpg", b"\0" * (10 * 1024 * 1024 + 1))))
    four = [SimpleUploadedFile(f"{n}.jpg", jpeg()) for n in range(4)]
    assert "最多传 3 张" in said(send(client, photos=four))
    assert "不在" in said(send(client, at_place="220102000000"))
    assert send(client, website="http://example.com").status_code == 302
    assert not models.Ticket.objects.exists()
    closed = Client().get("/report/220102000000/")
    assert closed.status_code == 404
    assert "“南关区”还没有开通群众诉求。" in closed.content.decode()


def test_places_are_found_inside_the_place_only(world: World) -> None:
    found = Client().get(f"{FORM}places/", {"q": "示例"}).json()["items"]
    assert {one["code"] for one in found} == {SHIWEI, QUARTER}


def test_a_poster_for_each_place_of_ones_own(world: World) -> None:
    clerk, other = desk(world.clerk), desk(world.other)
    assert f"http://testserver/report/{QUARTER}/" in said(clerk.get(f"/reporting/{QUARTER}/"))
    assert "data:image/svg+xml" in said(clerk.get(f"/reporting/{SHIWEI}/"))
    assert other.get(f"/reporting/{QUARTER}/").status_code == 404
    assert "打印二维码" in said(clerk.get("/reporting/"))
    assert "打印二维码" not in said(other.get("/reporting/"))


def test_reports_of_one_thing_are_merged_and_taken_apart(world: World) -> None:
    first, lead = reported(latitude="43.8801", longitude="125.3502")
    second, twin = reported(description="三单元的楼道灯坏了，晚上看不见", latitude="43.8803", longitude="125.3503")
    _, elsewhere = reported(description="垃圾没有人清", service="sanitation")
    case = known.case(twin.case, scope=world.all)
    (suspect,) = known.suspicions(case, scope=world.all)
    assert suspect.id == lead.case
    assert suspect.likeness > 0.5
    assert suspect.metres is not None
    assert 15 < suspect.metres < 30
    clerk = desk(world.clerk)
    assert "可能是同一件事" in said(clerk.get(f"/cases/{twin.case}/"))
    for wrong in ("", twin.case, elsewhere.case[:-1], "no-such"):
        refused = move(clerk, twin.case, "merge", merged_into=wrong)
        assert refused.status_code == 422
    assert move(clerk, twin.case, "merge", merged_into=lead.case).status_code == 302
    assert known.merged_count(lead.case) == 1
    assert f"/cases/{twin.case}/" in said(clerk.get(f"/cases/{lead.case}/"))
    text = said(Client().get(f"/report/follow/{second.token}/"))
    assert "有人反映了同一件事" in text
    assert "另有 1 人反映了同一件事" in said(Client().get(f"/report/follow/{first.token}/"))
    # Neither reads what the other wrote.
    citizens.answer_back(first.token, "remark", {"remark": "五楼的也坏了"}, address="a")
    assert "五楼的也坏了" not in said(Client().get(f"/report/follow/{first.token}/"))
    text = said(Client().get(f"/report/follow/{second.token}/"))
    assert "五楼的也坏了" not in text
    assert LAMP not in text
    assert LAMP in said(Client().get(f"/report/follow/{first.token}/"))
    # Both stay reports, and what follows the first follows for both.
    assert models.Ticket.objects.count() == 3
    cases.move(lead.case, "dispatch", {}, by=world.by)
    assert queries.case_of(second.token) == queries.case_of(first.token)
    refused = move(clerk, lead.case, "merge", merged_into=elsewhere.case)
    assert refused.status_code == 409
    assert move(clerk, twin.case, "separate", reason="不是一件事").status_code == 302
    assert known.merged_count(lead.case) == 0
    assert queries.case_of(second.token) != queries.case_of(first.token)
    assert known.case(twin.case, scope=world.all).state == "accepted"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_in_both_languages(world: World, language: str) -> None:
    report, _ = reported()
    client = Client()
    client.cookies["django_language"] = language
    for address in (FORM, f"{FORM}?simple=1", f"{FORM}list/", f"/report/follow/{report.token}/"):
        text = said(client.get(address))
        assert ("随手拍" in text or "反映" in text) == (language == "zh-hans"), address
