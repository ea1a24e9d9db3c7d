"""Google Consent Mode: nothing of it unless a site switches it on, and as published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import override_settings

from onvif_privacy.cookies.services import consent_mode, publishing, running
from onvif_privacy.core.registry import purposes, temporarily
from tests.cookies.test_pages import rendered

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

ON = override_settings(ONVIF_PRIVACY_COOKIES_CONSENT_MODE=True)


def signals() -> dict[str, str]:
    return dict(rule.split("=") for rule in consent_mode.rules(running.current()).split(" "))


def test_nothing_of_it_is_there_unless_switched_on(published: Any, rf: Any) -> None:
    page = rendered("{% privacy_cookies %}", rf)
    assert "signals.js" not in page
    assert "data-signals" not in page
    assert not any(group.signals for group in running.current().groups())


def test_switching_it_on_asks_again_and_each_signal_follows_its_purpose(published: Any, publish: Any, rf: Any) -> None:
    with ON:
        assert set(signals().values()) == {""}  # not published yet: all stay denied
        draft = publishing.draft()
        assert sorted({change.kind for change in draft.changes}) == ["signal_added"]
        assert draft.renewed == ["marketing", "preferences", "statistics"]
        publish()
        assert signals() == {
            "ad_personalization": "marketing",
            "ad_storage": "marketing",
            "ad_user_data": "marketing",
            "analytics_storage": "statistics",
            "functionality_storage": "preferences",
            "personalization_storage": "preferences",
        }
        page = rendered('{% privacy_cookies nonce="abc" %}', rf)
        gate, tags = page.index("gate.js"), page.index("signals.js")
        assert gate < tags < page.index("<section")
        assert page.count('nonce="abc"') == 2


def test_a_signal_of_two_purposes_needs_both(items: Any, publish: Any) -> None:
    both = replace(purposes.get("preferences"), signals=("ad_storage",))
    with ON, temporarily(both):
        publish()
        assert signals()["ad_storage"] == "marketing,preferences"
        assert signals()["functionality_storage"] == ""
