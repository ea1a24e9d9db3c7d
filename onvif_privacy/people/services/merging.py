"""What becomes of a visitor's rows when the visitor signs in: the account's main ones stay the main ones."""

from __future__ import annotations

from typing import Any

from django.db import router, transaction

from onvif_privacy.core.models import Subject
from onvif_privacy.people.models import Address, ContactPoint


def settle(sender: Any, *, visitor: Subject, into: Subject, **kwargs: Any) -> None:
    """Give the rows that came from a visitor the place of a main one only where the account has none."""
    for model in (ContactPoint, Address):
        with transaction.atomic(using=router.db_for_write(model)):
            for row in model.objects.filter(subject=into, slot__startswith=visitor.pk.hex):
                taken = model.objects.filter(slot=row.slot_wanted).exists()
                model.objects.filter(pk=row.pk).update(slot=None if taken else row.slot_wanted)
