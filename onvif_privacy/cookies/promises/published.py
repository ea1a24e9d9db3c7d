"""What was published is what runs, and nobody changed it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.models import PolicyVersion
from onvif_privacy.cookies.promises.trying import published
from onvif_privacy.cookies.services import snapshot, wording
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import CHOICE
from onvif_privacy.core.promises.planting import altered, by_hand
from onvif_privacy.core.registry import declare

AS_PUBLISHED = Promise(
    "cookies_choice.as_published",
    CHOICE,
    _("People decide about what was published: its words, its look and its list of cookies."),
)

declare(AS_PUBLISHED)

MOST = 50  # versions that one look reads, the newest first


@check(AS_PUBLISHED, kind=Kind.DATABASE)
def presentation_is_the_published_one(look: Look) -> Iterable[Finding]:
    """Compare templates, scripts and styles of the choice with those of the newest version."""
    newest = PolicyVersion.objects.using(router.db_for_write(PolicyVersion)).order_by("-number").first()
    if newest is None:
        return
    now = wording.asset_digests()
    look.seen(len(now))
    for name in sorted(now.keys() | newest.assets.keys()):
        if now.get(name) != newest.assets.get(name):
            yield Finding(name, f"was edited after version {newest.number} was published")


@presentation_is_the_published_one.saboteur
@contextmanager
def template_edited_after_publishing(plant: Plant) -> Iterator[str]:
    """Publish with another bar than the one that is shown afterwards."""
    before = wording.asset_digests() | {"banner.html": "0" * 64}
    with altered(wording, "asset_digests", lambda: dict(before)):
        publishing = published()
        publishing.__enter__()
    try:
        yield "banner.html: was edited after"
    finally:
        publishing.__exit__(None, None, None)


@check(AS_PUBLISHED, kind=Kind.DATABASE)
def versions_have_their_digests(look: Look) -> Iterable[Finding]:
    """Compute the digests of the newest versions again."""
    rows = PolicyVersion.objects.using(router.db_for_write(PolicyVersion)).order_by("-number")
    for version in rows.only("number", "snapshot", "digest")[:MOST]:
        look.seen()
        if snapshot.digest(version.snapshot) != version.digest:
            yield Finding(f"policy {version.number}", "is not what was published")


@versions_have_their_digests.saboteur
@contextmanager
def declaration_changed_by_hand(plant: Plant) -> Iterator[str]:
    """Change a published declaration by SQL."""
    with published(guards=False) as using:
        by_hand(using, "UPDATE onvif_privacy_cookies_policyversion SET snapshot = %s", "{}")
        yield "is not what was published"
