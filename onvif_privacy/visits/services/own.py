"""What a person sees of their own visits on "my privacy"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import router
from django.db.models import Count, Min
from django.http import HttpRequest

from onvif_privacy.core.models import Subject
from onvif_privacy.core.subjects import merged
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Visit

LATEST = 20


def panel(request: HttpRequest, subject: Subject) -> Mapping[str, Any]:
    """Return how many visits carry the person's reference, since when, and the latest of them. Three queries."""
    people = [one.pk for one in merged(subject)]
    mine = Visit._default_manager.using(router.db_for_write(Visit)).filter(visitor__in=people)
    latest = mine.select_related("page", "referrer", "browser").order_by("-at", "-pk")[:LATEST]
    return {**mine.aggregate(count=Count("pk"), since=Min("at")), "latest": latest, "days": conf.RAW_DAYS}
