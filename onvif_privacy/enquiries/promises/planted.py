"""Enquiries that saboteurs plant; whatever they write is rolled back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.enquiries.models import Channel, Enquiry, Kind
from onvif_privacy.enquiries.services import receiving
from onvif_privacy.enquiries.services.states import using

TABLE = "onvif_privacy_enquiries_enquiry"


def somebody() -> str:
    """Return the reference of a person who was not there before."""
    return Subject.objects.using(using()).create().reference


@contextmanager
def one_complaint(*, days_ago: int = 0, **columns: Any) -> Iterator[Enquiry]:
    """Plant a complaint, with columns as somebody would set them past every service."""
    message = receiving.Message(kind=Kind.COMPLAINT, channel=Channel.FORM, text=f"planted {secrets.token_hex(8)}")
    with rolled_back(using(), guards=False):
        at = timezone.now() - timedelta(days=days_ago)
        made = receiving.receive(message, key=secrets.token_hex(16), received_at=at).enquiry
        if columns:
            Enquiry.objects.using(using()).filter(pk=made.pk).update(**columns)
        yield made
