"""Text written out: cleaned for every database, as a spreadsheet cell, as HTML."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.text import clean, csv_cell, markdown, sanitised
from tests import corpora
from tests.core.test_text_addresses import browser_host

ANY_TEXT = st.text(st.characters() | st.sampled_from("\0\ud800\udfff\x1f\x7f\r\n\t=+-@<>\"'&"), max_size=40)


def storable(text: str) -> bool:
    """Whether PostgreSQL, MariaDB and SQLite store a text unchanged and a log line stays one line."""
    return not re.search("[\x00-\x1f\x7f\ud800-\udfff]", text)


@given(ANY_TEXT, st.integers(1, 30))
def test_cleaned_text_is_storable_short_and_stays_as_it_is(value: str, length: int) -> None:
    cleaned = clean(value, length)
    assert storable(cleaned)
    assert len(cleaned) <= length
    assert clean(cleaned, length) == cleaned


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_text_that_is_storable_already_is_left_alone(value: str) -> None:
    assert clean(value, 30) == value


def test_nul_and_half_characters_leave_a_mark_other_controls_none() -> None:
    assert clean("a\0b\ud800c\x01d\ne", 20) == "a\ufffdb\ufffdcde"


@pytest.mark.parametrize(
    "corpus", ["control-bytes", "nul-bytes", "terminal", "unicode-corrupted", "unicode-naughty", "unicode-rtl"]
)
def test_every_hostile_line_is_cleaned(corpus: str) -> None:
    for line in corpora.lines(corpus):
        for encoding in ("utf-8", "latin-1"):
            assert storable(clean(line.decode(encoding, "surrogateescape"), 512))


def test_cleaning_a_megabyte_looks_at_a_bounded_part() -> None:
    assert clean("\x01" * 1_000_000 + "late", 200) == ""


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_cell_that_a_spreadsheet_would_run_is_marked_as_text(value: str) -> None:
    assert csv_cell(value) == f"'{value}"


@pytest.mark.parametrize(("value", "cell"), [("a=1", "a=1"), (12, "12"), ("", ""), (" =1", " =1"), (None, "None")])
def test_a_harmless_cell_is_left_alone(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


def test_no_csv_payload_is_run_and_each_is_read_back_whole() -> None:
    payloads = [line.decode() for line in corpora.lines("csv")] + corpora.texts("naughty-strings")
    storable_payloads = [clean(payload, 512) for payload in payloads]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([[csv_cell(payload), "next"] for payload in storable_payloads])
    rows = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert [row[1] for row in rows] == ["next"] * len(storable_payloads)
    assert [row[0].removeprefix("'") for row in rows] == [payload.removeprefix("'") for payload in storable_payloads]
    assert not any(row[0][:1] in ("=", "+", "-", "@") for row in rows)


class Found(HTMLParser):
    """Collects what a browser would build from HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data

    def hostile(self) -> list[str]:
        """Name each element, attribute and address that the house's profile does not know."""
        known = {"p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "hr"}
        found = sorted(self.tags - known)
        for tag, name, value in self.attributes:
            if (tag, name) == ("a", "href"):
                if not value.startswith(("https://", "/", "#", "mailto:")) or value.startswith("//"):
                    found.append(f"href {value}")
                elif value.startswith("/") and browser_host(value) != "ours.example":
                    found.append(f"href {value} leads off-site")
            elif (tag, name) not in (("a", "title"), ("a", "rel")):
                found.append(f"{tag} {name}")
        return found


@pytest.mark.parametrize("corpus", ["naughty-strings"])
def test_no_naughty_string_adds_an_element_an_attribute_or_an_address(corpus: str) -> None:
    for text in corpora.texts(corpus):
        for html in (sanitised(text), markdown(text), markdown(f"[x]({text})"), markdown(f"[{text}](/x)")):
            assert Found(html).hostile() == [], text


@given(ANY_TEXT)
def test_no_text_at_all_adds_an_element_an_attribute_or_an_address(text: str) -> None:
    text = clean(text, 100)
    for html in (sanitised(text), sanitised(f'<a href="{text}" onclick="x">y</a>'), markdown(f"[x]({text}) {text}")):
        assert Found(html).hostile() == []


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "http://evil.example/",
        "//evil.example/",
        "https://[",
        "https://[::1",
        "https://user:pw@evil.example/",
        "https://a\\@b.example/",
        "mailto:a@b.example\nBcc:c@d.example",
        "relative",
    ],
)
def test_an_address_outside_the_profile_loses_its_link(address: str) -> None:
    for html in (sanitised(f'<a href="{address}">words</a>'), markdown(f"[words]({address})")):
        assert "href=" not in html
        assert "words" in Found(html).words


def test_a_backslash_in_an_address_never_reaches_a_browser() -> None:
    assert "href=" not in sanitised('<a href="/\\evil.example">x</a>')
    assert 'href="/%5Cevil.example"' in markdown("[x](/\\evil.example)")


@pytest.mark.parametrize("address", ["https://b\u00fccher.example/", "https://B\u00fccher.example/"])
def test_a_link_to_an_international_host_keeps_working(address: str) -> None:
    assert 'href="https://xn--bcher-kva.example/"' in sanitised(f'<a href="{address}">x</a>')
    assert 'href="https://xn--bcher-kva.example/"' in markdown(f"[x]({address})")


def test_a_link_elsewhere_tells_nobody_where_it_came_from() -> None:
    html = sanitised('<a href="https://other.example/a?b=1#c" title="t">x</a>')
    assert html == '<a href="https://other.example/a?b=1#c" title="t" rel="noopener noreferrer">x</a>'


def test_raw_html_and_pictures_stay_text_in_markdown() -> None:
    found = Found(markdown("<b>x</b> ![a](https://b.example/c.png) **y**"))
    assert found.tags <= {"p", "strong", "a"}
    assert "<b>x</b>" in found.words


def test_a_room_may_allow_more_tags_but_not_their_attributes() -> None:
    assert sanitised('<section onclick="x"><h2 id="a">b</h2></section>', tags=("section", "h2")) == (
        "<section><h2>b</h2></section>"
    )
