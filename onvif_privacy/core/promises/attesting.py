"""A person's signed word, with an end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Attestation, Subject
from onvif_privacy.core.promises.shapes import promises

MAX_DAYS = 365


def attest(*, promise: str, words: str, evidence: str, until: datetime, actor: AbstractBaseUser) -> Attestation:
    """Record that a named person vouches for a promise until a date, 365 days away at most.

    ``evidence`` is a reference (contract, audit report). Raises NotDeclared, ValueError.
    """
    promises.get(promise)
    now = timezone.now()
    if not words.strip():
        raise ValueError("An attestation needs words.")
    if not now < until <= now + timedelta(days=MAX_DAYS):
        raise ValueError(f"An attestation ends in the future, within {MAX_DAYS} days.")
    person = Subject.objects.for_user(actor).reference
    with transaction.atomic(using=router.db_for_write(Attestation)):
        row = Attestation(promise=promise, words=words, person=person, evidence=evidence, until=until, at=now)
        row.entry = ledger.record(
            "promise.attested", payload={"attestation": row.pk.hex, "promise": promise}, actor=actor
        )
        row.save()
    return row
