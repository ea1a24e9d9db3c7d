"""What every template may use."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def organisation(request: HttpRequest) -> dict[str, str]:
    """Name and address of the organisation, as the privacy statement has them."""
    return {"organisation": settings.ONVIF_PRIVACY_ORGANISATION, "contact": settings.ONVIF_PRIVACY_CONTACT}
