"""Text from outside: cleaned, parsed strictly, and written out so that no reader mistakes it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Container, Iterable
from typing import Any, Final
from urllib.parse import quote, urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from onvif_privacy.core.cards import find_cards as find_cards
from onvif_privacy.core.recognising import Contact as Contact
from onvif_privacy.core.recognising import find_contacts as find_contacts
from onvif_privacy.core.recognising import find_hidden_cards as find_hidden_cards

MAX_JSON_BYTES: Final = 64 * 1024
MAX_JSON_DEPTH: Final = 32
_CONTROLS = re.compile(r"[\x01-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = r"[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_TAGS = {"p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "hr"}


class BadJson(ValueError):
    """The body is not the strict JSON that the house reads. Answer 400."""


def clean(value: str, length: int) -> str:
    """Return ``value`` as every database stores it: NUL to U+FFFD, surrogates replaced, other C0 removed, then cut."""
    value = value[: length * 4]  # bounded work on hostile input
    value = _SURROGATES.sub("\ufffd", value.replace("\0", "\ufffd"))
    return _CONTROLS.sub("", value)[:length]


def _refuse_constant(name: str) -> None:
    raise BadJson(f"{name} is not a JSON number.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise BadJson("A key stands twice.")
    return result


def _integer(digits: str) -> int:
    # Length first: converting a million digits is slow.
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise BadJson("An integer does not fit into 64 bits.")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise BadJson("A number is out of range.")
    return value


def _depth(text: str) -> int:
    deepest = depth = 0
    inside = escaped = False
    for char in text:
        if inside:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                inside = False
        elif char == '"':
            inside = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _storable(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or _SURROGATES.search(value):
            raise BadJson("A string holds NUL or half a character.")
    elif isinstance(value, list):
        for item in value:
            _storable(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _storable(key)
            _storable(item)


def loads(body: bytes) -> Any:
    """Parse strict JSON; raises BadJson.

    At most 64 kB and 32 levels, UTF-8 without BOM, no key twice, no NaN or infinity, integers within 64 bits, no NUL
    and no lone surrogate (PostgreSQL stores neither). RFC 8259, narrower where it leaves freedom.
    """
    if len(body) > MAX_JSON_BYTES:
        raise BadJson("The body is larger than 64 kB.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadJson("The body is not UTF-8.") from None
    if text.startswith("\ufeff"):
        raise BadJson("The body starts with a byte order mark.")
    if _depth(text) > MAX_JSON_DEPTH:
        raise BadJson("The body is nested too deeply.")
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_float
        )
    except BadJson:
        raise
    except (ValueError, RecursionError):
        raise BadJson("The body is not JSON.") from None
    _storable(value)
    return value


def _port(parts: Any) -> str | None:
    try:
        port = parts.port
    except ValueError:
        return None
    return f":{port}" if port and port != (80 if parts.scheme == "http" else 443) else ""


def _newer_than_idna(name: str) -> bool:
    fillers = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters then, nothing now
    return any(unicodedata.ucd_3_2_0.category(char) == "Cn" or char in fillers for char in name)


def _host(name: str) -> str | None:
    """Return a host name as resolvers use it; None for what is no name, or names another host in a browser."""
    try:
        ascii_name = name.lower() if name.isascii() else name.encode("idna").decode("ascii")
        # Python's IDNA (RFC 3490) turns ß into ss, drops joiners and knows Unicode 3.2 only: a browser would
        # open another site.
        if not name.isascii() and (ascii_name.encode().decode("idna") != name.lower() or _newer_than_idna(name)):
            return None
    except UnicodeError:
        return None
    return ascii_name if len(ascii_name) <= 253 and _NAME.fullmatch(ascii_name) else None


def safe_url(url: str, *, hosts: Iterable[str] = (), schemes: Container[str] = ("https",)) -> str | None:
    """Return an address that may stand in ``href`` or ``Location``, put together again from its parts; else None.

    A local target is one ``/`` not followed by another. Any other address must be https (or http, where ``schemes``
    says so) on one of ``hosts``, without user info. Control characters, spaces and backslashes are refused before
    parsing, because browsers drop or turn them (Django's own helper accepts strings that lead off-site as ``href``).
    """
    if not url or len(url) > 2048 or _UNSAFE_IN_URL.search(url) or _SURROGATES.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    tail = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    tail += f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    tail += f"#{quote(parts.fragment, safe='/%:@!$&()*+,;=~-._?')}" if parts.fragment else ""
    if url.startswith("/"):
        return tail if not url.startswith("//") and not tail.startswith("//") else None
    host, port = _host(parts.hostname or ""), _port(parts)
    if parts.scheme not in schemes or host is None or port is None or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{host}{port}{tail}" if host in {_host(name) for name in hosts} else None


def host(name: str) -> str | None:
    """Return a host name in ASCII and lower case, as resolvers use it; None for what is none."""
    return _host(name.rstrip("."))


def csv_cell(value: object) -> str:
    """Return a cell that no spreadsheet runs: a value that starts with ``= + - @``, TAB or CR is prefixed by ``'``."""
    cell = str(value)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def outside_url(url: str, *, schemes: Container[str] = ("https",)) -> str | None:
    """Return an address on any host as `safe_url` puts it together; None for a local or unsafe one."""
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return safe_url(url, hosts=(name,), schemes=schemes) if name and not url.startswith("/") else None


def _href_of(schemes: Container[str]) -> Callable[[str, str, str], str | None]:
    def judged(tag: str, attribute: str, value: str) -> str | None:
        if attribute != "href":
            return value
        if value.startswith(("mailto:", "#")) and not _UNSAFE_IN_URL.search(value):
            return value
        return outside_url(value, schemes=schemes) or safe_url(value)

    return judged


def sanitised(html: str, *, tags: Iterable[str] = (), schemes: Container[str] = ("https",)) -> SafeString:
    """Return HTML with the profile's tags only (plus ``tags``), ``href`` and ``title``, and safe addresses."""
    cleaned = nh3.clean(
        html,
        tags=_TAGS | set(tags),
        attributes={"a": {"href", "title"}},
        url_schemes={"https", "http", "mailto"},
        attribute_filter=_href_of(schemes),
        link_rel="noopener noreferrer",
    )
    return mark_safe(cleaned)  # noqa: S308 - nh3's output under our own profile


_MARKDOWN = MarkdownIt("js-default").disable("image")


def markdown(source: str, *, tags: Iterable[str] = (), schemes: Container[str] = ("https",)) -> SafeString:
    """Render Markdown (CommonMark, raw HTML stays text, no pictures) through the house's one profile."""
    return sanitised(_MARKDOWN.render(source), tags=tags, schemes=schemes)
