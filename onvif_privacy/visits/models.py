"""Tables of the room. What a visit consists of is the closed list `Visit`; reports read the counts only.

Keys are numbers given by the database: these tables are written in bulk behind the pages, are joined by the million,
and no key of theirs is ever shown to a visitor.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.querysets import DayQuerySet, HourQuerySet, PageDayQuerySet


class Method(models.IntegerChoices):
    """How a page was asked for. Other methods bring no page and are left out."""

    GET = 1, "GET"
    POST = 2, "POST"


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


class Term(models.Model):
    """One entry of a dictionary: text kept once, referred to by number.

    ``digest`` is BLAKE2b (128 bits, hex) of the entry's parts. It carries uniqueness, because MariaDB compares text
    without case and trailing blanks, and ``/News`` is not ``/news``.
    """

    id = models.AutoField(primary_key=True)
    digest = models.CharField(max_length=32, unique=True, editable=False)

    class Meta:
        abstract = True


class Page(Term):
    """A route, plus the concrete path where that is public content; never a query string.

    All empty: requests that matched no route, in one bucket.
    """

    site = models.CharField(_("site"), max_length=253, blank=True)
    route = models.CharField(_("route"), max_length=200, blank=True)
    path = models.CharField(_("path"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def __str__(self) -> str:
        return self.path or self.route or str(_("(no such page)"))


class Referrer(Term):
    """The site a visitor came from: a host, ``internal``, a scheme such as ``android-app``, or empty for none."""

    host = models.CharField(_("referring site"), max_length=253, blank=True)

    class Meta:
        verbose_name = _("referring site")
        verbose_name_plural = _("referring sites")

    NAMES: ClassVar = {
        "": _("(none: typed, bookmarked or withheld)"),
        "internal": _("(this site)"),
        "unreadable": _("(unreadable)"),
    }

    def __str__(self) -> str:
        return str(self.NAMES.get(self.host, self.host))


class Browser(Term):
    """What a page was read with: families only, no version and never the raw user agent."""

    family = models.CharField(_("browser"), max_length=64, blank=True)
    system = models.CharField(_("operating system"), max_length=64, blank=True)
    device = models.CharField(_("device"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("browser")
        verbose_name_plural = _("browsers")

    def __str__(self) -> str:
        return self.family or str(_("(unknown)"))


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

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes: ClassVar = [models.Index(fields=["at"], name="privacy_visit_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


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


class ExclusionDay(DayCount):
    """Requests that were left out on one day, by reason (`Reason`)."""

    reason = models.CharField(_("reason"), max_length=16, choices=Reason)

    class Meta:
        verbose_name = _("requests left out by day")
        verbose_name_plural = _("requests left out by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "reason"], name="privacy_exclusion_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class Batch(models.Model):
    """What was stored in one transaction. Its key makes a repeated batch harmless: it is found here and left alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("stored at"))
    stored = models.PositiveIntegerField(_("stored"))
    bots = models.PositiveIntegerField(_("programs"))
    invalid = models.PositiveIntegerField(_("unreadable"))

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes: ClassVar = [models.Index(fields=["at"], name="privacy_batch_at")]

    def __str__(self) -> str:
        return str(self.id)


class Process(models.Model):
    """The books of one process that records visits: accepted = stored + dropped by reason + pending, always.

    Written in the transaction of each batch, with the figures as they are once it commits. ``dropped`` maps reason to
    number. ``pending`` of a process that is gone was lost with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    started = models.DateTimeField(_("started"))
    seen = models.DateTimeField(_("last stored"))
    accepted = models.PositiveBigIntegerField(_("accepted"))
    stored = models.PositiveBigIntegerField(_("stored"))
    pending = models.PositiveBigIntegerField(_("waiting"))
    dropped = models.JSONField(_("not stored, by reason"), default=dict)

    class Meta:
        verbose_name = _("recording process")
        verbose_name_plural = _("recording processes")
        indexes: ClassVar = [models.Index(fields=["seen"], name="privacy_process_seen")]

    def __str__(self) -> str:
        return str(self.id)


class Writer(models.Model):
    """One row that whoever changes counts holds until commit: batches and rebuilds take turns on every engine."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    turns = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("writer")
        verbose_name_plural = _("writers")

    def __str__(self) -> str:
        return str(self.turns)


class LogImport(models.Model):
    """How far a web server's log has been read, so that reading it again continues and counts nothing twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(_("fingerprint of the first line"), max_length=32, unique=True, editable=False)
    name = models.CharField(_("file"), max_length=255)
    lines = models.PositiveBigIntegerField(_("lines read"), default=0)
    at = models.DateTimeField(_("last read"))

    class Meta:
        verbose_name = _("imported log")
        verbose_name_plural = _("imported logs")

    def __str__(self) -> str:
        return self.name


class Popularity(PageDay):
    """The report in the admin: a name and a permission, no table."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("popularity")
        verbose_name_plural = _("Popularity")
