"""What a person sees of this room in "my privacy": each disclosure from its day on, and nothing before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.models import DisclosureRecord
from onvif_privacy.disclosures.services.acting import using

PAGE = 50


def disclosures(request: HttpRequest, subject: Subject) -> Mapping[str, Any]:
    """Return the disclosures that a person may see, newest first; filtered by the database, before counting."""
    rows = DisclosureRecord.objects.using(using()).filter(subject=subject, visible_from__lte=timezone.now().date())
    return {"rows": list(rows.order_by("-day", "reference")[:PAGE]), "contact": house.CONTACT}
