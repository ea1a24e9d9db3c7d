"""A site as it should be keeps what this room promises; before anything is published nothing is claimed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage

from onvif_privacy.cookies.services import findings, pictures
from onvif_privacy.core.promises import Check, Verdict, checks, look_at

pytestmark = pytest.mark.urls("tests.cookies.urls")

OURS = [one for one in checks.all() if one.looker.__module__.startswith("onvif_privacy.cookies.")]
ONLY_PUBLISHED = {
    "cookies_choice.held:what_was_not_allowed_stays",
    "cookies_choice.enforced:guard_enforces",
    "cookies_choice.withdrawal:refused_cookies_are_deleted",
    "cookies_nature.limited:lifetimes_are_cut",
    "cookies_choice.as_published:presentation_is_the_published_one",
    "cookies_choice.as_published:versions_have_their_digests",
}
PICTURED = "cookies_choice.evidence:version_has_its_screenshots"  # a walk with a browser brings these


@pytest.mark.django_db
@pytest.mark.parametrize("check", [one for one in OURS if one.name != PICTURED], ids=lambda check: check.name)
def test_published_site_keeps_its_promises(check: Check, published: Any) -> None:
    looked = look_at(check)
    assert (looked.verdict, looked.error, looked.findings) == (Verdict.KEPT, "", ())


@pytest.mark.django_db
@pytest.mark.parametrize("check", OURS, ids=lambda check: check.name)
def test_nothing_is_claimed_before_the_first_publishing(check: Check, items: Any) -> None:
    verdict = Verdict.UNPROVEN if check.name in (*ONLY_PUBLISHED, PICTURED) else Verdict.KEPT
    assert look_at(check).verdict is verdict


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hosts", "verdict"),
    [
        (["localhost", ".localhost", "127.0.0.1", "[::1]", "shop.localhost"], Verdict.KEPT),
        (["localhost", "shop.example.org"], Verdict.BROKEN),
        (["localhost.example.org"], Verdict.BROKEN),
        (["10.0.0.1"], Verdict.BROKEN),
        (["*"], Verdict.BROKEN),
        ([], Verdict.BROKEN),
    ],
)
def test_cookies_over_plain_http_are_safe_only_where_no_network_sees_them(
    settings: Any, published: Any, hosts: list[str], verdict: Verdict
) -> None:
    settings.ONVIF_PRIVACY_COOKIES_SECURE = False
    settings.ALLOWED_HOSTS = [*hosts, "testserver"]
    assert look_at(checks.get("cookies_nature.own:own_cookies_are_safe")).verdict is verdict


@pytest.mark.django_db
def test_trying_the_guard_leaves_no_finding_for_staff(published: Any) -> None:
    for check in OURS:
        look_at(check)
    assert len(findings.buffer) == 0


@pytest.mark.django_db
def test_what_was_shown_is_proven_once_each_language_and_window_has_its_picture(
    published: Any, monkeypatch: Any
) -> None:
    memory = InMemoryStorage()
    monkeypatch.setattr(pictures, "storage", lambda: memory)
    wanted = pictures.wanted(published)
    assert {shot.language for shot in wanted} == {"en", "de"}
    for shot in wanted[1:]:
        pictures.store(published, shot, str(shot).encode())
    assert look_at(checks.get(PICTURED)).verdict is Verdict.UNPROVEN
    first = pictures.store(published, wanted[0], b"picture")
    assert look_at(checks.get(PICTURED)).verdict is Verdict.KEPT
    memory.delete(first.file)
    assert pictures.missing(published) == [wanted[0]]
    assert pictures.store(published, wanted[0], b"picture") == first  # back in its place, and no second row
    assert look_at(checks.get(PICTURED)).verdict is Verdict.KEPT
    assert published.screenshots.count() == len(wanted)


@pytest.mark.django_db
def test_a_site_that_asks_nothing_has_nothing_to_show(publish: Any) -> None:
    publish()
    assert look_at(checks.get(PICTURED)).verdict is Verdict.KEPT
