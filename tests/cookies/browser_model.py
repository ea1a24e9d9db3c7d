"""A model of how a browser stores cookies (RFC 6265bis, sections 5.6 to 5.8): which deletions reach what."""

from __future__ import annotations

from dataclasses import dataclass, field

from onvif_privacy.cookies.services.set_cookie import SetCookie


@dataclass(frozen=True)
class Stored:
    """What makes a stored cookie the same one: name, domain, whether host-only, path, and whether partitioned."""

    name: str
    domain: str
    host_only: bool
    path: str
    partitioned: bool = False


def path_matches(path: str, page: str) -> bool:
    """Section 5.1.4."""
    return page == path or (page.startswith(path) and (path.endswith("/") or page[len(path)] == "/"))


@dataclass
class Browser:
    """One jar, visiting one host over https."""

    host: str
    jar: set[Stored] = field(default_factory=set)

    def header(self, page: str) -> str:
        """Return the Cookie header for a page."""
        sent = [one.name for one in sorted(self.jar, key=lambda one: -len(one.path)) if self._goes(one, page)]
        return "; ".join(f"{name}=1" for name in sent)

    def _goes(self, one: Stored, page: str) -> bool:
        there = self.host == one.domain if one.host_only else self._within(one.domain)
        return there and path_matches(one.path, page)

    def _within(self, domain: str) -> bool:
        return self.host == domain or self.host.endswith("." + domain)

    def take(self, lines: list[str], page: str) -> None:
        """Obey the deletions among Set-Cookie lines answered for ``page``."""
        for line in lines:
            cookie = SetCookie.parse(line)
            if cookie.domain and (not self._within(cookie.domain) or "." not in cookie.domain):
                continue  # a foreign domain or a public suffix is refused
            remaining = cookie.remaining(0)
            if remaining is None or remaining > 0:
                continue
            domain = cookie.domain or self.host
            self.jar.discard(Stored(cookie.name, domain, not cookie.domain, cookie.path(page), cookie.partitioned))
