"""Asking again: a purpose that grew makes older grants count as undecided."""

from __future__ import annotations

from functools import partial

from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Renewal
from onvif_privacy.core.registry import purposes
from onvif_privacy.core.signals import purpose_renewed


def renew(purpose: str, *, reference: str) -> Renewal:
    """Make every grant of the purpose older than now count as undecided; refusals stay.

    ``reference`` names what widened it, for example ``policy-4``. Raises NotDeclared.
    """
    declared = purposes.get(purpose)
    using = router.db_for_write(Renewal)
    with transaction.atomic(using=using):
        payload = {"purpose": purpose, "purpose_digest": declared.digest, "reference": reference}
        entry = ledger.record("consent.renewed", payload=payload)
        renewal = Renewal(purpose=purpose, reference=reference, at=timezone.now(), entry=entry)
        renewal.save(using=using)
        transaction.on_commit(partial(purpose_renewed.send_robust, Renewal, renewal=renewal), using=using)
    return renewal
