"""Devices on which somebody asked to be remembered, and how pages looked there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.core.models import Subject
from onvif_privacy.people.models.contacts import Kept
from onvif_privacy.people.querysets import OwnedQuerySet

MAC_LENGTH = 64  # HMAC-SHA256 in hex


class Device(Kept):
    """One remembered browser. Its token is in the browser only; here are keyed digests of its two parts.

    ``series_mac`` finds the row, ``token_mac`` changes at each sign-in, ``previous_mac`` holds a moment longer for
    requests that were under way. ``auth_mark`` ends it with the password. ``used_on`` is a day and no time.
    """

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="devices", verbose_name=_("subject"))
    series_mac = models.CharField(max_length=MAC_LENGTH, unique=True, editable=False)
    token_mac = models.CharField(max_length=MAC_LENGTH, editable=False)
    previous_mac = models.CharField(max_length=MAC_LENGTH, blank=True, editable=False)
    auth_mark = models.CharField(max_length=MAC_LENGTH, editable=False)
    rotated_at = models.DateTimeField(_("token changed"))
    family = EncryptedTextField(_("browser"), subject="subject", null=True, blank=True)
    used_on = models.DateField(_("last used"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")

    def __str__(self) -> str:
        return str(self.used_on)


class PagePreference(models.Model):
    """How one page looks on one device: a value from a closed list."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="preferences")
    page = models.SlugField(_("page"), max_length=50)
    value = models.SlugField(_("value"), max_length=50)

    class Meta:
        verbose_name = _("page preference")
        verbose_name_plural = _("page preferences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "page"], name="people_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.page}: {self.value}"
