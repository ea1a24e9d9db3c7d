"""The public pages of the site, asked for one after the other as a stranger would, and the links in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from onvif_privacy.community.services.leading import ours
from onvif_privacy.core.crawling import Walk, first_addresses
from onvif_privacy.core.text import host

PAGES = 60
Asker = Callable[[str], HttpResponseBase]


@dataclass(frozen=True)
class Link:
    """One link as it stands in a page: its address, its ``rel``, and whether it carries our mark."""

    href: str
    rel: frozenset[str]
    marked: bool

    @property
    def host(self) -> str:
        """The other site it leads to, as resolvers know it; empty for a link that stays."""
        parts = urlsplit(urljoin("https://inside.invalid/", self.href))
        name = host(parts.hostname or "") or (parts.hostname or "")
        return "" if parts.scheme not in ("https", "http") or name in ({"inside.invalid"} | ours()) else name


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Link] = []
        self._open: tuple[str, frozenset[str]] | None = None
        self._marked = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("a", "area") and "href" in values:
            self._finish()
            self._open = values["href"].strip(), frozenset(values.get("rel", "").lower().split())
        elif self._open is not None and "privacy-outbound" in values.get("class", "").split():
            self._marked = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._finish()

    def _finish(self) -> None:
        if self._open is not None:
            self.found.append(Link(*self._open, self._marked))
        self._open, self._marked = None, False

    def close(self) -> None:
        super().close()
        self._finish()


def links(page: str) -> list[Link]:
    """Return the links of an HTML page in its order."""
    parser = _Links()
    parser.feed(page)
    parser.close()
    return parser.found


def pages(ask: Asker) -> Iterator[tuple[str, list[Link]]]:
    """Yield address and links of the public pages: the first, those in the footer, and where these lead.

    `PAGES` at most. Only GET is used, without a query; pages that ask for signing in, redirect or are no HTML are left
    out.
    """
    walk = Walk(first_addresses(), most=PAGES)
    for address in walk:
        answer = ask(address)
        if answer.status_code != 200 or not isinstance(answer, HttpResponse) or "html" not in answer["Content-Type"]:
            continue
        found = links(answer.content.decode(answer.charset, "replace"))
        yield address, found
        walk.add(
            urlsplit(urljoin(address, link.href)).path
            for link in found
            if not link.host and link.href[:1] not in ("", "#") and ":" not in link.href[:8]
        )
