"""Staff see masks; what they reveal, for which purpose, and whom they looked at is recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from onvif_privacy.core import ledger, subjects
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.roles import make_groups
from onvif_privacy.people.models import DemographicRelease
from onvif_privacy.people.services import demographics
from onvif_privacy.people.testing import AddressFactory, EmailFactory, ProfileFactory
from tests.people.test_demographics import TABLES, answers

pytestmark = pytest.mark.django_db

LIST = "/admin/onvif_privacy_people/person/"


def staff(*rights: str) -> Client:
    user = User.objects.create_user(f"staff{len(rights)}", is_staff=True)
    for right in rights:
        user.user_permissions.add(
            Permission.objects.get(codename=right, content_type__app_label="onvif_privacy_people")
        )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def kept(person: Subject) -> Subject:
    """Somebody with a name, an e-mail address and a postal one."""
    ProfileFactory(subject=person, name="Alice Canary")
    EmailFactory(subject=person, value="alice@canary.example")
    AddressFactory(subject=person, line1="Canary Road 1")
    return person


def screen(person: Subject) -> str:
    return f"{LIST}{person.pk}/change/"


def kinds(kind: str) -> list[dict[str, Any]]:
    return [ledger.opened(one) for one in Entry.objects.filter(kind=kind)]


def test_looking_shows_masks_and_is_recorded(kept: Subject) -> None:
    client = staff("view_person")
    page = client.get(screen(kept)).content.decode()
    assert "•••" in page
    assert "anary" not in page
    assert 'name="purpose"' not in page
    assert len(kinds("people.viewed")) == 1
    assert client.post(screen(kept), {"purpose": "operation"}).status_code == 403


def test_revealing_needs_a_right_and_a_purpose_and_is_recorded(kept: Subject) -> None:
    client = staff("view_person", "reveal_person")
    for wrong in ("", "own_access", "device_memory", "security", "nonsense"):
        assert client.post(screen(kept), {"purpose": wrong}).status_code == 403
    response = client.post(screen(kept), {"purpose": "operation"})
    page = response.content.decode()
    for word in ("Alice Canary", "alice@canary.example", "Canary Road 1"):
        assert word in page
    assert "no-store" in response["Cache-Control"]
    read = kinds("gate.read")
    assert {one["purpose"] for one in read} == {"operation"}
    reference = subjects.for_user(User.objects.get(username="staff2")).reference
    assert {one["actor"] for one in read} == {reference}


def test_restricted_people_stay_masked(kept: Subject) -> None:
    subjects.restrict(kept)
    page = staff("view_person", "reveal_person").post(screen(kept), {"purpose": "operation"}).content.decode()
    assert "anary" not in page


def test_search_takes_a_full_address_or_a_reference_only(kept: Subject) -> None:
    client = staff("view_person")
    for term, found in (
        ("ALICE@canary.example", True),
        (kept.reference, True),
        ("alice", False),
        ("canary.example", False),
        ("' OR 1=1 --", False),
    ):
        assert (screen(kept) in client.get(LIST, {"q": term}).content.decode()) is found, term


def test_without_the_right_nothing_is_seen(kept: Subject) -> None:
    client = staff()
    assert client.get(LIST).status_code == 403
    assert client.get(screen(kept)).status_code == 403


def test_forged_posts_change_nothing(kept: Subject) -> None:
    admin = User.objects.create_superuser("root")
    client = Client()
    client.force_login(admin)
    for address in ("add/", f"{kept.pk}/delete/", f"{kept.pk}/"):
        assert client.post(f"{LIST}{address}", {"post": "yes", "user": ""}).status_code in (302, 403, 404)
    kept.refresh_from_db()
    assert kept.user is not None
    for name in ("demographiccount", "demographictray", "sensitivevalue", "contactpoint"):
        assert client.get(f"/admin/onvif_privacy_people/{name}/").status_code == 404


def test_list_does_not_grow_in_queries(kept: Subject, django_assert_max_num_queries: Any) -> None:
    for _number in range(5):
        ProfileFactory()
    client = staff("view_person")
    with django_assert_max_num_queries(8):
        assert client.get(LIST).status_code == 200


def test_releases_are_shown_with_hidden_numbers_in_words(settings: Any) -> None:
    settings.ONVIF_PRIVACY_K = 5
    with temporarily(*TABLES):
        answers(9)
        answers(8, gender="male")
        answers(3, gender="male", age_band=70)
        demographics.release(today=date(2100, 1, 1))
    client = staff("view_demographicrelease")
    with temporarily(*TABLES):
        for one in DemographicRelease.objects.all():
            address = reverse("admin:onvif_privacy_people_demographicrelease_change", args=[one.pk])
            page = client.get(address).content.decode()
            assert "in all" in page
            if one.table_name == "age_by_gender":
                assert "fewer than 5" in page


def test_ready_made_groups_may_reveal() -> None:
    make_groups()
    reveal = Permission.objects.get(codename="reveal_person", content_type__app_label="onvif_privacy_people")
    allowed = reveal.group_set.values_list("name", flat=True)
    assert set(allowed) == {"Privacy officer", "Privacy support"}
