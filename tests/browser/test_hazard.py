"""One hazard, from the phone on which it was found to 销号 and into the bulletin, by two people."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import alive
from tests.desk.world import SAFETY

pytestmark = pytest.mark.browser
HAZARDS = f"{SAFETY}.hazards"


def submit(page: Page) -> str:
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/records/[0-9a-f-]{36}/"))
    return page.url


def pick(page: Page, question: str, typed: str, shown: str) -> None:
    """Types into a search and chooses the entry that is shown."""
    asked = page.locator(f"[data-question='{question}']")
    asked.locator("input[role=combobox]").fill(typed)
    asked.locator(".picker-list li", has_text=shown).first.click()
    expect(asked.locator("input[role=combobox]")).to_have_value(shown)


def act(page: Page, move: str, field: str, text: str) -> None:
    """Unfolds a move of the case's page and makes it."""
    form = page.locator(f"details.case-move:has(input[name=move][value={move}])")
    form.locator("summary").click()
    form.locator(f"[name={field}]").fill(text)
    form.locator("button[type=submit]").click()


def test_one_hazard_from_the_phone_to_closed_and_into_the_bulletin(visit: Callable[..., Page]) -> None:
    inspector = visit("editor", width=390)
    inspector.goto(f"/entry/{SAFETY}/team/")
    alive(inspector)
    inspector.fill("input[name='a.code']", "T09")
    inspector.fill("input[name='a.team_name']", "示例第九组")
    inspector.check("input[name='a.team_type'][value=office]")
    pick(inspector, "a.place", "edq", "二道区")
    submit(inspector)

    inspector.goto(f"/entry/{SAFETY}/inspection/")
    alive(inspector)
    pick(inspector, "a.place", "edq", "二道区")
    inspector.check("input[name='a.inspector'][value=team]")
    pick(inspector, "a.team", "第九", "示例第九组")
    inspector.check("input[name='a.manner'][value=covert]")
    inspector.check("input[name='a.object_type'][value=enterprise]")
    inspector.fill("input[name='a.object']", "91220101MA0000001X")
    inspector.fill("input[name='a.object_name']", "示例企业")
    inspector.click("[data-repeat=hazards] [data-add]")
    inspector.fill("[name='a.hazards.0.description']", "配电箱未闭合")
    inspector.check("input[name='a.hazards.0.hazard_grade'][value=general]")
    inspector.check("input[name='a.hazards.0.disposal'][value=at-once]")
    record = submit(inspector)
    link = inspector.get_by_role("link", name="配电箱未闭合")
    for _ in range(20):
        inspector.goto(record)
        if link.count():
            break
        time.sleep(0.5)
    link.click()
    case = inspector.url
    expect(inspector.locator("h1")).to_have_text("配电箱未闭合")
    expect(inspector.locator(".lead .tag").first).to_have_text("已交办")

    fixer = visit("clerk", width=390)
    fixer.goto(f"/cases/?program={SAFETY}&text=配电箱")
    fixer.get_by_role("link", name="配电箱未闭合").click()
    act(fixer, "claim", "evidence", "已换箱门，照片两张")
    expect(fixer.locator(".lead .tag").first).to_have_text("待复查")
    assert fixer.locator("input[name=move][value=pass]").count() == 0
    assert fixer.evaluate("document.documentElement.scrollWidth") <= 390

    inspector.goto(case)
    act(inspector, "pass", "check_note", "现场看过，合格")
    expect(inspector.locator(".lead .tag").first).to_have_text("已销号")
    expect(inspector.locator(".steps")).to_contain_text("已换箱门，照片两张")

    writer = visit("editor")
    time.sleep(1.5)
    writer.goto(f"/bulletins/?program={SAFETY}")
    writer.get_by_role("button", name="起草通报").first.click()
    writer.wait_for_url(re.compile(r"/edit/$"))
    alive(writer)
    writer.get_by_role("button", name="签发").click()
    writer.wait_for_url(re.compile(r"/bulletins/[\w.-]+/$"))
    number = writer.locator(f".cited[data-indicator='{HAZARDS}']")
    expect(number).to_have_text("1个")
    number.click()
    writer.locator(f"#drawer [data-card='{HAZARDS}']").get_by_role("link", name="打开记录").click()
    row = writer.locator(f"tr[data-fact='{case.rstrip('/').split('/')[-1]}']")
    row.get_by_role("link", name="打开记录").click()
    expect(writer.locator("h1")).to_have_text("配电箱未闭合")
    expect(writer.locator(".lead .tag").first).to_have_text("已销号")
