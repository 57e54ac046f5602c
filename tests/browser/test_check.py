"""The draft check in a browser: paste, see, walk by keys, confirm, word it truly, print; on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import alive
from tests.desk.world import SAFETY

pytestmark = pytest.mark.browser
TEXT = (
    "关于节日安全检查的通报\n\n9月10日，各地发放资料2.8万余份。全省市、县领导带队检查安全生产7人次，"
    "检查县（市、区）3个。\n检查中开展了的的宣传。"
)


def pasted(page: Page, text: str = TEXT) -> None:
    page.goto(f"/drafts/begin/?program={SAFETY}")
    page.fill("#text", text)
    page.get_by_role("button", name="开始核对").click()
    page.wait_for_url(re.compile(r"/drafts/[0-9a-f-]{36}/$"))
    alive(page)


def wrong(page: Page) -> str:
    """The claim that does not agree with the records, by its number."""
    mark = page.locator(".mark", has_text="7人次")
    expect(mark).to_have_class(re.compile("mark-(red|amber)"))
    return mark.get_attribute("data-claim") or ""


@pytest.mark.parametrize("width", [1440, 390])
def test_from_a_pasted_draft_to_a_printed_report(visit: Callable[..., Page], width: int) -> None:
    page = visit("editor", width=width)
    pasted(page)
    number = wrong(page)
    expect(page.locator(".mark-other", has_text="9月10日")).to_be_visible()
    expect(page.locator(".claim-list li[data-colour=fault]")).to_have_count(1)

    for _ in range(20):
        page.keyboard.press("j")
        if page.locator(".mark.is-chosen").get_attribute("data-claim") == number:
            break
    card = page.locator("#claim-card [data-card-for]")
    expect(card).to_be_visible()
    expect(card).to_contain_text("7人次")
    expect(page.locator(".mark.is-chosen")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(".mark.is-chosen")).not_to_have_text("7人次")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".mark.is-chosen")).to_have_text(re.compile("7人次"))

    page.locator("#claim-card [data-confirm]").click()
    expect(page.locator(".mark", has_text="7人次")).to_have_class(re.compile("mark-red"))
    expect(page.locator(".told")).to_contain_text("已确认")
    card.locator(".offers button", has_text="2人次").first.click()
    expect(page.locator(".mark", has_text="2人次")).to_have_class(re.compile("mark-green"))
    page.locator(".told button").click()
    expect(page.locator(".mark", has_text="7人次")).to_be_visible()
    card.locator("a.figure").click()
    expect(page.locator("#drawer [data-card]")).to_be_visible()
    page.keyboard.press("Escape")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="保存核对结果").click()
    expect(page.locator("#history tbody tr")).to_have_count(1)
    page.get_by_text("更多", exact=True).click()
    page.get_by_role("link", name="打印核对报告").click()
    expect(page.locator(".report tr[data-claim]", has_text="7人次")).to_contain_text("不符")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="打印").click()
    assert page.title() == "printed"
    page.emulate_media(media="print")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator(".report")).to_be_visible()


def test_the_filter_shows_one_colour_and_the_walk_keeps_to_it(visit: Callable[..., Page]) -> None:
    page = visit("editor")
    pasted(page)
    page.locator("[data-only=grey]").click()
    expect(page.locator(".claim-list li[data-colour=amber]:visible")).to_have_count(0)
    shown = page.locator(".claim-list li[data-colour=grey]:visible").count()
    assert shown >= 1
    for _ in range(shown + 1):
        page.keyboard.press("j")
        expect(page.locator(".mark.is-chosen")).to_have_class(re.compile("mark-grey"))
    page.locator("[data-only=fault]").click()
    page.locator("[data-go-fault]:visible").click()
    expect(page.locator(".fault.is-chosen")).to_have_text(re.compile("的"))


def test_the_marks_follow_the_typing(visit: Callable[..., Page]) -> None:
    page = visit("editor")
    pasted(page)
    page.goto(f"{page.url}edit/")
    alive(page)
    source = page.locator("[data-editor-source]")
    source.fill("全省市、县领导带队检查安全生产9人次。")
    mark = page.locator("#preview .mark", has_text="9人次")
    expect(mark).to_be_visible()
    mark.hover()
    expect(page.locator("#mark-tip")).to_be_visible()
    mark.click()
    expect(source).to_be_focused()
    picked = page.evaluate(
        "(() => { const t = document.querySelector('[data-editor-source]');"
        " return t.value.slice(t.selectionStart, t.selectionEnd) })()"
    )
    assert picked == "9人次"
    page.get_by_role("button", name="存为新的一稿").click()
    page.wait_for_url(re.compile(r"/drafts/[0-9a-f-]{36}/$"))
    expect(page.locator(".mark", has_text="9人次")).to_be_visible()


def test_a_typed_number_of_a_bulletin_becomes_a_citation(visit: Callable[..., Page]) -> None:
    page = visit("editor")
    page.goto(f"/bulletins/?program={SAFETY}")
    page.get_by_role("button", name="起草通报").first.click()
    page.wait_for_url(re.compile(r"/edit/$"))
    alive(page)
    source = page.locator("[data-editor-source]")
    source.fill("市、县领导带队检查安全生产9人次。")
    page.locator("#preview .mark", has_text="9人次").click()
    expect(page.locator("#cite-wording")).to_contain_text("人次")
    page.click("[data-editor-insert]")
    expect(source).to_have_value("市、县领导带队检查安全生产{{ leader-visits | exact }}。")
    expect(page.locator("#preview .cited")).to_be_visible()
    expect(page.locator("#preview .mark")).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/bulletins/")
