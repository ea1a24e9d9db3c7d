"""The single visit. Its columns are a closed list, which the statement prints."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.models.terms import Browser, Page, Referrer
from onvif_privacy.visits.querysets import VisitQuerySet


class Method(models.IntegerChoices):
    """How a page was asked for. Other methods bring no page and are left out."""

    GET = 1, "GET"
    POST = 2, "POST"


class Visit(models.Model):
    """One page visit. These columns are all that is recorded; a test compares them with the published list.

    ``network`` is an address cut to /24 or /48. ``visitor`` is the pseudonymous subject, only while that person's
    choice grants `popularity`. Dictionary numbers carry no foreign key in the database: checking them would cost
    more than the row, and dictionary entries are never deleted.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("time"))
    page = models.ForeignKey(Page, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    referrer = models.ForeignKey(Referrer, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    browser = models.ForeignKey(Browser, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    method = models.PositiveSmallIntegerField(_("method"), choices=Method)
    status = models.PositiveSmallIntegerField(_("status class"), help_text=_("2 found, 4 not found, 5 failed"))
    network = models.GenericIPAddressField(_("network"), null=True, unpack_ipv4=False)
    visitor = models.UUIDField(_("visitor"), null=True)

    # the first is what Django itself uses (dumpdata, erasure); code that reads visits says what for (`VisitQuerySet`)
    _rows: ClassVar[models.Manager[Visit]] = models.Manager()
    objects: ClassVar[VisitQuerySet] = VisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes: ClassVar = [models.Index(fields=["at"], name="privacy_visit_at")]

    # what the export and the page of a person's data show in place of the dictionary's numbers
    def get_page_display(self) -> str:
        """The route or address that was visited."""
        return str(self.page)

    def get_referrer_display(self) -> str:
        """The site that led there."""
        return str(self.referrer)

    def get_browser_display(self) -> str:
        """Browser, operating system and kind of device."""
        return ", ".join(part for part in (self.browser.family, self.browser.system, self.browser.device) if part)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
