"""Withdrawing empties a real browser's jar, over https, on a deep host, behind a proxy with small buffers (S4, S5)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onvif_privacy.cookies.services import publishing, running
from onvif_privacy.core import limits
from onvif_privacy.core.registry import temporarily
from tests import requirements
from tests.browser import proxied
from tests.browser.conftest import FLAGS
from tests.cookies.factories import device_item

if reason := requirements.proxy():
    pytest.skip(f"proxy: {reason}", allow_module_level=True)

PAGE = "/privacy/cookies/declaration/"  # two directories deep, and of this site whatever is declared
HOST = proxied.HOST
WILD = device_item("_pk_id.*", "statistics", set_by="script")
ITEMS = (
    WILD,
    device_item("uid", "preferences", paths=("/", "/shop"), domains=("example.com",)),
    device_item("chips", "marketing", partitioned=True, paths=("/", "/account")),
)
OWN_PATHS = {"uid": ["/", "/shop"], "_pk_id.7": ["/", "/privacy", "/privacy/cookies"], "chips": ["/", "/account"]}
DOMAINS = ("", HOST, "b.c.example.com", "c.example.com", "example.com")


class Jar:
    """One browser profile on the site, and the statuses it was answered with."""

    def __init__(self, browser: Any, site: str) -> None:
        self.context = browser.new_context(ignore_https_errors=True, base_url=site)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.statuses: list[int] = []
        self.context.on("response", lambda answer: self.statuses.append(answer.status))

    def put(self, name: str, domain: str, path: str = "/", *, script: bool = True, partitioned: bool = False) -> None:
        """Store one variant of a cookie; an empty domain is the host alone."""
        cookie: dict[str, Any] = {"name": name, "value": "1", "path": path, "secure": True, "httpOnly": not script}
        cookie |= {"domain": f".{domain}"} if domain else {"domain": HOST}
        if partitioned:
            cookie |= {"sameSite": "None", "partitionKey": "https://example.com", "_crHasCrossSiteAncestor": False}
        self.context.add_cookies([cookie])

    def left(self) -> set[tuple[str, str, str]]:
        """Return what is still stored of the optional cookies."""
        names = {one for item in ITEMS for one in [item.name.removesuffix("*")]}
        kept = {(one["name"], one["domain"], one["path"]) for one in self.context.cookies()}
        return {one for one in kept if any(one[0].startswith(name) for name in names)}

    def withdraw(self) -> int:
        """Accept, withdraw by the control, and return the number of sweeps that followed."""
        sweeps: list[str] = []
        self.context.on("request", lambda sent: sweeps.append(sent.url) if sent.url.endswith("/sweep/") else None)
        self.page.locator(".privacy-control").get_by_role("button", name="Withdraw").click()
        self.page.locator("html[data-privacy-granted='']").wait_for(state="attached")
        self.page.wait_for_load_state("networkidle")
        return len(sweeps)

    def accept(self) -> None:
        """Accept everything."""
        self.page.goto(PAGE)
        with self.page.expect_response("**/choice/"):
            self.page.locator(".privacy-bar").get_by_role("button", name="Accept").click()
        self.page.locator("html[data-privacy-granted~=statistics]").wait_for(state="attached")


@pytest.fixture(scope="module")
def browser(playwright: Any) -> Iterator[Any]:
    """Launch a Chromium that finds the site's name on this machine."""
    flags = [*FLAGS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=requirements.chromium(), args=flags)
    yield browser
    browser.close()


@pytest.fixture
def deep_site(settings: Any, live_server: Any, tmp_path: Path) -> Iterator[str]:
    """Serve the site behind the proxy, its policy published, its cookies Secure."""
    settings.ONVIF_PRIVACY_COOKIES_SECURE = True
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    limits.reset()
    with temporarily(*ITEMS), proxied.serving(live_server.url, tmp_path) as address:
        publishing.publish()
        running.load()
        yield address
    running.install(None)


def fill(jar: Jar, chance: random.Random) -> None:
    """Store up to a dozen random variants."""
    for _one in range(chance.randint(1, 12)):
        name = chance.choice(list(OWN_PATHS))
        parted = name == "chips" and chance.random() < 0.5
        domain = "" if parted else chance.choice(DOMAINS)
        jar.put(name, domain, chance.choice(OWN_PATHS[name]), script=chance.random() < 0.7, partitioned=parted)


def clear_random_jars(browser: Any, site: str, number: int, seed: int) -> None:
    """Fill, withdraw, and see that nothing optional is left and no answer was too large."""
    chance = random.Random(seed)
    for _one in range(number):
        limits.reset()
        jar = Jar(browser, site)
        jar.accept()
        fill(jar, chance)
        before = jar.left()
        jar.withdraw()
        for _visit in range(3):
            jar.page.goto(PAGE)
            jar.page.wait_for_load_state("networkidle")
        assert jar.left() == set(), before
        assert max(jar.statuses) < 500
        jar.context.close()


def test_withdrawing_empties_real_jars(browser: Any, deep_site: str) -> None:
    clear_random_jars(browser, deep_site, 5, 4)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10))
def test_withdrawing_empties_100_real_jars(browser: Any, deep_site: str, seed: int) -> None:
    clear_random_jars(browser, deep_site, 10, seed)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_thirty_names_go_through_a_proxy_with_a_4_kb_buffer(browser: Any, deep_site: str, script: bool) -> None:
    chance, jar = random.Random(5), Jar(browser, deep_site)
    jar.accept()
    for number in range(30):
        jar.put(f"_pk_id.{number}", chance.choice(["", HOST, "c.example.com", "example.com"]))
    if script:
        assert jar.withdraw() <= 14
    else:
        state = jar.context.storage_state()
        jar.context.close()
        jar.context = browser.new_context(
            ignore_https_errors=True, base_url=deep_site, java_script_enabled=False, storage_state=state
        )
        jar.page = jar.context.new_page()
        jar.context.on("response", lambda answer: jar.statuses.append(answer.status))
        jar.page.goto("/privacy/cookies/")
        jar.page.get_by_role("button", name="Decline all").first.click()
        for _visit in range(40):
            if not jar.left():
                break
            jar.page.goto("/privacy/cookies/")
    assert jar.left() == set()
    assert max(jar.statuses) < 500


def test_the_proxy_would_refuse_larger_headers(browser: Any, deep_site: str, settings: Any) -> None:
    settings.ONVIF_PRIVACY_COOKIES_HEADER_BUDGET = 6000
    jar = Jar(browser, deep_site)
    jar.accept()
    for number in range(30):
        jar.put(f"_pk_id.{number}", "")
    jar.page.locator(".privacy-control").get_by_role("button", name="Withdraw").click()
    jar.page.wait_for_timeout(1500)
    assert 502 in jar.statuses
