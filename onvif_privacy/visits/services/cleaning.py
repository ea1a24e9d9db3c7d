"""Hostile text in, documented text out, before anything is kept (`reliability.md`, "Bad input").

Every function is total: it takes whatever a request or a log line holds and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from urllib.parse import urlsplit

from onvif_privacy.core import limits, text

AGENT_LENGTH = 512
HOST_LENGTH = 253
ROUTE_LENGTH = 200
PATH_LENGTH = 255
SCHEME_LENGTH = 32
REFERRER_READ = 1024  # the host stands in front; what comes after is not even looked at
CACHED = 1024  # caches keyed by what a visitor sends are bounded (rule 8)
CACHED_LENGTH = 1024

INTERNAL = "internal"
UNREADABLE = "unreadable"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_RUN = re.compile(r"[0-9A-Za-z]{20,}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_DIGITS = re.compile(r"\d{9,}")
TOKEN = "<token>"  # noqa: S105 - what is shown instead of one


class Memo(dict[str, str]):
    """Results for texts that come again and again; forgets everything when it is full, so its memory is bounded."""

    def __init__(self, function: Callable[[str], str]) -> None:
        super().__init__()
        self.function = function

    def __missing__(self, value: str) -> str:
        result = self.function(value)
        if len(value) <= CACHED_LENGTH:
            if len(self) >= CACHED:
                self.clear()
            self[value] = result
        return result


def plain(value: str, length: int) -> str:
    """Cut to ``length`` characters without NUL, lone surrogates or C0 controls; most text passes untouched."""
    # isprintable is false for every control, surrogate and format character, and runs at memory speed
    if len(value) <= length and value.isprintable():
        return value
    return text.clean(value, length)


def agent(value: str) -> str:
    """User agent, 512 characters at most."""
    return plain(value, AGENT_LENGTH)


def _host_of(value: str) -> str:
    """Host of an absolute address in lower case; the scheme of one that is not http; empty for none."""
    value = value[:REFERRER_READ].strip()
    if not value or value == "-":
        return ""
    scheme = _SCHEME.match(value)
    if scheme is None:
        return UNREADABLE
    name = scheme.group(1).lower()
    if name not in ("http", "https"):
        return name[:SCHEME_LENGTH]
    try:
        host = urlsplit(value).hostname or ""
    except ValueError:
        return UNREADABLE
    return _named(host.rstrip("."))


def _named(host: str) -> str:
    """A host name that is one, IDNA encoded; an address cut to its network; anything else is unreadable."""
    if not host or len(host) > HOST_LENGTH:
        return UNREADABLE
    if _ADDRESS.fullmatch(host):
        # a whole address is personal data wherever it turns up
        return limits.truncate(host) or UNREADABLE
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return UNREADABLE
    return host if len(host) <= HOST_LENGTH and _HOST.fullmatch(host) else UNREADABLE


_hosts = Memo(_host_of)


def referrer(value: str, own: Container[str], host: str = "") -> str:
    """Referring site: host, ``internal`` for ``host`` and ``own`` ones, a scheme, ``unreadable``, or empty for none."""
    if not value:
        return ""
    found = _hosts[value]
    return INTERNAL if found and (found == host or found in own) else found


def forwarded(header: str, proxies: int) -> str:
    """Return the visitor's whole address where ``proxies`` stand before the site: that many from the right.

    ``ONVIF_PRIVACY_TRUSTED_PROXIES`` says how many; with 0 ``X-Forwarded-For`` is a claim and nothing more, and nobody
    asks this. The rule is `core.limits.network`'s.
    """
    hops = header[-CACHED_LENGTH:].split(",")
    return hops[-proxies].strip() if len(hops) >= proxies else ""


def network(whole: str) -> str:
    """First address of the /24 or /48 that an address belongs to; empty for what is none (a unix socket, junk)."""
    return limits.truncate(whole).partition("/")[0]


networks = Memo(network)


def is_slug(value: object) -> bool:
    """Whether this may name a subject area."""
    return isinstance(value, str) and _SLUG.fullmatch(value) is not None


def route(value: str) -> str:
    """Route pattern with one leading slash."""
    return plain("/" + value.removeprefix("/"), ROUTE_LENGTH)


routes = Memo(route)


def path(value: str) -> str:
    """Concrete path of public content: no query, no fragment, nothing that looks like a token or an address.

    Public paths hold none. This is the second lock, for logs of other sites and views declared public by mistake:
    a UUID, a run of 20 or more letters and digits that mixes both, 9 or more digits in a row, and every segment
    with ``@`` in it become ``<token>``.
    """
    bare = plain(value.partition("?")[0].partition("#")[0], PATH_LENGTH)
    return bare if _harmless(bare) else "/".join(_masked(segment) for segment in bare.split("/"))[:PATH_LENGTH]


def _harmless(value: str) -> bool:
    return "@" not in value and "%40" not in value and not any(p.search(value) for p in (_UUID, _RUN, _DIGITS))


def _masked(segment: str) -> str:
    if "@" in segment or "%40" in segment:
        return TOKEN
    segment = _UUID.sub(TOKEN, segment)
    segment = _RUN.sub(lambda run: TOKEN if _mixed(run.group()) else run.group(), segment)
    return _DIGITS.sub(TOKEN, segment)


def _mixed(run: str) -> bool:
    return not run.isalpha() and not run.isdecimal()
