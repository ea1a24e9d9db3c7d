"""The browser, the two sites, and visitors with a fresh profile each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Playwright's synchronous interface leaves an event loop running in this thread
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from onvif_privacy.cookies.services import findings, publishing, running
from onvif_privacy.core import limits
from onvif_privacy.core.registry import temporarily
from tests import requirements
from tests.browser.host.items import ITEMS
from tests.browser.host.other_site import OtherSite
from tests.browser.visitor import Visitor
from tests.example_project.conftest import EXAMPLE
from tests.example_project.conftest import Site as ExampleSite
from tests.example_project.test_demo import first_answer, free_port

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = 400  # pixels
HEIGHTS = {320: 568, 768: 1024, 1440: 900}


@pytest.hookimpl(tryfirst=True)  # before the marks are asked
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of what is looked at in two widths and two colours, leave dark on a desk and light on a phone to the full set."""
    for item in items:
        looks = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if {"width", "colours"} <= looks.keys() and (looks["width"] > PHONE) is (looks["colours"] == "dark"):
            item.add_marker(pytest.mark.full)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """Start Playwright; skip with the reason where there is no browser to drive."""
    if reason := requirements.browser():
        pytest.skip(f"browser: {reason}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    """Launch the installed Chromium."""
    browser = playwright.chromium.launch(executable_path=requirements.chromium(), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def other_site() -> Iterator[OtherSite]:
    """Serve another organisation's site."""
    site = OtherSite()
    yield site
    site.close()


@pytest.fixture(scope="session", autouse=True)
def _host_settings(django_db_setup: None, other_site: OtherSite) -> Iterator[None]:
    """Make the test project the host site, before the server builds its middleware. http only, so without Secure.

    The database comes first: a server that still sees ``:memory:`` shares one SQLite connection among its threads.
    """
    templates = [{**django_settings.TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]}]
    first, *others = django_settings.MIDDLEWARE
    with override_settings(
        ROOT_URLCONF="tests.browser.host.urls",
        MIDDLEWARE=[first, "tests.browser.host.views.StrictPolicy", *others],
        TEMPLATES=templates,
        ONVIF_PRIVACY_COOKIES_SECURE=False,
        ONVIF_PRIVACY_ORGANISATION="Harbour Standards",
        OTHER_SITE=other_site.address,
    ):
        yield


@dataclass(frozen=True)
class Example:
    """The example site as ``manage.py demo`` serves it, and its address without the slash."""

    site: ExampleSite
    address: str


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    """Run ``manage.py demo`` in an empty folder."""
    site, port = ExampleSite(tmp_path_factory.mktemp("example")), free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(EXAMPLE / "manage.py"), "demo", "--port", str(port)]
    with subprocess.Popen(
        command, env=site.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            first_answer(f"{address}/")
            yield Example(site, address)
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture
def site(live_server: Any, other_site: OtherSite) -> Iterator[Any]:
    """Serve the host site with its policy published; the address is that of ``localhost``, another site's is not."""
    findings.buffer.drain()
    limits.reset()
    other_site.asked.clear()
    other_site.target = live_server.url
    with temporarily(*ITEMS):
        publishing.publish()
        running.load()
        yield live_server
    running.install(None)


@pytest.fixture(params=[320, pytest.param(768, marks=pytest.mark.full), 1440])
def width(request: pytest.FixtureRequest) -> int:
    """Take each of the three widths; the middle one in the full set."""
    return int(request.param)


@pytest.fixture
def visit(chromium: Any, site: Any) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings a visitor with a fresh profile; every page must keep the strict policy."""
    with ExitStack() as stack:

        def visit(*, width: int = 1440, script: bool = True, gpc: str = "", **options: Any) -> Visitor:
            if gpc:
                options["extra_http_headers"] = {"Sec-GPC": gpc}
            context = chromium.new_context(
                viewport={"width": width, "height": HEIGHTS.get(width, 900)},
                java_script_enabled=script,
                base_url=site.url,
                **options,
            )
            stack.callback(context.close)
            if gpc == "1":
                context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
            visitor = Visitor(context, site.url, script=script)
            stack.callback(visitor.check)
            return visitor

        yield visit


@pytest.fixture
def visit_without_cookies(playwright: Any, site: Any, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings a visitor whose browser is set to block every cookie."""
    with ExitStack() as stack:

        def visit(*, width: int = 1440, script: bool = True) -> Visitor:
            profile = tmp_path / "Default"
            profile.mkdir()
            preferences = {"profile": {"default_content_setting_values": {"cookies": 2}}}
            (profile / "Preferences").write_text(json.dumps(preferences))
            context = playwright.chromium.launch_persistent_context(
                tmp_path,
                executable_path=requirements.chromium(),
                args=FLAGS,
                viewport={"width": width, "height": HEIGHTS[width]},
                java_script_enabled=script,
                base_url=site.url,
            )
            stack.callback(context.close)
            visitor = Visitor(context, site.url, script=script)
            stack.callback(visitor.check)
            return visitor

        yield visit
