"""One holiday's duty, from the roster to the figure, by keyboard and small forms alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, alive
from tests.desk.world import SAFETY

pytestmark = pytest.mark.browser


def register_unit(page: Page) -> None:
    page.goto(f"/entry/{SAFETY}/unit/")
    alive(page)
    page.fill("input[name='a.code']", "220105")
    page.fill("input[name='a.unit_name']", "示例二道值班室")
    page.check("input[name='a.level'][value=county]")
    picker = page.locator("[data-question='a.place'] input[role=combobox]")
    picker.fill("edq")
    picker.press("Enter")
    expect(picker).to_have_value("二道区")
    page.fill("input[name='a.occurred_at']", "2022-09-01T09:00")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/records/[0-9a-f-]{36}/"))


def enlist(page: Page, name: str, *, leads: bool) -> None:
    page.fill("#people input[name=name]", name)
    page.fill("#people input[name=title]", "示例")
    if leads:
        page.check("#people input[name=leads]")
    page.press("#people input[name=title]", "Enter")
    expect(page.locator("main")).to_contain_text("已列入值班人员名册")


def test_a_holidays_duty_from_the_roster_to_the_figure(site: Site, visit: Callable[..., Page]) -> None:
    page = visit("clerk")
    register_unit(page)
    page.goto(f"/duty/rosters/?program={SAFETY}")
    page.fill("input[name=until]", "2022-09-10")
    page.press("input[name=until]", "Enter")
    page.wait_for_url(re.compile(r"/duty/rosters/[0-9a-f-]{36}/"))
    expect(page.locator(".notice-bad")).to_contain_text("没有人值班")
    enlist(page, "示例局长", leads=True)
    enlist(page, "示例科员", leads=False)
    for row, person in (("带班领导", "示例局长"), ("值班员", "示例科员")):
        cell = page.locator("tr", has=page.locator(f"th:text-is('{row}')"))
        cell.locator("select[name=person]").select_option(label=person)
        cell.locator("button[value=assign]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("已排上")
    page.locator("button[value=file]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("已报备，质量分 100")
    for name in ("示例局长", "示例科员"):
        seat = page.locator(".seats li", has=page.locator(f"a:text-is('{name}')"))
        seat.locator("summary").press("Enter")
        seat.locator("button[value=arrive]").press("Enter")
        expect(page.locator("main")).to_contain_text("到岗已登记")
    figure = page.locator(".figure-hero")
    for _ in range(10):
        page.goto(f"/figures/{SAFETY}/duty-leaders/?place=220105000000")
        if "1" in figure.inner_text():
            break
        page.wait_for_timeout(1000)
    expect(figure).to_contain_text("1人次")
    page.goto("/duty/?at=2022-09-10T12:00")
    expect(page.locator(".crew")).to_contain_text("示例局长")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
