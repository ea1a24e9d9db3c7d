"""Hostile Markdown in a draft: no element or attribute beyond the profile, and nothing runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from onvif_privacy.statement.services.render import Facts, render
from onvif_privacy.statement.services.sentences import BadSource
from tests import corpora

FACTS = Facts("Example Ltd", "help@example.org", ("www.example.org",))
PROFILE = {
    *("section", "h2", "p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "hr")
}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "section": {"class", "id", "aria-labelledby"}, "h2": {"id"}}


class Reader(HTMLParser):
    """Notes each element, attribute and address."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.odd: list[tuple[str, str]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()):
                self.odd.append((tag, name))
            if name == "href":
                self.links.append(value or "")


def read(words: str, facts: Facts = FACTS) -> Reader | None:
    """Render a clause with ``words``; None where the source is refused."""
    try:
        text = render(f"# Title\n\n## Clause {{#clause}}\n\n{words}\n", facts, "en")
    except BadSource:
        return None
    assert len(text.html.encode()) <= 500_000
    reader = Reader()
    reader.feed(text.html)
    return reader


def assert_harmless(reader: Reader) -> None:
    assert reader.tags <= PROFILE
    assert reader.odd == []
    for link in reader.links:
        parts = urlsplit(link)
        assert parts.scheme in ("https", "mailto", "")
        assert not re.search(r"[\x00-\x20\\]", link)
        assert not link.startswith("//")


def test_naughty_strings_stay_text() -> None:
    seen = 0
    for text in corpora.texts("naughty-strings"):
        for words in (text, f"- {text}", f"[here]({text})", f"[{text}](https://example.org/)"):
            reader = read(words)
            if reader:
                seen += 1
                assert_harmless(reader)
    assert seen > 1900


@pytest.mark.parametrize("corpus", ["open-redirect", "open-redirect-parameters"])
def test_link_payloads_lead_nowhere_but_https(corpus: str) -> None:
    for line in corpora.lines(corpus):
        payload = line.decode("utf-8", "replace")
        for words in (f"[here]({payload})", f"[here](<{payload}>)", f"<{payload}>", f"[here][x]\n\n[x]: {payload}"):
            reader = read(words)
            if reader:
                assert_harmless(reader)


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        "[x](//evil.example)",
        "[x](http://plain.example)",
        '<a href="https://example.org" onclick="x()">x</a>',
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "```\n</section><script>alert(1)</script>\n```",
        "# not a title </section>",
    ],
)
def test_payload_leaves_no_element_and_no_address_behind(words: str) -> None:
    reader = read(words)
    if reader:
        assert_harmless(reader)
        assert reader.links in ([], ["#clause"])


def test_picture_is_never_loaded_and_becomes_a_link() -> None:
    reader = read("![pixel](https://evil.example/p.gif)")
    assert reader is not None
    assert_harmless(reader)


@pytest.mark.parametrize(
    "fact", ["<script>alert(1)</script>", "A\n\n## B {#b}\n\nC", "{contact}", "*A* & [B](https://x.example)"]
)
def test_hostile_organisation_opens_no_clause_and_runs_nothing(fact: str) -> None:
    facts = Facts(" ".join(fact.split()), FACTS.contact, FACTS.sites)
    reader = read("{organisation} keeps little.", facts)
    assert reader is not None
    assert_harmless(reader)


def test_title_and_heading_are_escaped() -> None:
    text = render("# <b>T</b>\n\n## <img src=x> {#clause}\n\nWords.\n", FACTS, "en")
    assert "<img" not in text.html
    assert "&lt;img src=x&gt;" in text.html


def test_page_larger_than_500_kB_is_refused() -> None:
    with pytest.raises(BadSource, match="500 kB"):
        render("# T\n\n## A {#a}\n\n" + "& " * 99_000, FACTS, "en")
