"""Filling the queue: page by page, the place reached stored with each page, so it resumes and needs little memory."""

from __future__ import annotations

import time

from django.db import transaction
from django.utils import timezone

from onvif_privacy.core import canaries
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Canary
from onvif_privacy.outreach.models import Campaign, Message
from onvif_privacy.outreach.services.campaigns import acting
from onvif_privacy.outreach.services.purposes import EXIT

PAGE = 2_000


def sender_domains() -> list[str]:
    """Return who may write to a canary contact of ours: the domain mails come from."""
    from email.utils import parseaddr

    from onvif_privacy.outreach.conf import conf

    domain = parseaddr(conf.FROM)[1].rpartition("@")[2].lower()
    return [domain] if domain else []


def _seed(campaign: Campaign) -> None:
    """Put a canary contact among the recipients, where the site has a domain for them: once for a campaign."""
    mine = Message.objects.using(acting.using()).filter(campaign=campaign, canary__isnull=False)
    if not house.CANARY_DOMAIN or not sender_domains() or mine.exists():
        return
    canary: Canary = canaries.mint(campaign.purpose, EXIT, sender_domains())
    Message.objects.using(acting.using()).create(campaign=campaign, purpose=campaign.purpose, canary=canary)


def page(campaign: Campaign, size: int = PAGE) -> int:
    """Queue the next people of a campaign and store how far it came, in one transaction; returns how many were read.

    Whoever is in the queue already is not put there twice. A campaign that needs no second person takes `GATE_BULK`
    people at most; where more agreed meanwhile it is held for one, and nobody is queued.
    """
    with transaction.atomic(using=acting.using()):
        row = acting.rows().select_for_update().get(pk=campaign.pk)
        if row.state != Campaign.State.QUEUEING:
            return 0
        people = acting.audience(row).order_by("pk")
        if not row.needs_second and people[: house.GATE_BULK + 1].count() > house.GATE_BULK:
            acting.hold(row)
            return 0
        if row.cursor is not None:
            people = people.filter(pk__gt=row.cursor)
        found = list(people.values_list("pk", flat=True)[:size])
        now = timezone.now()
        Message.objects.using(acting.using()).bulk_create(
            [Message(campaign_id=row.pk, purpose=row.purpose, subject_id=pk, created_at=now) for pk in found],
            ignore_conflicts=True,
        )
        if row.cursor is None:
            _seed(row)
        if found:
            acting.rows().filter(pk=row.pk).update(cursor=found[-1])
        if len(found) < size:
            acting.queued(row)
    return len(found)


def queue(campaign: Campaign, deadline: float) -> int:
    """Queue until everybody is there or the time (of `time.monotonic`) is up; returns how many people were read."""
    total = 0
    while time.monotonic() < deadline:
        number = page(campaign)
        total += number
        if number < PAGE:
            break
    return total
