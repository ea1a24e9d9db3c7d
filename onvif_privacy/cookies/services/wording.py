"""The exact words of bar and dialog in one language, taken from the templates as they render now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import get_template, render_to_string
from django.utils.translation import override

from onvif_privacy.cookies.services import shown
from onvif_privacy.cookies.services.policy import Policy

FOLDER = "onvif_privacy/cookies"
TEMPLATES = ("banner", "buttons", "dialog", "purpose", "link")
ASSETS = ("gate.js", "panel.js", "signals.js", "cookies.css")
_SILENT = {"script", "style", "template"}
_TOLD = ("aria-label", "alt", "title", "placeholder")
_BREAKS = {
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "div",
    "section",
    "form",
    "fieldset",
    "legend",
    "button",
    "summary",
    "details",
    "label",
}


@dataclass(frozen=True)
class Words:
    """What a person could read or hear: the text of bar and dialog, line by line, and the bar's buttons in order."""

    language: str
    bar: str
    dialog: str
    buttons: tuple[str, ...]


class _Reader(HTMLParser):
    """Collects the text of a page, attributes that are read aloud included, and its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self.buttons: list[str] = []
        self._silent = 0
        self._button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.lines.append("")
        for name, value in attrs:
            if name in _TOLD and value:
                self.lines.append(value)
                self.lines.append("")
        if tag == "button":
            self._button = True
            self.buttons.append("")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag in _BREAKS:
            self.lines.append("")
        if tag == "button":
            self._button = False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.lines[-1] += data
        if self._button:
            self.buttons[-1] += data


def read_html(html: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a piece of HTML, one line for each block, and the labels of its buttons in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in reader.lines)
    return "\n".join(line for line in lines if line), tuple(" ".join(label.split()) for label in reader.buttons)


def words(policy: Policy, language: str) -> Words:
    """Render bar and dialog in a language and return their words. No query."""
    with override(language):
        bar, buttons = read_html(render_to_string(f"{FOLDER}/banner.html", shown.bar(policy, language)))
        dialog, _ = read_html(
            render_to_string(f"{FOLDER}/dialog.html", shown.settings_form(policy, language, surface="dialog"))
        )
    return Words(language, bar, dialog, buttons)


def asset_digests() -> dict[str, str]:
    """Return the SHA-256 (hex) of each template, script and style that a visitor's choice depends on."""
    return dict(_digests())


def _digests() -> Iterator[tuple[str, str]]:
    for name in TEMPLATES:
        found: Any = get_template(f"{FOLDER}/{name}.html")
        yield f"{name}.html", hashlib.sha256(found.template.source.encode()).hexdigest()
    for name in ASSETS:
        path = finders.find(f"{FOLDER}/{name}")
        if isinstance(path, str):
            yield name, hashlib.sha256(Path(path).read_bytes()).hexdigest()
