"""The vocabulary of look-ups over what people gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from onvif_privacy.core.models import Subject


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows that belong to a person."""

    def of(self, subject: Subject) -> OwnedQuerySet:
        """Return the rows of one person, the main ones first."""
        return self.filter(subject=subject)
