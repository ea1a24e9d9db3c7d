"""The rows of a table that were written last, for looks that read some."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from onvif_privacy.visits.models import Visit

DAYS = (1, 10)


def newest(rows: QuerySet[Any, Any], most: int, now: datetime) -> Sequence[Any]:
    """Return the latest ``most`` rows at most.

    Single visits have no index that orders them where they stand by the day: the last days are read first, and all of
    them only where those hold too few.
    """
    rows = rows.order_by("-pk")
    if rows.model is Visit:
        for days in DAYS:
            found = list(rows.filter(at__gte=now - timedelta(days=days))[:most])
            if len(found) == most:
                return found
    return list(rows[:most])
