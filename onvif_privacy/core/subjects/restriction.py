"""Restriction of processing (GDPR Art. 18): while it lasts only the person's own access and legal duties go on."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.consent.locking import one_transaction
from onvif_privacy.core.models import Subject


def _set(subject: Subject, kind: str, moment: datetime | None) -> None:
    with one_transaction(subject) as (using, _alive):
        Subject.objects.using(using).filter(pk=subject.pk).update(restricted_at=moment)
        ledger.record(kind, subject=subject, payload={"subject": subject.reference})
    subject.restricted_at = moment


def restrict(subject: Subject) -> None:
    """Restrict the subject; raises ConsentUnavailable when it cannot be recorded."""
    _set(subject, "subject.restricted", timezone.now())


def unrestrict(subject: Subject) -> None:
    """End the restriction; raises ConsentUnavailable when it cannot be recorded."""
    _set(subject, "subject.unrestricted", None)
