"""Asking again: a purpose that grew makes older grants count as undecided."""

from __future__ import annotations

from functools import partial

from django.db import IntegrityError, router, transaction
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Renewal
from onvif_privacy.core.registry import Purpose, purposes
from onvif_privacy.core.signals import purpose_renewed


def renew(purpose: str, *, reference: str) -> Renewal:
    """Make every grant of the purpose older than now count as undecided; refusals stay.

    ``reference`` names what widened it, for example ``policy-4``; the same reference again gives the first renewal.
    Raises NotDeclared, PayloadRefused.
    """
    declared = purposes.get(purpose)
    using = router.db_for_write(Renewal)
    same = Renewal.objects.using(using).filter(purpose=purpose, reference=reference)
    try:
        with transaction.atomic(using=using):
            return same.first() or _renew(declared, reference, using)
    except IntegrityError:
        first = same.first()  # another request was first, or else it was another constraint
        if first is None:
            raise
        return first


def _renew(purpose: Purpose, reference: str, using: str) -> Renewal:
    payload = {"purpose": purpose.slug, "purpose_digest": purpose.digest, "reference": reference}
    entry = ledger.record("consent.renewed", payload=payload)
    renewal = Renewal(purpose=purpose.slug, reference=reference, at=timezone.now(), entry=entry)
    renewal.save(using=using)
    transaction.on_commit(partial(purpose_renewed.send_robust, Renewal, renewal=renewal), using=using)
    return renewal
