"""What a page says in its HTML: where it leads, the question it asks, and scripts that only seem to be held back."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

Attributes = dict[str, str]

_LOCATION = re.compile(r"<loc>\s*([^<\s]+)\s*</loc>", re.IGNORECASE)


class Read(NamedTuple):
    """Links as they stand, live scripts by their address, whether the settings are linked, the fields of the bar."""

    hrefs: list[str]
    live: list[str]
    settings: bool
    form: dict[str, str]


class _Reader(HTMLParser):
    def __init__(self, settings_path: str) -> None:
        super().__init__()
        self.read = Read([], [], False, {})
        self._settings_path = settings_path
        self._in_bar = False
        self._action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: Attributes = {name: value or "" for name, value in attrs}
        if tag in ("a", "area") and "href" in values:
            self.read.hrefs.append(values["href"])
        if "data-privacy-open" in values or (tag == "a" and self._leads_to_settings(values.get("href", ""))):
            self.read = self.read._replace(settings=True)
        if tag == "script" and "data-privacy" in values and values.get("type", "").strip().lower() != "text/plain":
            self.read.live.append(values.get("src") or "(inline)")
        if tag == "section":
            self._in_bar = self._in_bar or "privacy-bar" in values.get("class", "").split()
        if self._in_bar:
            self._read_bar(tag, values)

    def _leads_to_settings(self, href: str) -> bool:
        return bool(self._settings_path) and urlsplit(href).path == self._settings_path

    def _read_bar(self, tag: str, values: Attributes) -> None:
        if tag == "form":
            self.read.form["action"] = values.get("action", "")
        elif tag == "input" and values.get("type") == "hidden" and values.get("name"):
            self.read.form[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._in_bar = False


def read(html: str, settings_path: str) -> Read:
    """Read a page; ``settings_path`` is where the settings lie, so that a link without our mark counts too."""
    reader = _Reader(settings_path)
    reader.feed(html)
    reader.close()
    return reader.read


def locations(sitemap: str) -> list[str]:
    """Return the addresses that a sitemap names, in its order."""
    return [found.replace("&amp;", "&") for found in _LOCATION.findall(sitemap)]
