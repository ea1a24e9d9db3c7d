"""Visits that were recorded as they should be keep what this room promises."""

from __future__ import annotations

import time

import pytest

from onvif_privacy.core.promises import Check, Verdict, checks, look_at
from onvif_privacy.visits.models import Visit
from onvif_privacy.visits.services import store
from onvif_privacy.visits.services.records import Parcel
from tests.visits.factories import RecordFactory

OURS = [one for one in checks.all() if one.looker.__module__.startswith("onvif_privacy.visits.")]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("check", [one for one in OURS if "conserved" not in one.name], ids=lambda check: check.name)
def test_recorded_visits_keep_the_promises(check: Check) -> None:
    agents = ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "", "curl/8.0")
    store.write(Parcel(tuple(RecordFactory(at=int(time.time()), agent=agent) for agent in agents)))
    assert Visit._default_manager.exists()
    looked = look_at(check)
    assert (looked.verdict, looked.error, looked.findings) == (Verdict.KEPT, "", ())


def test_books_of_nobody_prove_nothing() -> None:
    check = next(one for one in OURS if "conserved" in one.name)
    assert look_at(check).verdict is Verdict.UNPROVEN
