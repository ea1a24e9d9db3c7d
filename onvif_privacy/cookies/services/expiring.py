"""Deleting cookies that the visitor did not grant, in every variant a browser may hold them in.

A browser knows a cookie by name, domain, host-only flag, path and partition; a request shows only the name. So each
name is deleted under each of them that could have been used, within a budget of header bytes: a proxy with a header
buffer of 4 kB answers 502 above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http.cookies import Morsel, SimpleCookie
from ipaddress import ip_address
from typing import Any

from django.http.response import HttpResponseBase

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services.declared import COOKIE, Item
from onvif_privacy.cookies.services.matching import canonical, prefix_of
from onvif_privacy.cookies.services.policy import Policy

DOMAINS = 4
DEPTH = 8
OVERHEAD = len("Set-Cookie: \r\n")
OTHER_HEADERS = 768  # what most sites' other headers take, beside the budget, in a buffer of 4 kB

# A name is written into a header: visible ASCII without the separators of the header itself.
_WRITABLE = re.compile(r"[!#-+\--:<>-~]{1,128}")


class Deletion(Morsel[str]):
    """One deleting line of its own; several may stand for one name, and it can say ``Partitioned``.

    `http.cookies` knows ``Partitioned`` from Python 3.14 on, and keeps one line for each name.
    """

    def __init__(self, name: str, line: str) -> None:
        super().__init__()
        self.set(name, "", "")
        self["max-age"] = 0
        self.line = line

    def OutputString(self, attrs: Any = None) -> str:
        """Return the line as it was written."""
        return self.line

    def __reduce__(self) -> tuple[Any, ...]:
        return Deletion, (self.key, self.line)


@dataclass(frozen=True)
class Place:
    """Where an answer goes: the host without port, whether over https, and the page the visitor came from."""

    host: str
    secure: bool
    page: str = "/"


def place_line(cookies: SimpleCookie, line: str) -> str:
    """Put one deleting line among the cookies of an answer, beside others of its name; returns its key there."""
    name, number = line.partition("=")[0], 0
    key = name
    while key in cookies:
        number += 1
        key = f"{name};{number}"  # no cookie's name holds a semicolon
    dict.__setitem__(cookies, key, Deletion(name, line))
    return key


def parents(host: str) -> list[str]:
    """Return the host and its parents of at least two labels, four at most: itself and the shortest ones."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        return []
    labels = host.split(".")
    domains = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    return domains if len(domains) <= DOMAINS else [domains[0], *domains[-(DOMAINS - 1) :]]


def directories(page: str) -> list[str]:
    """Return the paths a script's cookie gets on a page when it names none, for the page and all above it."""
    parts = [part for part in page.split("/")[1:-1] if part][:DEPTH]
    return ["/" + "/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _line(name: str, domain: str, path: str, *, secure: bool, partitioned: bool = False) -> str:
    parts = [f"{name}=; Max-Age=0; Path={path}"]
    if domain:
        parts.append(f"Domain={domain}")
    if secure:
        parts.append("Secure")
    if partitioned:
        parts.append("Partitioned")
    return "; ".join(parts)


def variants(name: str, item: Item, place: Place, *, paths: Iterable[str] | None = None) -> list[str]:
    """Return every deleting line for a name, the declared ones first.

    ``paths`` limits them to some paths; by default these are ``/``, the declared ones, and, for what scripts may have
    set, each directory of the page.
    """
    if not _WRITABLE.fullmatch(name):
        return []
    if "Host-" in prefix_of(name):
        return [_line(name, "", "/", secure=True, partitioned=flag) for flag in _flags(item)]
    mine = [domain for domain in item.domains if _covers(domain, place.host)]
    domains = _unique([*(mine or [""]), "", *mine, *parents(place.host)])
    if paths is None:
        paths = [*item.paths, "/", *(directories(place.page) if item.set_by != "server" else ())]
    secure = place.secure or prefix_of(name) != ""
    pairs = [(domain, path) for path in _unique(paths) for domain in domains]
    declared = {(domain, path) for domain in (mine or [""]) for path in item.paths}
    pairs.sort(key=lambda pair: pair not in declared)
    return [_line(name, *pair, secure=secure, partitioned=flag) for pair in pairs for flag in _flags(item)]


def declared_variants(name: str, item: Item, place: Place) -> list[str]:
    """Return the lines for the domains and paths that the declaration names."""
    lines = variants(name, item, place)
    mine = [domain for domain in item.domains if _covers(domain, place.host)]
    return lines[: len(mine or [""]) * len(_unique(item.paths)) * len(_flags(item))]


def _flags(item: Item) -> tuple[bool, ...]:
    return (False, True) if item.partitioned else (False,)


def _covers(domain: str, host: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _shows(path: str, page: str) -> bool:
    """Whether a request for ``page`` carries cookies of ``path`` (RFC 6265bis, section 5.1.4)."""
    return page == path or (page.startswith(path) and (path.endswith("/") or page[len(path) : len(path) + 1] == "/"))


def hidden(
    policy: Policy, allows: Callable[[str], bool], address: str, page: str
) -> Iterator[tuple[str, Item, list[str]]]:
    """Yield refused items of which a request for ``address`` cannot show every path: name, item, those paths.

    ``page`` is where the visitor came from; scripts may have set cookies for its directories.
    """
    for item in policy.snapshot.items:
        if item.kind != COOKIE or item.necessary or "*" in item.name or allows(item.purpose):
            continue
        places = [*item.paths, *(directories(page) if item.set_by != "server" else ())]
        if paths := [path for path in places if not _shows(path, address)]:
            yield canonical(item.name), item, paths


def room(response: HttpResponseBase) -> int:
    """Return the bytes left for deleting lines: the budget less what the answer sets, and less long other headers."""
    cookies = sum(len(morsel.OutputString()) + OVERHEAD for morsel in dict.values(response.cookies))
    others = sum(len(name) + len(value) + len(": \r\n") for name, value in response.items())
    return conf.HEADER_BUDGET - cookies - max(0, others - OTHER_HEADERS)


def fill(lines: Iterable[str], budget: int, taken: Iterable[str] = ()) -> list[str]:
    """Return the first lines that fit into ``budget`` bytes of headers, without those in ``taken``."""
    chosen: dict[str, None] = dict.fromkeys(taken)
    room = budget - sum(len(line) + OVERHEAD for line in chosen)
    for line in lines:
        if line in chosen:
            continue
        room -= len(line) + OVERHEAD
        if room < 0:
            break
        chosen[line] = None
    return list(chosen)
