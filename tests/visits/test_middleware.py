"""The page path: what is recorded of a request, and that the page does not notice."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import AsyncClient, Client

from onvif_privacy.visits.models import ExclusionDay, Page, PageDay, Visit
from onvif_privacy.visits.services.recorder import recorder

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.visits.urls"), pytest.mark.usefixtures("inline")]


def test_page_visit_is_stored_and_counted(client: Client, browser: dict[str, str]) -> None:
    client.get("/", headers=browser)

    visit = Visit.objects.select_related("page", "referrer", "browser").get()
    assert (visit.page.route, visit.status, visit.method) == ("/", 2, 1)
    assert (visit.browser.family, visit.browser.system, visit.browser.device) == ("Chrome", "Windows", "desktop")
    assert visit.network == "127.0.0.0"
    assert PageDay.objects.get().visits == 1
