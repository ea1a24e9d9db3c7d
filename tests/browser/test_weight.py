"""What the bar costs: bytes, requests, headers; and what its sources leave out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

import onvif_privacy
from tests.browser.visitor import Visitor

ROOT = Path(onvif_privacy.__file__).parent
ROOM = ROOT / "cookies/static/onvif_privacy/cookies"
SHARED = ROOT / "core/static/onvif_privacy/privacy.css"


def weight(*paths: Path) -> int:
    return sum(len(brotli.compress(path.read_bytes(), quality=11)) for path in paths)


@pytest.mark.parametrize(
    ("paths", "most"),
    [
        ((ROOM / "gate.js",), 2300),
        ((ROOM / "panel.js",), 3700),
        ((ROOM / "gate.js", ROOM / "panel.js"), 6000),
        ((ROOM / "cookies.css", SHARED), 2048),
        ((ROOM / "gate.js", ROOM / "cookies.css", SHARED), 4300),
    ],
    ids=["gate", "panel", "scripts", "style", "decided visitors"],
)
def test_the_bar_stays_small(paths: tuple[Path, ...], most: int) -> None:
    assert weight(*paths) <= most


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.js")), ids=lambda path: path.name)
def test_no_source_evaluates_text_or_writes_markup(path: Path) -> None:
    banned = r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.style\b|setTimeout\(['\"]"
    assert not re.search(banned, path.read_text())


@pytest.mark.parametrize(
    "path", [path for room in ("core", "cookies") for path in sorted((ROOT / room / "templates").rglob("*.html"))], ids=lambda path: path.name
)
def test_no_template_has_inline_script_style_or_handlers(path: Path) -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:", path.read_text())


def test_styles_use_logical_properties_and_nothing_moves() -> None:
    for path in [*ROOM.glob("*.css"), *SHARED.parent.glob("*.css")]:
        text = path.read_text()
        assert not re.search(r"(margin|padding|border)-(left|right|top|bottom)|[{;]\s*(left|right|top|bottom|width|height):", text)
        assert not re.search(r"animation|transition|@keyframes", text)


def test_the_bar_adds_at_most_three_kilobytes_to_each_page(visit: Callable[..., Visitor]) -> None:
    html = visit().go("/plain/").text()
    start, end = html.index('<link rel="stylesheet" href="/static/onvif_privacy/privacy.css"><link'), html.index('<a class="privacy-skip"')
    assert end - start <= 5000


def test_a_decided_visitor_asks_for_nothing_more(visit: Callable[..., Visitor]) -> None:
    for answer in ("Accept", "Decline"):
        visitor = visit()
        visitor.go("/plain/")
        visitor.press(answer)
        visitor.go("/plain/")
        visitor.requests.clear()
        visitor.go("/plain/")
        visitor.page.wait_for_load_state("networkidle")
        assert [url for url in visitor.asked_rooms() if "/static/" not in url] == []


def test_pages_get_no_header_from_the_room(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.accept()
    headers = visitor.go("/plain/").headers
    assert headers["cache-control"] == "max-age=600, public" or headers["cache-control"] == "public, max-age=600"
    assert "set-cookie" not in headers
    assert "Sec-GPC" not in headers.get("vary", "")


def test_gate_costs_two_milliseconds_on_a_slow_phone(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    session = visitor.context.new_cdp_session(visitor.page)
    visitor.go("/article/")
    visitor.decline()
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    times = []
    for _ in range(9):
        visitor.page.reload()
        times.append(
            visitor.page.evaluate(
                # what the script does on each page: read, judge, scan, start
                """() => { const start = performance.now(); dispatchEvent(new Event('pageshow')); return performance.now() - start; }"""
            )
        )
    shift = visitor.page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().reduce((sum, one) => sum + one.value, 0)))
        .observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))"""
    )
    assert sorted(times)[4] <= 2
    assert shift == 0
