"""Our own copy of what was handed over to a partner: fetched by it, and deleted on its day."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone

from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import PartnerHandOver
from onvif_privacy.disclosures.partners import registering
from onvif_privacy.disclosures.partners.guarding import Refused, using


def storage() -> Storage:
    """Return where files lie until they are purged."""
    return storages[conf.STORAGE]


def fetch(reference: str, *, actor: AbstractBaseUser | None = None) -> tuple[PartnerHandOver, bytes]:
    """Return a hand-over and its file, encrypted to the partner, after recording that it was fetched.

    Raises Refused once it was purged, or while the agreement is suspended.
    """
    made = PartnerHandOver.objects.using(using()).select_related("agreement__party").get(reference=reference)
    if made.purged_at or made.agreement.suspended_at:
        raise Refused("purged" if made.purged_at else "suspended")
    with transaction.atomic(using=using(), durable=True):
        registering.record("partner_fetched", made.agreement, actor=actor, thing=reference)
    with storage().open(made.storage_name) as file:
        return made, file.read()


def purge(today: date, limit: int = 100) -> int:
    """Delete the files whose day has come; digests and counts stay. Returns how many."""
    rows = PartnerHandOver.objects.using(using()).filter(purged_at__isnull=True, purge_on__lte=today)
    done = 0
    for made in rows.select_related("agreement__party")[:limit]:
        storage().delete(made.storage_name)
        with transaction.atomic(using=using()):
            PartnerHandOver.objects.using(using()).filter(pk=made.pk).update(purged_at=timezone.now())
            registering.record("purged", made.agreement, thing=made.reference)
        done += 1
    return done
