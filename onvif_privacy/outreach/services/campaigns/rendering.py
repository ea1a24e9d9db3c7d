"""From one Markdown source to both parts of a mail, by the same tokens: they can never say different things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it import MarkdownIt
from markdown_it.token import Token

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.text import clean, safe_url, sanitised
from onvif_privacy.outreach.models import Campaign, CampaignText
from onvif_privacy.outreach.services import purposes

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).disable("image")
NAME, UNSUBSCRIBE, SURVEY = "{name}", "{unsubscribe}", "{survey}"
PLACEHOLDERS: Final = (NAME,)
"""What a text may hold; each is replaced as it stands, nothing is run."""
NAME_LENGTH: Final = 80
_BRACES: Final = re.compile(r"\{[^{}\s]{1,40}\}")
_PICTURE: Final = re.compile(r"!\[[^\]]{0,200}\]\(")
Redirect = Callable[[str], str]


@dataclass(frozen=True)
class Parts:
    """A rendered text, with its placeholders; ``links`` are the targets as written, in order."""

    html: str
    text: str
    links: tuple[str, ...]


def is_ours(url: str) -> bool:
    """Whether an address leads to a site that the statement covers."""
    return (urlsplit(url).hostname or "") in house.SITES


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "link_open":
            yield token
        yield from _links(token.children or ())


def _inline(tokens: Sequence[Token]) -> str:
    """Return the words of a line; a link as its words and its address."""
    words, pending = "", [""]
    for token in tokens:
        if token.type in ("text", "code_inline"):
            words += token.content
        elif token.type in ("softbreak", "hardbreak"):
            words += "\n"
        elif token.type == "link_open":
            pending.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            address = pending.pop()
            words += f" <{address}>" if address else ""
    return words


def _plain(tokens: Sequence[Token]) -> str:
    """Return the plain part: blocks apart by a blank line, lists with their marks, quotes with theirs."""
    blocks, marks, numbers, tight = list[str](), list[str](), list[int](), False
    for token in tokens:
        if token.type == "paragraph_open":
            tight = token.hidden  # an item of a list without blank lines
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            numbers.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else 0)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            marks.append(f"{numbers[-1]}. " if numbers[-1] else "- ")
            numbers[-1] += 1 if numbers[-1] else 0
        elif token.type == "list_item_close":
            marks.pop()
        elif token.type == "blockquote_open":
            marks.append("> ")
        elif token.type == "blockquote_close":
            marks.pop()
        elif token.type == "inline":
            words = _marked(_inline(token.children or ()), marks)
            if tight and blocks and blocks[-1].lstrip().startswith(_MARKS):
                blocks[-1] += f"\n{words}"
            else:
                blocks.append(words)
        elif token.type in ("fence", "code_block"):
            blocks.append(_marked(token.content.rstrip("\n"), marks))
        elif token.type == "hr":
            blocks.append("-" * 40)
    return "\n\n".join(blocks)


_MARKS: Final = ("- ", *(f"{number}. " for number in range(1, 100)))


def _marked(words: str, marks: Sequence[str]) -> str:
    first = "".join(one if one == "> " or number == len(marks) - 1 else "  " for number, one in enumerate(marks))
    other = "".join(one if one == "> " else " " * len(one) for one in marks)
    return first + words.replace("\n", f"\n{other}")


def rendered(source: str, redirect: Redirect = lambda url: url) -> Parts:
    """Render Markdown to both parts; ``redirect`` gives what stands in the mail in the place of a foreign address."""
    tokens = _MARKDOWN.parse(source)
    found = []
    for token in _links(tokens):
        written = str(token.attrGet("href") or "")
        found.append(written)
        token.attrSet("href", written if is_ours(written) else redirect(written))
    html = sanitised(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}), tags=("h1", "h2"))
    return Parts(str(html), _plain(tokens), tuple(found))


def link_problem(url: str) -> str:
    """Say why an address may not stand in a mail; empty where it may."""
    host = urlsplit(url).hostname if url.startswith("https://") else None
    if host is None or safe_url(url, hosts=(host,)) is None:
        return _("A link leads to an https address: %(url)s") % {"url": url[:80]}
    if "{" in url or "%7B" in url.upper():
        return _("A link is the same for everybody, so no placeholder stands in it: %(url)s") % {"url": url[:80]}
    return ""


def problems(text: CampaignText) -> list[str]:
    """Return what keeps a text from being sent, in words for staff."""
    found = []
    if not text.subject.strip() or len(text.subject.splitlines()) > 1:
        found.append(_("The subject line is one line of text."))
    if not text.markdown.strip():
        found.append(_("The text is empty."))
    used = set(_BRACES.findall(text.subject + _without_links(text.markdown)))
    for one in sorted(used - set(PLACEHOLDERS)):
        found.append(_("There is no placeholder %(one)s.") % {"one": one})
    if _PICTURE.search(text.markdown):
        found.append(_("Pictures are not sent: they would tell who looks."))
    found += [said for url in rendered(text.markdown).links if (said := link_problem(url))]
    return found


def _without_links(markdown: str) -> str:
    return re.sub(r"\]\([^)]*\)", "]", markdown)


def whole(text: CampaignText, campaign: Campaign, redirect: Redirect = lambda url: url) -> Parts:
    """Render a text with what stands below every mail: who writes and why, and how to end it."""
    parts = rendered(text.markdown, redirect)
    purpose = purposes.asked_for(campaign.purpose)
    context = {
        "body": parts.html,
        "organisation": house.ORGANISATION,
        "address": house.ADDRESS,
        "contact": house.CONTACT,
        "purpose": purpose.label if purpose else campaign.purpose,
        "partner": campaign.party.name if campaign.party and campaign.kind == Campaign.Kind.OFFER else "",
        "affiliate": campaign.party.name if campaign.party and campaign.kind == Campaign.Kind.AFFILIATE else "",
        "survey": campaign.survey,
        "subject": text.subject,
        "language": text.language,
        "unsubscribe": UNSUBSCRIBE,
        "take_part": SURVEY,
    }
    with override(text.language):
        html = render_to_string("onvif_privacy/outreach/mails/campaign.html", context)
        plain = render_to_string("onvif_privacy/outreach/mails/campaign.txt", {**context, "body": parts.text})
    return Parts(html, plain.strip() + "\n", parts.links)


def name_shown(name: str) -> str:
    """Return a name as it may stand in a mail: one line, no control characters, not too long."""
    return " ".join(clean(name, NAME_LENGTH).split())


def filled(words: str, values: dict[str, str], *, html: bool) -> str:
    """Put values in the place of placeholders, each once and as it stands: what a value holds is never replaced."""
    pattern = re.compile("|".join(re.escape(one) for one in values))
    return pattern.sub(lambda match: escape(values[match[0]]) if html else values[match[0]], words)
