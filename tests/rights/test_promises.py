"""The promises of the clause `rights` hold on a site in use, and each planted violation is caught."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from onvif_privacy.core.promises import Check, Verdict, checks, look_at
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, Kind
from onvif_privacy.rights.services import requests
from tests.rights.factories import STORE, shopper
from tests.rights.test_erasure import carried_out

OURS = [one for one in checks.all() if one.looker.__module__.startswith("onvif_privacy.rights.")]


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("check", OURS, ids=lambda check: check.name)
def test_a_site_in_use_keeps_its_promises(check: Check) -> None:
    ada, bob = shopper(), shopper()
    carried_out(requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="e", subject=ada))
    requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key="x", subject=bob)
    looked = look_at(check)
    assert (looked.verdict, looked.error, looked.findings) == (Verdict.KEPT, "", ())
