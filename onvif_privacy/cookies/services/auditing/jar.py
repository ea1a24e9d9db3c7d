"""The cookies of one visitor, kept as browsers keep them (RFC 6265bis, sections 5.1.3, 5.1.4, 5.6 to 5.8)."""

from __future__ import annotations

from collections.abc import Iterable

from onvif_privacy.cookies.services.auditing.facts import Held
from onvif_privacy.cookies.services.declared import COOKIE
from onvif_privacy.cookies.services.set_cookie import SetCookie


def within(host: str, domain: str) -> bool:
    """Say whether a host is a domain or below it."""
    return host == domain or host.endswith("." + domain)


def path_matches(path: str, page: str) -> bool:
    """Say whether a cookie of ``path`` goes along to ``page`` (section 5.1.4)."""
    return page == path or (page.startswith(path) and (path.endswith("/") or page[len(path)] == "/"))


class Jar:
    """A jar for one host. ``trusted`` says that Secure cookies are kept: over https, or on this machine.

    There is no list of public suffixes: a Domain without a dot is refused, unless it is the host.
    """

    def __init__(self, host: str, *, trusted: bool) -> None:
        self._host = host
        self._trusted = trusted
        self._kept: dict[tuple[str, str, str, bool], tuple[SetCookie, float | None]] = {}

    def take(self, lines: Iterable[str], page: str, now: float) -> None:
        """Obey ``Set-Cookie`` lines that came with ``page`` (a path) at ``now`` (seconds since 1970)."""
        for line in lines:
            cookie = SetCookie.parse(line)
            single = "." not in cookie.domain and cookie.domain != self._host
            if cookie.domain and (not within(self._host, cookie.domain) or single):
                continue
            if cookie.prefix_broken(page) or ("secure" in cookie.attributes and not self._trusted):
                continue
            path, remaining = cookie.path(page), cookie.remaining(now)
            key = (cookie.name, cookie.domain, path, cookie.partitioned)
            self._kept.pop(key, None)
            if remaining is None or remaining > 0:
                cookie = SetCookie(cookie.name, cookie.value, {**cookie.attributes, "path": path})
                self._kept[key] = (cookie, None if remaining is None else now + remaining)

    def header(self, page: str) -> str:
        """Return the ``Cookie`` header for a page; longer paths come first."""
        sent = [cookie for cookie, _ends in self._kept.values() if path_matches(cookie.attributes["path"], page)]
        sent.sort(key=lambda cookie: -len(cookie.attributes["path"]))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)

    def held(self) -> list[Held]:
        """Return everything that is kept."""
        return [Held(COOKIE, cookie.name, cookie, self._host) for cookie, _ends in self._kept.values()]
