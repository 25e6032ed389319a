"""A real browser for tests: pages, what they ask for, what they complain about, and the rules of accessibility.

A test that takes `page` or `phone` is a browser test. Where no Chromium is found it is skipped by name; with `CI=true`
that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# a test machine has no sandbox for root, and the browser's own errands would count as foreign requests
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 10_000


@dataclass
class Noise:
    """What the pages of one test did besides their work; both lists must be empty at its end."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def listen(self, page: Page, *, home: str) -> None:
        own = (f"{home}/", "data:", "blob:", "about:")
        page.on("request", lambda request: None if request.url.startswith(own) else self.foreign.append(request.url))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    # Playwright's driver is linked to libatomic, which no package of Python can bring
    if executable is None or find_library("atomic") is None:
        explain = "No Chromium is found that can be driven. Debian: apt-get install chromium libatomic1"
        pytest.fail(explain) if os.environ.get("CI") == "true" else pytest.skip(explain)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def noise() -> Noise:
    return Noise()


@pytest.fixture
def page(browser: Browser, live_server: Any, noise: Noise) -> Iterator[Page]:
    """A page on a desktop; paths are relative to the live server: `page.goto("/calendar/")`."""
    yield from _page(browser, live_server.url, noise, DESKTOP)


@pytest.fixture
def phone(browser: Browser, live_server: Any, noise: Noise) -> Iterator[Page]:
    """A page on a phone of 360 pixels."""
    yield from _page(browser, live_server.url, noise, PHONE)


def _page(browser: Browser, home: str, noise: Noise, size: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=home, viewport=size, locale="en-GB", timezone_id="Asia/Bangkok")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    noise.listen(page, home=home)
    yield page
    context.close()
    assert noise.foreign == [], "the portal asks no other host for anything"
    assert noise.errors == [], "a page raised an error in the browser"


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, Any], None]:
    """`sign_in(page, user)` gives the page the session of a person, without the form."""
    from django.conf import settings
    from django.test import Client

    def enter(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return enter


def axe(page: Page) -> None:
    """Assert that the page breaks no rule of accessibility that axe knows."""
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def fits(page: Page) -> None:
    """Assert that the page needs no sideways scrolling."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"{page.url} is {too_wide} pixels wider than the window"
