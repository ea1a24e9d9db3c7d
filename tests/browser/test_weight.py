"""What the bar costs: bytes, requests, headers; and what its sources leave out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

import onvif_privacy
from tests.browser.visitor import Visitor

ROOT = Path(onvif_privacy.__file__).parent
ROOM = ROOT / "cookies/static/onvif_privacy/cookies"
TEMPLATES = [path for room in ("core", "cookies") for path in sorted((ROOT / room / "templates").rglob("*.html"))]
SHARED = ROOT / "core/static/onvif_privacy/privacy.css"

# what the script does on each page: read, judge, scan, start
WORK = (
    "() => { const start = performance.now(); dispatchEvent(new Event('pageshow')); return performance.now() - start; }"
)
SHIFT = """() => new Promise((done) => {
    const sum = (list) => done(list.getEntries().reduce((total, one) => total + one.value, 0));
    new PerformanceObserver(sum).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(0), 300);
})"""


def weight(*paths: Path) -> int:
    return sum(len(brotli.compress(path.read_bytes(), quality=11)) for path in paths)


@pytest.mark.parametrize(
    ("paths", "most"),
    [
        ((ROOM / "gate.js",), 2300),
        ((ROOM / "panel.js",), 3700),
        ((ROOM / "gate.js", ROOM / "panel.js"), 6000),
        ((ROOM / "signals.js",), 450),
        ((ROOM / "gate.js", ROOM / "panel.js", ROOM / "signals.js", ROOM / "cookies.css", SHARED), 8192),
        ((ROOM / "cookies.css", SHARED), 2048),
        ((ROOM / "gate.js", ROOM / "cookies.css", SHARED), 4300),
    ],
    ids=["gate", "panel", "scripts", "signals", "everything", "style", "decided visitors"],
)
def test_the_bar_stays_small(paths: tuple[Path, ...], most: int) -> None:
    assert weight(*paths) <= most


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.js")), ids=lambda path: path.name)
def test_no_source_evaluates_text_or_writes_markup(path: Path) -> None:
    banned = r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.style\b|setTimeout\(['\"]"
    assert not re.search(banned, path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_script_style_or_handlers(path: Path) -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:", path.read_text())


def test_styles_use_logical_properties_and_nothing_moves() -> None:
    sides = r"(margin|padding|border)-(left|right|top|bottom)|[{;]\s*(left|right|top|bottom|width|height):"
    for path in [*ROOM.glob("*.css"), *SHARED.parent.glob("*.css")]:
        text = path.read_text()
        assert not re.search(sides, text)
        assert not re.search(r"animation|transition|@keyframes", text)


def test_the_bar_adds_at_most_three_kilobytes_and_the_sites_own_words(visit: Callable[..., Visitor]) -> None:
    html = visit().go("/plain/").text()
    printed = html[html.index("privacy.css", html.index("<body>")) : html.index('<a class="privacy-skip"')]
    words = printed[printed.index("<ul>") : printed.index("</ul>")]
    assert len(printed.encode()) - len(words.encode()) <= 3000


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
    assert headers["cache-control"] == "public, max-age=600"
    assert "set-cookie" not in headers
    assert "Sec-GPC" not in headers.get("vary", "")


@pytest.mark.full  # a time: it says nothing on a machine that does something else as well
def test_gate_costs_two_milliseconds_on_a_slow_phone(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    session = visitor.context.new_cdp_session(visitor.page)
    visitor.go("/article/")
    visitor.decline()
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    times, shifts = [], []
    for _ in range(9):
        visitor.page.reload()
        times.append(visitor.page.evaluate(WORK))
        shifts.append(visitor.page.evaluate(SHIFT))
    assert sorted(shifts)[4] == 0
    assert sorted(times)[4] <= 2
