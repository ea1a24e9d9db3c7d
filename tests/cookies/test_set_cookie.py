"""Set-Cookie lines, read the way browsers read them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.cookies.services.set_cookie import SetCookie, default_path, read_date

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("line", "remaining"),
    [
        ("a=1", None),
        ("a=1; Max-Age=0", 0),
        ("a=1; max-age=-5", -5),
        ("a=1; Max-Age=60", 60),
        ("a=1; Max-Age=0; Max-Age=60", 60),
        ("a=1; Max-Age=0x", None),
        ("a=1; Max-Age=+60", None),
        ("a=1; Max-Age=", None),
        ("a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 60),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", -NOW),
        ("a=1; Expires=rubbish", None),
        ("a=1; Expires=rubbish; Max-Age=5", 5),
        ("a=1; path=/; Max-Age=9; Path=/x", 9),
    ],
)
def test_lifetime_is_what_a_browser_makes_of_it(line: str, remaining: float | None) -> None:
    assert SetCookie.parse(line).remaining(NOW) == remaining


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
        ("Thu Jan  1 00:00:00 1970", 0),
        ("01 Jan 70 00:00:00", 0),
        ("1 January 2070 0:0:0 GMT", 3155760000),
        ("Thu, 01 Jan 1600 00:00:00 GMT", None),
        ("Thu, 32 Jan 2030 00:00:00 GMT", None),
        ("Thu, 01 Foo 2030 00:00:00 GMT", None),
        ("2030-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_dates_are_read_by_the_rules_of_the_standard(text: str, moment: float | None) -> None:
    assert read_date(text) == moment


@given(st.text(max_size=40))
def test_no_line_is_an_error(line: str) -> None:
    cookie = SetCookie.parse(line)
    cookie.remaining(NOW)
    cookie.prefix_broken("/")
    assert SetCookie.parse(cookie.line()).name == cookie.name


@pytest.mark.parametrize(
    ("page", "path"), [("/", "/"), ("/a", "/"), ("/a/", "/a"), ("/a/b", "/a"), ("", "/"), ("x/y", "/")]
)
def test_default_path_is_the_directory_of_the_page(page: str, path: str) -> None:
    assert default_path(page) == path


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("__Host-a=1; Secure; Path=/", False),
        ("__host-a=1; Secure; Path=/", False),
        ("__Host-a=1; Path=/", True),
        ("__Host-a=1; Secure", True),
        ("__Host-a=1; Secure; Path=/x", True),
        ("__Host-a=1; Secure; Path=/; Domain=example.com", True),
        ("__Secure-a=1; Secure", False),
        ("__SECURE-a=1", True),
        ("__Http-a=1; Secure; HttpOnly", False),
        ("__Http-a=1; Secure", True),
        ("__Host-Http-a=1; Secure; HttpOnly; Path=/", False),
        ("__Host-Http-a=1; Secure; Path=/", True),
        ("__hOsT-hTtP-a=1; HttpOnly; Path=/", True),
        ("_Host-a=1", False),
    ],
)
def test_broken_prefix_is_noticed_in_every_spelling(line: str, broken: bool) -> None:
    assert SetCookie.parse(line).prefix_broken("/x/y") is broken


def test_cut_cookie_lives_as_long_as_declared() -> None:
    cookie = SetCookie.parse("a=1; Path=/; Max-Age=999; Secure").cut(60, NOW)
    assert cookie.remaining(NOW) == 60
    assert cookie.line().startswith("a=1; Path=/; Secure; Max-Age=60; Expires=")
    assert SetCookie.parse("a=1; Max-Age=999").cut(None, NOW).line() == "a=1"


def test_present_time_is_a_date_of_its_own() -> None:
    assert read_date(time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(NOW))) == NOW
