"""What a browser's visitor is interested in, while their choice lets it be kept."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.models.areas import Area


class Interest(models.Model):
    """One subject area of one visitor's profile; rows exist only under a choice that grants `interests`.

    ``score`` is the number of visits to pages of the area, each halved every half-life, as it was at the second
    ``as_of`` (since 1970) of the newest of them. ``own`` is what the person said themselves: yes, no, or nothing.
    ``visitor`` is a pseudonymous subject, as in `Visit`.
    """

    id = models.BigAutoField(primary_key=True)
    visitor = models.UUIDField(_("visitor"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("subject area"))
    score = models.FloatField(_("score"), default=0.0)
    as_of = models.BigIntegerField(_("last counted"), default=0)
    own = models.BooleanField(_("your own word"), null=True)

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints: ClassVar = [models.UniqueConstraint(fields=["visitor", "area"], name="privacy_interest")]

    # what the export and the page of a person's data show
    def get_area_display(self) -> str:
        """The short name of the area."""
        return str(self.area)

    def get_as_of_display(self) -> str:
        """The moment of the newest visit that was counted, in UTC."""
        return f"{dt.datetime.fromtimestamp(self.as_of, dt.UTC):%Y-%m-%d %H:%M:%S}" if self.as_of else ""

    def __str__(self) -> str:
        return f"{self.area}: {self.score:.2f}"
