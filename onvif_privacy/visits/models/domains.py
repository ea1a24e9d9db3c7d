"""The domains that visitors come from, found by reverse look-up of their networks afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.models.counts import DayCount
from onvif_privacy.visits.models.terms import Term


class Domain(Term):
    """A registrable domain such as ``example.org``; empty where the network has no name."""

    name = models.CharField(_("domain"), max_length=253, blank=True)

    class Meta:
        verbose_name = _("domain of visitors")
        verbose_name_plural = _("domains of visitors")

    def __str__(self) -> str:
        return self.name or str(_("(no name)"))


class DomainDay(DayCount):
    """Visits from one domain on one day."""

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="days")

    class Meta:
        verbose_name = _("visits from a domain by day")
        verbose_name_plural = _("visits from domains by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "domain"], name="privacy_domain_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.domain}"


class NetworkDay(DayCount):
    """Visits of one network on one day that wait for their domain; deleted when the day is over.

    ``asked`` is set by whoever looks the network up, before doing so: one look-up for each network a day.
    """

    network = models.CharField(_("network"), max_length=39)
    asked = models.BooleanField(_("looked up"), default=False, db_default=False)
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("network that waits for its domain")
        verbose_name_plural = _("networks that wait for their domains")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "network"], name="privacy_network_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.network}"
