"""A real site, served by ``yibiao serve`` from a folder of its own, and a real Chromium before it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.desk.world import PASSWORD

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Site:
    address: str
    data: Path
    world: dict[str, Any]

    def run(self, *words: str) -> Any:
        """The outcome of a command on the site's folder."""
        done = subprocess.run(
            [sys.executable, "-m", "yibiao.desk.cli", *words, "--data", str(self.data), "--json"],
            env=environment(self.data),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


def environment(data: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("YIBIAO_", "DATABASE_URL"))}
    source = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    settings = {"YIBIAO_DATA": str(data), "DJANGO_SETTINGS_MODULE": "yibiao.site.settings", "PYTHONPATH": source}
    return kept | settings | {"YIBIAO_LANGUAGE": "zh"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.prepare"],
        env=environment(data),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    port = _free_port()
    log = (data / "serve.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "yibiao.desk.cli", "serve", "--data", str(data), "--port", str(port)],
        env=environment(data),
        cwd=ROOT,
        stdout=log,
        stderr=log,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, server, data)
        yield Site(address, data, json.loads(made.stdout.splitlines()[-1]))
    finally:
        server.terminate()
        assert server.wait(timeout=20) == 0, (data / "serve.log").read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str, server: subprocess.Popen[bytes], data: Path) -> None:
    until = time.monotonic() + 40
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/icon.svg", timeout=2):  # noqa: S310 (our own address)
                return
        except OSError:
            assert server.poll() is None, (data / "serve.log").read_text()
            time.sleep(0.2)
    raise AssertionError(f"the site did not come up: {(data / 'serve.log').read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is missing; on Debian: apt-get install chromium"
    with sync_playwright() as play:
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
