"""The redirector: one code for everybody, a stored https target, nothing passed on, counts in steps of K."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from onvif_privacy.core import links
from onvif_privacy.core.links import LinkRefused
from onvif_privacy.core.models import Link, LinkCount
from onvif_privacy.core.registry import Needs, NotDeclared, needs
from onvif_privacy.core.testing import guards, temporarily
from tests.core.factories import UserFactory
from tests.core.faults import at_statement

pytestmark = pytest.mark.django_db

TARGET = "https://partner.example/offer?from=us#top"


def page(link: Link) -> str:
    return reverse("onvif_privacy:go", args=[link.code])


def total(link: Link) -> int:
    return sum(LinkCount.objects.filter(link=link).values_list("clicks", flat=True))


def test_a_reader_is_sent_on_and_the_other_site_learns_nothing(client: Client, django_assert_num_queries: Any) -> None:
    link = links.add(TARGET)
    client.get(page(link))
    with django_assert_num_queries(2):
        answer = client.get(page(link), {"utm": "x", "next": "https://evil.example"})
    assert (answer.status_code, answer["Location"], answer.content) == (303, TARGET, b"")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert total(link) == 2


def test_the_same_address_has_one_code_and_a_campaign_one_of_its_own() -> None:
    first = links.add(TARGET)
    assert links.add(TARGET) == first
    assert links.add("HTTPS://Partner.example:443/offer?from=us#top") == first
    other = links.add(TARGET, label="OC-7")
    assert other.code != first.code
    assert links.add(TARGET, label="OC-7") == other
    assert len(first.code) == 10


def test_the_address_in_a_mail_is_that_of_the_settings(settings: Any) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = "https://shop.example.org"
    link = links.add(TARGET)
    assert links.address(link) == f"https://shop.example.org/privacy/go/{link.code}/"


def test_a_look_and_a_fetch_ahead_are_not_counted(client: Client) -> None:
    link = links.add(TARGET)
    assert client.head(page(link)).status_code == 303
    for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE"):
        assert client.get(page(link), **{name: "prefetch;prerender"}).status_code == 303
    assert total(link) == 0
    assert client.post(page(link)).status_code == 405


@pytest.mark.parametrize("code", ["no-such", "a" * 500, "%2e%2e", "0", "AAAAAAAAAA"])
def test_an_unknown_code_leads_nowhere(client: Client, code: str) -> None:
    links.add(TARGET)
    assert client.get(f"/privacy/go/{code}/").status_code == 404


def test_a_code_is_compared_as_it_is_written(client: Client) -> None:
    link = links.add(TARGET)
    if connection.vendor != "mysql":  # there upper case reads the same, and leads to the same place
        assert client.get(page(link).replace(link.code, link.code.upper())).status_code == 404
    assert link.code == link.code.lower()


HOSTILE = [
    "http://partner.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example/",
    "/\\evil.example",
    "/local/page/",
    "https://partner.example@evil.example/",
    "https://user:pw@partner.example/",
    "https:\\\\evil.example",
    "https://partner.example/\r\nSet-Cookie: a=b",
    "https://partner.example/a b",
    "https://[::1",
    "https://partner.example/?to=ada@example.org",
    "https://partner.example/?to=ada%40example.org",
    "https://partner.example/#ada.l+x@mail.example.org",
    "https://partner.example/" + "x" * 2050,
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_a_target_that_is_not_plain_https_or_names_somebody_is_refused(url: str) -> None:
    with pytest.raises(LinkRefused):
        links.add(url)
    assert not Link.objects.exists()


def test_a_page_of_our_own_is_reached_in_the_same_way(client: Client) -> None:
    link = links.add_own("/shop/?kind=door", label="AD-1")
    assert links.add_own("/shop/?kind=door", label="AD-1") == link
    assert client.get(page(link))["Location"] == "/shop/?kind=door"
    assert total(link) == 1


@pytest.mark.parametrize(
    "path", [one for one in HOSTILE if one != "/local/page/"] + [TARGET, "shop/", "/?to=ada@example.org", "/a b", "//"]
)
def test_what_is_no_page_of_our_own_or_names_somebody_is_refused(path: str) -> None:
    with pytest.raises(LinkRefused):
        links.add_own(path)
    assert not Link.objects.exists()


def test_a_page_of_somebody_known_by_a_name_after_an_at_is_no_mail_address() -> None:
    assert links.add("https://social.example/@ada").url == "https://social.example/@ada"


@given(st.text(max_size=30))
@hypothesis_settings(max_examples=60)
def test_no_text_at_all_becomes_a_target_on_another_host(tail: str) -> None:
    try:
        safe = links.target(f"https://partner.example/{tail}")
    except LinkRefused:
        return
    assert safe.startswith("https://partner.example/")
    assert not any(ord(char) < 33 or char == "\\" for char in safe)


def test_a_count_that_cannot_be_written_keeps_nobody_from_the_target(client: Client) -> None:
    link = links.add(TARGET)
    with at_statement(2):
        assert client.get(page(link))["Location"] == TARGET


# What is shown


def followed(link: Link, clicks: int, days_ago: int) -> None:
    LinkCount.objects.create(link=link, day=timezone.localdate() - timedelta(days=days_ago), clicks=clicks)


@pytest.mark.parametrize(("number", "shown"), [(0, None), (9, None), (10, 10), (19, 10), (20, 20), (12345, 12340)])
def test_counts_are_shown_in_steps_of_k_and_never_below_it(number: int, shown: int | None) -> None:
    assert links.rounded(number) == shown
    link = links.add(TARGET)
    followed(link, number, 1)
    followed(link, 500, 0)  # today can be asked again and again, so it does not count yet
    assert links.clicks(link) == shown


def test_staff_see_counts_in_steps_and_the_target_as_text(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    few, many = links.add(TARGET), links.add(TARGET, label="OC-7")
    followed(few, 9, 3)
    followed(many, 7, 2)
    followed(many, 18, 1)
    body = client.get(reverse("admin:onvif_privacy_link_changelist")).content.decode()
    assert "fewer than 10" in body
    assert '<td class="field-clicks">20</td>' in body
    assert f'href="{TARGET}"' not in body
    change = client.get(reverse("admin:onvif_privacy_link_change", args=[many.pk])).content.decode()
    assert TARGET.replace("&", "&amp;") in change
    assert 'href="https://partner.example' not in change


def test_a_list_of_links_asks_no_more_for_more_links(client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    for number in range(12):
        followed(links.add(f"{TARGET}{number}"), 20, 1)
    with django_assert_max_num_queries(8):
        client.get(reverse("admin:onvif_privacy_link_changelist"))


# Held by the database, and by many at once


@pytest.mark.django_db(transaction=True)
def test_the_target_of_a_link_never_changes() -> None:
    with guards():
        link = links.add(TARGET)
        with pytest.raises(DatabaseError), transaction.atomic():
            Link.objects.filter(pk=link.pk).update(url="https://evil.example/")
        link.refresh_from_db()
        assert link.url == TARGET
        link.delete()


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_are_all_counted_and_one_address_gets_one_code() -> None:
    found: list[Link] = []
    errors: list[Exception] = []

    def reader() -> None:
        try:
            link = links.add(TARGET)
            found.append(link)
            for _ in range(5):
                links.follow(link.code, counted=True)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=reader) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({link.pk for link in found}) == 1
    assert total(found[0]) == 20


# Quiet


def test_nothing_is_stored_where_nothing_switched_links_on() -> None:
    with (
        temporarily(without=tuple((Needs, f"links:{one.by}") for one in needs.all() if one.tool == "links")),
        pytest.raises(NotDeclared, match="declare\\(Needs\\('links'"),
    ):
        links.add(TARGET)
    assert not Link.objects.exists()
