"""Looking with a browser: what scripts keep, whom pages ask, how the question looks. Needs the extra ``browser``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.utils.http import http_date

from onvif_privacy.cookies.services.auditing.asking import settings_path
from onvif_privacy.cookies.services.auditing.facts import Held, Kind, Measured, Page, Unseen
from onvif_privacy.cookies.services.auditing.measuring import ACCEPT, BAR, DECLINE, LOOK, MEASURE, prominence
from onvif_privacy.cookies.services.declared import COOKIE
from onvif_privacy.cookies.services.set_cookie import SetCookie
from onvif_privacy.core.crawling import inside

MILLISECONDS = 20_000
WINDOW = {"width": 1280, "height": 800}
CANDIDATES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


class NoBrowser(Exception):
    """No browser can be driven; the message says what to install."""


@contextmanager
def started() -> Iterator[Any]:
    """Start Playwright with the Chromium of the system, or its own. Raises NoBrowser."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise NoBrowser('A browser needs the extra: pip install "onvif-privacy[browser]".') from error
    path = next((found for name in CANDIDATES if (found := shutil.which(name))), None)
    # Chromium refuses to run as root with its sandbox, as in most containers
    flags = [*FLAGS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=flags)
        except Error as error:
            reason = str(error).strip().splitlines()[0]
            raise NoBrowser(
                f"Chromium did not start; install it, or run 'playwright install chromium'. ({reason})"
            ) from error
        try:
            yield browser
        finally:
            browser.close()


def _as_set(cookie: dict[str, Any]) -> SetCookie:
    """Return the line that would make a cookie of the browser's jar."""
    attributes = {"path": cookie["path"]}
    if cookie["domain"].startswith("."):
        attributes["domain"] = cookie["domain"].lstrip(".")
    if cookie["expires"] > 0:
        attributes["expires"] = http_date(cookie["expires"])
    attributes |= {name: "" for name, key in (("secure", "secure"), ("httponly", "httpOnly")) if cookie[key]}
    if cookie.get("partitionKey"):
        attributes["partitioned"] = ""
    return SetCookie(cookie["name"], "", attributes)


class BrowserVisitor:
    """A visitor with a browser profile of their own. ``wait_ms`` is how long scripts have after a page has loaded."""

    scripted = True

    def __init__(self, context: Any, origin: str, wait_ms: int) -> None:
        from playwright.sync_api import Error

        self._failed = Error
        self._origin, self._context, self._wait = origin, context, wait_ms
        self.page = context.new_page()
        self.page.set_default_timeout(MILLISECONDS)
        self._asked: set[str] = set()
        self._stores: dict[str, list[str]] = {}
        self._host = str(urlsplit(origin).hostname)
        context.on("request", self._note)
        self.page.on("download", lambda download: download.cancel())

    def _note(self, request: Any) -> None:
        url = urlsplit(request.url)
        leads_away = request.is_navigation_request() and request.frame == self.page.main_frame
        if url.scheme in ("http", "https", "ws", "wss") and url.hostname and not leads_away:
            self._asked.add(url.hostname)

    def open(self, address: str) -> Page:
        """Open one page and let its scripts run. The referrer is this site, so that no entry is counted."""
        self._asked.clear()
        try:
            answer = self.page.goto(self._origin + address, referer=f"{self._origin}/")
            self.page.wait_for_timeout(self._wait)
            if answer is None or not self.page.url.startswith(f"{self._origin}/"):
                return Page(address, answer.status if answer else 0)
            seen = self.page.evaluate(LOOK, settings_path())
        except self._failed as error:
            if "Download is starting" in str(error):
                return Page(address, 200)
            raise Unseen(f"{address} could not be opened: {str(error).splitlines()[0]}") from error
        self._stores = seen["held"]
        is_page = answer.status == 200 and seen["html"]
        return Page(
            address,
            answer.status,
            links=tuple(link for href in seen["hrefs"] if (link := inside(address, href, self._origin))),
            hosts=tuple(sorted(self._asked - {self._host})),
            live=tuple(seen["live"]),
            settings=seen["settings"] if is_page else None,
            form=seen["form"],
        )

    def text(self, address: str) -> str:
        """Return a sitemap."""
        try:
            answer = self._context.request.get(self._origin + address)
            return str(answer.text()) if answer.ok else ""
        except (self._failed, UnicodeDecodeError) as error:
            raise Unseen(f"{address} gave no answer.") from error

    def decide(self, action: str) -> None:
        """Press the button, and wait until the page knows."""
        place = "" if action == "withdraw" else f"{BAR} "
        button = self.page.locator(f"{place}button[value={action}]:visible").first
        try:
            with self.page.expect_response(lambda answer: answer.request.method == "POST") as posted:
                button.click(timeout=5000)
            self.page.wait_for_timeout(self._wait + 200)  # a withdrawal sweeps and loads the page again
            self.page.wait_for_load_state("load")
        except self._failed as error:
            raise Unseen(f"The button “{action}” could not be pressed.") from error
        if not posted.value.ok and posted.value.status != 303:
            raise Unseen(f"The answer “{action}” was not taken: {posted.value.status}.")

    def choose(self) -> None:
        """Open the settings."""
        try:
            self.page.locator(f"{BAR} button[value=choose]").first.click(timeout=5000)
            self.page.locator("dialog.privacy-dialog[open]").wait_for(timeout=5000)
        except self._failed as error:
            raise Unseen("the settings did not open.") from error

    def close(self) -> None:
        """Close the settings again."""
        self.page.keyboard.press("Escape")

    def held(self) -> list[Held]:
        """Return cookies and storage of the page that is open."""
        cookies = [
            Held(COOKIE, one["name"], _as_set(one), one["domain"].lstrip(".")) for one in self._context.cookies()
        ]
        stored = [Held(kind, name) for kind, names in self._stores.items() for name in names]
        return cookies + stored

    def measured(self) -> list[Measured]:
        """Measure the two buttons, and let axe judge the question."""
        if not self.page.locator(BAR).is_visible():
            return []
        if not (self.page.locator(DECLINE).count() and self.page.locator(ACCEPT).count()):
            return [Measured(Kind.PROMINENCE, "no button to decline")]
        decline, accept = (self.page.locator(one).first.evaluate(MEASURE) for one in (DECLINE, ACCEPT))
        return prominence(decline, accept) + self._barriers()

    def _barriers(self) -> list[Measured]:
        from axe_playwright_python.sync_playwright import Axe

        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        result = Axe().run(self.page, context=BAR, options={"runOnly": {"type": "tag", "values": tags}})
        return [Measured(Kind.ACCESS, one["id"]) for one in result.response["violations"]]


class Browser:
    """Looks with a browser that was started."""

    def __init__(self, browser: Any, origin: str, *, wait_ms: int) -> None:
        self._browser, self._origin, self._wait = browser, origin, wait_ms

    @contextmanager
    def visitor(self, **options: Any) -> Iterator[BrowserVisitor]:
        """Bring a visitor with a fresh profile; ``options`` are those of Playwright's contexts."""
        context = self._browser.new_context(**{"viewport": WINDOW, **options})
        try:
            yield BrowserVisitor(context, self._origin, self._wait)
        finally:
            context.close()
