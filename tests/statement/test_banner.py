"""The notice on the pages: equal for every stranger, answered by who is signed in. Reading writes nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from onvif_privacy.core.models import Subject
from onvif_privacy.statement.models import Exposure, Text, Version
from onvif_privacy.statement.services import banner, copies, exposures, publishing
from tests.statement.factories import GERMAN, SOURCE, announced, next_draft, published, publisher

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.statement.shop_urls")]
READ = "/privacy/statement/read/"
PAGES = 200


@pytest.fixture(autouse=True)
def _templates(settings: Settings) -> None:
    place = Path(__file__).parent / "templates"
    settings.TEMPLATES = [{**django_settings.TEMPLATES[0], "DIRS": [place]}]


@pytest.fixture
def change() -> Version:
    """A material change that was announced today."""
    first = published(en=SOURCE, de=GERMAN)
    texts = {"en": SOURCE.replace("little", "less"), "de": GERMAN.replace("wenig", "weniger")}
    return announced(publishing.publish(draft=next_draft(first, "material", **texts), actor=publisher()))


def ada() -> User:
    return User.objects.get_or_create(username="ada")[0]


def signed_in() -> Client:
    client = Client()
    client.force_login(ada())
    return client


def page(client: Client, number: int = 1, **extra: Any) -> str:
    response = client.get(f"/shop/{number}/", **extra)
    assert response.status_code == 200
    return response.content.decode()


def test_all_strangers_get_the_same_bytes_and_caches_may_keep_them(change: Version) -> None:
    kept: dict[str, bytes] = {}
    for _round in range(2):
        for number in range(PAGES):
            stranger = Client()
            response = stranger.get(f"/shop/{number}/")
            assert "Set-Cookie" not in response
            assert not stranger.cookies
            assert response.get("Vary", "") in ("", "Accept-Language")
            assert response["Cache-Control"] == "public, max-age=60"
            assert b"our privacy statement changes on" in response.content.lower()
            assert kept.setdefault(f"{number}", response.content) == response.content
    assert len(set(kept.values())) == 1


def test_notice_costs_no_query_when_warm_nor_where_nothing_is_published(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assert "privacy-notice" not in page(Client())
    with django_assert_num_queries(0):
        page(Client())
    published()
    page(Client())
    with django_assert_num_queries(0):
        page(Client())


def test_notice_ends_two_weeks_after_the_change(change: Version) -> None:
    at = change.effects.get().effective_at
    for days, shown in ((-30, True), (0, True), (13.9, True), (14.1, False)):
        assert (banner.announced(at + timedelta(days=days)) is not None) is shown, days


def test_editorial_change_has_no_notice() -> None:
    publishing.publish(draft=next_draft(published()), actor=publisher())
    assert "privacy-notice" not in page(Client())


def test_who_is_signed_in_says_they_have_read_it_and_sees_it_no_more(change: Version) -> None:
    client = signed_in()
    assert "I have read it" in page(client)
    response = client.post(READ, {"version": "2", "next": "/shop/7/?a=b"})
    assert response.headers["Location"] == "/shop/7/?a=b"
    assert "privacy-notice" not in page(client)
    assert "privacy-notice" not in page(signed_in())  # another device: known from the sign-in on
    exposure = Exposure.objects.get()
    assert (exposure.subject, exposure.kind) == (Subject.objects.get(user=ada()), "acknowledged")
    assert exposure.digest == change.texts.get(language="en").text_digest
    client.post(READ, {"version": "2"})
    assert Exposure.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "status"), [({"version": "9"}, 404), ({"version": "x"}, 404), ({}, 404), ({"version": "2"}, 302)]
)
def test_button_takes_published_versions_only(change: Version, data: dict[str, str], status: int) -> None:
    assert signed_in().post(READ, data).status_code == status
    assert Exposure.objects.count() == (status == 302)


def test_button_is_no_open_redirect_and_nothing_for_strangers(change: Version) -> None:
    for target in ("https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "javascript:alert(1)"):
        answer = signed_in().post(READ, {"version": "2", "next": target})
        assert answer.headers["Location"] == reverse("onvif_privacy_statement:current")
    assert Client().post(READ, {"version": "2"}).headers["Location"].startswith("/accounts/login/")
    assert Client(enforce_csrf_checks=True).post(READ, {"version": "2"}).status_code in (302, 403)
    assert signed_in().get(READ).status_code == 405
    assert Exposure.objects.count() == 1


def dump() -> dict[str, list[Any]]:
    """Return every row of every table but the sessions, which Django writes when somebody signs in."""
    models = [one for one in apps.get_models() if one._meta.managed and one._meta.label != "sessions.Session"]
    return {one._meta.label: list(one._base_manager.order_by("pk").values()) for one in models}


def test_reading_every_page_with_every_safe_method_writes_nothing(change: Version) -> None:
    clients = [Client(), signed_in()]
    names = ["current", "current_markdown", "status", "read"]
    addresses = [reverse(f"onvif_privacy_statement:{name}") for name in names]
    addresses += [f"/privacy/statement/{number}{end}" for number in (1, 2) for end in ("/", ".md")]
    addresses += ["/privacy/statement/1..2/", "/privacy/status/first/", "/shop/1/"]
    before = dump()
    for client in clients:
        for address in addresses:
            for method in ("get", "head", "options"):
                getattr(client, method)(address)
    assert dump() == before
    assert not Exposure.objects.exists()


def test_form_that_is_sent_says_which_words_it_named(change: Version) -> None:
    client = signed_in()
    hidden = re.search(r'name="onvif_privacy_statement" value="([^"]+)"', page(client))
    assert hidden is not None
    client.post("/shop/1/", {exposures.FIELD: hidden[1]})
    exposure = Exposure.objects.get()
    assert exposure.kind == "submitted"
    assert exposure.digest == Version.objects.get(number=1).texts.get(language="en").text_digest


def test_hidden_field_is_the_same_within_an_hour_and_names_the_language(
    change: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = 1_800_000_000.0
    monkeypatch.setattr("time.time", lambda: start)
    first = exposures.token("en")
    monkeypatch.setattr("time.time", lambda: start + 3599)
    assert exposures.token("en") == first != exposures.token("de")
    monkeypatch.setattr("time.time", lambda: start + 24 * 3600)
    assert exposures.shown_in({exposures.FIELD: first})
    monkeypatch.setattr("time.time", lambda: start + 25 * 3600)
    assert exposures.shown_in({exposures.FIELD: first}) is None


def test_forged_and_foreign_fields_write_nothing(change: Version) -> None:
    subject = Subject.objects.for_user(ada())
    good = exposures.token("en")
    foreign = Signer(salt="other").sign_object(["0" * 64, "en", 0])
    unknown = exposures._signer.sign_object(["0" * 64, "en", int(timezone.now().timestamp() // 3600)])
    for value in ("", "x", good[:-1], good[1:], foreign, unknown, None, 5):
        assert exposures.submitted(subject=subject, data={exposures.FIELD: value}) is None
    assert exposures.submitted(subject=subject, data={}) is None
    assert not Exposure.objects.exists()
    with pytest.raises(Text.DoesNotExist):
        exposures.acknowledge(subject=subject, digest="0" * 64)


def test_reminder_comes_each_year_for_two_weeks_and_ends_with_the_button(change: Version) -> None:
    subject = Subject.objects.for_user(ada())
    digest = Version.objects.get(number=1).texts.get(language="en").text_digest
    now = timezone.now()
    assert not exposures.review_due(subject)
    for days, due in ((364, False), (366, True), (380, False), (731, True)):
        Exposure.objects.all().delete()
        Exposure.objects.create(subject=subject, digest=digest, kind="submitted", at=now - timedelta(days=days))
        assert exposures.review_due(subject, now) is due, days
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(banner, "announced", lambda now=None: None)
        client = signed_in()
        assert "It is a year since" in page(client)
        assert 'name="version" value="1"' in page(client)
        client.post(READ, {"version": "1"})
        assert "privacy-notice" not in page(client)
        assert "privacy-notice" not in page(signed_in())
    assert "privacy-notice" in page(signed_in())


def test_stopped_database_takes_no_page_away(change: Version) -> None:
    from tests.statement.test_copies import database_away

    page(Client())
    with database_away():
        assert "privacy-notice" in page(Client())
    copies.forget()
    with database_away():
        assert "privacy-notice" not in page(Client())
