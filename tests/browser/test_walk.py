"""The main job, from a filled form to a bulletin whose every number opens, as one person does it in a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, alive
from tests.desk.world import SAFETY

pytestmark = pytest.mark.browser
HAZARDS = f"{SAFETY}.hazards"
VISITS = f"{SAFETY}.leader-visits"


def key_figure(page: Page, indicator: str) -> int:
    return int(page.locator(f".key [data-indicator='{indicator}']").inner_text().split("\n")[0].rstrip("人次个 "))


def fill_inspection(page: Page, *, place: str, leaders: int) -> None:
    page.goto(f"/entry/{SAFETY}/inspection/")
    alive(page)
    picker = page.locator("[data-question='a.place'] input[role=combobox]")
    picker.fill(place)
    picker.press("Enter")
    expect(picker).to_have_value("二道区")
    page.check("input[name='a.inspector'][value=team]")
    expect(page.locator("[data-question='a.team']")).to_be_visible()
    page.check("input[name='a.inspector'][value=leader]")
    expect(page.locator("[data-question='a.team']")).to_be_hidden()
    page.check("input[name='a.manner'][value=open]")
    page.check("input[name='a.object_type'][value=county]")
    page.fill("input[name='a.object']", "220105000000")
    page.fill("input[name='a.object_name']", "示例二道")
    for number in range(leaders):
        page.click("[data-repeat=leaders] [data-add]")
        page.check(f"input[name='a.leaders.{number}.office'][value=head]")


def test_from_the_form_to_the_bulletin_and_back(site: Site, visit: Callable[..., Page]) -> None:
    board = visit("editor")
    board.goto(f"/board/?program={SAFETY}")
    alive(board)
    before = key_figure(board, VISITS)

    form = board.context.new_page()
    fill_inspection(form, place="edq", leaders=2)
    form.click("main form button[type=submit]")
    form.wait_for_url(re.compile(r"/records/[0-9a-f-]{36}/"))
    filed, record = time.monotonic(), form.url
    value = board.locator(f".key [data-indicator='{VISITS}']")
    expect(value).to_contain_text(str(before + 2), timeout=5_000)
    expect(board.locator(".newest a").first).to_have_attribute("href", re.compile(record.split("/records/")[1]))
    assert time.monotonic() - filed < 2

    correct(form, record, "漏记一人", add=1)
    expect(form.locator(".steps")).to_contain_text("漏记一人")
    expect(value).to_contain_text(str(before + 3), timeout=5_000)

    issued = issue(board)
    number = board.locator(f".cited[data-indicator='{VISITS}']")
    expect(number).to_have_text(f"{before + 3}人次")
    number.click()
    card = board.locator(f"#drawer [data-card='{VISITS}']")
    expect(card.locator(".figure-hero")).to_contain_text(str(before + 3))
    card.get_by_role("link", name="打开记录").click()
    row = board.locator(f"tr[data-fact='{record.rstrip('/').split('/')[-1]}']").first
    row.get_by_role("link", name="打开记录").click()
    expect(board.locator("h1")).to_have_text("督查检查记录")
    assert board.url.startswith(record)
    expect(board.locator("#proof")).to_contain_text("存证点")

    correct(form, record, "多记一人", remove=1)
    time.sleep(1)
    board.goto(issued)
    restated = board.locator("[data-restated]")
    expect(restated).to_contain_text(f"当时 {before + 3}")
    expect(restated).to_contain_text(f"现在 {before + 2}")
    restated.locator(f"a[href*='{record.rstrip('/').split('/')[-1]}']").click()
    expect(board.locator(".steps")).to_contain_text("多记一人")

    board.goto(issued)
    board.click("[hx-get$='/verify/']")
    expect(board.locator("[data-sound]")).to_have_attribute("data-sound", "true")
    shown = site.run("figure", "show", "leader-visits", "--program", SAFETY)
    assert int(shown["value"]) == before + 2
    assert site.run("ledger", "verify")["sound"]


def correct(page: Page, record: str, reason: str, *, add: int = 0, remove: int = 0) -> None:
    page.goto(record)
    page.get_by_role("link", name="更正").click()
    page.wait_for_selector("[data-entry]")
    alive(page)
    for _ in range(add):
        page.click("[data-repeat=leaders] [data-add]")
        page.locator("[data-repeat=leaders] [data-item]").last.locator("input[value=head]").check()
    for _ in range(remove):
        page.locator("[data-repeat=leaders] [data-remove]").last.click()
    page.fill("textarea[name=reason]", reason)
    page.click("main form button[type=submit]")
    page.wait_for_url(record)


def issue(page: Page) -> str:
    page.goto(f"/bulletins/?program={SAFETY}")
    page.get_by_role("button", name="起草通报").first.click()
    page.wait_for_url(re.compile(r"/edit/$"))
    alive(page)
    source = page.locator("[data-editor-source]")
    source.fill(source.input_value() + "\n\n另有{{ no-such | exact }}。")
    expect(page.locator("#preview .notice-bad")).to_contain_text("no-such")
    source.fill(source.input_value().replace("另有{{ no-such | exact }}。", "带队检查"))
    expect(page.locator("#preview .notice-good")).to_be_visible()
    picker = page.locator("#cite-indicator")
    picker.fill("带队")
    page.locator(".picker-list li").first.wait_for()
    picker.press("Enter")
    expect(page.locator("#cite-wording option")).not_to_have_count(0)
    expect(page.locator("#cite-wording")).to_contain_text("人次")
    source.press("Control+End")
    page.click("[data-editor-insert]")
    expect(source).to_have_value(re.compile(r"带队检查\{\{ leader-visits \| exact \}\}$"))
    source.fill(source.input_value().rsplit("\n\n", 1)[0])
    page.get_by_role("button", name="签发").click()
    page.wait_for_url(re.compile(r"/bulletins/[\w.-]+/$"))
    return page.url


def test_the_figure_card_by_keyboard(visit: Callable[..., Page]) -> None:
    page = visit("editor")
    page.goto(f"/board/?program={SAFETY}")
    alive(page)
    figure = page.locator(".key a.figure").first
    figure.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer [data-card]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(figure).to_be_focused()


def test_a_draft_survives_the_page(visit: Callable[..., Page]) -> None:
    page = visit("clerk")
    page.goto(f"/entry/{SAFETY}/inspection/")
    alive(page)
    page.fill("input[name='a.object_name']", "示例草稿")
    page.click("[data-repeat=hazards] [data-add]")
    page.fill("input[name='a.hazards.0.description']", "示例隐患")
    page.wait_for_timeout(800)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/board/")
    page.goto(f"/entry/{SAFETY}/inspection/")
    alive(page)
    page.get_by_role("button", name="接着填").click()
    expect(page.locator("input[name='a.object_name']")).to_have_value("示例草稿")
    expect(page.locator("input[name='a.hazards.0.description']")).to_have_value("示例隐患")


PAGES = (
    "/", "/board/", "/board/?screen=1", "/figures/", f"/figures/{SAFETY}/hazards/", f"/programs/{SAFETY}/",
    "/records/", "/bulletins/", "/inbox/", "/notices/", "/warnings/", "/draws/",
    "/entry/", f"/entry/{SAFETY}/inspection/", f"/upload/{SAFETY}/inspection/", "/registers/", "/registers/enterprise/",
    "/places/", "/ledger/", "/account/", "/api/docs", "/drafts/", f"/drafts/begin/?program={SAFETY}",
    "/drafts/aliases/",
)  # fmt: skip


@pytest.mark.parametrize(
    ("english", "width"),
    [
        (False, 390),
        (True, 1440),
        pytest.param(False, 1440, marks=pytest.mark.slow),
        pytest.param(True, 390, marks=pytest.mark.slow),
    ],
)
def test_every_page_fits_and_says_nothing_in_the_console(
    site: Site, visit: Callable[..., Page], width: int, english: bool
) -> None:
    page = visit("editor", width=width, english=english)
    draft = f"/drafts/{site.world['draft']}/"
    drafts = (draft, f"{draft}edit/", f"{draft}report/", f"{draft}values/", f"{draft}checks/1/")
    world = (f"/records/{site.world['inspection']}/", f"/bulletins/{site.world['bulletin']}/", *drafts)
    for address in (*PAGES, *world):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert address == "/api/docs" or page.locator("html").get_attribute("lang") == ("en" if english else "zh-CN")
        page.wait_for_load_state("networkidle") if address == "/api/docs" else page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


IN_SIGHT = """
(here) => {
  const [box, row] = [here, here.parentElement].map((one) => one.getBoundingClientRect());
  return box.left >= row.left - 1 && box.right <= row.right + 1;
}
"""


def test_a_phone_shows_where_one_is_and_a_notice_prints_by_itself(site: Site, visit: Callable[..., Page]) -> None:
    page = visit("editor", width=390, english=True)
    page.goto("/draws/")
    alive(page)
    assert page.locator(".subnav [aria-current]").evaluate(IN_SIGHT), "the last of a row longer than the phone"
    page.goto(f"/notices/{site.world['notice']}/")
    page.emulate_media(media="print")
    assert page.locator(".sheet").evaluate("(sheet) => getComputedStyle(sheet).page") == "sheet"
    assert page.locator(".page").evaluate("(whole) => getComputedStyle(whole).page") == "auto"
    expect(page.get_by_text("Receipts")).to_be_visible()
    expect(page.get_by_text("History")).to_be_hidden()
