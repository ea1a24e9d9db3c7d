"""The register of sites that are linked to: what is thought of each, and when it was looked at."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from onvif_privacy.community.conf import conf
from onvif_privacy.community.models import LinkedSite, SiteStatus
from onvif_privacy.core import ledger
from onvif_privacy.core.models import Subject
from onvif_privacy.core.text import host, outside_url

PERMISSION = "onvif_privacy_community.review_link"
SECONDS = 60

_copy: tuple[float, dict[str, str]] = (float("-inf"), {})


def sites() -> QuerySet[LinkedSite]:
    """Return the register."""
    return LinkedSite.objects.using(router.db_for_write(LinkedSite))


def statuses() -> dict[str, str]:
    """Return the status of each registered host; a copy of this process, a minute old at most."""
    global _copy
    if time.monotonic() - _copy[0] > SECONDS:
        _copy = time.monotonic(), dict(sites().values_list("host", "status"))
    return _copy[1]


def forget_copy() -> None:
    """Read the register again at the next look-up."""
    global _copy
    _copy = float("-inf"), {}


def due() -> QuerySet[LinkedSite]:
    """Return the sites that somebody has to look at: those nobody did, and those listed for too long."""
    before = timezone.localdate() - timedelta(days=conf.REVIEW_DAYS)
    return sites().filter(Q(status=SiteStatus.UNKNOWN) | Q(status=SiteStatus.LISTED, reviewed_on__lt=before))


def review(*, site: LinkedSite, actor: AbstractBaseUser) -> LinkedSite:
    """Store what somebody thinks of a site, with their reference and today's date.

    Raises PermissionDenied, ValueError for a host or an address that is none.
    """
    if not actor.has_perm(PERMISSION):  # type: ignore[attr-defined] # of every user model with permissions
        raise PermissionDenied
    name = host(site.host)
    if name is None:
        raise ValueError("host")
    statement = outside_url(site.statement) if site.statement else ""
    if statement is None:
        raise ValueError("statement")
    with transaction.atomic(using=router.db_for_write(LinkedSite)):
        site.host, site.statement = name, statement
        site.reviewed_on, site.reviewed_by = timezone.localdate(), Subject.objects.for_user(actor).reference
        site.save(using=router.db_for_write(LinkedSite))
        ledger.record("community.site", payload={"site": site.pk.hex, "status": site.status}, actor=actor)
    forget_copy()
    return site


def register(hosts: Iterable[str]) -> int:
    """Add hosts that are linked to and not yet known, to be looked at; return how many."""
    names = {name for one in hosts if (name := host(one))} - set(sites().values_list("host", flat=True))
    made = sites().bulk_create([LinkedSite(host=name) for name in sorted(names)], ignore_conflicts=True)
    forget_copy()
    return len(made)
