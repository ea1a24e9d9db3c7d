"""The vocabulary of look-ups."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from onvif_privacy.core.querysets import AppendOnlyManager

if TYPE_CHECKING:
    from onvif_privacy.cookies.models import CookieFinding, PolicyVersion


class PolicyVersionManager(AppendOnlyManager["PolicyVersion"]):
    """Look-ups of published policies."""

    def newest(self) -> PolicyVersion | None:
        """Return the version in force; None before the first publishing."""
        return self.get_queryset().order_by("-number").first()

    def numbered(self, number: int) -> PolicyVersion | None:
        """Return the version with that number, if there is one."""
        return self.get_queryset().filter(number=number).first()


class FindingManager(models.Manager["CookieFinding"]):
    """Look-ups of findings."""

    def open(self, today: date) -> models.QuerySet[CookieFinding]:
        """Return what still asks for somebody: neither ignored nor only counted."""
        return self.filter(Q(ignored_until__isnull=True) | Q(ignored_until__lt=today)).exclude(kind="overflow")
