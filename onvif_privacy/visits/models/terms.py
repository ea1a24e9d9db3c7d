"""Dictionaries: text that many visits share is kept once and referred to by number."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


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
        return f"{self.site}{self.path or self.route}" if self.path or self.route else str(_("(no such page)"))


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

    NAMES: ClassVar = {
        "": _("(unknown)"),
        "desktop": _("Desktop computer"),
        "mobile": _("Telephone"),
        "tablet": _("Tablet"),
    }

    def __str__(self) -> str:
        return str(self.NAMES.get(self.family, self.family))
