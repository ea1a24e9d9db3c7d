"""The cookies of the site itself leave when their purpose is granted, and not before."""

from __future__ import annotations

import pytest

from tests.example_project.conftest import Site

ASK = """
from django.test import Client
from onvif_privacy.cookies.services import choice_cookies
left = {}
for granted in ("", "statistics", "preferences", "marketing"):
    client = Client(headers={"host": "127.0.0.1"})
    client.get("/")
    client.cookies.load(choice_cookies(granted=granted.split()))
    left[granted] = [sorted(client.get("/products/?view=list").cookies), sorted(client.get("/film/").cookies)]
say(left)
"""


@pytest.fixture(scope="module")
def left(shown_site: Site) -> dict[str, list[list[str]]]:
    """Cookies that left with the catalogue and with the film, by what the visitor had granted."""
    found: dict[str, list[list[str]]] = shown_site.say(ASK)
    return found


@pytest.mark.parametrize(
    ("granted", "catalogue", "film"),
    [
        ("", [], []),
        ("statistics", [], []),
        ("preferences", ["catalogue_view"], []),
        ("marketing", [], ["film_viewer"]),
    ],
)
def test_cookie_leaves_only_for_who_granted_its_purpose(
    left: dict[str, list[list[str]]], granted: str, catalogue: list[str], film: list[str]
) -> None:
    assert left[granted] == [catalogue, film]


def test_statistics_script_and_film_wait_in_the_page(shown_site: Site) -> None:
    html = shown_site.say(
        'from django.test import Client\nsay(Client(headers={"host": "127.0.0.1"}).get("/about/").content.decode())'
    )
    assert 'type="text/plain" data-privacy="statistics" data-src="/static/standards/statistics.js"' in html
    assert "<iframe" not in html
