"""Links in HTML: marked where they lead to other sites, text where they must not lead."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from onvif_privacy.community.services.leading import Judge
from onvif_privacy.core.text import safe_url

REL: Final = "noopener noreferrer"
_LINK: Final = re.compile(r"<a(?=[\s/>])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>|</a\s*>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"([^\s=>\"'/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+))?")
_OWN: Final = {"href", "rel", "ping", "referrerpolicy", "download"}
_RELATIVE: Final = re.compile(r"[^:/?#\\\x00-\x20\x7f]+(?:[/?#][^\\\x00-\x20\x7f]*)?|\?[^\\\x00-\x20\x7f]*")
_INSIDE: Final = ("#", "mailto:", "tel:")


def mark() -> SafeString:
    """Return what stands behind a link to another site: an arrow, and its words for those who do not see it."""
    return format_html(
        '<span class="privacy-outbound"><span aria-hidden="true">&#8599;</span>'
        '<span class="privacy-outbound-words"> ({})</span></span>',
        _("other site"),
    )


def outbound(value: str) -> SafeString:
    """Return HTML with each link judged and marked. Only links are changed: clean what others wrote before."""
    return mark_safe("".join(_written(value)))  # noqa: S308 - the HTML that came in, with links of our own making


def link(url: str, words: str) -> SafeString:
    """Return one link, with words that are HTML already; the words alone where it must not lead."""
    return outbound(str(format_html('<a href="{}">{}</a>', url, mark_safe(words))))  # noqa: S308 - as the caller says


def _written(value: str) -> Iterator[str]:
    at, closing, sign, judge = 0, "", mark(), Judge()
    for found in _LINK.finditer(value):
        yield value[at : found.start()]
        at = found.end()
        if found[1] is None:
            yield closing
            closing = ""
        else:
            if closing:
                yield closing  # a link within a link: browsers end the outer one here
            opening, closing = _judged(found[0], found[1], sign, judge)
            yield opening
    yield value[at:]


def _judged(whole: str, inside: str, sign: str, judge: Judge) -> tuple[str, str]:
    """Return what stands in the place of a link's two tags."""
    attributes: dict[str, str] = {}
    for name, quoted in _ATTRIBUTE.findall(inside):
        attributes.setdefault(name.lower(), html.unescape(quoted[1:-1] if quoted[:1] in "\"'" and quoted else quoted))
    url = attributes.get("href")
    if url is None or _stays(url):
        return whole, "</a>"
    target = judge.target(url)
    if not target.href:
        return "", ""
    kept = "".join(f' {name}="{html.escape(one)}"' for name, one in attributes.items() if name not in _OWN)
    href = html.escape(target.href)
    if not target.site:
        return f'<a href="{href}"{kept}>', "</a>"
    return f'<a href="{href}" rel="{REL}"{kept}>', f"{sign}</a>"


def _stays(url: str) -> bool:
    """Whether an address needs no judging: a place in the page, a mail, or a path relative to it."""
    if url.startswith(_INSIDE):
        return safe_url(f"/{url}") is not None
    return url == "" or _RELATIVE.fullmatch(url) is not None
