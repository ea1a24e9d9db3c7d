"""What staff may see, write and publish."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from onvif_privacy.cookies import privacy
from onvif_privacy.cookies.models import CookieFinding, DeclaredItem, PolicyVersion
from onvif_privacy.core.registry import temporarily
from tests.cookies.factories import DeclaredItemFactory, DeclaredItemTextFactory, FindingFactory, device_item

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

ADMIN = "/admin/onvif_privacy_cookies"


def staff(django_user_model: Any, *permissions: str) -> Client:
    """Return a client signed in as staff with these permissions of the room."""
    person = django_user_model.objects.create_user("staff", password="secret", is_staff=True)
    person.user_permissions.set(
        Permission.objects.filter(codename__in=permissions, content_type__app_label="onvif_privacy_cookies")
    )
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def publisher(django_user_model: Any) -> Client:
    return staff(django_user_model, "publish_policy", "view_policyversion", "view_policytext")


def test_publisher_sees_the_differences_and_publishes(publisher: Client, items: Any) -> None:
    page = publisher.get(f"{ADMIN}/policyversion/publish/", secure=True).content.decode()
    assert "_pk_id.*: added" in page
    response = publisher.post(f"{ADMIN}/policyversion/publish/", secure=True, follow=True)
    assert "Published as version 1." in response.content.decode()
    version = PolicyVersion.objects.get()
    assert len(version.published_by) == 22
    again = publisher.post(f"{ADMIN}/policyversion/publish/", secure=True, follow=True)
    assert "up to date" in again.content.decode()


def test_changed_words_can_be_excused_in_the_admin(publisher: Client, publish: Any) -> None:
    with temporarily(device_item("theme", text="Remembers.")):
        publish()
    with temporarily(device_item("theme", text="Remembers it.")):
        page = publisher.get(f"{ADMIN}/policyversion/publish/", secure=True).content.decode()
        assert 'name="cosmetic_preferences"' in page
        publisher.post(f"{ADMIN}/policyversion/publish/", {"cosmetic_preferences": "a word was missing"}, secure=True)
    version = PolicyVersion.objects.newest()
    assert version
    assert version.generations["preferences"] == 1


def test_contradiction_is_told_instead_of_published(publisher: Client, items: Any) -> None:
    DeclaredItemTextFactory(item=DeclaredItemFactory(name="theme"))
    page = publisher.get(f"{ADMIN}/policyversion/publish/", secure=True, follow=True).content.decode()
    assert "is declared in the admin and in" in page


def test_without_the_permission_nobody_publishes(django_user_model: Any, items: Any) -> None:
    client = staff(django_user_model, "view_policyversion")
    assert b"Look at the drafts and publish" not in client.get(f"{ADMIN}/policyversion/", secure=True).content
    for method in (client.get, client.post):
        assert method(f"{ADMIN}/policyversion/publish/", secure=True).status_code == 403
    assert not PolicyVersion.objects.exists()


def test_version_can_be_looked_at_and_not_changed(publisher: Client, published: Any) -> None:
    assert publisher.get(f"{ADMIN}/policyversion/", secure=True).status_code == 200
    page = publisher.get(f"{ADMIN}/policyversion/{published.pk}/change/", secure=True)
    assert page.status_code == 200
    assert "may we use cookies?" in page.content.decode()
    assert (
        publisher.post(f"{ADMIN}/policyversion/{published.pk}/change/", {"number": 7}, secure=True).status_code == 403
    )
    assert (
        publisher.post(f"{ADMIN}/policyversion/{published.pk}/delete/", {"post": "yes"}, secure=True).status_code == 403
    )


def test_draft_is_written_and_code_wins(django_user_model: Any, items: Any) -> None:
    client = staff(
        django_user_model, "add_declareditem", "view_declareditem", "change_declareditem", "add_declareditemtext"
    )
    data = {
        "name": "basket_*", "kind": "cookie", "purpose": "preferences", "provider": "Example", "paths": "/",
        "set_by": "either",
        "texts-TOTAL_FORMS": 1, "texts-INITIAL_FORMS": 0, "texts-MIN_NUM_FORMS": 1, "texts-MAX_NUM_FORMS": 9,
        "texts-0-language": "en", "texts-0-text": "Holds what you buy.",
    }  # fmt: skip
    assert client.post(f"{ADMIN}/declareditem/add/", data, secure=True).status_code == 302
    assert DeclaredItem.objects.get().texts.get().text == "Holds what you buy."
    page = client.post(f"{ADMIN}/declareditem/add/", {**data, "name": "theme"}, secure=True)
    assert "is declared in" in page.content.decode()
    page = client.post(f"{ADMIN}/declareditem/add/", {**data, "name": "two words"}, secure=True)
    assert "A cookie name" in page.content.decode()
    page = client.post(f"{ADMIN}/declareditem/add/", {**data, "name": "third", "third_party": "on"}, secure=True)
    assert "third party must be named" in page.content.decode()


def test_findings_are_put_aside_with_reason_and_end(django_user_model: Any) -> None:
    client = staff(django_user_model, "view_cookiefinding", "change_cookiefinding")
    finding = FindingFactory()
    data = {"action": "ignore", "_selected_action": [str(finding.pk)]}
    client.post(f"{ADMIN}/cookiefinding/", data, secure=True)
    finding.refresh_from_db()
    assert finding.ignored_until
    assert "staff" in finding.ignored_because
    assert client.get(f"{ADMIN}/cookiefinding/add/", secure=True).status_code == 403
    page = client.post(
        f"{ADMIN}/cookiefinding/{finding.pk}/change/",
        {"ignored_until": "2030-01-01", "ignored_because": ""},
        secure=True,
    )
    assert "Say why" in page.content.decode()


@pytest.mark.parametrize("page", ["policyversion", "declareditem", "cookiefinding"])
def test_query_count_does_not_grow_with_rows(
    admin_client: Client, publish: Any, page: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        with temporarily(device_item(f"item_{number}")):
            publish()
        FindingFactory.create_batch(5)
        DeclaredItemTextFactory.create_batch(2)
        DeclaredItem.objects.all()
    with django_assert_max_num_queries(8):
        assert admin_client.get(f"{ADMIN}/{page}/", secure=True).status_code == 200


def test_staff_are_told_what_waits(rf: Any, items: Any, publish: Any) -> None:
    assert (privacy.unpublished(rf.get("/")), privacy.findings(rf.get("/"))) == (1, 0)
    publish()
    FindingFactory()
    assert (privacy.unpublished(rf.get("/")), privacy.findings(rf.get("/"))) == (0, 1)
    assert CookieFinding.objects.count() == 1
