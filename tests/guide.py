"""Makes the pictures of the staff guide: ``python -m tests.guide``. Two people walk one case of the demo."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import requirements
from tests.example_project.conftest import EXAMPLE, ROOT, Site
from tests.example_project.test_demo import free_port

PICTURES = ROOT / "docs" / "images"
CASES = "/admin/onvif_privacy_disclosures/case/"
SIZE = {"width": 760, "height": 600}  # narrow enough that the admin hides its sidebar
PATIENCE_SECONDS = 120


@contextmanager
def demo() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a demo of its own; gives its address and the passwords that it printed."""
    with tempfile.TemporaryDirectory() as folder:
        site, port = Site(Path(folder)), free_port()
        prepared = site.manage("demo", "--no-serve", "--port", str(port))
        passwords = dict(re.findall(r"^  (\w+) +([\w-]{16})$", prepared.stdout, re.MULTILINE))
        command = [sys.executable, str(EXAMPLE / "manage.py"), "demo", "--port", str(port)]
        with subprocess.Popen(
            command, env=site.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as it:
            try:
                _wait(f"http://localhost:{port}/")
                yield f"http://localhost:{port}", passwords
            finally:
                it.terminate()


def _wait(address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (OSError, urllib.error.URLError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


class Desk:
    """One member of staff at a browser."""

    def __init__(self, browser: Browser, site: str, name: str, password: str) -> None:
        self.page: Page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
        self.site, self.password = site, password
        self.go("/admin/login/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()

    def go(self, path: str) -> None:
        """Open a page, and show again who one is where that is asked."""
        self.page.goto(self.site + path)
        self._shown_again()

    def _shown_again(self) -> bool:
        field = self.page.locator("form:not(#login-form) input[name=password]")
        if field.count() == 0 or "/admin/login/" in self.page.url:
            return False
        field.fill(self.password)
        field.press("Enter")
        self.page.wait_for_load_state()
        return True

    def press(self, label: str) -> None:
        """Press a button, and again after showing who one is."""
        address = self.page.url
        self.page.get_by_role("button", name=label, exact=True).first.click()
        self.page.wait_for_load_state()
        if self._shown_again():
            self.page.goto(address)
            self.page.get_by_role("button", name=label, exact=True).first.click()
            self.page.wait_for_load_state()

    def picture(self, name: str, *, at: str = "", height: int = SIZE["height"]) -> None:
        """Keep what the page shows, from a heading on."""
        top = 0.0
        if at:
            box = self.page.locator(at).first.bounding_box()
            top = max(0.0, box["y"] - 24 + float(self.page.evaluate("scrollY"))) if box else 0.0
        clip = {"x": 0, "y": top, "width": SIZE["width"], "height": height}
        self.page.screenshot(path=PICTURES / f"case-{name}.png", clip=clip, full_page=True)  # type: ignore[arg-type]


def walk(worker: Desk, approver: Desk) -> None:
    """Bring one case from the letter to the notice, a picture at each station."""
    page = worker.page
    worker.go(f"{CASES}add/")
    page.locator("select[name=authority]").select_option(label="Harbour District Court")
    regime = page.locator("select[name=regime] option", has_text="us_subpoena").first.get_attribute("value")
    page.locator("select[name=regime]").select_option(value=regime or "")
    page.locator("input[name=file_number]").fill("7 Gs 112/26")
    page.locator("input[name=file]").set_input_files({"name": "letter.pdf", "mimeType": "x/y", "buffer": b"%PDF guide"})
    worker.picture("1-intake")
    worker.press("Enter the letter")
    case = re.search(r"case/([0-9a-f-]{36})/", page.url)
    assert case is not None
    root = f"{CASES}{case[1]}/"

    page.locator("select[name=check-kind]").select_option(value="docket")
    page.locator("select[name=check-result]").select_option(value="pass")
    page.locator("textarea[name=check-evidence]").fill("The docket of the court, looked up on its own site, lists it.")
    worker.picture("2-genuine", at="h2:has-text('Is it genuine?')", height=560)
    worker.press("Write down")
    worker.press("The letter is genuine")

    worker.go(f"{root}scope/")
    key = page.locator("select[name=recipient_key] option").nth(1).get_attribute("value")
    page.locator("select[name=recipient_key]").select_option(value=key or "")
    page.locator("select[name=notice_mode]").select_option(value="by_authority")
    page.locator("input[name=review_by]").fill((date.today() + timedelta(days=90)).isoformat())  # noqa: DTZ011
    page.locator("textarea[name=people]").fill("customer\nsomebody.unknown@example.org")
    for field in ("email", "first_name", "last_name"):
        page.locator(f"input[value^='auth.user|{field}|']").check()
    worker.press("Save")
    worker.picture("3-scope", at="h2:has-text('Line by line')", height=480)
    worker.press("Submit to the other side")

    approver.go(f"{root}approve/")
    approver.picture("4-approve")
    approver.press("Yes: exactly this may leave")
    worker.go(f"{root}deliver/")
    worker.press("Build the package")
    approver.go(f"{root}deliver/")
    approver.press("Seal it")
    approver.go(f"{root}deliver/")
    approver.press("Hand it over")
    approver.picture("5-deliver")
    worker.go(f"{root}change/")
    worker.press("Close the case")
    worker.picture("6-notice", at="h2:has-text('Telling people')", height=520)


def main() -> None:
    """Make all six pictures anew."""
    with demo() as (site, passwords), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=requirements.chromium(), args=["--no-sandbox"])
        walk(*(Desk(browser, site, name, passwords[name]) for name in ("officer", "approver")))
        browser.close()


if __name__ == "__main__":
    main()
