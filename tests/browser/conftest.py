"""A real site, served by ``yibiao serve`` from a folder of its own, and a real Chromium before it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.desk import served
from tests.desk.world import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def alive(page: Page) -> None:
    """Waits until every script of the page listens; a key pressed sooner is heard by nobody."""
    page.wait_for_selector("html[data-alive]")


@dataclass(frozen=True)
class Site:
    address: str
    data: Path
    world: dict[str, Any]

    def run(self, *words: str) -> Any:
        """The outcome of a command on the site's folder."""
        done = served.run(self.data, "yibiao.desk.cli", *words, "--data", str(self.data), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    made = served.run(data, "tests.browser.prepare")
    assert made.returncode == 0, made.stderr
    running = served.Served(data, served.free_port())
    yield Site(running.address, data, json.loads(made.stdout.splitlines()[-1]))
    running.stop()


@pytest.fixture(scope="session")
def play() -> Iterator[Playwright]:
    """One for all tests: a second one in the same process is refused."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(play: Playwright) -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is missing; on Debian: apt-get install chromium"
    chromium = play.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    )
    yield chromium
    chromium.close()


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a browser in which somebody has signed in. Anything that the console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def go(account: str, *, width: int = 1440, english: bool = False) -> Page:
        person = site.world[account]
        context = browser.new_context(
            viewport={"width": width, "height": 900}, base_url=site.address, locale="en" if english else "zh-CN"
        )
        if english:
            # What a browser asks for says nothing: English is what somebody chose.
            context.add_cookies([{"name": "django_language", "value": "en", "url": site.address}])
        context.set_default_timeout(10_000)
        contexts.append(context)
        context.on("console", heard)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        page.goto("/account/login/")
        page.fill("input[name=login]", person["username"])
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button.button-primary")
        page.wait_for_selector(".nav")
        return page

    yield go
    for context in contexts:
        context.close()
    assert not complaints, complaints
