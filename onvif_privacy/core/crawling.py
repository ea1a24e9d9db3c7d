"""Walking the pages of a site as a stranger: where to begin, what a page links to, and what comes next."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from django.urls import NoReverseMatch, reverse

from onvif_privacy.core.registry import footer_links

_HREF = re.compile(rb"""<a(?:rea)?\b[^>]*?\shref\s*=\s*["']?([^"'>\s]+)""", re.IGNORECASE)


def first_addresses() -> Iterator[str]:
    """Yield where a walk begins: the first page, and what the rooms put into the footer."""
    yield "/"
    for link in footer_links.all():
        try:
            yield reverse(link.url_name)
        except NoReverseMatch:
            continue


def inside(page: str, href: str, origin: str = "") -> str | None:
    """Return the path and query that a link on ``page`` leads to; None where it leaves the site or is no page.

    ``page`` is a path. ``origin`` is the site's own scheme and host, for links that are written out in full.
    """
    try:
        address = urlsplit(urljoin(page, href.strip()))
    except ValueError:  # an address that no browser could follow either
        return None
    if address.netloc and f"{address.scheme or 'https'}://{address.netloc}".lower() != origin.lower():
        return None
    if address.scheme not in ("", "http", "https"):
        return None
    path = address.path or ("/" if address.netloc else "")
    return address._replace(scheme="", netloc="", path=path, fragment="").geturl() if path.startswith("/") else None


def links(page: str, content: bytes) -> Iterator[str]:
    """Yield the addresses inside this site that a page links to."""
    for found in _HREF.findall(content):
        if address := inside(page, found.decode("utf-8", "replace").replace("&amp;", "&")):
            yield address


class Walk:
    """The addresses of a walk, each once and ``most`` of them; what is added while walking is walked, too."""

    def __init__(self, first: Iterable[str], *, most: int) -> None:
        self._known: set[str] = set()
        self._waiting: deque[str] = deque()
        self._left = most
        self.add(first)

    def add(self, addresses: Iterable[str]) -> None:
        """Walk there as well."""
        for address in addresses:
            if address not in self._known:
                self._known.add(address)
                self._waiting.append(address)

    def __iter__(self) -> Iterator[str]:
        while self._waiting and self._left:
            self._left -= 1
            yield self._waiting.popleft()


__all__ = ["Walk", "first_addresses", "inside", "links"]
