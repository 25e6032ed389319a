"""A window of the browser in a person's hands; every page that opens is looked at: size, weight, accessibility."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
from django.contrib.staticfiles import finders

from tests.browser import axe, fits
from tests.journeys.story import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Response

FIRST_KB, LATER_KB = 60, 25


@cache
def packed(name: str) -> int:
    """The weight of a static file as production serves it."""
    file = finders.find(name)
    assert isinstance(file, str), name
    return len(brotli.compress(Path(file).read_bytes()))


class Screen:
    """`follow` clicks a link, `press` a button, `fill` a field by its name; each waits for the page that comes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.weights: dict[str, int] = {}  # of every page, for the message of a failure
        self._came: list[Response] = []
        self._kept: set[str] = set()
        self._seen: set[str] = set()
        page.on("response", lambda response: self._came.append(response))

    # --- hands ------------------------------------------------------------------------------------

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def follow(self, words: str) -> None:
        exact = self.page.get_by_role("link", name=words, exact=True)
        self._click(exact if exact.count() else self.page.get_by_role("link", name=words))

    def press(self, words: str) -> None:
        self._click(self.page.get_by_role("button", name=words, exact=True))

    def unfold(self, words: str) -> None:
        self.page.locator("summary", has_text=words).first.click()

    def fill(self, **fields: Any) -> None:
        for name, value in fields.items():
            field = self.page.locator(f"main [name='{name}']")
            folded = self.page.locator("details:not([open])", has=self.page.locator(f"[name='{name}']")).locator(
                "summary"
            )
            if folded.count():  # a person would open it first
                folded.click()
            kind = field.first.evaluate("field => field.type")
            if kind == "radio":
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            elif kind == "file":
                field.set_input_files(value)
            elif kind.startswith("select"):
                field.select_option(value)
            else:
                field.fill(value)

    def send_by_enter(self, name: str) -> None:
        """Send a form as people do who do not use a mouse."""
        with self.page.expect_navigation():
            self.page.locator(f"main [name='{name}']").press("Enter")
        self.look()

    def sign_in(self, name: str) -> None:
        """As somebody else: the window forgets who sat here, and the form is sent by Enter."""
        self.page.context.clear_cookies()
        self.open("/account/login/")
        self.fill(login=name, password=PASSWORD)
        self.send_by_enter("password")

    # --- eyes -------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def row(self, words: str) -> str:
        return " ".join(self.page.locator("main tr", has_text=words).first.inner_text().split())

    def look(self) -> None:
        """Weigh what came; a page that was not seen yet is asked for its width and its accessibility."""
        self._weigh()
        kind = re.sub(r"\d+", "1", self.path) + " ".join(self.page.locator("h2").all_inner_texts())
        if kind not in self._seen:
            self._seen.add(kind)
            fits(self.page)
            axe(self.page)

    def _weigh(self) -> None:
        """What a visitor's line carries: the page as it is, its files packed as production serves them, each once."""
        self.page.wait_for_load_state("load")
        came, self._came = self._came, []
        weight = 0
        for response in came:
            path = urlsplit(response.url).path
            if response.status == 200 and "text/html" in response.headers.get("content-type", ""):
                weight += int(response.headers["content-length"])
            elif path.startswith("/static/") and path not in self._kept:
                self._kept.add(path)
                weight += packed(path.removeprefix("/static/"))
        first = not self.weights
        self.weights[f"{len(self.weights) + 1} {self.path}"] = weight
        limit = (FIRST_KB if first else LATER_KB) * 1000
        assert weight <= limit, f"{self.path} weighs {weight} bytes, allowed are {limit}: {self.weights}"

    def _click(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.first.click()
        self.look()
