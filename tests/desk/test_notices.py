"""What people do with notices, warnings and their inbox on pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from lxml import etree

from tests.desk.world import ERDAO, JILIN, NANGUAN, SAFETY, World, seal
from yibiao.core.periods import SHANGHAI
from yibiao.notices import queries
from yibiao.people import actions as staff
from yibiao.people import queries as people
from yibiao.people.types import Account, Grant

Enter = Callable[[Account | None], Client]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_a_receiver_sees_signs_and_answers(site: World, enter: Enter) -> None:
    clerk = enter(site.clerk)
    day = page(clerk, "/")
    assert "示例通知" in day
    assert re.search(r"<b>1</b>\s*待我签收", day)
    assert re.search(r'class="box-count">\d+<', day), "the header says that something is unread"
    shown = page(clerk, f"/notices/{site.notice}/")
    assert f"/notices/{site.notice}/{site.receipt}/sign/" in shown
    assert "反馈办理情况" not in shown
    clerk.post(f"/notices/{site.notice}/{site.receipt}/read/")
    signed = clerk.post(f"/notices/{site.notice}/{site.receipt}/sign/", follow=True).content.decode()
    assert "已签收" in signed
    assert "反馈办理情况" in signed
    clerk.post(f"/notices/{site.notice}/{site.receipt}/answer/", {"text": "示例：已落实"})
    seen = page(enter(site.editor), f"/notices/{site.notice}/")
    assert "示例：已落实" in seen
    assert "0 家" in seen
    assert re.search(r"<b>0</b>\s*待我签收", page(clerk, "/"))


def test_who_serves_several_organisations_chooses_for_which_she_signs(site: World, enter: Enter) -> None:
    staff.add_organisation(code="ed2", name="示例二道二局", place=ERDAO)
    assert "以“示例二道局”的名义" in page(enter(site.clerk), f"/notices/{site.notice}/")
    second = staff.add_post(key=site.clerk.key, organisation="ed2", role="示例岗")
    for right in ("fill", "analyse"):
        staff.grant(key=site.clerk.key, given=Grant(right, ERDAO, frozenset({SAFETY})), by=None, post=second)
    elsewhere = staff.add_post(key=site.clerk.key, organisation="ng", role="示例岗")
    staff.grant(key=site.clerk.key, given=Grant("fill", NANGUAN, frozenset({SAFETY})), by=None, post=elsewhere)
    clerk, address = enter(site.clerk), f"/notices/{site.notice}/{site.receipt}"
    shown = page(clerk, f"/notices/{site.notice}/")
    assert re.findall(r'<option value="(\w+)">', shown) == ["ed", "ed2"]
    for foreign, code in (("jl", "people.organisation.not-own"), ("ng", "people.scope.outside")):
        refused = clerk.post(f"{address}/sign/", {"organisation": foreign})
        assert refused.status_code == 403
        assert code in refused.content.decode()
    clerk.post(f"{address}/sign/", {"organisation": "ed2"})
    clerk.post(f"{address}/answer/", {"organisation": "ed", "text": "示例：已落实"})
    steps = queries.history(site.notice, scope=people.scope(site.clerk.key, "fill"))
    assert [(one.move, one.organisation) for one in steps[-2:]] == [("signed", "ed2"), ("answered", "ed")]
    seen = page(enter(site.editor), f"/notices/{site.notice}/")
    assert "示例乙 · 示例二道二局" in seen


def test_a_refusal_stands_on_the_page(site: World, enter: Enter) -> None:
    clerk = enter(site.clerk)
    clerk.post(f"/notices/{site.notice}/{site.receipt}/sign/")
    again = clerk.post(f"/notices/{site.notice}/{site.receipt}/sign/")
    assert again.status_code == 409
    assert "notices.receipt.signed" in again.content.decode()


def test_issuing_from_the_form_with_an_attachment(site: World, enter: Enter) -> None:
    editor = enter(site.editor)
    form = page(editor, f"/notices/new/?program={SAFETY}")
    assert "长春市" in form
    sent = {
        "program": SAFETY, "kind": "notice", "number": "示安办〔2022〕2号", "title": "示例第二份", "text": "示例\n正文",
        "places": ["220100000000"], "occasion": "mid-autumn",
        "attachments": SimpleUploadedFile("示例附件.txt", "示例内容".encode()),
    }  # fmt: skip
    answer = editor.post(f"/notices/new/?program={SAFETY}", sent)
    assert answer.status_code == 302, answer.content.decode()
    shown = page(editor, answer["Location"])
    assert "示例附件.txt" in shown
    found = re.search(r'href="(/notices/[^"]+/files/[0-9a-f]{64}/)"', shown)
    assert found
    file = editor.get(found[1])
    assert file.content.decode() == "示例内容"
    assert file["Content-Disposition"].startswith("attachment")
    wrong = editor.post(f"/notices/new/?program={SAFETY}", {**sent, "attachments": "", "number": "2号", "places": []})
    assert wrong.status_code == 422
    body = wrong.content.decode()
    assert "notices.number.shape" in body
    assert "notices.receivers.none" in body
    assert "示例第二份" in body, "what was typed is still there"


def test_reminding_and_withdrawing(site: World, enter: Enter) -> None:
    editor, clerk = enter(site.editor), enter(site.clerk)
    assert "已催签 1 个单位" in editor.post(f"/notices/{site.notice}/remind/", follow=True).content.decode()
    too_soon = editor.post(f"/notices/{site.notice}/remind/")
    assert too_soon.status_code == 409
    seal()
    assert "催签：示例通知" in page(clerk, "/inbox/")
    editor.post(f"/notices/{site.notice}/withdraw/", {"reason": "示例：印错了"})
    assert "示例：印错了" in page(clerk, f"/notices/{site.notice}/")
    assert clerk.post(f"/notices/{site.notice}/{site.receipt}/sign/").status_code == 409


def test_the_inbox_opens_what_it_is_about(site: World, enter: Enter) -> None:
    clerk = enter(site.clerk)
    held = queries.inbox(site.clerk.key)
    about = {one.about: one for one in held.items}
    assert set(about) == {"notice", "warning"}
    opened = clerk.post(f"/inbox/{about['notice'].id}/")
    assert opened["Location"] == f"/notices/{site.notice}/"
    assert queries.inbox(site.clerk.key).unread == held.unread - 1
    assert enter(site.other).post(f"/inbox/{about['notice'].id}/").status_code == 404
    clerk.post("/inbox/read/")
    assert queries.unread_count(site.clerk.key) == 0
    bad = clerk.post("/inbox/addresses/", {"email": "nobody"})
    assert bad.status_code == 422
    clerk.post("/inbox/addresses/", {"email": "erdao@yibiao.example", "sms": "", "wechat": ""})
    assert 'value="erdao@yibiao.example"' in page(clerk, "/inbox/")
    assert "erdao@yibiao.example" not in page(enter(site.other), "/inbox/")


def test_warnings_from_the_form_to_the_feed(site: World, enter: Enter) -> None:
    editor, visitor = enter(site.editor), enter(None)
    expires = (timezone.now() + timedelta(hours=5)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    sent = {
        "program": SAFETY, "status": "Exercise", "severity": "Extreme", "event": "示例", "expires": expires,
        "headline": "示例演练", "description": "示例说明", "areas": [ERDAO], "category": "Met", "urgency": "Expected",
        "certainty": "Likely", "scope": "Public",
    }  # fmt: skip
    answer = editor.post("/warnings/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    drilled = page(editor, answer["Location"])
    assert "演练" in drilled
    assert "Message(" not in drilled
    feed = etree.fromstring(visitor.get("/warnings/feed.atom").content)
    titles = [one.text for one in feed.iter("{*}title")]
    assert "示例预警" in titles
    assert "示例演练" not in titles
    link = next(one.get("href") for one in feed.iter("{*}link") if one.get("rel") == "alternate")
    document = etree.fromstring(visitor.get(link).content)
    assert document.findtext("{*}identifier") == site.cap
    drill = queries.messages(answer["Location"].split("/")[2], scope=people.scope(site.editor.key, "review"))[0]
    assert visitor.get(f"/warnings/cap/{drill.alert.identifier}.xml").status_code == 404
    assert editor.post("/warnings/new/", {**sent, "headline": ""}).status_code == 422
    over = editor.post(f"/warnings/{site.warning}/cancel/", {"reason": "示例：已经结束"}, follow=True).content.decode()
    assert "已解除" in over


def test_a_warning_stands_at_the_top_of_the_day_where_it_holds(site: World, enter: Enter) -> None:
    address = f"/?program={SAFETY}&at=now"
    assert "示例预警" in page(enter(site.clerk), address)
    assert "示例预警" not in page(enter(site.other), address)
    assert "示例预警" in page(enter(site.editor), f"{address}&place={JILIN}")


def test_my_day_in_english(site: World, enter: Enter) -> None:
    clerk = enter(site.clerk)
    clerk.post("/i18n/setlang/", {"language": "en", "next": "/"})
    shown = page(clerk, "/")
    assert "For me to sign" in shown
    assert "待我签收" not in shown
