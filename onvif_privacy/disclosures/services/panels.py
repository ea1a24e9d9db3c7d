"""What a person sees of this room in "my privacy": each disclosure from its day on, and nothing before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.models import DisclosureRecord
from onvif_privacy.disclosures.partners import register
from onvif_privacy.disclosures.services.acting import using

PAGE = 50


def disclosures(request: HttpRequest, subject: Subject) -> Mapping[str, Any]:
    """Return what authorities and partners got of a person, newest first. Two queries.

    What the person may not know yet is left out by the database, before counting: it is as if there were none.
    """
    rows = DisclosureRecord.objects.using(using()).filter(subject=subject, visible_from__lte=timezone.now().date())
    return {
        "rows": list(rows.order_by("-day", "reference")[:PAGE]),
        "partners": register.of_subject(subject),
        "contact": house.CONTACT,
    }
