"""One report on a phone, from the printed code to the answer and open again; and the same without scripts."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.citizens.conftest import PASSWORD, QUARTER, SHIWEI
from tests.desk import served

pytestmark = pytest.mark.browser
DIGITS = "零一二三四五六七八九"
# One red pixel.
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("citizens")
    made = served.run(data, "tests.browser.prepare_citizens")
    assert made.returncode == 0, made.stderr
    running = served.Served(data, served.free_port())
    yield Site(running.address, data, {})
    running.stop()


@pytest.fixture
def phone(community: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def go(*, scripts: bool = True, width: int = 390) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, base_url=community.address, locale="zh-CN",
            java_script_enabled=scripts, geolocation={"latitude": 43.8801, "longitude": 125.3502},
            permissions=["geolocation"],
        )  # fmt: skip
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield go
    for context in contexts:
        context.close()


def in_form(page: Page, move: str, **given: str) -> None:
    form = page.locator(f"details.case-move:has(input[name=move][value={move}])")
    form.locator("summary").click()
    for name, value in given.items():
        field = form.locator(f"[name={name}]")
        if field.first.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.first.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value={value}]").check()
        else:
            field.fill(value)
    form.locator("button[type=submit]").click()


def until(page: Page, text: str) -> None:
    """A case is opened within a second or two: look until it is there."""
    for _ in range(30):
        if text in page.content():
            return
        time.sleep(0.5)
        page.reload()
    expect(page.locator("body")).to_contain_text(text)


def test_from_the_printed_code_to_the_answer_and_open_again(phone: Callable[..., Page]) -> None:
    citizen, clerk = phone(), phone(width=1440)
    clerk.goto("/account/login/")
    clerk.fill("input[name=login]", "shequ")
    clerk.fill("input[name=password]", PASSWORD)
    clerk.click("main form button.button-primary")
    clerk.goto(f"/reporting/{SHIWEI}/")
    address = clerk.locator(".poster-address").inner_text()

    citizen.goto(address)
    assert citizen.evaluate("document.documentElement.scrollWidth") <= 390
    small = "all => all.filter(one => one.offsetHeight && one.offsetHeight < 44).map(one => one.outerHTML)"
    assert citizen.eval_on_selector_all(".citizen form button, .citizen form input:not([type=radio])", small) == []
    citizen.locator(".report-kind", has_text="房屋和公共设施维修").click()
    citizen.fill("#description", "三单元楼道灯坏了")
    citizen.set_input_files("#photos", {"name": "lamp.png", "mimeType": "image/png", "buffer": PHOTO})
    expect(citizen.locator("[data-photos] img")).to_have_count(1)
    citizen.locator("input[role=combobox]").fill("示例小区")
    citizen.locator(".picker-list li", has_text="示例小区").click()
    citizen.click("[data-locate]")
    expect(citizen.locator("[data-position] output")).to_have_text("已取位置")
    citizen.click(".report-send")
    citizen.wait_for_url(re.compile(r"/report/follow/[\w-]{32}/"))
    until(citizen, "待受理")
    assert citizen.evaluate("document.documentElement.scrollWidth") <= 390

    clerk.goto("/cases/?program=community-desk&kind=report")
    clerk.get_by_role("link", name="三单元楼道灯坏了").click()
    expect(clerk.locator("body")).to_contain_text("43.8801 125.3502")
    in_form(clerk, "dispatch", unit="示例物业")
    in_form(clerk, "handle", answer="已换灯泡")
    in_form(clerk, "visit", satisfied="yes")
    citizen.reload()
    expect(citizen.locator("dl.facts")).to_contain_text("已换灯泡")
    expect(citizen.locator(".report-way [aria-current=step]")).to_contain_text("办结")
    citizen.locator(".choice", has_text="很满意").click()
    citizen.get_by_role("button", name="提交评价").click()
    citizen.locator("summary", has_text="没有解决").click()
    citizen.fill("#reason", "晚上又不亮了")
    citizen.get_by_role("button", name="重新打开").click()
    expect(citizen.locator(".report-state")).to_contain_text("第 2 轮")
    clerk.reload()
    expect(clerk.locator(".steps")).to_contain_text("晚上又不亮了")
    clerk.get_by_role("link", name="打开立项的填报记录").click()
    expect(clerk.locator("body")).to_contain_text("photo-1.jpg")


def test_without_scripts_a_sum_is_asked(phone: Callable[..., Page]) -> None:
    citizen = phone(scripts=False)
    citizen.goto(f"/report/{QUARTER}/")
    citizen.check("input[name=service][value=noise]")
    citizen.fill("#description", "夜里施工吵得睡不着")
    one, other = re.search(r"(.)加(.)等于", citizen.locator("label[for=sum]").inner_text()).groups()  # type: ignore[union-attr]
    citizen.fill("#sum", str(DIGITS.index(one) + DIGITS.index(other)))
    citizen.click(".report-send")
    citizen.wait_for_url(re.compile(r"/report/follow/[\w-]{32}/"))
    until(citizen, "待受理")
