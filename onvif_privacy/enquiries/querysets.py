"""The vocabulary of look-ups."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from onvif_privacy.enquiries.models import Enquiry


class EnquiryQuerySet(QuerySet["Enquiry"]):
    """Look-ups of enquiries."""

    def open(self) -> EnquiryQuerySet:
        """Return those in which something is still to be done."""
        return self.exclude(state="closed")

    def overdue(self, now: datetime) -> EnquiryQuerySet:
        """Return open ones of which a clock has run out."""
        return self.open().filter(due_at__lt=now)

    def counted(self) -> EnquiryQuerySet:
        """Return what figures count: everything but what was looked at and meant for nobody."""
        return self.exclude(Q(state="closed", acknowledged_at=None))

    def for_update_of(self, pk: Any) -> Enquiry:
        """Return one enquiry, locked until the transaction ends; raises DoesNotExist."""
        return self.select_for_update().get(pk=pk)
