"""Counts of visits by day and hour. Reports read these tables only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.models.terms import Browser, Page, Referrer
from onvif_privacy.visits.querysets import DayQuerySet, HourQuerySet, PageDayQuerySet


class DayCount(models.Model):
    """Base of the counts by day. Days are those of the site's time zone (``TIME_ZONE``)."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))
    visits = models.PositiveBigIntegerField(_("visits"), default=0)

    objects: ClassVar[DayQuerySet] = DayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True


class PageDay(DayCount):
    """Visits of one page on one day; forms sent and failed requests (4xx, 5xx) are counted apart."""

    page = models.ForeignKey(Page, models.PROTECT, related_name="days")
    submissions = models.PositiveBigIntegerField(_("forms sent"), default=0)
    failures = models.PositiveBigIntegerField(_("failed"), default=0)

    objects: ClassVar[PageDayQuerySet] = PageDayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("visits of a page by day")
        verbose_name_plural = _("visits of pages by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "page"], name="privacy_page_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.page}"


class PageHour(models.Model):
    """Visits of one page in one hour (``hour`` is its first instant)."""

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField(_("hour"))
    page = models.ForeignKey(Page, models.PROTECT, related_name="hours")
    visits = models.PositiveBigIntegerField(_("visits"), default=0)

    objects: ClassVar[HourQuerySet] = HourQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("visits of a page by hour")
        verbose_name_plural = _("visits of pages by hour")
        constraints: ClassVar = [models.UniqueConstraint(fields=["hour", "page"], name="privacy_page_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M} {self.page}"


class SiteDay(DayCount):
    """Visits of a whole site on one day: the sums of its pages, so that a report need not add them up.

    ``site`` is the page without route and path, which stands for the site that it names.
    """

    site = models.ForeignKey(Page, models.PROTECT, related_name="site_days")
    submissions = models.PositiveBigIntegerField(_("forms sent"), default=0)
    failures = models.PositiveBigIntegerField(_("failed"), default=0)

    class Meta:
        verbose_name = _("visits of a site by day")
        verbose_name_plural = _("visits of sites by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "site"], name="privacy_site_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.site.site}"


class SiteHour(models.Model):
    """Visits of a whole site in one hour (``hour`` is its first instant)."""

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField(_("hour"))
    site = models.ForeignKey(Page, models.PROTECT, related_name="site_hours")
    visits = models.PositiveBigIntegerField(_("visits"), default=0)

    objects: ClassVar[HourQuerySet] = HourQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("visits of a site by hour")
        verbose_name_plural = _("visits of sites by hour")
        constraints: ClassVar = [models.UniqueConstraint(fields=["hour", "site"], name="privacy_site_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M} {self.site.site}"


class ReferrerDay(DayCount):
    """Visits that one site referred on one day."""

    referrer = models.ForeignKey(Referrer, models.PROTECT, related_name="days")

    class Meta:
        verbose_name = _("visits from a site by day")
        verbose_name_plural = _("visits from sites by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "referrer"], name="privacy_referrer_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.referrer}"


class BrowserDay(DayCount):
    """Visits with one browser on one day."""

    browser = models.ForeignKey(Browser, models.PROTECT, related_name="days")

    class Meta:
        verbose_name = _("visits with a browser by day")
        verbose_name_plural = _("visits with browsers by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "browser"], name="privacy_browser_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.browser}"


class FaultDay(DayCount):
    """Failed requests for one page from one referring site on one day: where links are broken, and what fails."""

    page = models.ForeignKey(Page, models.PROTECT, related_name="faults")
    referrer = models.ForeignKey(Referrer, models.PROTECT, related_name="faults")
    status = models.PositiveSmallIntegerField(_("status class"), help_text=_("4 not found, 5 failed"))

    class Meta:
        verbose_name = _("failed requests by day")
        verbose_name_plural = _("failed requests by day")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "page", "referrer", "status"], name="privacy_fault_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.page}"


class Reason(models.TextChoices):
    """Why a request is not recorded as a visit."""

    METHOD = "method", _("not a page request (HEAD, OPTIONS, …)")
    REDIRECT = "redirect", _("redirect")
    NOT_PAGE = "not_page", _("not a page (file, download, data)")
    ADMIN = "admin", _("administration")
    PRIVATE = "private", _("private page")
    PREFETCH = "prefetch", _("fetched in advance, not seen")
    BOT = "bot", _("program, not a person")
    OBJECTION = "objection", _("the visitor declined")
    SIGNAL = "gpc", _("the visitor's browser declined (Global Privacy Control)")
    STAFF = "staff", _("staff")


class ExclusionDay(DayCount):
    """Requests that were left out on one day, by reason (`Reason`)."""

    reason = models.CharField(_("reason"), max_length=16, choices=Reason)

    class Meta:
        verbose_name = _("requests left out by day")
        verbose_name_plural = _("requests left out by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "reason"], name="privacy_exclusion_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class Popularity(PageDay):
    """The report in the admin: a name and a permission, no table."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("popularity")
        verbose_name_plural = _("Popularity")
