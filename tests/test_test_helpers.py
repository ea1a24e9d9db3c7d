"""What a host's own tests lean on does what the README says."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from onvif_privacy import urls
from onvif_privacy.cookies.testing import decide, published
from onvif_privacy.core import consent
from onvif_privacy.core.registry import DeviceItem, temporarily
from onvif_privacy.core.testing.factories import DecisionFactory, PartyFactory
from onvif_privacy.visits.models import Visit
from onvif_privacy.visits.testing import inline

pytestmark = pytest.mark.django_db
GRID = DeviceItem(
    "grid", purpose="preferences", provider="Us", duration=timedelta(days=30), text="List or grid.", set_by="server"
)


def test_a_client_that_has_granted_or_declined() -> None:
    granting, declining = Client(), Client()
    with temporarily(GRID), published():
        decide(granting, granted=["preferences"])
        decide(declining)
        for client, state in ((granting, "granted"), (declining, "refused")):
            answer = client.get("/privacy/cookies/state/", secure=True).json()
            assert answer["state"]["preferences"] == state


def test_a_purpose_nobody_declared_is_an_error() -> None:
    with pytest.raises(Exception, match="telepathy"):
        decide(Client(), granted=["telepathy"])


def test_visits_are_stored_at_once_inside_the_block_only() -> None:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    client.get("/privacy/statement/", secure=True)
    assert not Visit._default_manager.exists()
    with inline():
        client.get("/privacy/statement/", secure=True)
    assert Visit._default_manager.count() == 1


def test_factories_make_decisions_with_their_evidence() -> None:
    decision = DecisionFactory(purpose="popularity")
    assert consent.may(decision.subject, "popularity")
    assert PartyFactory().name


def test_a_test_that_hides_apps_neither_stops_our_middleware_nor_loses_our_addresses() -> None:
    """A host's ``TransactionTestCase.available_apps`` names the host's own apps only."""
    before = len(urls.urlpatterns)
    apps.set_available_apps(["django.contrib.auth", "django.contrib.contenttypes"])
    try:
        for name in (settings.MIDDLEWARE[0], settings.MIDDLEWARE[-1]):
            import_string(name)(lambda request: None)
        assert len(importlib.reload(urls).urlpatterns) == before
    finally:
        apps.unset_available_apps()
