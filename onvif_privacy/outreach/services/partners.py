"""Offers on behalf of business partners: what a partner may know is three numbers in steps of K, once a day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urljoin

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import ledger, links
from onvif_privacy.core.conf import conf as house
from onvif_privacy.outreach.models import Campaign, Message, PartnerRelease
from onvif_privacy.outreach.services.campaigns import acting

SALT: Final = "onvif_privacy.outreach.partner"
DAYS: Final = 30
FIELDS: Final = frozenset({"sent", "failed", "links"})
"""Everything that a release holds; the check of the counts page compares."""


def release_counts(campaign: Campaign, day: date | None = None) -> PartnerRelease | None:
    """Publish what a partner may know as of a day; the first of a day stands. None before anything was sent.

    Each number is rounded down to a multiple of K, and none below K: numbers that can be asked for again and again
    are subtracted from each other. "Clicks" count machines, too.
    """
    day = day or timezone.localdate()
    rows = PartnerRelease.objects.using(acting.using())
    found = rows.filter(campaign=campaign, day=day).first()
    if found is not None or campaign.began_at is None:
        return found
    mine = Message.objects.using(acting.using()).filter(campaign=campaign, canary__isnull=True)
    counts = {
        "sent": links.rounded(mine.filter(state="sent").count()),
        "failed": links.rounded(mine.filter(state="failed").count()),
        "links": [
            {"number": one.number, "url": one.link.url, "clicks": links.clicks(one.link, before=day)}
            for one in campaign.links.using(acting.using()).select_related("link")
        ],
    }
    digest = hashlib.sha256(json.dumps(counts, sort_keys=True).encode()).hexdigest()
    try:
        with transaction.atomic(using=acting.using()):
            made = PartnerRelease(campaign=campaign, day=day, counts=counts, digest=digest)
            made.save(using=acting.using())
            payload = {"campaign": campaign.ref, "act": "partner_counts", "digest": digest, "state": campaign.state}
            ledger.record("outreach.campaign", payload=payload)
    except IntegrityError:  # somebody else was first
        return rows.get(campaign=campaign, day=day)
    return made


def running() -> Iterator[Campaign]:
    """Yield the offers whose partners may still look."""
    since = timezone.now() - timedelta(days=DAYS)
    offers = acting.rows().filter(kind=Campaign.Kind.OFFER, began_at__isnull=False)
    yield from offers.exclude(done_at__lt=since)


def link(campaign: Campaign, *, actor: AbstractBaseUser) -> str:
    """Return the address of the counts page, for thirty days. Raises PermissionDenied, NotNow for other campaigns."""
    if not actor.has_perm(acting.CHANGE):  # type: ignore[attr-defined]
        raise PermissionDenied
    if campaign.kind != Campaign.Kind.OFFER:
        raise acting.NotNow(_("Only an offer has a partner."))
    token = signing.dumps(campaign.pk.hex, salt=SALT)
    return urljoin(house.BASE_URL, reverse("onvif_privacy_outreach:partner", args=[token]))


def read_token(token: str) -> Campaign | None:
    """Return the campaign that a partner's link is about; None for words that are none, or not any more."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=timedelta(days=DAYS))
        return acting.rows().select_related("party").filter(pk=pk, kind=Campaign.Kind.OFFER).first()
    except (signing.BadSignature, ValueError, TypeError):
        return None


def page(campaign: Campaign) -> dict[str, Any]:
    """Return everything that the counts page shows: the latest release, and nothing else of the campaign."""
    latest = PartnerRelease.objects.using(acting.using()).filter(campaign=campaign).order_by("-day").first()
    return {
        "partner": campaign.party.name if campaign.party else "",
        "title": campaign.ref,
        "day": latest.day if latest else None,
        "counts": latest.counts if latest else None,
        "k": house.K,
    }
