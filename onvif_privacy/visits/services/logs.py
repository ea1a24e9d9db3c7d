"""Reading the lines of web server logs: Apache's and nginx's common and combined formats, and others by description.

Parsing is linear in the length of a line; a line that does not fit its format whole is refused, not guessed at.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

QUOTED = r'[^"\\]*(?:\\.[^"\\]*)*'

COMMON = r'(?P<peer>\S+) \S+ [^\[]*\[(?P<time>[^\]]+)\] "(?P<request>' + QUOTED + r')" (?P<status>\d{3}) \S+'
COMBINED = COMMON + rf' "(?P<referrer>{QUOTED})" "(?P<agent>{QUOTED})"'

# What Apache's LogFormat and nginx's log_format call the fields we read. Everything else in a format is skipped.
FIELDS = {
    "%h": "peer",
    "%a": "peer",
    "$remote_addr": "peer",
    "%t": "time",
    "$time_local": "time",
    "$time_iso8601": "time",
    "%r": "request",
    "$request": "request",
    "%s": "status",
    "%>s": "status",
    "$status": "status",
    "%{Referer}i": "referrer",
    "$http_referer": "referrer",
    "%{User-Agent}i": "agent",
    "$http_user_agent": "agent",
}
NEEDED = ("time", "request", "status")
_DIRECTIVE = re.compile(r"%[<>]?(?:\{[^}]*\})?[A-Za-z]|\$[a-z_0-9]+")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1
    )
}
_STAMP = re.compile(r"(\d{2})/([A-Z][a-z]{2})/(\d{4}):(\d{2}):(\d{2}) ?([+-]\d{2})(\d{2})")
MINUTES_CACHED = 4096


class BadLine(ValueError):
    """The line does not fit the format."""


class BadFormat(ValueError):
    """The description of the format cannot be used; the message says why."""


class Line(NamedTuple):
    """What one line says. ``target`` is the path without query, decoded once; ``agent`` is None where not logged."""

    at: int
    peer: str
    method: str
    target: str
    status: int
    referrer: str
    agent: str | None


@dataclass(frozen=True)
class Format:
    """A compiled format; ``combined`` reads lines of the common format too."""

    pattern: re.Pattern[str]
    shorter: re.Pattern[str] | None = None

    def read(self, line: str) -> Line:
        """Read one line without its line end; raises BadLine."""
        found = self.pattern.fullmatch(line) or (self.shorter and self.shorter.fullmatch(line))
        if not found:
            raise BadLine
        values = found.groupdict()
        method, _space, rest = values["request"].partition(" ")
        return Line(
            at=_seconds(values["time"]),
            peer=values.get("peer") or "",
            method=method,
            target=_target(rest),
            status=int(values["status"]),
            referrer=values.get("referrer") or "",
            agent=values.get("agent"),
        )


def known(name: str) -> Format:
    """Return the format ``combined`` or ``common``, or the one a LogFormat or log_format string describes.

    Raises BadFormat where such a string leaves out time, request or status.
    """
    if name == "combined":
        return Format(re.compile(COMBINED), re.compile(COMMON))
    if name == "common":
        return Format(re.compile(COMMON))
    return Format(re.compile(_described(name)))


def _described(format_: str) -> str:
    """Turn the string of a LogFormat or log_format into a regular expression."""
    parts, seen, end = [], set(), 0
    for directive in _DIRECTIVE.finditer(format_):
        parts.append(re.escape(format_[end : directive.start()]))
        end = directive.end()
        field = FIELDS.get(directive.group())
        quoted = format_[directive.start() - 1 : directive.start()] == '"'
        inside = QUOTED if quoted else r"[^\]]+" if format_[end : end + 1] == "]" else r"\S*"
        if directive.group() == "%t":
            parts.append(r"\[(?P<time>[^\]]+)\]")
        else:
            parts.append(f"(?P<{field}>{inside})" if field and field not in seen else inside)
        seen.add(field)
    parts.append(re.escape(format_[end:]))
    if missing := [name for name in NEEDED if name not in seen]:
        raise BadFormat(f"The format must hold {', '.join(missing)}. It may use {' '.join(FIELDS)}.")
    return "".join(parts)


_minutes: dict[str, int] = {}


def _seconds(stamp: str) -> int:
    """Seconds since 1970 of ``17/May/2015:10:05:03 +0000`` or an ISO 8601 time; raises BadLine."""
    minute = stamp[:17] + stamp[20:]
    start = _minutes.get(minute)
    if start is None:
        start = _minute(stamp, minute)
    try:
        return start + int(stamp[18:20]) if start >= 0 else _iso(stamp)
    except ValueError:
        raise BadLine from None


def _minute(stamp: str, key: str) -> int:
    """Seconds since 1970 of the minute of a stamp; -1 where it is of another form."""
    found = _STAMP.fullmatch(key)
    if found is None:
        return -1
    day, month, year, hour, minute, zone_hours, zone_minutes = found.groups()
    try:
        moment = dt.datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), tzinfo=dt.UTC)
    except (ValueError, KeyError):
        raise BadLine from None
    offset = int(zone_hours) * 3600 + int(zone_hours[0] + zone_minutes) * 60
    if len(_minutes) >= MINUTES_CACHED:
        _minutes.clear()
    start = _minutes[key] = _plausible(int(moment.timestamp()) - offset)
    return start


def _iso(stamp: str) -> int:
    moment = dt.datetime.fromisoformat(stamp)
    if moment.tzinfo is None:
        raise BadLine
    return _plausible(int(moment.timestamp()))


def _plausible(seconds: int) -> int:
    """Refuse times before 1970 and after 2106: no log is from there, and calendars end."""
    if not 0 <= seconds < 2**32:
        raise BadLine
    return seconds


def _target(rest: str) -> str:
    """Path of a request target without query and protocol; empty for what is no path."""
    target = rest.rpartition(" HTTP/")[0] or rest
    if target.startswith(("http://", "https://")):
        try:
            target = urlsplit(target).path or "/"
        except ValueError:
            return ""
    path = target.partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        return ""
    return unquote(path) if "%" in path else path
