"""Staff look at ledger and jobs on a telephone and on a desk, without a script, and axe finds nothing in our part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Anchoring, Entry, Lease
from tests.browser.test_accessible import violations
from tests.browser.visitor import Visitor
from tests.core.factories import UserFactory
from tests.core.sealing import append, sealed, sealing_site

ADMIN = "tests.browser.host.staff_urls"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
# texts of ours that are cut off or stick out
STICKING_OUT = """() => [...document.querySelectorAll(".privacy-state dt, .privacy-state dd, .privacy-table th")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.textContent.trim())"""


def take(checkpoint: ledger.Checkpoint) -> bytes:
    """Take a checkpoint as a function of a site would."""
    return b"shelf 4"


@pytest.fixture
def staff(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Bring staff to a site that has sealed, anchored and verified, with one job that is late and one that failed."""
    anchors = [f"{__name__}.take", "mailto:archive@example.org"]
    with override_settings(ROOT_URLCONF="tests.browser.host.staff_urls"), sealing_site(LEDGER_ANCHORS=anchors):
        sealed(3, 2)
        run_due(names=("anchor", "verify", "forget", "reconcile"))
        append(2)
        Lease.objects.filter(job="reconcile").update(done_at=timezone.now() - timedelta(days=3))
        Lease.objects.filter(job="forget").update(failed_at=timezone.now(), failure="OperationalError")
        client = Client()
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

        def bring(**options: Any) -> Visitor:
            visitor = visit(**options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            visitor.go("/admin/")
            return visitor

        yield bring


def screens() -> dict[str, str]:
    """Return the address of each screen."""
    names = ("entry", "seal", "anchoring", "lease")
    found = {name: reverse(f"admin:onvif_privacy_{name}_changelist", ADMIN) for name in names}
    row = Anchoring.objects.all()[0]
    found["one seal"] = reverse("admin:onvif_privacy_seal_change", ADMIN, args=[0])
    found["one anchoring"] = reverse("admin:onvif_privacy_anchoring_change", ADMIN, args=[row.pk])
    found["one entry"] = reverse("admin:onvif_privacy_entry_change", ADMIN, args=[Entry.objects.all()[0].pk])
    return found


@pytest.mark.parametrize("wide", [360, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_staff_see_how_the_ledger_and_the_jobs_are(staff: Callable[..., Visitor], wide: int, script: bool) -> None:
    visitor = staff(width=wide, script=script)
    # Django's own lists need jQuery, which our strict policy stops; they work without, as our parts do.
    visitor.expect(
        "TrustedHTML", "$ is not a function", "reading 'fn'", "django is not defined", "jQuery is not defined"
    )
    for name, address in screens().items():
        visitor.go(address)
        if folder := os.environ.get("ONVIF_PRIVACY_SHOTS"):
            visitor.page.screenshot(path=str(Path(folder) / f"{name}-{wide}.png"), full_page=True)
        assert visitor.page.evaluate(STICKING_OUT) == []
        if name == "lease":
            assert visitor.page.get_by_text("Overdue: reconcile.").is_visible()
            assert visitor.page.evaluate(TOO_WIDE) <= 0
            if script:
                assert violations(visitor) == []
        elif name in ("entry", "seal", "anchoring"):
            assert visitor.page.get_by_text("As it was written").is_visible()
            if script:
                assert [found for found in violations(visitor) if "privacy-" in str(found)] == []
