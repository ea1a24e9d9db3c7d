"""The pages of "My details": one person's own, kept by nobody on the way, without a word to other sites."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.people import services
from onvif_privacy.people.models import Address, ContactPoint
from onvif_privacy.people.testing import AddressFactory, EmailFactory, PhoneFactory, ProfileFactory
from tests import corpora

pytestmark = pytest.mark.django_db

MINE = "/privacy/people/"


def url(name: str, *args: Any) -> str:
    return reverse(f"onvif_privacy_people:{name}", args=args)


def every_address(subject: Subject) -> list[str]:
    contact, address = EmailFactory(subject=subject), AddressFactory(subject=subject)
    return [
        MINE,
        url("profile"),
        url("contact-add", "email"),
        url("contact-add", "phone"),
        url("contact-prefer", contact.pk),
        url("contact-proof", contact.pk),
        url("contact-forget", contact.pk),
        url("address-choose"),
        url("address-add", "billing"),
        url("address", address.pk),
        url("address-forget", address.pk),
        url("prove", "nonsense"),
    ]


def test_every_page_has_the_headers_of_a_closed_page(signed_in: Client, person: Subject) -> None:
    for address in every_address(person):
        for method in ("get", "post"):
            response = getattr(signed_in, method)(address)
            assert "no-store" in response["Cache-Control"], (method, address)
            assert "private" in response["Cache-Control"]
            assert response["Referrer-Policy"] == "same-origin"
            assert response["X-Content-Type-Options"] == "nosniff"
            assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
            assert "Cookie" in response["Vary"]


def test_strangers_are_asked_to_sign_in(client: Client, person: Subject) -> None:
    for address in every_address(person)[:-1]:
        for method in (client.get, client.post):
            response = method(address)
            if response.status_code != 405:
                assert response["Location"].startswith("/accounts/login/?next="), address


def test_another_persons_rows_are_as_missing_as_none(signed_in: Client, person: Subject) -> None:
    other = subjects.for_user(User.objects.create_user("bob"))
    contact, address = EmailFactory(subject=other), AddressFactory(subject=other)
    for name, pk in [
        ("contact-prefer", contact.pk),
        ("contact-proof", contact.pk),
        ("contact-forget", contact.pk),
        ("address", address.pk),
        ("address-forget", address.pk),
    ]:
        theirs, missing = signed_in.post(url(name, pk)), signed_in.post(url(name, uuid.uuid4()))
        assert (theirs.status_code, missing.status_code) == (404, 404)
        assert theirs.content == missing.content
    assert ContactPoint.objects.count() == Address.objects.count() == 1


def test_looking_writes_nothing(signed_in: Client, user: User) -> None:
    for address in (MINE, url("profile"), url("address-add", "home"), url("contact-add", "email")):
        assert signed_in.get(address).status_code == 200
    assert not Subject.objects.filter(user=user).exists()


def test_everything_that_was_given_is_shown(signed_in: Client, person: Subject) -> None:
    ProfileFactory(subject=person, name="Alice Example")
    EmailFactory(subject=person, value="alice@example.org")
    PhoneFactory(subject=person, value="+49 30 901820")
    AddressFactory(subject=person, line1="Canary Road 1")
    page = signed_in.get(MINE).content.decode()
    for word in ("Alice Example", "alice@example.org", "Canary Road 1", "+49 30 901820"):
        assert word in page


def test_queries_of_the_overview_do_not_grow(
    signed_in: Client, person: Subject, django_assert_max_num_queries: Any
) -> None:
    ProfileFactory(subject=person)
    for _number in range(6):
        EmailFactory(subject=person)
        AddressFactory(subject=person)
    with django_assert_max_num_queries(24):
        signed_in.get(MINE)


def test_name_contact_and_address_are_added_changed_and_forgotten(signed_in: Client, person: Subject) -> None:
    assert signed_in.post(url("profile"), {"name": "Alice", "organisation": ""}).status_code == 303
    email = {"email": "alice@example.org", "use": "work"}
    assert signed_in.post(url("contact-add", "email"), email).status_code == 303
    address = {"billing_country": "US", "billing_line1": "1 Main St", "billing_locality": "Springfield"}
    address |= {"billing_region": "IL", "billing_postcode": "62701", "label": "Office"}
    assert signed_in.post(url("address-add", "billing"), address).status_code == 303
    found = services.details(person)
    assert (found.profile["name"], found.contacts[0].use, found.addresses[0].values["label"]) == (
        "Alice",
        "work",
        "Office",
    )
    row = Address.objects.get()
    form = signed_in.get(url("address", row.pk)).content.decode()
    assert 'value="1 Main St"' in form
    assert "ZIP code" in form
    assert signed_in.post(url("address", row.pk), {**address, "billing_line1": "2 Main St"}).status_code == 303
    assert services.details(person).addresses[0].values["line1"] == "2 Main St"
    assert signed_in.post(url("address-forget", row.pk)).status_code == 303
    assert signed_in.post(url("contact-forget", ContactPoint.objects.get().pk)).status_code == 303
    left = services.details(person)
    assert (left.addresses, left.contacts) == ((), ())


def test_wrong_values_come_back_with_the_reason_and_in_no_address(signed_in: Client) -> None:
    response = signed_in.post(url("contact-add", "email"), {"email": "nobody", "use": "home"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Enter a valid e-mail address." in page
    assert 'aria-invalid="true"' in page
    assert "nobody" not in response.headers.get("Location", "")


def test_country_is_changed_by_a_button(signed_in: Client) -> None:
    response = signed_in.post(url("address-add", "home"), {"home_country": "IN", "update": "home", "label": "Mum"})
    page = response.content.decode()
    assert "PIN code" in page
    assert 'value="Mum"' in page
    assert "errorlist" not in page


def test_posts_without_a_token_are_refused(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(url("profile"), {"name": "Mallory"}).status_code == 403
    assert not Subject.objects.filter(user=user).exists()


def test_unknown_kinds_and_uses_are_not_found(signed_in: Client) -> None:
    for address in (url("contact-add", "fax"), url("address-add", "moon")):
        assert signed_in.get(address).status_code == 404


def test_hostile_texts_are_shown_as_text(signed_in: Client, person: Subject) -> None:
    for number, text in enumerate(corpora.texts("naughty-strings")):
        if number % 20 == 0 and text.strip():
            signed_in.post(url("profile"), {"name": text[:200].encode("utf-8", "replace").decode(), "organisation": ""})
            page = signed_in.get(MINE).content.decode()
            assert "<script>alert" not in page
