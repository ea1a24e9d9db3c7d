"""An audit with a browser sees what headers do not tell, and keeps pictures of what is asked."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django.core.management import call_command

from onvif_privacy.cookies.models import AuditRun, PolicyVersion
from onvif_privacy.cookies.services import pictures
from onvif_privacy.cookies.services.auditing import browsing, shooting
from onvif_privacy.core.promises import Verdict, checks, look_at
from tests import requirements

pytestmark = pytest.mark.urls("tests.browser.host.audit_urls")


@pytest.fixture(autouse=True)
def _tools(chromium: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "CANDIDATES", (requirements.chromium(),))
    memory = InMemoryStorage()
    monkeypatch.setattr(pictures, "storage", lambda: memory)


def audit(address: str, *options: str) -> tuple[int, dict[str, Any]]:
    """Return exit code and what was found."""
    out, wanted = StringIO(), ["--engine", "browser", "--wait", "0.1", "--json", *options]
    try:
        call_command("privacy_cookies", "audit", address, *wanted, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_a_clean_site_passes_in_all_states_and_leaves_its_pictures(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "VIEWPORTS", {"360x780": (360, 780)})  # one window, to be quick
    monkeypatch.setattr(shooting, "VIEWPORTS", {"360x780": (360, 780)})
    pictured = checks.get("cookies_choice.evidence:version_has_its_screenshots")
    assert look_at(pictured).verdict is Verdict.UNPROVEN
    code, said = audit(site.url, "--pages", "1", "--screenshots")
    assert (code, said["found"], said["unseen"]) == (0, [], [])
    assert look_at(pictured).verdict is Verdict.KEPT
    version = PolicyVersion.objects.get()
    shots = pictures.pictures(version)
    assert set(shots) == set(pictures.wanted(version))
    assert len({one.digest for one in shots.values()}) == len(shots)
    assert AuditRun.objects.get().pages == 5  # once in each state, and before the withdrawal


def test_each_planted_fault_is_named(site: Any, settings: Any) -> None:
    settings.ONVIF_PRIVACY_SITES = ["localhost"]
    settings.ONVIF_PRIVACY_COOKIES_AUDIT_SKIP = ["/privacy/"]
    code, said = audit(f"{site.url}/faulty/", "--pages", "3", "--states", "undecided,accepted")
    assert code == 1
    found = {(row["kind"], row["name"]) for row in said["found"]}
    assert found >= {
        ("live", "/script/counter.js"),
        ("lifetime", "theme"),
        ("undeclared", "stray"),
        ("undeclared", "local_storage kept"),
        ("early", "127.0.0.1"),
        ("prominence", "font"),
        ("prominence", "border"),
        ("access", "color-contrast"),
        ("link", "/bare/"),
    }
