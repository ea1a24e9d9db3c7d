"""A ``Set-Cookie`` line read the way browsers read it, and written back with one attribute changed.

Source: RFC 6265bis, sections 5.1.1 (dates), 5.1.4 (paths) and 5.7 (storing). What a browser ignores is ignored here
too, since a lifetime we misread would let a cookie live longer than the statement says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.http import http_date

from onvif_privacy.cookies.services.matching import prefix_of

_DELIMITER = re.compile(r"[\x09\x20-\x2F\x3B-\x40\x5B-\x60\x7B-\x7E]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)")
_DAY = re.compile(r"(\d{1,2})(?!\d)")
_YEAR = re.compile(r"(\d{2,4})(?!\d)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MAX_AGE = re.compile(r"-?[0-9]+")


def read_date(text: str) -> float | None:
    """Return the moment (seconds since 1970) a browser reads in ``Expires``; None where it would ignore it."""
    clock = day = month = year = None
    for token in _DELIMITER.split(text):
        if clock is None and (found := _TIME.match(token)):
            clock = tuple(int(part) for part in found.groups())
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS[token[:3].lower()]
        elif year is None and (found := _YEAR.match(token)):
            year = int(found[1])
    if clock is None or day is None or month is None or year is None:
        return None
    year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    if year < 1601:
        return None
    try:
        return datetime(year, month, day, clock[0], clock[1], clock[2], tzinfo=UTC).timestamp()
    except ValueError:
        return None


def default_path(page: str) -> str:
    """Return the path of a cookie that names none, set on ``page`` (a URL path)."""
    if not page.startswith("/"):
        return "/"
    return page[: page.rfind("/")] or "/"


@dataclass(frozen=True)
class SetCookie:
    """One line: name, value, and the attributes with lower-case names, the last of each kind."""

    name: str
    value: str
    attributes: Mapping[str, str]

    @classmethod
    def parse(cls, line: str) -> SetCookie:
        """Read a line without its header name. Never fails: a browser does not either."""
        pair, _, rest = line.partition(";")
        name, found, value = pair.partition("=")
        if not found:
            name, value = "", pair
        attributes: dict[str, str] = {}
        for part in rest.split(";") if rest else ():
            key, _, text = part.partition("=")
            attributes[key.strip().lower()] = text.strip()
        return cls(name.strip(), value.strip(), attributes)

    @property
    def domain(self) -> str:
        """Return the Domain attribute, lower case and without its leading dot; empty for host-only."""
        return self.attributes.get("domain", "").lower().removeprefix(".")

    def path(self, page: str) -> str:
        """Return the path the cookie would be stored under, when it is set on ``page``."""
        path = self.attributes.get("path", "")
        return path if path.startswith("/") else default_path(page)

    @property
    def partitioned(self) -> bool:
        """Whether the line asks for a jar of its own in each embedding site."""
        return "partitioned" in self.attributes

    def remaining(self, now: float) -> float | None:
        """Return the seconds the cookie would live, not above 0 for a deletion; None for a session cookie."""
        max_age = self.attributes.get("max-age", "")
        if _MAX_AGE.fullmatch(max_age):
            return float(max_age)
        moment = read_date(self.attributes["expires"]) if "expires" in self.attributes else None
        return None if moment is None else moment - now

    def prefix_broken(self, page: str) -> bool:
        """Say whether a browser would refuse the cookie because it does not keep the promise of its prefix."""
        prefix = prefix_of(self.name)
        if not prefix:
            return False
        host_bound = "domain" not in self.attributes and self.path(page) == "/" and "path" in self.attributes
        return (
            "secure" not in self.attributes
            or ("Host-" in prefix and not host_bound)
            or ("Http-" in prefix and "httponly" not in self.attributes)
        )

    def cut(self, seconds: int | None, now: float) -> SetCookie:
        """Return the cookie with its lifetime set to ``seconds``, or made a session cookie for None."""
        kept = {key: text for key, text in self.attributes.items() if key not in ("max-age", "expires")}
        if seconds is not None:
            kept |= {"max-age": str(seconds), "expires": http_date(now + seconds)}
        return SetCookie(self.name, self.value, kept)

    def line(self) -> str:
        """Write the line again."""
        parts = [f"{self.name}={self.value}" if self.name else self.value]
        parts += [
            f"{_SPELLING.get(key, key)}={text}" if text else _SPELLING.get(key, key)
            for key, text in self.attributes.items()
        ]
        return "; ".join(parts)


_SPELLING = {
    "domain": "Domain",
    "expires": "Expires",
    "httponly": "HttpOnly",
    "max-age": "Max-Age",
    "partitioned": "Partitioned",
    "path": "Path",
    "samesite": "SameSite",
    "secure": "Secure",
}
