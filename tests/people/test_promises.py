"""A site that asks properly keeps what this room promises; planted violations are caught."""

from __future__ import annotations

from datetime import date

import pytest

from onvif_privacy.core.promises import Verdict, checks, look_at
from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.testing import guards
from onvif_privacy.people import services
from onvif_privacy.people.doors import special
from onvif_privacy.people.services import demographics
from onvif_privacy.people.testing import AddressFactory, EmailFactory, ProfileFactory
from tests.people.test_demographics import TABLES, answers
from tests.people.test_sensitive import a_notice

OURS = [one for one in checks.all() if one.looker.__module__.startswith("onvif_privacy.people.")]

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_site_in_use_keeps_every_promise(settings: object) -> None:
    with guards(), temporarily(special("religion", "meals", label="Meals", text="to serve you"), *TABLES):
        subject = ProfileFactory().subject
        EmailFactory(subject=subject)
        AddressFactory(subject=subject)
        services.set_sensitive(subject=subject, purpose="special_religion_meals", value="halal", notice=a_notice())
        answers(25)
        demographics.release(today=date(2100, 1, 1))
        for check in OURS:
            looked = look_at(check)
            assert (looked.verdict, looked.error, looked.findings) == (Verdict.KEPT, "", ()), check.name
