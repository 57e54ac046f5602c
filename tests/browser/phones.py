"""Phones of the tests of the field app: a Chromium each that can be killed, a network that fails, and what one does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import CHROMIUM
from tests.browser.network import Network
from tests.desk import served
from tests.records.conftest import PASSWORD

PHOTO = ".question:has([name='/data/photo']) input[capture]"
SHOT = ".question:has([name='/data/finds/shot']) input[capture]"
SIGNED = ".question:has([name='/data/signed'])"


class Site:
    """A site with one small program, reached through a network that fails when it is told to."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.run("build")
        port = served.free_port()
        self.running = served.Served(data, port)
        self.network = Network(port)

    def run(self, word: str) -> Any:
        done = served.run(self.data, "tests.browser.prepare_field", word)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def records(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run("look")
        return found


class Phone:
    """A Chromium of its own, with a memory of its own: it can be killed and started again."""

    def __init__(self, play: Playwright, folder: Path, site: Site) -> None:
        self.play, self.folder, self.site = play, folder, site
        self.process: subprocess.Popen[bytes] | None = None
        self.browser: Browser | None = None

    def start(self, *more: str) -> Page:
        (self.folder / "DevToolsActivePort").unlink(missing_ok=True)
        words = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=zh-CN")
        own = ("--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank")
        self.process = subprocess.Popen(
            [str(CHROMIUM), *words, *more, *own],
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        told, until = self.folder / "DevToolsActivePort", time.monotonic() + 60
        while not (told.is_file() and told.read_text().strip()):
            assert time.monotonic() < until
            time.sleep(0.1)
        self.browser = self.play.chromium.connect_over_cdp(f"http://127.0.0.1:{told.read_text().splitlines()[0]}")
        page = self.browser.contexts[0].new_page()
        page.set_default_timeout(30_000)
        page.set_viewport_size({"width": 390, "height": 844})
        return page

    def kill(self) -> None:
        """No process gets a moment to tidy up."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


def sign_in(page: Page, site: Site, username: str = "erdao") -> None:
    page.goto(f"{site.network.address}/account/login/?next=/field/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.button-primary")
    expect(page.locator(".row-link strong", has_text="巡检记录").first).to_be_visible()
    expect(page.locator("[role=status].note")).to_have_count(0)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def tab(page: Page, name: str) -> None:
    page.locator(".tabs a", has_text=name).click()
    expect(page.locator(".top h1")).to_have_text(name)


def begin(page: Page) -> None:
    tab(page, "表单")
    page.locator(".row-link", has_text="巡检记录").first.click()
    expect(page.locator("form.or")).to_be_visible()


def choose(page: Page, label: str) -> None:
    page.locator(".option-wrapper > label:visible", has_text=label).click()


def answer(page: Page, measure: str, photo: str = "") -> None:
    expect(page.locator(".choose-chip")).to_contain_text("二道区")
    choose(page, "矿山")
    expect(page.locator(".option-wrapper > label:visible", has_text="市场")).to_have_count(0)
    choose(page, "煤矿")
    page.fill("input[name='/data/hazards']", "2")
    page.fill("input[name='/data/measure']", measure)
    page.locator(".add-repeat-btn").click()
    page.fill("input[name='/data/finds/what']", "示例隐患")
    if photo:
        page.set_input_files(PHOTO, photo)
        expect(page.locator(".attach-shown img")).to_be_visible()


def sign(page: Page) -> None:
    page.locator(SIGNED).get_by_role("button").click()
    box = page.locator(".sign-pad").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 160, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="完成").click()
    expect(page.locator(SIGNED).locator("img")).to_be_visible()


def finish(page: Page) -> None:
    page.get_by_role("button", name="填完，发送").click()
    expect(page.locator(".top h1")).to_have_text("发件箱")


def states(page: Page, name: str, count: int) -> None:
    expect(page.locator(f".item[data-state={name}]")).to_have_count(count, timeout=30_000)


def added(site: Site, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {one["id"] for one in before}
    return [one for one in site.records() if one["id"] not in known]
