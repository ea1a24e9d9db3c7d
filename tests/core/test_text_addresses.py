"""Addresses that may stand in ``href`` and ``Location``, judged by rules of browsers written down apart from ours."""

from __future__ import annotations

from itertools import product
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.text import safe_url
from tests import corpora

OURS = "ours.example"


def browser_host(address: str) -> str:
    """Return the host that a browser on our site opens for an address (WHATWG URL, the part that decides the host).

    Written from the standard: strip C0 and space at the ends, drop TAB, LF and CR, read a backslash as a slash.
    Empty for another scheme than http or https.
    """
    text = address.strip("".join(map(chr, range(0x21)))).translate({9: None, 10: None, 13: None}).replace("\\", "/")
    scheme, colon, rest = text.partition(":")
    if colon and scheme and scheme[0].isalpha() and all(char.isalnum() or char in "+-." for char in scheme):
        if scheme.lower() not in ("http", "https"):
            return ""
        same_as_ours = scheme.lower() == "https" and not rest.startswith("//")  # then what follows is relative
        text = rest if same_as_ours else "//" + rest.lstrip("/")
    if not text.startswith("//"):
        return OURS
    authority = text.lstrip("/").split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    return authority.rpartition("@")[2].partition(":")[0].lower()


def off_site(given_address: str) -> list[str]:
    """Return what of an accepted address leads elsewhere or is not stable; empty when it is refused or good."""
    answer = safe_url(given_address, hosts=[OURS])
    if answer is None:
        return []
    found = [shown for shown in (answer, given_address) if browser_host(shown) != OURS]
    if not answer.startswith(("/", f"https://{OURS}")):
        found.append(f"neither local nor https: {answer}")
    if safe_url(answer, hosts=[OURS]) != answer:
        found.append(f"not stable: {answer}")
    return found


def test_no_string_of_slashes_backslashes_and_line_ends_leads_off_site() -> None:
    strings = ["".join(part) + "evil.example" for n in range(1, 6) for part in product("/\\\t\n\r", repeat=n)]
    assert len(strings) == 3905
    assert [address for address in strings if off_site(address)] == []
    # The judge itself knows evil: most of these do lead there as href.
    assert sum(browser_host(address) == "evil.example" for address in strings) > 1000


@pytest.mark.parametrize("corpus", ["open-redirect", "open-redirect-parameters"])
def test_no_open_redirect_payload_leads_off_site(corpus: str) -> None:
    for payload in corpora.lines(corpus):
        address = payload.decode("utf-8", "surrogateescape")
        assert off_site(address) == [], address


def test_no_naughty_string_leads_off_site() -> None:
    assert [text for text in corpora.texts("naughty-strings") if off_site(text)] == []


def test_what_is_accepted_opens_the_host_that_the_platform_tests_name() -> None:
    judged = 0
    for case in corpora.objects("url"):
        if case["base"] and not case["base"].startswith("http"):
            continue  # our pages are not opened from there
        expected = urlsplit(case.get("href", ""))
        for hosts in ([], [case.get("hostname", "")]):
            answer = safe_url(case["input"], hosts=hosts)
            if answer is None:
                continue
            judged += 1
            assert not case.get("failure"), case
            if not answer.startswith("/"):
                assert (expected.scheme, expected.hostname) == ("https", urlsplit(answer).hostname), case
            elif case["base"]:
                assert expected.netloc == urlsplit(case["base"]).netloc, case
    assert judged >= 25


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("/", "/"),
        ("/news/?page=2#top", "/news/?page=2#top"),
        ("/news/a b", None),
        ("/caf\u00e9", "/caf%C3%A9"),
        ('/"><script>', "/%22%3E%3Cscript%3E"),
        ("https://OURS.example/x", "https://ours.example/x"),
        ("https://ours.example:443/x", "https://ours.example/x"),
        ("https://ours.example", "https://ours.example"),
        ("http://ours.example/", None),
        ("https://ours.example@evil.example/", None),
        ("https://user:pw@ours.example/", None),
        ("https://ours.example.evil.example/", None),
        ("https://evil.example/", None),
        ("https:ours.example", None),
        ("//ours.example/", None),
        ("/\\evil.example", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@ours.example", None),
        ("relative/path", None),
        ("?query", None),
        ("", None),
        ("/" + "a" * 2048, None),
        ("https://[", None),
        ("https://ours.example:99999/", None),
        ("/\ud800", None),
    ],
)
def test_local_paths_and_https_of_named_hosts_only(address: str, answer: str | None) -> None:
    assert safe_url(address, hosts=[OURS]) == answer


def test_a_host_is_compared_in_the_form_that_resolvers_use() -> None:
    assert safe_url("https://b\u00fccher.example/", hosts=["xn--bcher-kva.example"]) == "https://xn--bcher-kva.example/"
    assert safe_url("https://b\u00fccher.example/", hosts=["b\u00fccher.example"]) == "https://xn--bcher-kva.example/"


@pytest.mark.parametrize("name", ["faß.de", "FAẞ.de", "βόλος.com", "a\u200db", "www‥ours.example", "-ours.example"])
def test_a_host_that_old_tables_would_turn_into_another_one_is_refused(name: str) -> None:
    assert safe_url(f"https://{name}/", hosts=[name, "fass.de", "ab"]) is None


@pytest.mark.parametrize("corpus", ["domains", "domains-ascii"])
def test_an_international_host_is_the_one_that_browsers_open_or_none_at_all(corpus: str) -> None:
    judged = 0
    for case in corpora.objects(corpus):
        answer = safe_url(f"https://{case['input']}/", hosts=[case["input"]])
        if answer is not None and case["output"] is not None:  # without output a browser opens nothing
            judged += 1
            assert answer == f"https://{case['output']}/", case
    assert judged > 20


@given(st.text(st.sampled_from("/\\.:@?#%[]\t\n\r \0aé。／") | st.characters(), max_size=30))
def test_any_text_is_refused_or_leads_home(tail: str) -> None:
    for start in ("", "/", "//", "https:", "https://", f"https://{OURS}", "javascript:"):
        assert off_site(start + tail) == []
