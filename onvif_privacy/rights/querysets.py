"""The vocabulary of look-ups of this room."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from onvif_privacy.core.models import Subject
    from onvif_privacy.rights.models import Request

OPEN = ("received", "confirmed", "cooling", "working", "review")


class RequestQuerySet(models.QuerySet["Request"]):
    """Look-ups of requests."""

    def open(self) -> RequestQuerySet:
        """Return requests that still wait for something."""
        return self.filter(state__in=OPEN)

    def of(self, subject: Subject) -> RequestQuerySet:
        """Return the requests of one person, newest first."""
        return self.filter(subject=subject).order_by("-received_at")

    def running(self) -> RequestQuerySet:
        """Return open requests whose sender is known to have meant them: the clock is ours to keep."""
        return self.filter(state__in=OPEN[1:])

    def unconfirmed_since(self, moment: datetime) -> RequestQuerySet:
        """Return requests that came before ``moment`` and were never confirmed."""
        return self.filter(state="received", received_at__lt=moment)

    def for_update_of(self, pk: Any) -> Request:
        """Return one request, locked until the transaction ends; raises DoesNotExist."""
        return self.select_for_update().get(pk=pk)
